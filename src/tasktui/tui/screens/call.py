"""A request to the task's endpoint, made up by hand, and its answer.

Guarantees that nothing is sent before Enter, and that no key waits for an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.worker import WorkType

from tasktui.commands.present import endpoint
from tasktui.commands.request import Request, pretty, read_line, told
from tasktui.domain.task import Task
from tasktui.errors import InvalidField, NotFound, TasktuiError
from tasktui.runtime.apart import apart
from tasktui.runtime.calling import sent
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.screens.copy import to_clipboard
from tasktui.tui.screens.reader import Reader
from tasktui.tui.times import elapsed

if TYPE_CHECKING:
    from tasktui.engine.endpoint import Answer
    from tasktui.tui.widgets.prompt import Prompt

_REQUEST = ">"
_BODY = "="
"""What the lines begin with in which request and body are typed."""
_LABEL = 10


class CallScreen(Reader):
    """The endpoint of one task."""

    WHERE = Where.CALL
    BINDINGS: ClassVar = bindings(Where.CALL)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self._subject = task
        self._requests: Sequence[Request] = ()
        """What was typed, then what was sent, the newest first; the artifact's sample last."""
        self._at = 0
        self._known = False
        self._answer: Answer | None = None
        self._text = ""
        self._error = ""
        self._since: datetime | None = None
        """When the request was sent whose answer is waited for."""

    async def read(self) -> None:
        """Read the task and where its endpoint is; once, what was sent before."""
        session = self.desk.session
        try:
            self._subject, self.desk.cluster = await session.acall(
                lambda c: (c.task_by_id(self._subject.id), c.cluster())
            )
        except NotFound as error:
            self._error = str(error)
        if not self._known:
            first = await session.acall(lambda c: c.sample(self._subject))
            found = await apart(lambda: sent(session.config, self._subject))
            self._requests = tuple(dict.fromkeys((*self._requests, *found, first)))
            self._known = True
        self.draw()

    def target(self) -> Task | None:
        """The task."""
        return self._subject

    @property
    def _request(self) -> Request:
        return self._requests[self._at] if self._requests else Request()

    # What is shown.

    def heading(self) -> Line:
        """Whose endpoint it is."""
        text = line(Span(f"call {self._subject.name}", Tone.TITLE))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """The request, and what came back."""
        url = endpoint(self._subject, self.desk.cluster)
        request = self._request
        out = [
            *self._row("Endpoint", line(url or Span("unknown until Ray Serve runs", Tone.DIM))),
            *self._row("Request", line(Span(request.method, Tone.STRONG), f" {request.path}")),
            *self._row("Body", line(request.body or Span("-", Tone.DIM))),
            EMPTY,
        ]
        out = [part for row in out for part in wrap(row, cells, indent=" " * (_LABEL + 1))]
        return [*out, *self._came(cells)]

    def _row(self, label: str, value: Line) -> list[Line]:
        return [(Span(f" {label:<{_LABEL}}", Tone.DIM), *value)]

    def _came(self, cells: int) -> list[Line]:
        if self._since is not None:
            lasts = elapsed(self._since, self.desk.now())
            return [line(Span(f" Waiting for the answer, {lasts} ...", Tone.NOTE))]
        if self._error:
            return wrap(line(Span(f" {self._error}", Tone.PROBLEM)), cells, indent=" ")
        answer = self._answer
        if answer is None:
            return [line(Span(" Enter sends it.", Tone.DIM))]
        words = told(answer.status, answer.reason, answer.seconds, len(answer.body))
        tone = Tone.GOOD if answer.status < 400 else Tone.PROBLEM
        more = Span("  (more was left out)", Tone.NOTE) if answer.cut else Span("")
        out = self._row("Answer", line(Span(words, tone), more))
        for text in self._text.split("\n") if self._text else ():
            out += wrap(line(f" {text}"), cells, indent="     ")
        return out

    def idle_status(self) -> Line:
        """Which request of how many."""
        if not self._known:
            return EMPTY
        return line(Span(f" request {self._at + 1} of {len(self._requests)}", Tone.DIM))

    # Making a request.

    def do_request_line(self) -> None:
        """Type method and path."""
        self.open_prompt(_REQUEST, f"{self._request.method} {self._request.path}")

    def do_request_body(self) -> None:
        """Type the body."""
        self.open_prompt(_BODY, self._request.body)

    def do_older_request(self) -> None:
        """The request that was sent before this one."""
        self._turn(1)

    def do_newer_request(self) -> None:
        """The request that was sent after this one."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        self._at = max(min(self._at + step, len(self._requests) - 1), 0)
        self.draw()

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        """Entered: the request is another one, if it can be sent."""
        if message.mark not in {_REQUEST, _BODY}:
            return
        message.prevent_default()
        self._refused = ""
        if message.done:
            self._enter(message.mark, message.text)
        self.draw_chrome()

    def _enter(self, mark: str, text: str) -> None:
        old = self._request
        typed, body = f"{old.method} {old.path}", old.body
        try:
            made = read_line(text, body) if mark == _REQUEST else read_line(typed, text.strip())
        except InvalidField as error:
            self._refused = str(error)
            return
        if mark == _BODY and made.body and made.method == "GET":
            made = Request("POST", made.path, made.body)
        self.close_prompt()
        self._requests = (made, *(r for r in self._requests if r != made))
        self._at = 0
        self.draw()

    # Sending it.

    def do_send(self) -> None:
        """Send the request."""
        if self._since is not None:
            self.say("An answer is waited for.", Tone.NOTE)
            return
        self._since, self._answer, self._error = self.desk.now(), None, ""
        self.draw()
        work: WorkType[None] = self._send
        self.run_worker(work, group="send")

    async def _send(self) -> None:
        try:
            if not self._known:
                await self.read()
            session, task, cluster = self.desk.session, self._subject, self.desk.cluster
            request = self._request
            answer = await apart(lambda: session.try_endpoint(task, cluster, request))
            self._text = await apart(lambda: pretty(answer.kind, answer.body))
        except TasktuiError as error:
            self._error = str(error)
        else:
            self._answer = answer
        finally:
            self._since = None
        self.draw()

    def do_answer_copy(self) -> None:
        """Copy the answer."""
        if self._answer is None:
            self.say("There is no answer yet.", Tone.NOTE)
            return
        to_clipboard(self.app, self._text)
        self.say("Sent to the terminal's clipboard; if it did not arrive, select it.", Tone.GOOD)
