from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktui.catalog.draft import Found, draft
from tasktui.catalog.fields import MOST
from tasktui.catalog.manifest import LIMIT, load, parse
from tasktui.domain.artifact import Spec
from tasktui.domain.manifest import Manifest, Sample
from tasktui.domain.recipe import Health, Parameter, ParameterType
from tasktui.errors import InvalidField, UserError

WHOLE = """
name = "chat"
description = "Answers"
tags = ["llm", "demo", "llm"]
file_path = "models/serve"
deployment_name = "main"
scales = "Model"
requirements = ["torch==2.5.1", "transformers[torch]>=4", "x @ https://example.org/x.whl"]

[resources]
cpu = 2
memory_gb = 16.5
gpu = 0.5
gpu_type = "H100"
custom = {licence = 1}

[env]
MODE = "fast"
HF_TOKEN = "env:HF_TOKEN"
KEY = "file:/run/secrets/key"
HOME_PAGE = "file://host/path"

[parameters.max_tokens]
type = "integer"
default = 256
min = 1
max = 4096
description = "Longest answer"

[parameters.style]
type = "text"
default = "plain"
choices = ["plain", "rich"]

[parameters.heat]
type = "number"
default = 1

[parameters.stream]
type = "boolean"

[health]
check_period_s = 10
check_timeout_s = 30.5
start_limit_s = 1800

[autoscaling]
target_ongoing_requests = 4
look_back_period_s = 20
metrics_interval_s = 5
upscaling_factor = 0.5
downscaling_factor = 0.5
upscale_delay_s = 0
downscale_delay_s = 60
downscale_to_zero_delay_s = 90
aggregation_function = "max"

[sample]
method = "POST"
path = "/v1"
body = {prompt = "hello", n = [1, 2]}
"""


def wrong(text: str) -> str:
    """The only complaint about a manifest."""
    (problem,) = parse(text).problems
    return str(problem)


def test_a_manifest_may_have_every_key() -> None:
    assert parse(WHOLE).required() == Manifest(
        name="chat",
        description="Answers",
        tags=("llm", "demo"),
        file_path="models/serve",
        deployment_name="main",
        scales="Model",
        requirements=(
            "torch==2.5.1",
            "transformers[torch]>=4",
            "x @ https://example.org/x.whl",
        ),
        spec=Spec(cpu=2, memory_gb=16.5, gpu=0.5, gpu_type="H100", custom=(("licence", 1.0),)),
        env={
            "MODE": "fast",
            "HF_TOKEN": "env:HF_TOKEN",
            "KEY": "file:/run/secrets/key",
            "HOME_PAGE": "file://host/path",
        },
        parameters=(
            Parameter(
                name="max_tokens",
                type=ParameterType.INTEGER,
                default=256,
                low=1,
                high=4096,
                description="Longest answer",
            ),
            Parameter(
                name="style", type=ParameterType.TEXT, default="plain", choices=("plain", "rich")
            ),
            Parameter(name="heat", type=ParameterType.NUMBER, default=1),
            Parameter(name="stream", type=ParameterType.BOOLEAN),
        ),
        health=Health(check_period_s=10, check_timeout_s=30.5, start_limit_s=1800),
        autoscaling={
            "target_ongoing_requests": 4,
            "look_back_period_s": 20,
            "metrics_interval_s": 5,
            "upscaling_factor": 0.5,
            "downscaling_factor": 0.5,
            "upscale_delay_s": 0,
            "downscale_delay_s": 60,
            "downscale_to_zero_delay_s": 90,
            "aggregation_function": "max",
        },
        sample=Sample(method="POST", path="/v1", body='{"prompt": "hello", "n": [1, 2]}'),
    )


def test_an_empty_manifest_is_that_of_a_folder_without_one(tmp_path: Path) -> None:
    assert parse("").required() == Manifest() == load(tmp_path).required()


def test_the_manifest_in_the_readme_is_one() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    text = readme.partition("```toml\n")[2].partition("```")[0]
    assert parse(text).required().name == "my-model"


