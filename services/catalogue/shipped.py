"""The blueprints that come with this release of Balai."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from services.catalogue.blueprint import Blueprint

FOLDER = Path(__file__).parent / "blueprints"

# How people look for things: slug, name, what it holds, icon.
CATEGORIES: tuple[tuple[str, str, str, str], ...] = (
    ("kelahiran", "Kelahiran", "Akta, kenal lahir", "baby"),
    ("sekolah", "Sekolah", "Domisili, beasiswa", "graduation-cap"),
    ("menikah", "Menikah", "Pengantar nikah, dispensasi", "heart"),
    ("pindah", "Pindah dan datang", "Tanpa surat RT", "truck"),
    ("usaha", "Usaha", "Keterangan usaha, reklame", "store"),
    ("rumah", "Rumah dan tanah", "Bangunan, tanah", "house"),
    ("bantuan", "Bantuan", "Keterangan tidak mampu", "hand-helping"),
    ("kematian", "Kematian", "Akta, waris, pemakaman", "flower"),
    ("ktp-kk", "KTP dan KK", "Baru, rusak, hilang", "id-card"),
)


class BrokenBlueprint(Exception):
    """A shipped file cannot be used; names the file and the place in it."""


def load(path: Path) -> Blueprint:
    """One ``service.toml``. Raises BrokenBlueprint."""
    try:
        blueprint = Blueprint.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as wrong:
        raise BrokenBlueprint(f"{path}: {wrong}") from wrong
    if (blueprint.category, blueprint.slug) != (path.parents[1].name, path.parent.name):
        raise BrokenBlueprint(f"{path}: folder and category/slug differ")
    if blueprint.category not in {slug for slug, *_ in CATEGORIES}:
        raise BrokenBlueprint(f"{path}: no category '{blueprint.category}'")
    return blueprint


@cache
def shipped() -> tuple[Blueprint, ...]:
    """All shipped blueprints, by title. Read once per process."""
    found = [load(path) for path in sorted(FOLDER.glob("*/*/service.toml"))]
    return tuple(sorted(found, key=lambda blueprint: blueprint.title))
