"""The builder of ``llm-vllm``: what it makes of parameters, against Ray's own LLMConfig.

vLLM wants a GPU, and is not installed for tests: nothing here starts an engine.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from typing import Any

import pytest

from tasktui.catalog import official

pytest.importorskip("ray.serve")

(MODEL,) = (m for m in official() if m.name == "llm-vllm")
SCRIPT = MODEL.folder / f"{MODEL.manifest.file_path}.py"

# Ray imports pyarrow beside LLMConfig, to fetch files: 170 MB that say nothing of a configuration.
CHECK = """
import json, sys
from unittest.mock import MagicMock

sys.modules.update({"pyarrow": MagicMock(), "pyarrow.fs": MagicMock()})
from ray.llm._internal.serve.core.configs.llm_config import LLMConfig

for line in sys.stdin:
    try:
        print(json.dumps(LLMConfig(**json.loads(line)).model_id))
    except ValueError as error:
        print(json.dumps(str(error)))
"""


def defaults() -> dict[str, Any]:
    return {p.name: p.default for p in MODEL.manifest.parameters}


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("vllm_script", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_it_makes_is_what_ray_takes(script: Any) -> None:
    many = {**defaults(), "gpus": 8, "tensor_parallel": 4, "gpu_type": "H100"}
    wrong = {**defaults(), "gpu_type": "H999"}
    lines = [json.dumps(script.config(args)) for args in (defaults(), many, wrong)]
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    usual, large, refused = (json.loads(line) for line in done.stdout.splitlines())
    assert usual == large == "model"
    assert "H999" in refused


def test_gpus_are_shared_out_over_layers_and_stages(script: Any) -> None:
    made = script.config({**defaults(), "gpus": 8, "tensor_parallel": 4})
    assert made["engine_kwargs"]["tensor_parallel_size"] == 4
    assert made["engine_kwargs"]["pipeline_parallel_size"] == 2


@pytest.mark.parametrize(("gpus", "tensor"), [(3, 2), (1, 2), (0, 1)])
def test_gpus_that_cannot_be_shared_out_are_refused(script: Any, gpus: int, tensor: int) -> None:
    with pytest.raises(ValueError, match="multiple of tensor_parallel"):
        script.config({**defaults(), "gpus": gpus, "tensor_parallel": tensor})


def test_without_vllm_it_says_what_to_install(script: Any) -> None:
    with pytest.raises(ImportError, match=r"pip install 'ray\[llm\]'"):
        script.build(defaults())


def test_the_manifest_scales_the_deployment_that_ray_will_make(script: Any) -> None:
    name = script.config(defaults())["deployment_config"]["name"]
    assert MODEL.manifest.scales == f"LLMServer:{name}"
