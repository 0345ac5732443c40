"""tasktui: a keyboard-driven control plane for model-serving tasks on Ray Serve."""

__version__ = "0.1.0"
