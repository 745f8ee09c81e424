"""What an import tells the admin: refusals, doubts and results."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from kernel.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong or doubtful in one row. ``line`` is the row number in the spreadsheet."""

    line: int
    text: str
    name: str = ""  # the resident's name as the row gives it
    column: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did."""

    added: int
    changed: int
    households: int
    new_rts: int = 0

    @property
    def sentence(self) -> str:
        added, changed, households = (
            f"{count:,}".replace(",", ".") for count in (self.added, self.changed, self.households)
        )
        said = f"{added} penduduk ditambahkan, {changed} diperbarui, dalam {households} keluarga."
        if self.new_rts:
            said += f" {self.new_rts} RT dibuat; tunjuk ketuanya di halaman RT."
        return said


class ImportRefused(RuleBroken):
    """The file as a whole or some of its rows cannot be taken; nothing was written."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, field="file")
        self.problems = list(problems)


class ImportDoubtful(RuleBroken):
    """Rows that contradict the NIK, the register or each other. Nothing was written.

    Import again with ``confirmed=digest`` when an admin has checked exactly these rows.
    """

    def __init__(self, doubts: Sequence[Problem]) -> None:
        super().__init__(
            f"{len(doubts)} hal perlu Anda periksa sebelum disimpan; belum ada yang disimpan.",
            field="file",
        )
        self.doubts = list(doubts)

    @property
    def digest(self) -> str:
        """The same for the same doubts, else another."""
        told = json.dumps([[d.line, d.column, d.text] for d in self.doubts])
        return hashlib.sha256(told.encode()).hexdigest()
