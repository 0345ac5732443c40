from __future__ import annotations

import io
from typing import Any

import pytest

from tasktui.domain.build import BuildStatus, heaviest
from tasktui.engine.imported import Asked, Told, tell
from tasktui.engine.importer import LOG_BYTES, End, Ending, Log


def told(answer: dict[str, Any] | None = None, **ending: Any) -> Told:
    asked = Asked(script="serve.py", name="app", args={"size": 2}, scales=ending.pop("scales", ""))
    end = End.EXITED if answer is None else End.ANSWERED
    return tell(asked, Ending(**{"end": end, "seconds": 1.5, "answer": answer, **ending}))


def deployment(name: str, **kw: Any) -> dict[str, Any]:
    return {"name": name, "calls": [], "cpu": 1, "gpu": 0, "autoscaling": {}, **kw}


def test_the_heaviest_dependency_scales_and_its_options_are_kept_without_the_bounds() -> None:
    options = {"min_replicas": 1, "max_replicas": 2, "initial_replicas": 1, "upscale_delay_s": 3}
    found = told(
        {
            "deployments": [
                deployment("Front", calls=["Small", "Big"]),
                deployment("Small"),
                deployment("Big", gpu=1, autoscaling=options),
            ],
            "docs_path": "/docs",
        }
    )
    assert found.build.status is BuildStatus.SUCCESS
    assert (found.scaled, found.autoscaling) == ("Big", {"upscale_delay_s": 3})
    assert found.build.deployments[0].calls == ("Small", "Big")
    assert (found.build.docs_path, found.build.seconds) == ("/docs", 1.5)


@pytest.mark.parametrize(
    ("weights", "name"),
    [
        ({"A": None}, "A"),
        ({"In": (0, 1), "A": (1, 1), "B": (0, 8)}, "A"),
        ({"In": (0, 1), "A": (0, 1)}, "A"),
        ({"In": (0, 2), "A": (0, 1)}, None),
        ({"In": (0, 1), "A": (1, 1), "B": (1, 1)}, None),
        ({"In": (0, 1), "A": None}, None),
    ],
)
def test_which_deployment_needs_most(weights: dict[str, Any], name: str | None) -> None:
    assert heaviest(weights, next(iter(weights))) == name


def test_a_deployment_that_was_asked_for_must_be_there() -> None:
    answer = {"deployments": [deployment("Front"), deployment("Model")]}
    assert told(answer, scales="Front").scaled == "Front"
    failed = told(answer, scales="Nope")
    assert failed.build.status is BuildStatus.FAILURE
    assert "serve.py has no deployment Nope: Front (0 GPU, 1 CPU), Model" in failed.build.why


def test_parameters_need_a_function_that_takes_them() -> None:
    build = told({"stage": "arguments"}).build
    assert build.status is BuildStatus.FAILURE
    assert "parameters need a function that builds one: def app(args)" in build.why


def test_arguments_of_a_builder_that_fails_are_named() -> None:
    answer = {"stage": "call", "type": "KeyError", "message": "'model'", "where": "serve.py line 3"}
    assert "(size=2): KeyError: 'model' (serve.py line 3)" in told(answer).build.why


@pytest.mark.parametrize("stage", ["import", "call", "build"])
def test_what_cannot_be_imported_here_is_no_fault_of_the_arguments(stage: str) -> None:
    answer = {"stage": stage, "type": "ImportError", "message": "needs vLLM"}
    assert "cannot import what it needs: ImportError: needs vLLM" in told(answer).build.why


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"deployments": []},
        {"deployments": "Model"},
        {"deployments": [deployment("")]},
        {"deployments": [deployment("A"), {"name": "B"}]},
        {"deployments": [deployment("A", cpu="1")]},
        {"deployments": [deployment("A")] * 101},
        {"stage": ["import"]},
        {"stage": "other"},
    ],
)
def test_an_answer_of_the_wrong_form_is_believed_in_nothing(answer: dict[str, Any]) -> None:
    found = told(answer)
    assert (found.build.status, found.scaled) == (BuildStatus.FAILURE, "")
    assert "has not the right form" in found.build.why


@pytest.mark.parametrize(
    ("ending", "status", "words"),
    [
        ({"end": End.TIMEOUT}, BuildStatus.TIMEOUT, "was not over after 120 s"),
        ({"end": End.STOPPED}, BuildStatus.CANCELLED, "cancelled"),
        ({"end": End.MEMORY}, BuildStatus.FAILURE, "GB of memory"),
        ({"code": 3}, BuildStatus.FAILURE, "with code 3"),
        ({"code": -9}, BuildStatus.FAILURE, "SIGKILL"),
        ({"code": -99}, BuildStatus.FAILURE, "signal 99"),
    ],
)
def test_every_end_without_an_answer_has_its_sentence(
    ending: dict[str, Any], status: BuildStatus, words: str
) -> None:
    build = told(None, last="one\n\n two\n", **ending).build
    assert build.status is status
    assert words in build.why
    assert build.error.splitlines()[1:] == ["one", " two"], "and its own last words"


def test_a_message_of_several_lines_is_told_in_one_and_cut() -> None:
    answer = {"stage": "import", "type": "ValueError", "message": "a\nb\x1b" + "c" * 10_000}
    build = told(answer).build
    assert "ValueError: a b\x1bccc" in build.why
    assert len(build.error) < 3_000


def test_the_beginning_and_the_end_of_the_output_are_kept() -> None:
    file = io.BytesIO()
    log = Log(file)
    for number in range(40):
        log.write(f"{number:06}".encode() + b"x" * 100_000)
    log.write(b"the end")
    log.close()
    content = file.getvalue()
    assert content.startswith(b"000000xxx")
    assert content.endswith(b"the end")
    assert log.last.endswith(b"the end")
    head, middle, tail = content.partition(b"\n-- ")
    left_out, _, kept = (middle + tail).partition(b" bytes were left out --\n")
    dropped = int(left_out.removeprefix(b"\n-- ").replace(b",", b""))
    assert len(head) + dropped + len(kept) == 40 * 100_006 + 7
    assert len(content) < LOG_BYTES + 100


def test_short_output_is_kept_whole() -> None:
    file = io.BytesIO()
    log = Log(file)
    log.write(b"hello\n")
    log.close()
    assert file.getvalue() == b"hello\n"
