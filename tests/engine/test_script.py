from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from tasktui.engine.bindings import Reader
from tasktui.engine.script import Script, applications, inspect
from tasktui.engine.values import members
from tasktui.errors import InvalidField

HEAD = """
from ray import serve

@serve.deployment
class Model: pass

@serve.deployment(ray_actor_options={"num_gpus": 1})
class Big: pass

@serve.deployment
class Ingress: pass

"""


def scaled(text: str, name: str = "app", scales: str = "") -> str:
    return inspect(HEAD + text, name, scales).scaled


def refused(text: str, name: str = "app", scales: str = "") -> InvalidField:
    with pytest.raises(InvalidField) as raised:
        inspect(HEAD + text, name, scales)
    return raised.value


# -- one deployment, in every way of writing it


@pytest.mark.parametrize(
    "text",
    [
        "from ray import serve\n@serve.deployment\nclass One: pass\napp = One.bind()",
        "from ray import serve\n@serve.deployment()\nclass One: pass\napp = One.bind(1, a=2)",
        "from ray import serve\n@serve.deployment(name='One')\nclass X: pass\napp = X.bind()",
        "from ray import serve\n@serve.deployment(name=None)\nclass One: pass\napp = One.bind()",
        "from ray import serve\n@serve.deployment\ndef One(r): return 1\napp = One.bind()",
        "from ray import serve\n@serve.deployment\nasync def One(r): return 1\napp = One.bind()",
        "from ray import serve as s\n@s.deployment\nclass One: pass\napp = One.bind()",
        "import ray.serve\n@ray.serve.deployment\nclass One: pass\napp = One.bind()",
        "import ray.serve as rs\n@rs.deployment\nclass One: pass\napp = One.bind()",
        "import ray\nfrom ray import serve\n@ray.serve.deployment\nclass One: pass\napp=One.bind()",
        "from ray.serve import deployment\n@deployment\nclass One: pass\napp = One.bind()",
        "from ray.serve import deployment as d\n@d()\nclass One: pass\napp = One.bind()",
        "from ray.serve.api import deployment\n@deployment\nclass One: pass\napp = One.bind()",
        "from ray import serve\nclass One: pass\napp = serve.deployment(One).bind()",
        "from ray import serve\nclass X: pass\nD = serve.deployment(name='One')(X)\napp = D.bind()",
        "from ray import serve\nclass X: pass\napp = serve.deployment(X, name='One').bind()",
        "from ray import serve\nfrom a import X\napp = serve.deployment(X, name='One').bind()",
        (
            "from ray import serve\nNAME = 'One'\n@serve.deployment(name=NAME)\nclass X: pass\n"
            "app = X.bind()"
        ),
        (
            "from ray import serve\nOPTIONS = {'name': 'One'}\n@serve.deployment(**OPTIONS)\n"
            "class X: pass\napp = X.bind()"
        ),
        (
            "from ray import serve\nfrom fastapi import FastAPI\napi = FastAPI()\n"
            "@serve.deployment\n@serve.ingress(api)\nclass One: pass\napp = One.bind()"
        ),
        (
            "from ray import serve\nfrom a import traced\n@serve.deployment\n@traced\n"
            "class One: pass\napp = One.bind()"
        ),
    ],
)
def test_the_only_deployment_is_found_however_it_is_written(text: str) -> None:
    assert inspect(text, "app") == Script("One", {}, needs=(0, 1))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("app = Model.bind()", "Model"),
        ("app: serve.Application = Model.bind()", "Model"),
        ("app = other = Model.bind()", "Model"),
        ("app, other = Model.bind(), Big.bind()", "Model"),
        ("(app, x), y = [[Model.bind(), 1], 2]", "Model"),
        ("name, gpus = 'Other', 1\napp = Model.options(name=name).bind()", "Other"),
        ("app = Model.options(name='Other').bind()", "Other"),
        ("app = Model.options(name='A').options(num_replicas=2).bind()", "A"),
        ("M = Model.options(name='Other')\nm = M.bind()\napp = m", "Other"),
        ("app = Model.bind()\napp = Big.bind()", "Big"),
        ("if True:\n    app = Model.bind()\nelse:\n    app = app2 = None\napp = Big.bind()", "Big"),
        (
            "if __name__ == '__main__':\n    app = Big.bind()\nelse:\n    app = Model.bind()",
            "Model",
        ),
        (
            "try:\n    import fast\nexcept ImportError:\n    fast = None\napp = Model.bind()",
            "Model",
        ),
        ("with open('x') as f:\n    app = Model.bind(f.read())", "Model"),
        ("import os\napp = Model.bind(os.environ.get('NAME', 'm'))", "Model"),
        ("from engine import EngineArgs\napp = Model.bind(EngineArgs(tp=2))", "Model"),
        ("from settings import MODEL_ID\napp = Model.bind(MODEL_ID)", "Model"),
        ("def path(): return '/models'\napp = Model.bind(path())", "Model"),
        ("app = Model.bind([n * 2 for n in range(3)], f'{1}', lambda x: x)", "Model"),
    ],
)
def test_a_bound_name_is_followed_to_its_deployment(text: str, name: str) -> None:
    assert scaled(text) == name


