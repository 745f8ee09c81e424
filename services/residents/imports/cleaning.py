"""From the cells of a file to typed values, in the text format of PostgreSQL's COPY.

Plain Python: cleaning is most of the work of an import, and runs in processes of its own
(``cleaner``) that load no application.

Nothing here knows the register: what one row says is checked against itself alone. What rows say
together, and against the register, ``checks`` asks of the database.
"""

import hmac
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.residents.imports import values
from services.residents.imports.columns import HEADINGS, Cell, as_text
from services.residents.imports.staged import FACTS, LEADING
from services.residents.place_codes import VillageNames, place_code

Row: TypeAlias = tuple[int, list[Cell]]  # the line the spreadsheet shows, and the cells
NULL = r"\N"
# Readings of one column that are kept for cells that come again: of texts few, since names hardly
# do; of dates all there are.
_KEPT_TEXTS, _KEPT = 2_000, 40_000
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """What the columns of a file are, and what cells are compared with.

    ``columns`` has a field, or IGNORED, or None: a column without a heading, in which nothing may
    stand. ``village`` is the code of the village of a file that has no column for it.
    """

    columns: tuple[str | None, ...]
    villages: VillageNames
    village: str
    today: date
    seal_key: bytes
    print_key: bytes


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A cell that cannot be taken, and why."""

    text: str
    heading: str = ""


# --- single cells ---------------------------------------------------------------------------------

_TEXTS = {
    "name": 150, "birth_place": 80, "address": 200, "father_name": 150, "mother_name": 150,
    "current_address": 200, "ethnicity": 60, "insurance_number": 30, "card_tag": 30,
    "birth_certificate": 50, "marriage_certificate": 50, "divorce_certificate": 50,
    "passport": 30, "stay_permit": 30,
}  # fmt: skip
# Words of ASCII with one space between them: already as they are kept, as most cells are. The
# backtick is left out, because a name keeps one kind of apostrophe.
_plain = re.compile(r"[!-_a-~]+(?: [!-_a-~]+)*").fullmatch
_NAMES = {"name", "father_name", "mother_name"}
_PAST = {"birth_date": "tanggal lahir", "resident_since": "penduduk sejak",
         "married_on": "tanggal kawin", "divorced_on": "tanggal cerai"}  # fmt: skip
_FUTURE = {"passport_until": "paspor sampai", "stays_until": "tinggal sampai"}
_PLACE = ("village", "dusun", "rw", "rt")
_NUMBERS = ("nik", "kk_number", "father_nik", "mother_nik")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\") if "\\" in value else value


def _reader(field: str, today: date) -> Callable[[Cell], str]:
    """What reads the cells of a column: a value as COPY text, NULL for a blank cell."""
    if field in _TEXTS:
        limit, is_name, heading = _TEXTS[field], field in _NAMES, HEADINGS[field]

        def words(cell: Cell) -> str:
            if isinstance(cell, str) and len(cell) <= limit and _plain(cell):
                return NULL if cell in values.BLANK else _escaped(cell)
            found = values.words(cell, heading, limit=limit, is_name=is_name)
            return NULL if found in values.BLANK else _escaped(found)

        return words
    if field in _PAST or field in _FUTURE:
        what = _PAST.get(field) or _FUTURE[field]
        last = {"today": today} if field in _PAST else {}

        def day(cell: Cell) -> str:
            typed = values.typed(cell)
            if not typed or (field != "birth_date" and values.is_no_day(typed)):
                return NULL
            return values.day(typed, what, **last).isoformat()

        return day
    if field == "pregnant":
        return _read_with(lambda typed: "t" if values.coded(typed, field) == 1 else "f")
    if field in values.CHOICES:
        return _read_with(lambda typed: NULL if typed == "0" else str(values.coded(typed, field)))
    if field in ("latitude", "longitude"):
        return _read_with(lambda typed: str(values.degrees(typed, field) or NULL))
    others: dict[str, Callable[[str], str]] = {
        "phone": values.phone,
        "postal_code": values.postal_code,
    }
    return _read_with(others[field])


def _read_with(read: Callable[[str], str]) -> Callable[[Cell], str]:
    def cell_of(cell: Cell) -> str:
        typed = values.typed(cell)
        return read(typed) if typed else NULL

    return cell_of


class _Column:
    """One column of the file: what its cells say, each reading kept for when it comes again."""

    __slots__ = ("_most", "_read", "at", "heading", "kept", "slot")

    def __init__(self, field: str, at: int, today: date) -> None:
        self.at = at
        self.slot = FACTS.index(field) + len(LEADING)
        self.heading = HEADINGS[field]
        self.kept: dict[Cell, str | _Wrong] = {}
        self._read = _reader(field, today)
        self._most = _KEPT_TEXTS if field in _TEXTS else _KEPT

    def read(self, cell: Cell) -> str | _Wrong:
        """A cell that was not seen lately."""
        if len(self.kept) > self._most:
            self.kept.clear()
        found: str | _Wrong
        try:
            found = self._read(cell)
        except RuleBroken as wrong:
            found = _Wrong(wrong.message)
        self.kept[cell] = found
        return found


# --- rows -----------------------------------------------------------------------------------------


class Cleaner:
    """Cleans the rows of one file, one chunk after the other."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        at = {field: n for n, field in enumerate(plan.columns) if field}
        self._at = at
        plain = [field for field in at if field not in (*_PLACE, *_NUMBERS)]
        self._columns = [_Column(field, at[field], plan.today) for field in plain]
        self._width = len(plan.columns)
        self._unnamed = [n for n, field in enumerate(plan.columns) if field is None]
        self._parents = [
            (at[field], LEADING.index(f"{field}_sealed"), field)
            for field in ("father_nik", "mother_nik")
            if field in at
        ]
        self._cipher = AESGCM(plan.seal_key)
        self._places: dict[tuple[Cell, ...], str | _Wrong] = {}
        self._dates: dict[str, tuple[str, bool]] = {}  # in a NIK: ddmmyy, of a woman
        self._card: tuple[Cell, str, str] = ("", NULL, NULL)  # the last: families stand together
        self._numbers_seen = self._in_zero = 0
        self._born = next((c.slot for c in self._columns if c.heading == "tanggal_lahir"), None)
        self._sex = next((c.slot for c in self._columns if c.heading == "jenis_kelamin"), None)
        self._blank = [NULL] * (len(LEADING) + len(FACTS))

    def clean(self, rows: Iterable[Row]) -> tuple[int, int, int, bytes]:
        """How many rows, how many NIK and card numbers in them and how many of these end in 0; and
        the rows as lines of COPY, blank ones left out."""
        self._numbers_seen = self._in_zero = 0
        made = [line for row in rows if (line := self._line(*row))]
        return len(made), self._numbers_seen, self._in_zero, "".join(made).encode()

    def _line(self, number: int, cells: list[Cell]) -> str:
        if not any(cells):
            return ""
        out = self._blank.copy()
        out[0] = str(number)
        wrong: list[list[str]] = []
        count = len(cells)
        for column in self._columns:
            if column.at >= count:
                continue
            cell = cells[column.at]
            found = column.kept.get(cell)
            if found is None:
                found = column.read(cell)
            if isinstance(found, str):
                out[column.slot] = found
            else:
                wrong.append([column.heading, found.text])
        doubts = self._numbers(cells, out, wrong)
        self._place(cells, out, wrong)
        if count > self._width or self._unnamed:
            self._outside(cells, wrong)
        if (wrong or out[5] == NULL) and not any(map(as_text, cells)):
            return ""
        if wrong:
            at = self._at.get("name", count)
            who = as_text(cells[at])[:60] if at < count else ""
            out[1], out[2], out[3] = _escaped(who) or NULL, "refused", _json(wrong)
        if doubts:
            out[4] = _json(doubts)
        return "\t".join(out) + "\n"

    # LEADING: line, who, state, problems, doubts, nik_print, nik_sealed, kk_print, kk_sealed,
    # father_nik_sealed, mother_nik_sealed, place

    def _numbers(
        self, cells: Sequence[Cell], out: list[str], wrong: list[list[str]]
    ) -> list[list[str]]:
        """Seal the numbers of a row; what in it contradicts its NIK."""
        doubts: list[list[str]] = []
        try:
            digits = self._nik(cells)
            if digits:
                out[5], out[6] = self._print(digits), self._seal(digits)
                doubts = self._against(digits, out)
        except RuleBroken as broken:
            wrong.append(["nik", broken.message])
        at = self._at.get("kk_number", len(cells))
        if at < len(cells):
            cell = cells[at]
            if cell != self._card[0]:
                self._read_card(cell, wrong)
            _, out[7], out[8] = self._card
        for at, slot, field in self._parents:
            if at < len(cells):
                try:
                    if not values.has_no_nik(cells[at]):
                        out[slot] = self._seal(_parent(cells[at], HEADINGS[field]))
                except RuleBroken as broken:
                    wrong.append([HEADINGS[field], broken.message])
        return doubts

    def _nik(self, cells: Sequence[Cell]) -> str:
        at = self._at["nik"]
        cell = cells[at] if at < len(cells) else ""
        if isinstance(cell, str) and self._is_usual(cell):
            return cell
        if values.has_no_nik(cell):
            return ""
        digits = values.nik(cell).digits
        self._date_in(digits)
        return digits

    def _is_usual(self, cell: str) -> bool:
        """Whether a cell is sixteen digits and nothing else, with a date seen before."""
        return (
            len(cell) == 16 and cell.isascii() and cell.isdigit() and cell[0] != "0"
            and cell[12:] != "0000" and cell[6:12] in self._dates
        )  # fmt: skip

    def _date_in(self, digits: str) -> tuple[str, bool]:
        """Day, month and year as a NIK has them (``ddmmyy``), and whether it is a woman's."""
        found = self._dates.get(digits[6:12])
        if found is None:
            nik = parse_nik(digits)
            found = (f"{nik.day:02d}{digits[8:12]}", nik.female)
            self._dates[digits[6:12]] = found
        return found

    def _against(self, digits: str, out: list[str]) -> list[list[str]]:
        """Where birth date and sex are not those in the NIK. People with a corrected birth date
        keep their NIK, so this is asked and not refused."""
        inside, female = self._date_in(digits)
        told = []
        born = out[self._born] if self._born is not None else NULL
        if born != NULL and born[8:10] + born[5:7] + born[2:4] != inside:
            said = f"tanggal lahir {born[8:10]}-{born[5:7]}-{born[:4]} lain dari tanggal di NIK "
            said += f"({inside[:2]}-{inside[2:4]}-{inside[4:]})"
            if inside[:4] == born[5:7] + born[8:10] and inside[4:] == born[2:4]:
                said += "; mungkin hari dan bulan tertukar"
            told.append(["nik_date", said])
        sex = out[self._sex] if self._sex is not None else NULL
        if sex != NULL and (sex == "2") != female:
            here, there = ("perempuan", "laki-laki") if sex == "2" else ("laki-laki", "perempuan")
            told.append(["nik_sex", f"jenis kelamin {here}, tetapi NIK-nya NIK {there}"])
        return told

    def _read_card(self, cell: Cell, wrong: list[list[str]]) -> None:
        if not values.typed(cell):
            self._card = (cell, NULL, NULL)
            return
        try:
            digits = values.kk_number(cell)
        except RuleBroken as broken:
            wrong.append(["no_kk", broken.message])
            self._card = ("", NULL, NULL)
            return
        self._card = (cell, self._print(digits), self._seal(digits))

    def _print(self, digits: str) -> str:
        self._numbers_seen += 1
        self._in_zero += digits[-1] == "0"
        return rf"\\x{hmac.digest(self.plan.print_key, digits.encode(), 'sha256').hex()}"

    def _seal(self, digits: str) -> str:
        nonce = os.urandom(_NONCE)
        return rf"\\x{nonce.hex()}{self._cipher.encrypt(nonce, digits.encode(), None).hex()}"

    def _place(self, cells: Sequence[Cell], out: list[str], wrong: list[list[str]]) -> None:
        count, at = len(cells), self._at
        named = tuple(cells[at[part]] if part in at and at[part] < count else "" for part in _PLACE)
        found = self._places.get(named)
        if found is None:
            if len(self._places) > _KEPT:
                self._places.clear()
            found = self._places[named] = self._read_place(*map(values.typed, named))
        if isinstance(found, str):
            out[11] = found
        else:
            wrong.append([found.heading, found.text])

    def _read_place(self, village: str, dusun: str, rw: str, rt: str) -> str | _Wrong:
        heading = "kelurahan"
        try:
            code = self.plan.villages.find(village) if village else self.plan.village
            heading = "rw"
            below = {"rw": values.neighbourhood(rw, "RW")}
            heading = "rt"
            below["rt"] = values.neighbourhood(rt, "RT")
            heading = "dusun"
            below["dusun"] = values.words(dusun, "dusun", limit=60)
            return place_code(code, **below) if code else NULL
        except RuleBroken as broken:
            return _Wrong(broken.message, heading)

    def _outside(self, cells: Sequence[Cell], wrong: list[list[str]]) -> None:
        outside = [*cells[self._width :], *(cells[n] for n in self._unnamed if n < len(cells))]
        if any(map(values.typed, outside)):
            wrong.append(
                ["", "ada sel di luar kolom yang bernama. Hapus sel itu, atau beri kolomnya nama"]
            )


def _parent(cell: Cell, heading: str) -> str:
    """The NIK of a parent, of whom nothing else is known to compare it with."""
    return values.sixteen("NIK orang tua", heading, cell)


def _json(found: list[list[str]]) -> str:
    return _escaped(json.dumps(found, ensure_ascii=False))
