"""Answers: from what people type to typed values, and back to words. The only place that knows.

Pages and the API both validate here, so a field is declared once, in the blueprint. What people
type arrives as flat text by input name: ``luas``, and for compound fields ``ibu-nik``,
``anak-0-nama``, ``lokasi-lintang``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from kernel.numbers import parse_number
from kernel.rupiah import format_rupiah, parse_rupiah
from kernel.tanggal import long_date
from kernel.text import digits, line, name, show_sign, squeeze, tidy, unprintable
from services.catalogue import possible
from services.catalogue.blueprint import Blueprint, Column, DocumentSpec, FieldSpec
from services.catalogue.choices import FORMATS, NO, OUTSIDE_FACTS, YES, options, shown_options
from services.catalogue.rules import Answer, Answers, all_hold
from ui.language import reads_in

Facts = dict[str, str]
Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class House:
    """What the register may tell while a request is filled in; nothing, by default."""

    today: date
    members: Mapping[str, Facts] = field(default_factory=dict)  # by person id, as text
    by_nik: Callable[[str], Facts | None] = lambda nik: None
    applicant: Facts = field(default_factory=dict)
    filed: date | None = None  # when the request was first sent; None for a draft


def parse(spec: FieldSpec, typed: Typed, house: House) -> Answer:
    """One answer, or None when it was left empty. Raises RuleBroken with the cure."""
    try:
        if spec.type in _COMPOUND:
            return _COMPOUND[spec.type](spec, typed, house)
        text = tidy(typed.get(spec.key, ""))
        return _SIMPLE[spec.type](spec, text, house) if text else None
    except RuleBroken as wrong:
        raise RuleBroken(wrong.message, field=spec.key) from wrong


def missing(spec: FieldSpec) -> str:
    """What to say when a required answer is absent."""
    choose = gettext("Pilih satu jawaban untuk “%(label)s”.")
    words = {
        "choice": choose,
        "yesno": choose,
        "list": choose,
        "members": gettext("Pilih paling sedikit satu orang untuk “%(label)s”."),
        "table": gettext("Isi paling sedikit satu baris untuk “%(label)s”."),
        "person": gettext("Isi NIK dan nama untuk “%(label)s”."),
    }
    return words.get(spec.type, gettext("Isi “%(label)s”.")) % {"label": spec.label}


def _words(label: str, text: str) -> str:
    odd = unprintable(text)
    if odd:
        raise RuleBroken(
            gettext(
                "“%(label)s” berisi tanda %(sign)s yang tidak bisa dicetak di surat. "
                "Hapus atau ganti tanda itu."
            )
            % {"label": label, "sign": show_sign(odd)}
        )
    return text


LINE = 200  # letters of one line


def _short(label: str, text: str) -> str:
    return _not_longer(label, _words(label, text), LINE)


def _not_longer(label: str, text: str, limit: int) -> str:
    if len(text) > limit:
        raise RuleBroken(
            gettext("“%(label)s” terlalu panjang (%(length)s huruf). Paling banyak %(limit)s.")
            % {"label": label, "length": len(text), "limit": limit}
        )
    return text


def _text(spec: FieldSpec, text: str, house: House) -> str:
    text = _words(spec.label, text)
    if spec.type == "text":
        text = line(text)
    if spec.format:
        pattern, example = FORMATS[spec.format]
        text = digits(text.upper()).replace("/", "")
        if not re.fullmatch(pattern, text):
            raise RuleBroken(
                gettext("“%(label)s” terdiri dari %(what)s.")
                % {"label": spec.label, "what": gettext(example)}
            )
    if spec.min is not None and len(text) < spec.min:
        raise RuleBroken(
            gettext("“%(label)s” terlalu singkat. Tulis paling sedikit %(least)s huruf.")
            % {"label": spec.label, "least": spec.min}
        )
    usual = 2000 if spec.type == "textarea" else LINE
    return _not_longer(spec.label, text, spec.max if spec.max is not None else usual)


def _decimal(label: str, text: str, *, unit: str = "", decimals: int = 0) -> Decimal:
    number = parse_number(text, unit=unit)
    if number is None:
        raise RuleBroken(gettext("Tulis “%(label)s” dengan angka, misalnya 10.") % {"label": label})
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent > decimals:
        if decimals:
            raise RuleBroken(
                gettext("“%(label)s” paling banyak %(decimals)s angka di belakang koma.")
                % {"label": label, "decimals": decimals}
            )
        raise RuleBroken(
            gettext("“%(label)s” harus bilangan bulat, misalnya 10.") % {"label": label}
        )
    return number


def _number(spec: FieldSpec, text: str, house: House) -> str:
    number = _decimal(spec.label, text, unit=spec.unit, decimals=spec.decimals)
    _within(spec, number)
    return _plain(number)


def _plain(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"  # 0 for -0


def _within(spec: FieldSpec, number: Decimal | int) -> None:
    def said(limit: int) -> dict[str, str]:
        words = format_rupiah(limit, reads_in()) if spec.type == "rupiah" else str(limit)
        return {"label": spec.label, "limit": words}

    if spec.min is not None and number < spec.min:
        raise RuleBroken(gettext("“%(label)s” paling sedikit %(limit)s.") % said(spec.min))
    if spec.max is not None and number > spec.max:
        raise RuleBroken(gettext("“%(label)s” paling banyak %(limit)s.") % said(spec.max))


def _rupiah(spec: FieldSpec, text: str, house: House) -> int:
    amount = parse_rupiah(text)
    _within(spec, amount)
    return amount


def _day(label: str, text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise RuleBroken(
        gettext("“%(label)s” belum terbaca. Tulis seperti 24-11-2026.") % {"label": label}
    )


def _date(spec: FieldSpec, text: str, house: House) -> str:
    day = _day(spec.label, text)
    if spec.past and day > house.today:
        raise RuleBroken(
            gettext("“%(label)s” tidak boleh sesudah hari ini.") % {"label": spec.label}
        )
    if spec.future and day < (house.filed or house.today):
        raise RuleBroken(
            gettext("“%(label)s” tidak boleh sebelum hari ini.") % {"label": spec.label}
        )
    return day.isoformat()


def _time(spec: FieldSpec, text: str, house: House) -> str:
    found = re.fullmatch(r"([01]?\d|2[0-3])[.:]([0-5]\d)", text)
    if found is None:
        raise RuleBroken(
            gettext("“%(label)s” belum terbaca. Tulis seperti 08.30.") % {"label": spec.label}
        )
    return f"{int(found[1]):02d}:{found[2]}"


def _one_of(spec: FieldSpec, text: str, house: House) -> str:
    if text not in {value for value, _ in options(spec)}:
        raise RuleBroken(missing(spec))
    return text


_SIMPLE: dict[str, Callable[[FieldSpec, str, House], Answer]] = {
    "text": _text,
    "textarea": _text,
    "number": _number,
    "rupiah": _rupiah,
    "date": _date,
    "time": _time,
    "choice": _one_of,
    "list": _one_of,
    "yesno": _one_of,
}


# --- compound answers ------------------------------------------------------------------------


def _person(spec: FieldSpec, typed: Typed, house: House) -> dict[str, Any] | None:
    """A member of the own household, somebody in the register, or somebody written down.

    Whoever is not of the household is found only by NIK *and* name. A number of the register with
    another name is answered like an unknown number, so that nobody finds out which numbers there
    are; ``mismatched`` tells the desk.
    """
    member = typed.get(f"{spec.key}-anggota", "")
    if member:
        if member not in house.members:
            raise RuleBroken(
                gettext("Pilih orang yang ada di daftar untuk “%(label)s”.") % {"label": spec.label}
            )
        return {**house.members[member], "terdaftar": YES}
    given = {
        fact: _fact(spec, fact, typed.get(f"{spec.key}-{fact}", "")) for fact, _ in OUTSIDE_FACTS
    }
    if not any(given.values()):
        return None
    if not given["nama"]:
        raise RuleBroken(gettext("Isi nama lengkap untuk “%(label)s”.") % {"label": spec.label})
    known: Facts | None = None
    if given["nik"]:
        given["nik"] = parse_nik(given["nik"]).digits
        known = house.by_nik(given["nik"])
        if known is not None and squeeze(known["nama"]) == squeeze(given["nama"]):
            return {**known, "terdaftar": YES}
    if not spec.outside:
        raise RuleBroken(
            gettext(
                "“%(label)s” harus penduduk yang terdaftar di sini. Isi NIK dan nama sesuai KTP."
            )
            % {"label": spec.label}
        )
    facts = dict(given)
    if known is not None:  # for the desk alone: the page says the same as for an unknown number
        facts[OTHER_NAME] = YES
    if given["tanggal_lahir"]:
        facts["tanggal_lahir"] = long_date(_born(given["tanggal_lahir"]))
        facts["_lahir"] = _born(given["tanggal_lahir"]).isoformat()
    place = [part for part in (given["tempat_lahir"], facts["tanggal_lahir"]) if part]
    return {**facts, "ttl": ", ".join(place), "terdaftar": NO}


def _fact(spec: FieldSpec, fact: str, text: str) -> str:
    if fact == "nik":  # judged as a number
        return line(text)
    return _short(spec.label, name(text) if fact == "nama" else line(text))


def _born(text: str) -> date:
    return _day(gettext("Tanggal lahir"), text)


OTHER_NAME = "_nama_lain"  # the register has this NIK under another name


def mismatched(person: Mapping[str, object]) -> bool:
    """Whether the register has the NIK of this person under another name. For desks only."""
    return person.get(OTHER_NAME) == YES


def people_asked(blueprint: Blueprint, typed: Typed) -> set[tuple[str, str]]:
    """NIK and name, to be compared, of those outside the household who are named by NIK."""
    return {
        (number, squeeze(typed.get(f"{spec.key}-nama", "")))
        for spec in blueprint.fields
        if spec.type == "person" and not typed.get(f"{spec.key}-anggota")
        if (number := digits(typed.get(f"{spec.key}-nik", "")))
    }


def strangers_named(blueprint: Blueprint, answers: Answers) -> list[str]:
    """The NIK of those outside the household whose facts came from the register."""
    people = [answers.get(spec.key) for spec in blueprint.fields if spec.type == "person"]
    return [
        str(person["nik"])
        for person in people
        if isinstance(person, dict) and person.get("terdaftar") == YES and "_id" not in person
    ]


def _members(spec: FieldSpec, typed: Typed, house: House) -> list[dict[str, Any]] | None:
    chosen = [
        {**facts, "_id": person}
        for person, facts in house.members.items()
        if typed.get(f"{spec.key}-{person}")
    ]
    _count(spec, len(chosen), gettext("orang"))
    return chosen or None


def _count(spec: FieldSpec, number: int, what: str) -> None:
    if number and spec.min is not None and number < spec.min:
        raise RuleBroken(
            gettext("“%(label)s”: paling sedikit %(limit)s %(what)s.")
            % {"label": spec.label, "limit": spec.min, "what": what}
        )
    if spec.max is not None and number > spec.max:
        raise RuleBroken(
            gettext("“%(label)s”: paling banyak %(limit)s %(what)s.")
            % {"label": spec.label, "limit": spec.max, "what": what}
        )


MAX_ROWS = 30


def _table(spec: FieldSpec, typed: Typed, house: House) -> list[dict[str, Any]] | None:
    rows: list[dict[str, Any]] = []
    for number in range(spec.max or MAX_ROWS):
        texts = {c.key: tidy(typed.get(f"{spec.key}-{number}-{c.key}", "")) for c in spec.columns}
        if any(texts.values()):
            rows.append({c.key: _cell(c, texts[c.key], number + 1) for c in spec.columns})
    _count(spec, len(rows), gettext("baris"))
    return rows or None


def _cell(column: Column, text: str, row: int) -> Answer:
    at = gettext("%(column)s pada baris %(row)s") % {"column": column.label, "row": row}
    if not text:
        if column.required:
            raise RuleBroken(gettext("Isi %(what)s.") % {"what": at})
        return None
    if column.type == "number":
        return _plain(_decimal(at, text, decimals=2))
    if column.type == "rupiah":
        return parse_rupiah(text)
    if column.type == "date":
        return _day(at, text).isoformat()
    return _short(at, line(text))


def _place(spec: FieldSpec, typed: Typed, house: House) -> dict[str, Any] | None:
    text = _text(spec, tidy(typed.get(spec.key, "")), house)
    point = [tidy(typed.get(f"{spec.key}-{name}", "")) for name in ("lintang", "bujur")]
    if not text:
        return None
    answer: dict[str, Any] = {"alamat": " ".join(text.split())}
    if any(point):
        try:
            latitude, longitude = (Decimal(part.replace(",", ".")) for part in point)
        except ArithmeticError as wrong:
            raise RuleBroken(_unread_point(spec)) from wrong
        if not (latitude.is_finite() and longitude.is_finite()):
            raise RuleBroken(_unread_point(spec))
        # Indonesia: 6° N to 11° S, 95° to 141° E.
        if not (-11 <= latitude <= 6 and 95 <= longitude <= 141):
            raise RuleBroken(
                gettext("Titik lokasi “%(label)s” berada di luar Indonesia.")
                % {"label": spec.label}
            )
        answer |= {"lintang": f"{latitude:.6f}", "bujur": f"{longitude:.6f}"}
    return answer


def _unread_point(spec: FieldSpec) -> str:
    return gettext("Titik lokasi “%(label)s” belum terbaca.") % {"label": spec.label}


_COMPOUND: dict[str, Callable[[FieldSpec, Typed, House], Answer]] = {
    "person": _person,
    "members": _members,
    "table": _table,
    "place": _place,
}


# --- all answers of a request -------------------------------------------------------------------


def clean(
    blueprint: Blueprint, typed: Typed, house: House
) -> tuple[dict[str, Answer], dict[str, str]]:
    """All answers at once: (what is right, what is wrong by field key).

    A field whose condition is not met is left out, whatever was typed into it.
    """
    answers: dict[str, Answer] = {}
    wrong: dict[str, str] = {}
    for spec in blueprint.fields:
        if not all_hold(spec.show_when, answers):
            continue
        try:
            answer = parse(spec, typed, house)
            needed = spec.required or (spec.require_when and all_hold(spec.require_when, answers))
            if answer is None and needed:
                raise RuleBroken(missing(spec))
            possible.require(blueprint, spec, answer, answers, filed=house.filed or house.today)
            answers[spec.key] = answer
        except RuleBroken as broken:
            wrong[spec.key] = gettext(broken.message)
    return answers, wrong


def visible_fields(blueprint: Blueprint, answers: Answers) -> list[FieldSpec]:
    return [spec for spec in blueprint.fields if all_hold(spec.show_when, answers)]


def wanted_documents(
    blueprint: Blueprint, answers: Answers, applicant: Facts
) -> list[DocumentSpec]:
    """The files to ask for: conditions met, and the register does not know it already."""
    return [
        document
        for document in blueprint.documents
        if all_hold(document.show_when, answers)
        and not (document.unless_known and applicant.get(document.unless_known))
    ]


def belongs(name: str, keys: Iterable[str]) -> bool:
    """Whether an input belongs to one of these questions."""
    return any(name == key or name.startswith(f"{key}-") for key in keys)


# --- back to words -----------------------------------------------------------------------------


def words(spec: FieldSpec, answer: Answer, language: str = "id") -> str:
    """An answer as people read it; empty when there is none. Letters never name a language."""
    if answer is None or answer == "":
        return ""
    if isinstance(answer, list):
        return "; ".join(row_words(spec, row, language) for row in answer)
    if isinstance(answer, dict):
        return str(answer.get("nama") or answer.get("alamat") or "")
    if spec.type == "rupiah":
        return format_rupiah(int(answer), language)
    if spec.type == "number":
        unit = spec.unit if language == "id" else gettext(spec.unit)
        return f"{_in_figures(answer, language)} {unit}".strip()
    if spec.type == "date":
        return long_date(date.fromisoformat(str(answer)), language)
    if spec.type == "time":
        return str(answer) if language == "en" else str(answer).replace(":", ".")
    if spec.type in ("choice", "list", "yesno"):
        return dict(shown_options(spec, language)).get(str(answer), str(answer))
    return str(answer)


def _in_figures(answer: Answer, language: str) -> str:
    return str(answer) if language == "en" else str(answer).replace(".", ",")


def cell_words(column: Column, answer: Answer, language: str = "id") -> str:
    """One cell of a table as people read it."""
    if answer is None:
        return ""
    if column.type == "rupiah":
        return format_rupiah(int(str(answer)), language)
    if column.type == "date":
        return long_date(date.fromisoformat(str(answer)), language)
    return _in_figures(answer, language) if column.type == "number" else str(answer)


def row_words(spec: FieldSpec, row: dict[str, Any], language: str = "id") -> str:
    """One row of a table, or one household member, in a line."""
    if spec.type == "members":
        return str(row["nama"])
    cells = (cell_words(column, row.get(column.key), language) for column in spec.columns)
    return ", ".join(cell for cell in cells if cell)


def placeholders(blueprint: Blueprint, answers: Answers) -> dict[str, str]:
    """Every value a letter may ask for by name: ``{luas}``, ``{ibu.nama}``."""
    values: dict[str, str] = {}
    for spec in blueprint.fields:
        answer = answers.get(spec.key)
        values[spec.key] = words(spec, answer)
        if spec.type == "person" and isinstance(answer, dict):
            values |= {f"{spec.key}.{name}": str(text) for name, text in answer.items()}
    return values


def table_rows(spec: FieldSpec, answer: Answer) -> list[dict[str, str]]:
    """The rows of a table or of household members, in words, with their number."""
    if not isinstance(answer, list):
        return []
    rows = []
    for number, row in enumerate(answer, start=1):
        if spec.type == "table":
            cells = {c.key: cell_words(c, row.get(c.key)) for c in spec.columns}
        else:
            cells = {name: str(text) for name, text in row.items()}
        rows.append({**cells, "no": str(number)})
    return rows


def as_typed(blueprint: Blueprint, answers: Answers) -> dict[str, str]:
    """Kept answers as the form shows them again: by input name, the way people type."""
    typed: dict[str, str] = {}
    for spec in blueprint.fields:
        answer = answers.get(spec.key)
        if answer is None:
            continue
        if isinstance(answer, dict):
            typed |= _typed_dict(spec, answer)
        elif isinstance(answer, list):
            for number, row in enumerate(answer):
                if spec.type == "members":
                    typed[f"{spec.key}-{row['_id']}"] = "1"
                else:
                    for column in spec.columns:
                        value = row.get(column.key)
                        typed[f"{spec.key}-{number}-{column.key}"] = (
                            "" if value is None else _shown(column.type, value)
                        )
        else:
            typed[spec.key] = _shown(spec.type, answer)
    return typed


def _typed_dict(spec: FieldSpec, answer: dict[str, Any]) -> dict[str, str]:
    if spec.type == "place":
        return {
            spec.key: answer["alamat"],
            f"{spec.key}-lintang": answer.get("lintang", ""),
            f"{spec.key}-bujur": answer.get("bujur", ""),
        }
    if answer.get("_id"):
        return {f"{spec.key}-anggota": str(answer["_id"])}
    if answer.get("terdaftar") == YES:
        return {f"{spec.key}-{name}": str(answer[name]) for name in ("nik", "nama")}
    shown = {**answer, "tanggal_lahir": answer.get("_lahir", "")}
    return {f"{spec.key}-{name}": str(shown.get(name, "")) for name, _ in OUTSIDE_FACTS}


def _shown(kind: str, answer: Answer) -> str:
    if kind == "rupiah" and isinstance(answer, int):
        return f"{answer:,}".replace(",", ".")
    if kind == "number":
        return str(answer).replace(".", ",")
    return str(answer)
