"""The blueprints that come with this release of Balai."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.catalogue.blueprint import Blueprint
from services.catalogue.shorthand import UnknownShorthand, expand

FOLDER = Path(__file__).parent / "blueprints"

# How people look for things: slug, name, what it holds, icon.
CATEGORIES: tuple[tuple[str, str, str, str], ...] = (
    ("kelahiran", "Kelahiran dan anak", "Akta, kenal lahir, wali", "baby"),
    ("sekolah", "Sekolah", "SPMB, beasiswa, penghasilan orang tua", "graduation-cap"),
    ("kerja", "Kerja", "SKCK, pekerjaan, izin keluarga", "briefcase-business"),
    ("menikah", "Menikah dan keluarga", "N1 sampai N6, janda/duda, cerai", "heart"),
    ("pindah", "Pindah dan domisili", "Pindah, datang, tempat tinggal", "truck"),
    ("ktp-kk", "KTP, KK, dan data diri", "Baru, rusak, hilang, keliru", "id-card"),
    ("usaha", "Usaha", "Keterangan usaha, reklame, proposal", "store"),
    ("rumah", "Rumah dan tanah", "Tanah, bangunan, PBB", "house"),
    ("bantuan", "Bantuan dan kesehatan", "Tidak mampu, jaminan kesehatan", "hand-helping"),
    ("acara", "Acara dan lingkungan", "Keramaian, sumbangan, tetangga", "megaphone"),
    ("kematian", "Kematian dan waris", "Akta, pemakaman, ahli waris", "flower"),
    ("umum", "Surat lainnya", "Keterangan umum, kuasa, legalisasi", "file-text"),
)


class BrokenBlueprint(Exception):
    """A shipped file cannot be used; names the file and the place in it."""


def load(path: Path) -> Blueprint:
    """One ``service.toml``. Raises BrokenBlueprint."""
    from services.catalogue.words import complaint  # which names CATEGORIES

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
