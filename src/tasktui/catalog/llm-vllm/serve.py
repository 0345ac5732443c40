"""A large language model by Ray Serve's own LLM builder: vLLM on GPUs, behind OpenAI's API.

The parameters of the artifact's manifest are the arguments of ``build``. The model is called
``model`` in requests, whatever it is; weights come from Hugging Face or from a folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ray.serve import Application

NAME = "model"
"""Also the end of its deployment's name, ``LLMServer:model``, which the manifest scales."""


def config(args: dict) -> dict:
    """What Ray's LLMConfig is made from. Raises ValueError for GPUs that cannot be shared out."""
    gpus, tensor = int(args["gpus"]), int(args["tensor_parallel"])
    if gpus < 1 or tensor < 1 or gpus % tensor:
        raise ValueError(f"gpus is {gpus}: it must be a multiple of tensor_parallel, {tensor}")
    return {
        "model_loading_config": {"model_id": NAME, "model_source": str(args["model"])},
        "accelerator_type": str(args["gpu_type"]) or None,
        "engine_kwargs": {
            "tensor_parallel_size": tensor,
            "pipeline_parallel_size": gpus // tensor,
            "max_model_len": int(args["max_tokens"]),
        },
        "deployment_config": {"name": NAME},
    }


def build(args: dict) -> Application:
    """The application. Ray calls this on the cluster, where ray[llm] is installed."""
    wanted = config(args)
    try:
        from ray.serve.llm import (  # noqa: PLC0415 - so that the message below can be given
            LLMConfig,
            build_openai_app,
        )
    except ImportError as error:
        raise ImportError(
            f"llm-vllm needs vLLM on every node, and GPUs: pip install 'ray[llm]' ({error})"
        ) from error
    return build_openai_app({"llm_configs": [LLMConfig(**wanted)]})
