"""The official models on a real Ray: each answers as its description says, by its own protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import openai
import pytest

from e2e.load import load
from e2e.site import Site, until

pytestmark = pytest.mark.ray

MODELS = ("chat-smollm2", "classify-iris", "compose", "embed-minilm")
"""Those that a machine without a GPU can run, besides echo, which other tests call."""


@pytest.fixture(scope="module")
def models(site: Site) -> Iterator[Site]:
    """A task for each model, named as it is; all start side by side."""
    try:
        for name in MODELS:
            site.run("launch", name, "--artifact", name, "--one-off", "now", "--replicas", "1")
            site.run("activate", name, "--when", "now")
        for name in MODELS:
            site.run("wait", name, "--for", "Running", "--timeout", "180", seconds=200)
        yield site
    finally:
        for name in MODELS:
            site.put_away(name)


def client(site: Site, name: str) -> openai.OpenAI:
    """OpenAI's own client, told where the task is."""
    url = site.task(name)["endpoint"].rstrip("/")
    return openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=120)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_the_sample_of_its_manifest(models: Site, name: str) -> None:
    answer = models.json("call", name)
    assert answer["status"] == 200
    assert json.loads(answer["body"])["model"] == name


def test_similar_sentences_are_closer_than_different_ones(models: Site) -> None:
    texts = ["A man is eating food.", "A man is eating a piece of bread.", "A girl carries a baby."]
    with client(models, "embed-minilm") as openai_client:
        answer = openai_client.embeddings.create(model="embed-minilm", input=texts)
        plain = openai_client.embeddings.create(
            model="embed-minilm", input=texts[0], encoding_format="float"
        )
    food, bread, baby = (one.embedding for one in answer.data)
    assert dot(food, food) == pytest.approx(1, abs=1e-5)
    # The figure that the authors of the network publish for these two.
    assert dot(food, bread) == pytest.approx(0.7553, abs=1e-4)
    assert dot(food, baby) < 0.2
    assert plain.data[0].embedding == pytest.approx(food, abs=1e-5)
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > plain.usage.total_tokens


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_embeddings_refuse_in_the_form_that_clients_read(models: Site) -> None:
    with client(models, "embed-minilm") as openai_client:
        create = openai_client.embeddings.create
        with pytest.raises(openai.NotFoundError, match="no model 'other' here"):
            create(model="other", input="x")
        for given in ("", [], [[1, 2]]):
            with pytest.raises(openai.BadRequestError, match="input"):
                create(model="embed-minilm", input=given)
        with pytest.raises(openai.BadRequestError, match="dimensions"):
            create(model="embed-minilm", input="x", dimensions=7)


ASKED: dict[str, Any] = {
    "model": "chat-smollm2",
    "messages": [{"role": "user", "content": "What is a queue? Answer in one sentence."}],
    "temperature": 0,
    "seed": 1,
}


def test_a_chat_streams_what_it_says_at_once_otherwise(models: Site) -> None:
    with client(models, "chat-smollm2") as openai_client:
        create = openai_client.chat.completions.create
        whole = create(**ASKED, max_tokens=20)
        pieces = list(
            create(**ASKED, max_tokens=20, stream=True, stream_options={"include_usage": True})
        )
    streamed = [p.choices[0].delta.content or "" for p in pieces if p.choices]
    assert sum(map(bool, streamed)) > 5, "it came in one piece"
    assert "".join(streamed) == whole.choices[0].message.content
    assert whole.choices[0].finish_reason == "length"
    assert whole.model == pieces[0].model == "chat-smollm2"
    assert whole.usage
    assert pieces[-1].usage
    assert pieces[-1].usage.completion_tokens == whole.usage.completion_tokens == 20


def test_a_chat_ends_where_it_is_told_to(models: Site) -> None:
    with client(models, "chat-smollm2") as openai_client:
        create = openai_client.chat.completions.create
        said = create(**ASKED, max_tokens=30).choices[0].message.content or ""
        word = said.split()[3]
        ended = create(**ASKED, max_tokens=30, stop=word).choices[0]
        assert [m.id for m in openai_client.models.list()] == ["chat-smollm2"]
    assert ended.finish_reason == "stop"
    assert ended.message.content == said[: said.index(word)]


def test_a_chat_refuses_in_the_form_that_clients_read(models: Site) -> None:
    with client(models, "chat-smollm2") as openai_client:
        create = openai_client.chat.completions.create
        with pytest.raises(openai.NotFoundError, match="model"):
            create(**{**ASKED, "model": "other"})
        with pytest.raises(openai.BadRequestError, match="messages"):
            create(**{**ASKED, "messages": []})
        with pytest.raises(openai.BadRequestError, match="max_tokens"):
            create(**ASKED, max_tokens=0)
        long = [{"role": "user", "content": "word " * 5000}]
        for stream in (False, True):
            with pytest.raises(openai.BadRequestError, match="exceeds the available context"):
                create(**{**ASKED, "messages": long, "stream": stream})


def test_flowers_get_their_names(models: Site) -> None:
    answer = json.loads(models.json("call", "classify-iris")["body"])
    assert answer["classes"] == ["setosa", "virginica"]
    assert answer["probabilities"][0]["setosa"] > 0.9
    asked = ("--path", "/classify", "--json-body", '{"features": [[1]]}')
    wrong = models.run("call", "classify-iris", *asked, ok=False)
    assert wrong.startswith("1\n")
    assert "422" in wrong


def test_the_schedule_rescales_the_inner_deployment_and_loses_no_request(models: Site) -> None:
    text = "One reads. Two read. Three read. Four read. Five read. Six read."
    body = json.dumps({"text": text}).encode()
    begin = datetime.now(UTC) + timedelta(seconds=5)
    points = (begin - timedelta(hours=1), begin, begin + timedelta(seconds=15))
    daily = ",".join(f"{at:%H:%M:%S}={n}" for at, n in zip(points, "131", strict=True))
    with load(f"{models.task('compose')['endpoint'].rstrip('/')}/read", body=body) as traffic:
        models.run("edit", "compose", "--daily", daily, "--timezone", "UTC")
        until(lambda: readers(models) == 3, 60)
        until(lambda: readers(models) == 1, 90)
        time.sleep(3)
    assert traffic.failures == []
    assert traffic.sent > 100
    moved = [e["reason"] for e in models.json("events", "compose")]
    assert any("3-3" in str(reason) for reason in moved)


def readers(site: Site) -> int:
    """Replicas of the inner deployment that run; -1 while the task does not say the same."""
    listed = site.application("compose")["deployments"]
    assert len(running(listed["Gateway"])) == 1
    found = len(running(listed["Reader"]))
    return found if site.task("compose")["replicas"]["ready"] == found else -1


def running(deployment: dict[str, Any]) -> list[dict[str, Any]]:
    return [r for r in deployment["replicas"] if r["state"] == "RUNNING"]
