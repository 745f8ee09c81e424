"""The walk of one application in docs/architecture.md names functions that exist, and few."""

import re
from importlib import import_module
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
WALK = TEXT.partition("## The walk of one application\n")[2].partition("\n## ")[0]
STEPS = WALK.partition("\n1. ")[2]
NAMED = dict.fromkeys(re.findall(r"`((?:[a-z_]+\.){2,}[a-z_]+)`", STEPS))


def test_the_walk_names_functions_that_exist() -> None:
    assert len(NAMED) > 20
    for name in NAMED:
        module, _, function = name.rpartition(".")
        assert callable(getattr(import_module(f"services.{module}"), function)), name


def test_the_walk_names_fewer_than_40_functions() -> None:
    assert len(NAMED) < 40