def test_several_applications_of_a_script_are_told_apart() -> None:
    text = "app = Model.bind()\nother = Big.bind()"
    assert (scaled(text, "app"), scaled(text, "other")) == ("Model", "Big")


# -- compositions


@pytest.mark.parametrize(
    "text",
    [
        "app = Ingress.bind(Big.bind())",
        "m = Big.bind()\napp = Ingress.bind(m)",
        "app = Ingress.bind(model=Big.bind())",
        "app = Ingress.bind([Big.bind(), Model.bind()])",
        "app = Ingress.bind({'a': Big.bind(), 'b': Model.bind()})",
        "models = [Big.bind(), Model.bind()]\napp = Ingress.bind(*models)",
        "parts = {'a': Big.bind(), 'b': Model.bind()}\napp = Ingress.bind(**parts)",
        "app = Ingress.bind(Model.bind(Big.bind()))",
        "m = Big.bind()\napp = Ingress.bind(m, Model.bind(m))",
        "a = b = Big.bind()\napp = Ingress.bind(a, b)",
        "def model(): return Big.bind()\napp = Ingress.bind(model())",
        "def wrap(m): return Ingress.bind(m)\napp = wrap(Big.bind())",
        "def wrap(*, m): return Ingress.bind(m)\napp = wrap(m=Big.bind())",
    ],
)
def test_the_heaviest_dependency_of_the_ingress_scales(text: str) -> None:
    assert scaled(text) == "Big"


def test_the_only_dependency_scales_also_when_it_needs_no_more_than_the_ingress() -> None:
    assert scaled("app = Ingress.bind(Model.bind())") == "Model"


def test_more_cpus_decide_where_gpus_are_equal() -> None:
    text = """
heavy = Model.options(name="Heavy", ray_actor_options={"num_cpus": 4})
app = Ingress.bind(Model.bind(), heavy.bind())
"""
    assert scaled(text) == "Heavy"


@pytest.mark.parametrize(
    "text",
    [
        "app = Ingress.bind(Model.bind(), Model.options(name='Second').bind())",
        "app = Big.bind(Model.bind())",
        (
            "import os\nN = int(os.environ['GPUS'])\n"
            "m = Model.options(name='Second', ray_actor_options={'num_gpus': N})\n"
            "app = Ingress.bind(Model.bind(), m.bind())"
        ),
        (
            "m = Model.options(ray_actor_options={'num_gpus': '1'})\n"
            "app = Ingress.bind(m.bind(), Big.bind())"
        ),
        (
            "m = Model.options(ray_actor_options=['num_gpus'])\n"
            "app = Ingress.bind(m.bind(), Big.bind())"
        ),
    ],
)
def test_where_weight_does_not_tell_the_user_is_asked_with_the_names(text: str) -> None:
    error = refused(text)
    assert error.field == "deployment_name"
    assert "--scales" in error.allowed
    assert "Model" in error.allowed
    assert scaled(text, scales="Model") == "Model"


