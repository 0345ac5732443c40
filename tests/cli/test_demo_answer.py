from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktui.cli.demo_answer import piece, streamed, told
from tasktui.commands.request import Request


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def test_embeddings_become_cosines_the_closest_first() -> None:
    asked = Request("POST", "/v1/embeddings", json.dumps({"input": ["a", "b", "c"]}))
    rows = [[1.0, 0.0], [0.8, 0.6], [0.0, 2.0]]
    lines = told(asked, body({"data": [{"embedding": row} for row in rows]}))
    assert lines == [
        "cosine  of each two texts, as vectors of 2 numbers",
        " 0.800  'a'  'b'",
        " 0.600  'b'  'c'",
        " 0.000  'a'  'c'",
    ]


def test_flowers_become_sentences() -> None:
    asked = Request("POST", "/classify", '{"features": [[5.1, 3]]}')
    answer = {"classes": ["setosa"], "probabilities": [{"setosa": 0.981}]}
    assert told(asked, body(answer)) == ["5.1, 3  is setosa (98.1%)"]


def test_a_chat_becomes_its_text_whole_or_in_pieces() -> None:
    whole = body({"choices": [{"message": {"content": "one\ntwo"}}]})
    assert told(Request(), whole) == ["one", "two"]
    events = [{"choices": [{"delta": {"content": t}}]} for t in (None, "one", "\ntwo")]
    lines = [b"data: " + body(e) for e in [*events, {"choices": []}]]
    assert [piece(line) for line in (*lines, b"", b"data: [DONE]")] == [
        *("", "one", "\ntwo"),
        *("", "", ""),
    ]
    assert told(Request(), b"\n\n".join(lines)) == ["one", "two"]


def test_only_a_chat_is_asked_for_a_stream() -> None:
    chat = Request("POST", "/v1/chat/completions", '{"model": "m"}')
    assert json.loads(streamed(chat).body) == {"model": "m", "stream": True}
    for other in (
        Request("POST", "/v1/embeddings", "{}"),
        Request("POST", "/v1/chat/completions", "[1]"),
    ):
        assert streamed(other) == other


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("", b"plain words"),
        ("{}", b"[1, 2]"),
        ("{}", b'{"choices": []}'),
        ('{"input": ["a", "b"]}', b'{"data": [{"embedding": [0]}, {"embedding": [0]}]}'),
        ('{"input": ["a"]}', b'{"data": [1]}'),
        ('{"input": 3}', b'{"data": []}'),
        ('{"features": 1}', b'{"classes": [], "probabilities": []}'),
        ('{"features": [["x"]]}', b'{"classes": ["k"], "probabilities": [{"k": 1}]}'),
        ("[" * 9999, b"{" * 9999),
        ("", b"\xff"),
    ],
    ids=range(10),
)
def test_any_other_answer_comes_as_it_is(asked: str, answer: bytes) -> None:
    shown = "".join(told(Request("POST", "/", asked), answer))
    assert shown.replace(" ", "") == answer.decode(errors="replace").replace(" ", "")


_ODD = st.recursive(
    st.none() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "embedding", "classes", "probabilities", "choices", "k"]),
            inner,
            max_size=3,
        )
    ),
)
_VECTORS = st.lists(
    st.fixed_dictionaries({"embedding": st.lists(_ODD, min_size=1, max_size=2)}), max_size=3
).map(lambda rows: {"data": rows})


@given(
    st.sampled_from(
        ['{"input": ["a", "b"]}', '{"features": [[1]]}', f'{{"features": [[{10**400}]]}}']
    ),
    _ODD | _VECTORS | st.just({"classes": ["k"], "probabilities": [{"k": 10**400}]}),
)
def test_no_answer_breaks_it(asked: str, answer: object) -> None:
    told(Request("POST", "/", asked), body(answer))
    piece(b"data: " + body(answer))