# -- what is wrong is named


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title = "x"', "line 1: title: 'title' is not valid: no key here; known keys: name"),
        ('\n\nfilepath = "x"', "line 3: filepath: 'filepath' is not valid: no key here; did you"),
        ("[resources]\ngpus = 1", "line 2: resources.gpus: 'gpus' is not valid: no key here; did"),
        ("resources = {gpus = 1}", "line 1: resources.gpus"),
        ("[health]\nx = 1", "line 2: health.x"),
        ("[sample]\nurl = 1", "line 2: sample.url"),
        ("[autoscaling]\ndelay = 1", "line 2: autoscaling.delay"),
        ('[parameters.a]\ntype="text"\nvalue = 1', "line 3: parameters.a.value"),
        ("'a b' = 1", "line 1: a b"),
        ('description = """\nname = 3\n"""\ntitle = 1', "line 4: title"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line(text: str, said: str) -> None:
    assert any(said in str(p) for p in parse(text).problems), parse(text).problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # text
        ("description = 3", "line 1: description: 3 is not valid: text in quotes"),
        ("file_path = ['a']", "file_path: 'a list of 1'"),
        ("deployment_name = {}", "deployment_name: 'a table'"),
        ("scales = true", "scales: True"),
        ("description = 2026-01-01", "description: '2026-01-01'"),
        (f"description = '{'x' * 300}'", "at most 200 characters"),
        ('description = "a\\nb"', "one line"),
        ('description = "\\u001b[31m"', "one line"),
        ("name = 'Not A Name'", "name: 'Not A Name' is not valid: 1 to 63 of a-z"),
        ("name = ''", "1 to 63 of a-z"),
        # lists
        ("tags = 'llm'", "tags: 'llm' is not valid: a list of at most 20"),
        ("tags = [1]", "tags: 1 is not valid"),
        ("tags = ['A B']", "tags: 'A B'"),
        (f"tags = {['x'] * 21}", "a list of at most 20"),
        ("requirements = ['--index-url=http://x']", "packages as pip writes them"),
        ("requirements = ['http://example.org/x']", "packages as pip writes them"),
        ("requirements = ['x @ https://me:word@example.org/x']", "no password in an address"),
        ('requirements = ["a\\nb"]', "packages as pip writes them"),
        # resources
        ("resources = 3", "resources: 3 is not valid: a table: [resources]"),
        ("[[resources]]", "resources: 'a list of 1'"),
        ("[resources]\ncpu = '2'", "resources.cpu: '2' is not valid: a number from 0 to 1e+06"),
        ("[resources]\ncpu = true", "resources.cpu: True"),
        ("[resources]\ncpu = -1", "resources.cpu: -1"),
        ("[resources]\nmemory_gb = inf", "resources.memory_gb: inf"),
        ("[resources]\ngpu = nan", "resources.gpu: nan"),
        (f"[resources]\ngpu = 0x{'f' * 6000}", "resources.gpu: 'a very large number'"),
        ("[resources]\ngpu_type = 100", "resources.gpu_type: 100"),
        ("[resources]\ncustom = 1", "resources.custom: 1 is not valid: a table"),
        ("[resources.custom]\na = 'x'", "line 2: resources.custom.a"),
        ("[resources.custom]\nGPU = 1", "resources.custom.GPU"),
        ("[resources.custom]\n'a b' = 1", "and no blanks"),
        ("[resources.custom]\n'node:10.0.0.1' = 1", "a custom resource of Ray"),
        # parameters
        ("parameters = 1", "parameters: 1 is not valid: a table"),
        ("[parameters]\na = 1", "parameters.a: 1 is not valid: a table: [parameters.a]"),
        ("[parameters.'a-b']\ntype = 'text'", "letters, digits and _"),
        ("[parameters.a]", "line 1: parameters.a.type: 'nothing' is not valid: one of text, int"),
        ("[parameters.a]\ntype = 'float'", "type: 'float' is not valid: one of text, integer"),
        ("[parameters.a]\ntype = 'integer'\ndefault = 1.5", "default: 1.5 is not valid: a whole"),
        ("[parameters.a]\ntype = 'integer'\ndefault = true", "default: True"),
        ("[parameters.a]\ntype = 'boolean'\ndefault = 1", "default: 1 is not valid: true or false"),
        ("[parameters.a]\ntype = 'number'\ndefault = nan", "default: nan"),
        ("[parameters.a]\ntype = 'text'\ndefault = 1", "default: 1 is not valid: text in quotes"),
        ("[parameters.a]\ntype = 'number'\ndefault = []", "default: 'a list of 0'"),
        ("[parameters.a]\ntype = 'number'\ndefault = 9\nmax = 8", "a number from min to max"),
        ("[parameters.a]\ntype = 'number'\ndefault = 1\nmin = 2", "a number from min to max"),
        ("[parameters.a]\ntype = 'number'\nmin = 2\nmax = 1", "max: 1 is not valid: at least min"),
        ("[parameters.a]\ntype = 'text'\nmin = 2", "min: 2 is not valid: no bounds here"),
        ("[parameters.a]\ntype = 'integer'\nmin = 1\nchoices = [1]", "no bounds here"),
        ("[parameters.a]\ntype = 'integer'\nchoices = []", "choices: 'a list of 0'"),
        ("[parameters.a]\ntype = 'integer'\nchoices = 3", "choices: 3"),
        ("[parameters.a]\ntype = 'integer'\nchoices = [1, 'b']", "each a whole number"),
        ("[parameters.a]\ntype = 'integer'\ndefault = 3\nchoices = [1]", "one of its choices"),
        ("[parameters.a]\ntype = 'text'\ndescription = 1", "parameters.a.description"),
        # health, autoscaling
        ("health = 'good'", "health: 'text' is not valid: a table: [health]"),
        ("[health]\ncheck_period_s = 0", "check_period_s: 0 is not valid: a number from 0.1"),
        ("[health]\ncheck_timeout_s = '1'", "check_timeout_s"),
        ("[health]\nstart_limit_s = 1e12", "start_limit_s"),
        ("[autoscaling]\nmin_replicas = 1", "min_replicas: 1 is not valid: no key here: replicas"),
        ("[autoscaling]\nmax_replicas = 1", "the schedule's"),
        ("[autoscaling]\ntarget_ongoing_requests = 0", "target_ongoing_requests: 0"),
        ("[autoscaling]\nupscale_delay_s = -1", "upscale_delay_s: -1"),
        ("[autoscaling]\nupscaling_factor = 'x'", "upscaling_factor"),
        ("[autoscaling]\naggregation_function = 'sum'", "one of mean, max, min"),
        # sample
        ("sample = 1", "sample: 1"),
        ("[sample]\nmethod = 'FETCH'", "method: 'FETCH' is not valid: one of GET, POST"),
        ("[sample]\npath = 'v1'", "path: 'v1' is not valid: a path"),
        ("[sample]\nbody = 2026-01-01", "body"),
        ("[sample]\nbody = {a = nan}", "body: 'a table' is not valid: text, or a table that JSON"),
        (f"[sample]\nbody = '{'x' * 20_000}'", "at most 16384 characters"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(text: str, said: str) -> None:
    assert said in wrong(text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A = 3", "env.A: '***' is not valid: text in quotes"),
        ("'1A' = 'hunter2'", "env.1A: '***' is not valid: names of environment variables"),
        ('A = "hunter2\\u0000"', "env.A: '***'"),
        (f"A = '{'hunter2' * 5000}'", "at most 32768 characters"),
        ("A = 'env:not a name'", "env.A: 'env:not a name' is not valid: env: and the name"),
        ("A = 'file:relative'", "file: and an absolute path"),
    ],
)
def test_a_wrong_variable_is_named_without_its_value(line: str, said: str) -> None:
    assert "hunter2" not in wrong("env = 'A=hunter2'")
    assert said in wrong(f"[env]\n{line}")
    assert "hunter2" not in wrong(f"[env]\n{line}")


@pytest.mark.parametrize("table", ["resources.custom", "env", "parameters"])
def test_a_table_of_ones_own_names_has_an_end(table: str) -> None:
    text = f"[{table}]\n" + "\n".join(f"a{n} = 1" for n in range(101))
    assert f"{table}: '101 keys' is not valid: at most 100" in wrong(text)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    parsed = parse("description = 3\n[resources]\ncpu = 'x'\nmemory_gb = 4")
    assert parsed.manifest == Manifest(spec=Spec(memory_gb=4))
    with pytest.raises(UserError, match=r"line 1: description.*line 3: resources\.cpu"):
        parsed.required()


# -- hostile input


@pytest.mark.parametrize(
    "text",
    [
        "= =",
        "name = 'a'\nname = 'b'",
        "a." * 20_000 + "b = 1",
        "[" + "a." * 20_000 + "b]",
        "a = " + "[" * 30_000,
        "a = " + "{a=" * 15_000,
        f"a = {'9' * 6000}",
        "a = 2026-13-45",
        'a = "\x00"',
    ],
    ids=["no", "twice", "dotted", "header", "lists", "tables", "digits", "date", "nul"],
)
def test_what_is_not_toml_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InvalidField, match=r"artifact\.toml: .*TOML") as raised:
        parse(text)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        "a." * 60 + "b = 1",
        "[" + "a." * 60 + "b]",
        "\n".join(f"k{n}=1" for n in range(8000)),
        f"{'k' * 60_000} = 1",
        "[sample]\nbody = " + "[" * 300 + "]" * 300,
        "\"'''\" = 1",
    ],
    ids=["dotted", "header", "keys", "key", "nested", "quotes"],
)
def test_hostile_documents_give_few_short_problems(text: str) -> None:
    problems = parse(text).problems
    assert len(problems) <= MOST
    assert all(len(str(p)) < 600 for p in problems)


