"""Residents from a spreadsheet: every row is checked before the first is written.

Accepts XLSX and CSV (comma or semicolon). The header names the columns, in any order; see
``COLUMNS``. Values may be code numbers or the labels of ``codes``.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from django.db import transaction
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.nik import parse_kk, parse_nik
from services.residents import codes
from services.residents.models import Household, Person
from services.residents.sealing import fingerprint, seal
from tenants.office.models import Unit

REQUIRED = ("nik", "no_kk", "nama", "jenis_kelamin", "tempat_lahir", "tanggal_lahir", "alamat",
            "rt", "rw", "kelurahan")  # fmt: skip
OPTIONAL = ("agama", "status_kawin", "hubungan", "pendidikan", "pekerjaan", "nama_ayah",
            "nama_ibu", "kewarganegaraan", "penduduk_sejak")  # fmt: skip
COLUMNS = REQUIRED + OPTIONAL
MAX_ROWS = 50_000
MAX_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row; numbers still in the clear, only in memory."""

    line: int
    nik: str
    kk_number: str
    rt_code: str
    address: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did."""

    added: int
    changed: int
    households: int

    @property
    def sentence(self) -> str:
        added, changed, households = (
            f"{count:,}".replace(",", ".") for count in (self.added, self.changed, self.households)
        )
        return f"{added} penduduk ditambahkan, {changed} diperbarui, dalam {households} keluarga."


class ImportRefused(RuleBroken):
    """The file as a whole or some of its rows cannot be taken; nothing was written."""

    def __init__(self, message: str, problems: list[tuple[int, str]] | None = None) -> None:
        super().__init__(message, field="berkas")
        self.problems = problems or []


def read_table(name: str, content: bytes) -> list[dict[str, str]]:
    """The rows of a spreadsheet as text by column name. Raises ImportRefused."""
    rows = _xlsx_rows(content) if content[:4] == b"PK\x03\x04" else _csv_rows(content)
    header = [cell.strip().lower().replace(" ", "_") for cell in next(rows, [])]
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        raise ImportRefused(
            f"Baris pertama {name} harus memuat nama kolom. Yang belum ada: {', '.join(missing)}."
        )
    table = []
    empty = dict.fromkeys(header, "")  # a row may end early: its last cells are empty, not absent
    for cells in rows:
        if any(cell.strip() for cell in cells):
            table.append(empty | dict(zip(header, (cell.strip() for cell in cells), strict=False)))
        if len(table) > MAX_ROWS:
            raise ImportRefused(f"Berkas ini lebih dari {MAX_ROWS:,} baris. Bagi menjadi beberapa.")
    if not table:
        raise ImportRefused(f"{name} tidak berisi satu pun penduduk.")
    return table


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        # Excel keeps 15 digits only: a 16-digit NIK typed as a number is already damaged.
        return str(int(value))
    return str(value)


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_cell_text(cell) for cell in row]
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as broken:
        raise ImportRefused("Berkas XLSX ini rusak. Simpan ulang, lalu coba lagi.") from broken


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise ImportRefused("Berkas ini bukan XLSX atau CSV (UTF-8).") from broken
    if "\x00" in text:
        raise ImportRefused("Berkas ini bukan XLSX atau CSV (UTF-8).")
    first = text.split("\n", 1)[0]
    try:
        yield from csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    except csv.Error as broken:
        raise ImportRefused("Berkas CSV ini tidak terbaca sebagai tabel.") from broken


def _coded(text: str, choices: Iterable[tuple[int, str]], what: str, default: int) -> int:
    if not text:
        return default
    known = {str(value): value for value, _ in choices}
    known |= {label.casefold(): value for value, label in choices}
    known |= {"l": 1, "p": 2} if what == "jenis kelamin" else {}
    found = known.get(text.casefold())
    if found is None:
        raise RuleBroken(f"{what} “{text}” tidak dikenal")
    return found


def _date(text: str, what: str) -> date:
    for pattern in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise RuleBroken(f"{what} “{text}” tidak terbaca; tulis seperti 14-03-1989")


def _number3(text: str, what: str) -> str:
    digits = text.lstrip("0") or "0"
    if not digits.isdigit() or len(digits) > 3 or digits == "0":
        raise RuleBroken(f"{what} “{text}” harus angka 1 sampai 999")
    return digits.zfill(3)


class _Places:
    """Finds the kelurahan or desa a row means, by code or by name."""

    def __init__(self) -> None:
        villages = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA])
        self.by_code = {unit.code: unit for unit in villages}
        self.by_name: dict[str, list[Unit]] = {}
        for unit in self.by_code.values():
            self.by_name.setdefault(_bare(unit.name), []).append(unit)

    def find(self, text: str) -> Unit:
        if text in self.by_code:
            return self.by_code[text]
        found = self.by_name.get(_bare(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise RuleBroken(
                f"ada {len(found)} kelurahan/desa bernama “{text}”; tulis kodenya, "
                f"misalnya {found[0].code}"
            )
        raise RuleBroken(f"kelurahan/desa “{text}” tidak ada di daerah ini")


def _bare(name: str) -> str:
    words = name.casefold().split()
    return " ".join(words[1:] if words[:1] in (["kelurahan"], ["desa"], ["kel."]) else words)


def check_row(line: int, raw: dict[str, str], places: _Places) -> Row:
    """One row as typed values, or RuleBroken saying what is wrong with it."""
    for column in REQUIRED:
        if not raw.get(column):
            raise RuleBroken(f"kolom {column} kosong")
    nik = parse_nik(raw["nik"])
    born = _date(raw["tanggal_lahir"], "tanggal lahir")
    sex = _coded(raw["jenis_kelamin"], codes.Sex.choices, "jenis kelamin", 0)
    village = places.find(raw["kelurahan"])
    rt_code = f"{village.code}/{_number3(raw['rw'], 'RW')}/{_number3(raw['rt'], 'RT')}"
    fields = {
        "name": raw["nama"][:150],
        "sex": sex,
        "birth_place": raw["tempat_lahir"][:80],
        "birth_date": born,
        "religion": _coded(raw.get("agama", ""), codes.Religion.choices, "agama", 1),
        "marital": _coded(raw.get("status_kawin", ""), codes.Marital.choices, "status kawin", 1),
        "relation": _coded(raw.get("hubungan", ""), codes.Relation.choices, "hubungan", 11),
        "education": _coded(raw.get("pendidikan", ""), codes.Education.choices, "pendidikan", 1),
        "occupation": _coded(
            raw.get("pekerjaan", ""), list(codes.OCCUPATIONS.items()), "pekerjaan", 89
        ),
        "father_name": raw.get("nama_ayah", "")[:150],
        "mother_name": raw.get("nama_ibu", "")[:150],
    }
    # A file without these columns leaves what the register knows.
    if "kewarganegaraan" in raw:
        fields["citizenship"] = _coded(
            raw["kewarganegaraan"], codes.Citizenship.choices, "kewarganegaraan", 1
        )
    if "penduduk_sejak" in raw:
        since = raw["penduduk_sejak"]
        fields["resident_since"] = _date(since, "penduduk sejak") if since else None
    return Row(line, nik.digits, parse_kk(raw["no_kk"]), rt_code, raw["alamat"][:200], fields)


def import_people(
    *,
    name: str,
    content: bytes,
    actor: User | None,
    watch: Callable[[int], None] = lambda percent: None,
) -> Outcome:
    """Take a whole file or nothing. Existing people (same NIK) are brought up to date.

    ``watch`` is told now and then how many percent are done. RW and RT that do not exist yet
    are created. Raises ImportRefused with up to MAX_ERRORS problems, each with its line number.
    """
    places = _Places()
    rows: dict[str, Row] = {}
    problems: list[tuple[int, str]] = []
    table = read_table(name, content)
    for line, raw in enumerate(table, start=2):
        if line % 250 == 0:
            watch(60 * line // (len(table) + 2))
        try:
            row = check_row(line, raw, places)
            if row.nik in rows:
                raise RuleBroken(f"NIK sama dengan baris {rows[row.nik].line}")
            rows[row.nik] = row
        except RuleBroken as wrong:
            problems.append((line, wrong.message))
    if problems:
        raise ImportRefused(
            f"{len(problems)} baris perlu diperbaiki; belum ada yang disimpan.",
            problems[:MAX_ERRORS],
        )
    with transaction.atomic():
        units = ensure_rts({row.rt_code for row in rows.values()})
        watch(65)
        households = _save_households(rows.values(), units)
        watch(80)
        outcome = _save_people(rows.values(), households)
        audit.record(
            "residents.imported",
            actor=actor,
            subject="register",
            subject_id=len(rows),
            detail={"added": outcome.added, "changed": outcome.changed},
        )
    return outcome


def ensure_rts(codes_wanted: set[str]) -> dict[str, Unit]:
    """The RT units with these codes (``<village>/<rw>/<rt>``), created with their RW if absent."""
    rw_codes = {code.rpartition("/")[0] for code in codes_wanted}
    _ensure(rw_codes, Unit.Kind.RW, "RW")
    _ensure(codes_wanted, Unit.Kind.RT, "RT")
    return {unit.code: unit for unit in Unit.objects.filter(code__in=codes_wanted)}


def _ensure(wanted: set[str], kind: str, prefix: str) -> None:
    parents = {code: code.rpartition("/")[0] for code in wanted}
    known = {u.code: u for u in Unit.objects.filter(code__in=wanted | set(parents.values()))}
    Unit.objects.bulk_create(
        [
            Unit(
                kind=kind,
                code=code,
                name=f"{prefix} {code.rpartition('/')[2]}",
                parent=known[parents[code]],
            )
            for code in sorted(wanted - known.keys())
        ],
        ignore_conflicts=True,
    )


def _save_households(rows: Iterable[Row], units: dict[str, Unit]) -> dict[str, Household]:
    cards = {row.kk_number: row for row in rows}
    Household.objects.bulk_create(
        [
            Household(
                kk_sealed=seal(number),
                kk_print=fingerprint(number),
                address=row.address,
                rt=units[row.rt_code],
            )
            for number, row in cards.items()
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["kk_print"],
        update_fields=["address", "rt", "updated_at"],
    )
    prints = {fingerprint(number): number for number in cards}
    found = Household.objects.filter(kk_print__in=list(prints))
    return {prints[bytes(household.kk_print)]: household for household in found}


def _save_people(rows: Iterable[Row], households: dict[str, Household]) -> Outcome:
    rows = list(rows)
    prints = [fingerprint(row.nik) for row in rows]
    known = Person.objects.filter(nik_print__in=prints).count()
    Person.objects.bulk_create(
        [
            Person(
                household=households[row.kk_number],
                nik_sealed=seal(row.nik),
                nik_print=print_,
                **row.fields,
            )
            for row, print_ in zip(rows, prints, strict=True)
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["nik_print"],
        update_fields=["household", "updated_at", *rows[0].fields],
    )
    return Outcome(added=len(rows) - known, changed=known, households=len(households))
