"""Samples of statements that services ask for, from ``statements.toml``: to print or copy."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.catalogue.rules import fill

TABLE = Path(__file__).with_name("statements.toml")
DOTS = "…………………………"
FACTS = (
    ("nama", "Nama"),
    ("nik", "NIK"),
    ("ttl", "Tempat, tanggal lahir"),
    ("pekerjaan", "Pekerjaan"),
    ("alamat", "Alamat"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sample; its texts hold placeholders."""

    title: str
    body: tuple[str, ...]
    signed_by: str


@dataclass(frozen=True, slots=True)
class Written:
    """A sample with what is known of its writer; the rest are dots."""

    title: str
    facts: list[tuple[str, str]]
    body: list[str]
    signed_by: str
    name: str
    opening: str = "Yang bertanda tangan di bawah ini:"
    closing: str = (
        "Pernyataan ini saya buat dengan sadar dan tanpa paksaan. Bila ternyata tidak benar, saya "
        "bersedia dituntut sesuai hukum yang berlaku."
    )


@cache
def samples() -> dict[str, Statement]:
    """By service and file, ``sktm.pernyataan``. Read once per process."""
    raw = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {
        place: Statement(
            one["title"], tuple(one["body"]), one.get("signed_by", "Yang membuat pernyataan")
        )
        for one in raw["statement"]
        for place in one["for"]
    }


def sample(slug: str, key: str) -> Statement | None:
    return samples().get(f"{slug}.{key}")


def write(statement: Statement, known: Mapping[str, str]) -> Written:
    values = {**{key: known.get(key) or DOTS for key, _ in FACTS}, "titik": DOTS}
    return Written(
        statement.title,
        [(label, values[key]) for key, label in FACTS],
        [fill(text, values) for text in statement.body],
        statement.signed_by,
        known.get("nama", ""),
    )
