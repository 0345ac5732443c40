"""Compose: an application of two deployments, as an example of one.

``POST /read`` with ``{"text": "..."}``. The gateway takes requests and splits the text into
sentences; readers, of which there are as many as the task's schedule says, read them side by side.
The artifact's manifest names them: ``scales = "Reader"``. Needs nothing beyond Ray Serve.
"""

import asyncio
import os
import re

from fastapi import FastAPI
from pydantic import BaseModel, Field
from ray import serve
from ray.serve.handle import DeploymentHandle

MOST = 100
"""Sentences of one request."""

api = FastAPI(title="compose")


class Text(BaseModel):
    """What is asked."""

    text: str = Field(min_length=1, max_length=100_000)


def sentences(text: str) -> list[str]:
    """The sentences of ``text``, at most ``MOST``: the last one has the rest."""
    parts = (part.strip() for part in re.split(r"(?<=[.!?])\s+", text, maxsplit=MOST - 1))
    return [part for part in parts if part]


# Of the five that are usual a text of six sentences takes all: the next one waits, and tries again.
@serve.deployment(ray_actor_options={"num_cpus": 0.1}, max_ongoing_requests=100)
class Reader:
    """Reads sentences. This is where a real one would have its model."""

    async def read(self, sentence: str) -> dict[str, object]:
        """What is in a sentence, and which process read it."""
        words = re.findall(r"\w+", sentence)
        return {
            "sentence": sentence,
            "words": len(words),
            "longest": max(words, key=len, default=""),
            "pid": os.getpid(),
        }


@serve.deployment(ray_actor_options={"num_cpus": 0}, max_ongoing_requests=100)
@serve.ingress(api)
class Gateway:
    """The ingress. It waits for readers, and computes nothing."""

    def __init__(self, reader: DeploymentHandle) -> None:
        self.reader = reader

    @api.post("/read")
    async def read(self, asked: Text) -> dict[str, object]:
        """Let each sentence be read, all at once."""
        read = await asyncio.gather(*(self.reader.read.remote(s) for s in sentences(asked.text)))
        return {
            "model": "compose",
            "words": sum(one["words"] for one in read),
            "readers": len({one["pid"] for one in read}),
            "sentences": read,
        }


app = Gateway.bind(Reader.bind())