def _write(folder: Path, content: bytes) -> None:
    (folder / "artifact.toml").write_bytes(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "byte 0.*UTF-8"),
        (b"name = 'caf\xe9'", "byte 11.*UTF-8"),
        (b"#" * (LIMIT + 1), "at most 64 KiB"),
    ],
)
def test_a_file_that_is_too_large_or_no_text_is_refused(
    content: bytes, said: str, tmp_path: Path
) -> None:
    _write(tmp_path, content)
    with pytest.raises(InvalidField, match=said):
        load(tmp_path)


def test_a_file_of_just_the_largest_size_or_with_a_mark_of_utf_8_is_read(tmp_path: Path) -> None:
    _write(tmp_path, b"\xef\xbb\xbfname = 'a'\n".ljust(LIMIT, b"#"))
    assert load(tmp_path).required().name == "a"


@pytest.mark.parametrize("target", ["nowhere", "other.toml"])
def test_a_link_is_not_followed(target: str, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("name = 'secret'")
    (tmp_path / "artifact.toml").symlink_to(tmp_path / target)
    with pytest.raises(InvalidField, match=r"a link.*a plain file"):
        load(tmp_path)


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "artifact.toml")
    with pytest.raises(InvalidField, match="plain file"):
        load(tmp_path)
    (tmp_path / "artifact.toml").unlink()
    (tmp_path / "artifact.toml").mkdir()
    with pytest.raises(InvalidField, match="plain file"):
        load(tmp_path)


