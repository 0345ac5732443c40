"""Writes the first manifest of a folder, with every key there is. Pure.

Guarantees that what it writes is TOML with known keys only, whatever the names in it are.
Must not know scripts: what was found in them is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a folder."""

    name: str = ""
    """As an artifact's name; empty where the folder's name gives none."""
    file_path: str = "serve"
    deployment_name: str = "app"
    scales: str = ""
    """Empty where the script does not tell."""
    needs: tuple[float, float] | None = None
    """GPUs and CPUs of one replica."""
    autoscaling: Mapping[str, object] = field(default_factory=dict)
    """As written in the code, where it stays."""
    doubt: str = ""
    """What could not be told."""


def draft(found: Found) -> str:
    """The text of an ``artifact.toml``."""
    gpu, cpu = found.needs if found.needs and _possible(found.needs) else (0.0, 1.0)
    doubt = f"# To settle: {_one_line(found.doubt)}\n" if found.doubt else ""
    scales = found.scales or "Model"
    in_code = f" ({_one_line(', '.join(found.autoscaling))})" if found.autoscaling else ""
    return f"""\
# What this folder is as an artifact. Check it: tasktui artifact check FOLDER
# Every line that begins with # shows a key that may be left out.
{doubt}
{"" if found.name else "# "}name = {_quoted(found.name or "my-model")}
description = ""
# tags = ["demo"]                   # words to find it by

file_path = {_quoted(found.file_path)}   # the script, without .py
deployment_name = {_quoted(found.deployment_name)}   # the bound application in it
{"" if found.scales else "# "}scales = {_quoted(scales)}   # the deployment that replicas count for
# requirements = ["torch==2.5.1"]   # Python packages, as pip writes them

[resources]                         # of one replica, on one node
cpu = {cpu:g}
memory_gb = 0                       # 0 reserves none
gpu = {gpu:g}                             # below 1 shares one
# gpu_type = "H100"                 # Ray's name of it; any without
# custom = {{licence = 1}}            # Ray's custom resources

[env]                               # secrets by reference only: this file is packed
# HF_TOKEN = "env:HF_TOKEN"         # from the scheduler's environment
# API_KEY = "file:/run/secrets/key" # from a file

# [parameters.max_tokens]           # {{"max_tokens": 256}} goes to the function
#                                   # that deployment_name then is: tasktui launch --set
# type = "integer"                  # text, integer, number or boolean
# default = 256
# min = 1                           # min and max, or choices = [128, 256]
# max = 4096
# description = "Longest answer"

# [health]                          # of each replica, in seconds
# check_period_s = 10
# check_timeout_s = 30
# start_limit_s = 1800              # until a replica is ready

# [autoscaling]                     # over those in the code{in_code}
# target_ongoing_requests = 2
# upscale_delay_s = 30
# downscale_delay_s = 600

# [sample]                          # what tasktui call sends where nothing else is said
# method = "POST"
# path = "/"
# body = {{prompt = "hello"}}
"""


def _possible(needs: tuple[float, float]) -> bool:
    return all(0 <= amount < 1e6 for amount in needs)


def _quoted(text: str) -> str:
    """A TOML text: JSON's escapes are among TOML's, but for DEL and half of a surrogate pair."""
    whole = text.encode(errors="replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007F")


def _one_line(text: str) -> str:
    """``text`` as it can stand in a comment."""
    return "".join(c if c.isprintable() else " " for c in text)
