"""The pictures that are kept are those that the index names."""

from __future__ import annotations

from pathlib import Path

from gallery.__main__ import SIZES, index
from gallery.scenes import SCENES

FOLDER = Path(__file__).parents[2] / "screenshots"


def test_the_index_names_every_picture_and_each_is_there() -> None:
    assert (FOLDER / "README.md").read_text() == index()
    for size in SIZES:
        names = {file.stem for file in (FOLDER / size).iterdir()}
        assert names == {scene.name for scene in SCENES}
