"""The blueprints that come with this release of Balai."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.catalogue.blueprint import Blueprint
from services.catalogue.categories import CATEGORIES
from services.catalogue.explaining import complaint
from services.catalogue.shorthand import UnknownShorthand, expand

FOLDER = Path(__file__).parent / "blueprints"


class BrokenBlueprint(Exception):
    """A shipped file cannot be used; names the file and the place in it."""


def load(path: Path) -> Blueprint:
    """One ``service.toml``. Raises BrokenBlueprint."""
    raw: dict[str, Any] = {}
    try:
        raw = expand(tomllib.loads(path.read_text(encoding="utf-8")))
        blueprint = Blueprint.model_validate(raw)
    except ValidationError as wrong:
        raise BrokenBlueprint(f"{path}: {complaint(wrong, raw)}") from wrong
    except KeyError as wrong:
        raise BrokenBlueprint(f"{path}: “{wrong.args[0]}” belum ada. Tambahkan.") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise BrokenBlueprint(f"{path}: bukan TOML yang benar ({wrong}).") from wrong
    except UnknownShorthand as wrong:
        raise BrokenBlueprint(f"{path}: {wrong}") from wrong
    if (blueprint.category, blueprint.slug) != (path.parents[1].name, path.parent.name):
        raise BrokenBlueprint(f"{path}: nama folder berbeda dari kelompok dan alamat layanannya.")
    if blueprint.category not in {slug for slug, *_ in CATEGORIES}:
        raise BrokenBlueprint(f"{path}: kelompok “{blueprint.category}” tidak dikenal.")
    return blueprint


@cache
def shipped() -> tuple[Blueprint, ...]:
    """All shipped blueprints, by title. Read once per process."""
    found = [load(path) for path in sorted(FOLDER.glob("*/*/service.toml"))]
    return tuple(sorted(found, key=lambda blueprint: blueprint.title))