def test_deployments_of_one_name_are_numbered_as_ray_does() -> None:
    text = "app = Ingress.bind(Model.bind(), Model.bind(), Ingress.bind())"
    assert "Model, Model_1, Ingress, Ingress_1" in refused(text).allowed
    assert scaled(text, scales="Model_1") == "Model_1"


@pytest.mark.parametrize(
    "text",
    [
        "app = Ingress.bind(Model.bind(), Model.bind(), Ingress.bind())",
        "m = Model.bind()\napp = Ingress.bind(m, Big.bind(m), last=Model.bind())",
        "app = Ingress.bind([Big.bind(), {'a': Model.bind(Big.bind())}])",
        "app = Ingress.bind(b=Model.options(name='Big').bind(), a=Big.bind())",
        "def wrap(m): return Model.bind(m, m)\napp = Ingress.bind(wrap(Model.bind()))",
    ],
)
def test_names_are_those_that_ray_itself_gives(text: str) -> None:
    build = pytest.importorskip("ray.serve._private.build_app").build_app
    names: dict[str, Any] = {}
    exec(HEAD + text, names)  # noqa: S102 - the tests' own script
    built = build(names["app"], name="a", make_deployment_handle=lambda *_: object())
    assert list(members(Reader(ast.parse(HEAD + text)).names["app"]).named) == [  # type: ignore[arg-type]
        d.name for d in built.deployments
    ]


# -- builders


@pytest.mark.parametrize(
    "text",
    [
        "def app(args): return Model.bind(args['x'])",
        "def app(args: dict[str, str]) -> object:\n    m = Model.bind()\n    return m",
        "def app(args):\n    from late import helper\n    return Model.bind()",
        "def app(args):\n    if args:\n        return Model.bind(1)\n    return Model.bind(2)",
        "def app(args): return build()\ndef build(): return Model.bind()",
        "def app(args): return Late.bind()\nLate = Model",
    ],
)
def test_a_builder_function_is_followed(text: str) -> None:
    assert scaled(text) == "Model"


@pytest.mark.parametrize("signature", ["()", "(a, b)", "(a, *b)", "(a, **b)", "(a, /, *, b)"])
def test_a_builder_of_another_number_of_parameters_is_refused(signature: str) -> None:
    assert "one parameter" in refused(f"def app{signature}: return Model.bind()").allowed


def test_functions_that_call_themselves_come_to_an_end() -> None:
    text = "def loop(n): return loop(n - 1)\ndef app(args): return loop(3)"
    assert "--scales" in refused(text).allowed


def test_long_chains_of_calls_come_to_an_end() -> None:
    assert scaled(f"import os\nx = os{'.a()' * 60}\napp = Model.bind(x)") == "Model"


def test_an_expression_that_is_too_deep_cannot_be_told() -> None:
    deep = " + ".join(["x"] * 2000)
    assert (
        "--scales" in refused(f"def app(args):\n    y = {deep}\n    return Model.bind(y)").allowed
    )


def test_values_that_double_at_every_line_come_to_an_end() -> None:
    lines = ["import os", "x0 = os.environ.get('A')"]
    lines += [f"x{n + 1} = [x{n}, x{n}, Model]" for n in range(60)]
    assert scaled("\n".join([*lines, "app = Model.bind(x60)"])) == "Model"


# -- what cannot be told


