"""The tiles that come with this release of Balai."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from services.mall.spec import TileSpec

FOLDER = Path(__file__).parent / "tiles"


class BrokenTile(Exception):
    """A shipped file cannot be used; names the file."""


@cache
def shipped() -> dict[str, TileSpec]:
    """All shipped tiles by their slug. Read once per process."""
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            found[path.stem] = TileSpec.model_validate({"slug": path.stem, **raw})
        except (tomllib.TOMLDecodeError, ValidationError) as wrong:
            raise BrokenTile(f"{path}: {wrong}") from wrong
    return found