MARKS = st.sampled_from(["1", '"', "[", "=", "type", "0.5", "\n"])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200) | st.builds(WHOLE.replace, MARKS, st.text(max_size=5)))
def test_any_text_gives_a_manifest_or_a_complaint(text: str) -> None:
    try:
        problems = parse(text).problems
    except InvalidField as error:
        problems = (error,)
    assert all("artifact.toml" in str(p) for p in problems)


# -- the first manifest


def test_a_draft_is_a_manifest_of_what_was_found() -> None:
    found = Found(
        name="chat",
        file_path="models/serve",
        deployment_name="main",
        scales="Model",
        needs=(1, 4),
        autoscaling={"upscale_delay_s": 5},
    )
    text = draft(found)
    assert parse(text).required() == Manifest(
        name="chat",
        file_path="models/serve",
        deployment_name="main",
        scales="Model",
        spec=Spec(cpu=4, gpu=1),
    )
    assert "(upscale_delay_s)" in text


def test_every_key_that_a_draft_shows_is_right_without_its_mark() -> None:
    lines = [
        line.removeprefix("# ") if "=" in line or line.startswith("# [") else line
        for line in draft(Found()).splitlines()
    ]
    parsed = parse("\n".join(lines))
    assert not parsed.problems
    found = parsed.manifest
    parts = (found.tags, found.requirements, found.parameters, found.spec.custom)
    assert all(parts)
    assert found.health.start_limit_s
    assert parsed.manifest.autoscaling
    assert parsed.manifest.sample
    assert len(parsed.manifest.env) == 2


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.tuples(st.floats(), st.floats()), st.text())
def test_a_draft_is_toml_whatever_the_names(
    name: str, scales: str, needs: tuple[float, float], doubt: str
) -> None:
    text = draft(
        Found(
            file_path=name,
            deployment_name=name,
            scales=scales,
            needs=needs,
            doubt=doubt,
            autoscaling={doubt: 1},
        )
    )
    parse(text.encode().decode())