@pytest.mark.parametrize(
    "text",
    [
        "from models import app",
        "from models import *",
        "from models import Model\napp = Model.bind()",
        "import models\napp = models.build()",
        "from ray.serve.llm import build_openai_app\napp = build_openai_app({})",
        "from models import model\napp = Ingress.bind(model)",
        "import models\napp = Ingress.bind(models.app)",
        "from models import build\napp = Ingress.bind(build())",
        "import os\napp = Model.bind() if os.environ.get('A') else Big.bind()",
        "import os\nif os.environ.get('A'):\n    app = Model.bind()\nelse:\n    app = Big.bind()",
        "import os\nif os.environ.get('A'):\n    app = Model.bind()",
        "app = Ingress.bind([Model.options(name=f'M{n}').bind() for n in range(3)])",
        "app = Ingress.bind([Model.bind() for n in range(3)])",
        "ms = []\nms.append(Big.bind())\napp = Ingress.bind(ms)",
        "ms = []\nfor n in range(3):\n    ms.append(Big.bind())\napp = Ingress.bind(ms)",
        "ms = []\nms += [Big.bind()]\napp = Ingress.bind(ms)",
        "ms = {}\nms['a'] = Big.bind()\napp = Ingress.bind(ms)",
        "for m in [Big.bind(), Model.bind()]:\n    app = Ingress.bind(m)",
        "a, *b = [Big.bind(), Model.bind(), 1]\napp = Ingress.bind(a)",
        "a, b = make()\napp = Ingress.bind(Model.bind(a.app()), a.bind())",
        "import os\nD = Model if os.environ.get('A') else Big\napp = D.bind()",
        "import os\napp = Model.options(name=os.environ['NAME']).bind()",
        "import os\nOPTIONS = dict(os.environ)\napp = Model.options(**OPTIONS).bind()",
        (
            "import functools\nd = functools.partial(serve.deployment)\n@d\nclass X: pass\n"
            "app = X.bind()"
        ),
        "apps = [Model.bind()]\napp = apps[0]",
        "class Factory:\n    def build(self): return Model.bind()\napp = Factory().build()",
        "app = serve.run(Model.bind())",
        "match 1:\n    case 1:\n        app = Model.bind()\n    case _:\n        app = Big.bind()",
        "try:\n    from fast import app\nexcept ImportError:\n    app = Model.bind()",
    ],
)
def test_what_only_a_run_would_tell_is_asked_for_and_taken_when_given(text: str) -> None:
    error = refused(text)
    assert error.field == "deployment_name"
    assert "--scales" in error.allowed
    assert scaled(text, scales="Anything") == "Anything"


def test_what_can_be_seen_is_named_when_the_rest_cannot() -> None:
    text = "from models import other\napp = Ingress.bind(Model.bind(), other)"
    assert "Model, Ingress" in refused(text).allowed


# -- refusals


def test_a_given_deployment_that_is_none_of_them_is_refused_with_the_list() -> None:
    error = refused("app = Ingress.bind(Big.bind())", scales="Modell")
    assert error.field == "scales"
    assert "Big, Ingress" in error.allowed


def test_a_given_deployment_wins_over_the_heaviest() -> None:
    assert scaled("app = Ingress.bind(Big.bind())", scales="Ingress") == "Ingress"


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("absent", "app = Model.bind()\nother = Big.bind()", "app, other"),
        ("app", "", "it has none"),
        ("app", "app = Model", "app.bind()"),
        ("Model", "app = Model.bind()", "app = Model.bind()"),
        ("app", "class Bare: pass\napp = Bare.bind()", "Bare lacks @serve.deployment"),
        ("app", "app = 3", "none"),
        ("app", "app = {'a': 1}", "none"),
    ],
)
def test_a_name_that_is_no_application_is_refused_with_those_that_are(
    name: str, text: str, word: str
) -> None:
    error = refused(text, name)
    assert error.field == "deployment_name"
    assert word in error.allowed


@pytest.mark.parametrize(
    ("text", "where"),
    [("a = 1\nb = = 2\n", "line 2"), ("a = '\0'", ""), ("(" * 500, ""), ("x = " + "-" * 9999, "")],
)
def test_a_script_that_is_not_python_is_refused(text: str, where: str) -> None:
    with pytest.raises(InvalidField) as raised:
        inspect(text, "app")
    assert raised.value.field == "file_path"
    assert where in str(raised.value)


def test_nothing_of_the_script_runs(tmp_path: Path) -> None:
    target = tmp_path / "ran"
    text = f"open({str(target)!r}, 'w')\nimport no_such_module\napp = Model.bind(1 / 0)"
    assert scaled(text) == "Model"
    assert not target.exists()


# -- autoscaling options


