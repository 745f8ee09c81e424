"""Systems of others whose numbers are kept here: their shapes, columns and statuses. Plain
Python."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kernel import text
from kernel.errors import NotThere, RuleBroken
from services.catalogue.translation import ORIGINAL

FILE = Path(__file__).with_name("systems.toml")
NIB = 13  # digits
# What a column of a list may be taken for, in the order in which people are asked.
FIELDS = ("number", "status", "part", "status_on", "expires_on")
NEEDED = ("number", "status")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Status(Strict):
    """What words of a list mean to a resident."""

    words: list[str]
    text: str
    en: str
    tone: Literal["ok", "info", "warn", "stop"]


class English(Strict):
    label: str
    about: str
    place: str


class System(Strict):
    """One system of somebody else."""

    key: str
    name: str
    dinas: str
    shape: Literal["registration", "nib"]
    label: str
    example: str
    about: str
    place: str
    part: str
    en: English
    columns: dict[str, list[str]]
    statuses: list[Status]

    def words(self, name: Literal["label", "about", "place"], language: str) -> str:
        """A label in the language of whoever reads."""
        said = self if language == ORIGINAL else self.en
        return str(getattr(said, name))


@cache
def systems() -> Mapping[str, System]:
    """By key. Read once per process."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {key: System.model_validate({"key": key, **told}) for key, told in raw.items()}


def system_of(key: str) -> System:
    """Raises NotThere."""
    found = systems().get(key)
    if found is None:
        raise NotThere("Sistem ini tidak dikenal.")
    return found


# --- numbers --------------------------------------------------------------------------------------

_REGISTRATION = re.compile(r"[A-Z0-9][A-Z0-9./-]{5,39}")


def normal_number(system: System, typed: str) -> str:
    """A number as it is kept, however it was typed. Raises RuleBroken with the cure."""
    if system.shape == "nib":
        digits = text.digits(typed)
        if not digits.isdigit() or len(digits) != NIB or len(set(digits)) == 1:
            raise RuleBroken(
                "NIB terdiri dari 13 angka. Salin lagi dari dokumen NIB di OSS.", field="number"
            )
        return digits
    number = "".join(text.line(typed).upper().split()).replace("–", "-")
    if not _REGISTRATION.fullmatch(number) or sum(map(str.isdigit, number)) < 6:
        raise RuleBroken(
            f"Tulis nomornya seperti di {system.name}, misalnya {system.example}.", field="number"
        )
    return number


def number_in_list(system: System, typed: str) -> str:
    """The same for a cell of a list. Spreadsheets drop the first 0 of an NIB."""
    if system.shape == "nib" and typed.isdigit() and len(typed) == NIB - 1:
        typed = f"0{typed}"
    return normal_number(system, typed)


# --- statuses -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A status in words for a resident."""

    text: str
    tone: str


@cache
def _by_words(key: str) -> Mapping[str, Status]:
    return {text.fold(word): one for one in systems()[key].statuses for word in one.words}


def said(system: System, status: str, language: str) -> Said:
    """What a status of a list means; one that nobody listed is shown as it stands there."""
    found = _by_words(system.key).get(text.fold(status))
    if found is None:
        return Said(status, "plain")
    return Said(found.text if language == ORIGINAL else found.en, found.tone)


# --- columns --------------------------------------------------------------------------------------


COLUMN_WORDS = {
    "number": "Nomor", "status": "Status", "status_on": "Tanggal status",
    "expires_on": "Berlaku sampai",
}  # fmt: skip


def column_words(field: str, system: System) -> str:
    """What a column of a list is, in words."""
    return COLUMN_WORDS.get(field, system.part)


def fields_of(system: System) -> list[str]:
    """What its columns may be taken for."""
    return [name for name in FIELDS if name in system.columns]


def proposed(
    system: System, headings: list[str], remembered: Mapping[str, str]
) -> list[str]:  # fmt: skip
    """What each column is taken for: as it was the last time, else by its heading; "" for none. No
    field is given twice: the first column keeps it."""
    usual = {
        text.squeeze(spelling): field
        for field, spellings in system.columns.items()
        for spelling in (field, *spellings)
    }
    found = [""] * len(headings)
    for known in (remembered, usual):
        for place, heading in enumerate(headings):
            field = known.get(text.squeeze(heading), "")
            if field and not found[place] and field not in found:
                found[place] = field
    return found
