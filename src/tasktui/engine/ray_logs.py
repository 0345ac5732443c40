"""Logs of replicas and of Serve's controller, over REST. Knows no task.

Ray keeps the files of processes that have ended, as long as their node lives and
its session lasts. A file that it does not find is an error 500 there: here Rejected.
Rarely it answers 200 with nothing instead (its log agent ends the stream before the
error in its first metadata has been read), so an empty file is looked for in the list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tasktui.domain.log import Stream
from tasktui.domain.observed import Replica
from tasktui.engine import parse
from tasktui.engine.http import Failed, Http
from tasktui.errors import Rejected

_FILE = "/api/v0/logs/file"
_SUFFIX = {Stream.ERR: "err", Stream.OUT: "out"}
_MARKS = re.compile(rb"^:(?:job_id|actor_name|task_name):.*\n?", re.MULTILINE)
"""Lines that Ray writes into stderr and stdout for itself."""
_DEADLINE_S = 30.0
"""A whole file may be large."""


class RayLogs:
    """The log files of one cluster."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def replica(self, replica: Replica, stream: Stream, lines: int) -> bytes:
        """Last ``lines`` lines of what a replica writes. Raises Rejected where Ray has none."""
        what = f"{stream} of replica {replica.id}"
        if not replica.node:
            raise Rejected(f"Ray has no {what}: it was never placed on a node.", "")
        if stream is not Stream.LOG:
            if not replica.pid:
                raise Rejected(f"Ray has no {what}: its process is not known.", "")
            place = {"pid": str(replica.pid), "suffix": _SUFFIX[stream]}
        else:
            place = {"filename": await self._file(replica, what)}
        content = await self._read({"node_id": replica.node, **place}, lines, what)
        return content if stream is Stream.LOG else _MARKS.sub(b"", content)

    async def controller(self, body: Mapping[str, Any], lines: int) -> bytes:
        """Last lines of the Serve controller's log; ``body`` lists the applications."""
        about = body.get("controller_info") or {}
        node, file = str(about.get("node_id") or ""), str(about.get("log_file_path") or "")
        if not node or not file:
            raise Rejected("Ray does not say where its Serve controller writes its log.", "")
        place = {"node_id": node, "filename": file.lstrip("/")}
        return await self._read(place, lines, "log of the Serve controller")

    async def _file(self, replica: Replica, what: str) -> str:
        """Name of its log; one that never came up is not told where it writes, so look."""
        if replica.log_file:
            # With the leading slash, as Ray itself gives it, the answer is 500.
            return replica.log_file.lstrip("/")
        return await self._listed(replica.node, f"serve/replica_*{replica.id}*.log", what)

    async def _listed(self, node: str, pattern: str, what: str) -> str:
        """First file of that pattern on a node. Raises Rejected where there is none."""
        params = {"node_id": node, "glob": pattern}
        try:
            body = await self._http.json("GET", "/api/v0/logs", params=params)
        except Failed as error:
            raise Rejected(f"Ray has no {what}: {error.what}", "") from None
        names = parse.log_names(body)
        if not names:
            raise Rejected(f"Ray has no {what}: it wrote none.", "")
        return names[0]

    async def _read(self, place: dict[str, str], lines: int, what: str) -> bytes:
        params = {**place, "lines": str(lines)}
        try:
            content = await self._http.call("GET", _FILE, params=params, deadline_s=_DEADLINE_S)
        except Failed as error:
            raise Rejected(
                f"Ray has no {what}: {error.what}",
                "Its node is gone, or the cluster was started anew.",
            ) from None
        if not content and "filename" in place:
            await self._listed(place["node_id"], place["filename"], what)
        return content
