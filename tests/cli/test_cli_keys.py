from __future__ import annotations

from pathlib import Path

import pytest

from cli.tool import Tool


def test_the_verb_lists_all_keys_and_what_is_not_used(tool: Tool) -> None:
    assert "detail" in tool.run("keys")
    config = tool.folder / ".config/tasktui/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[keys]\ndetail = "h"\nlogs = "h"\n')
    answer = tool.json("keys", code=1)
    assert next(k for k in answer["keys"] if k["id"] == "detail")["keys"] == ["h"]
    assert answer["not_used"] == ["logs = 'h': h is detail already on the same screen."]


@pytest.mark.parametrize("line", ['keys = "x"', "[keys]\ndetail = 1"])
def test_anything_but_a_table_of_texts_is_refused(tool: Tool, line: str) -> None:
    config: Path = tool.folder / ".config/tasktui/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(line)
    assert "a table such as [keys]" in tool.fails("ls")
