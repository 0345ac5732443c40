from __future__ import annotations

import pytest

from tasktui.domain.parameters import (
    allowed,
    differing,
    known,
    problems,
    read,
    settled,
    text,
)
from tasktui.domain.recipe import Parameter, ParameterType, Scalar
from tasktui.errors import InvalidField

TOKENS = Parameter(name="max_tokens", type=ParameterType.INTEGER, default=256, low=1, high=4096)
HEAT = Parameter(name="heat", type=ParameterType.NUMBER, default=1, low=0)
STYLE = Parameter(name="style", type=ParameterType.TEXT, default="plain", choices=("plain", "rich"))
STREAM = Parameter(name="stream", type=ParameterType.BOOLEAN, default=False)
MODEL = Parameter(name="model", type=ParameterType.TEXT)
ALL = (TOKENS, HEAT, STYLE, STREAM, MODEL)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("max_tokens", "512", 512),
        ("heat", "0.5", 0.5),
        ("heat", "2", 2.0),
        ("style", "rich", "rich"),
        ("stream", "true", True),
        ("stream", "No", False),
        ("model", "", ""),
        ("model", "512", "512"),
    ],
)
def test_what_is_written_becomes_a_value_of_the_parameters_type(
    name: str, given: str, value: Scalar
) -> None:
    found = read(ALL, name, given)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("max_tokens", "many", "a whole number from 1 to 4096"),
        ("max_tokens", "0.5", "a whole number from 1 to 4096"),
        ("max_tokens", "4097", "'4097'|4097 is not valid: a whole number from 1 to 4096"),
        ("heat", "-1", "a number, at least 0"),
        ("heat", "nan", "a number, at least 0"),
        ("style", "bold", "one of plain, rich"),
        ("stream", "1", "true or false"),
        ("model", "x" * 1001, "text of at most 1000 characters"),
        ("max_token", "1", "did you mean max_tokens"),
        ("zzz", "1", "it has max_tokens, heat, style, stream, model"),
    ],
)
def test_a_wrong_value_is_refused_with_the_field_and_what_is_allowed(
    name: str, given: str, said: str
) -> None:
    with pytest.raises(InvalidField, match=said) as error:
        read(ALL, name, given)
    assert error.value.field == f"parameters.{name}"


def test_every_parameter_has_a_value_in_the_order_of_the_artifact() -> None:
    assert list(settled(ALL, {"model": "m", "max_tokens": 8}).items()) == [
        ("max_tokens", 8),
        ("heat", 1.0),
        ("style", "plain"),
        ("stream", False),
        ("model", "m"),
    ]


def test_every_problem_is_told_each_for_its_field() -> None:
    found = problems(ALL, {"max_tokens": "8", "stream": 1, "nothing": 2})
    assert [e.field for e in found] == [
        "parameters.max_tokens",
        "parameters.stream",
        "parameters.nothing",
        "parameters.model",
    ]
    assert "it has no default" in str(found[-1])
    assert problems((), {"a": 1})[0].allowed == "the artifact has no parameters"


def test_a_true_is_no_number() -> None:
    assert problems((TOKENS,), {"max_tokens": True})
    assert problems((HEAT,), {"heat": True})


def test_only_what_is_no_default_differs() -> None:
    assert differing((TOKENS, HEAT), settled((TOKENS, HEAT), {"max_tokens": 256, "heat": 2})) == {
        "heat": 2.0
    }


def test_values_of_other_parameters_are_left_behind() -> None:
    assert known((TOKENS,), {"max_tokens": 1, "heat": 2}) == {"max_tokens": 1}


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (Parameter(name="a", type=ParameterType.NUMBER, high=2.5), "a number, at most 2.5"),
        (Parameter(name="a", type=ParameterType.BOOLEAN), "true or false"),
        (Parameter(name="a", type=ParameterType.INTEGER, choices=(1, 2)), "one of 1, 2"),
    ],
)
def test_what_is_allowed_is_said_in_words(parameter: Parameter, words: str) -> None:
    assert allowed(parameter) == words


def test_a_value_is_written_as_one_types_it() -> None:
    assert [text(v) for v in (True, 512, 0.7, 1e6, "x")] == ["true", "512", "0.7", "1000000", "x"]