@pytest.mark.parametrize(
    ("option", "found"),
    [
        ("num_replicas=3", {}),
        ("num_replicas='auto'", {}),
        ("num_replicas='auto', autoscaling_config={'upscale_delay_s': 3}", {"upscale_delay_s": 3}),
        ("autoscaling_config=None", {}),
        ("autoscaling_config={'min_replicas': 1, 'max_replicas': 9}", {}),
        ("autoscaling_config={'min_replicas': n(), 'upscale_delay_s': 3}", {"upscale_delay_s": 3}),
        (
            "autoscaling_config={'initial_replicas': 2, 'upscale_delay_s': 3.5}",
            {"upscale_delay_s": 3.5},
        ),
        ("autoscaling_config=CONFIG", {"target_ongoing_requests": 7}),
        ("**OPTIONS", {"target_ongoing_requests": 7}),
        (
            "autoscaling_config={**CONFIG, 'upscale_delay_s': LATE}",
            {"target_ongoing_requests": 7, "upscale_delay_s": 4},
        ),
        ("autoscaling_config=dict(upscale_delay_s=3)", {"upscale_delay_s": 3}),
        (
            "autoscaling_config=AutoscalingConfig(min_replicas=1, upscale_delay_s=3)",
            {"upscale_delay_s": 3},
        ),
        (
            "autoscaling_config={'policy': {'policy_function': 'm:f', 'x': [1]}}",
            {"policy": {"policy_function": "m:f", "x": [1]}},
        ),
    ],
)
def test_options_besides_the_bounds_are_read(option: str, found: dict[str, object]) -> None:
    text = f"""
from ray.serve.config import AutoscalingConfig
CONFIG = {{"min_replicas": 1, "target_ongoing_requests": 7}}
LATE = 4
OPTIONS = {{"autoscaling_config": CONFIG}}
@serve.deployment({option})
class Scaled: pass
app = Scaled.bind()
"""
    assert inspect(HEAD + text, "app").autoscaling == found


def test_options_given_later_replace_those_of_the_decorator() -> None:
    text = """
One = Model.options(autoscaling_config={"upscale_delay_s": 1, "look_back_period_s": 2})
app = One.options(autoscaling_config={"upscale_delay_s": 5}, name="Two").bind()
"""
    assert inspect(HEAD + text, "app") == Script("Two", {"upscale_delay_s": 5}, needs=(0, 1))


def test_options_of_the_deployment_that_scales_count_not_of_the_ingress() -> None:
    text = """
one = Big.options(autoscaling_config={"upscale_delay_s": 1}).bind()
app = Ingress.options(autoscaling_config={"upscale_delay_s": 9}).bind(one)
"""
    assert inspect(HEAD + text, "app").autoscaling == {"upscale_delay_s": 1}
    assert inspect(HEAD + text, "app", "Ingress").autoscaling == {"upscale_delay_s": 9}


@pytest.mark.parametrize(
    "config",
    [
        "{'upscale_delay_s': float(os.environ['D'])}",
        "read_config()",
        "{'policy': b'bytes'}",
        "{'policy': {1, 2}}",
        "{**read_config()}",
        "CHANGED",
        "3",
    ],
)
def test_options_that_only_a_run_would_tell_are_refused_not_lost(config: str) -> None:
    text = f"""
import os
from settings import read_config
CHANGED = {{"upscale_delay_s": 1}}
CHANGED["look_back_period_s"] = 5
app = Model.options(autoscaling_config={config}).bind()
"""
    error = refused(text)
    assert error.field == "deployment_name"
    assert "autoscaling_config" in error.allowed


# -- for a first manifest


def test_every_application_that_a_script_binds_is_found_by_name() -> None:
    text = "app = Model.bind()\nother = Model.options(name='B').bind()\nnumber = 3\n"
    assert applications(HEAD + text) == ("app", "other")
    assert applications("x = 1") == ()


@pytest.mark.parametrize(
    ("options", "needs"),
    [
        ("num_gpus", None),
        ("{'num_gpus': 1, 'num_cpus': 4}", (1, 4)),
        ("{'num_gpus': count()}", None),
        ("{'num_gpus': 'many'}", None),
    ],
)
def test_what_a_replica_needs_is_read_where_it_is_written_out(
    options: str, needs: tuple[float, float] | None
) -> None:
    text = f"app = Model.options(ray_actor_options={options}).bind()"
    assert inspect(HEAD + text, "app").needs == needs
