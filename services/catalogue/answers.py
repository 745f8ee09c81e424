"""Answers: from what people type to typed values, and back to words. The only place that knows.

Pages and the API both validate here, so a field is declared once, in the blueprint.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from kernel.errors import RuleBroken
from kernel.rupiah import format_rupiah, parse_rupiah
from kernel.tanggal import long_date
from services.catalogue.blueprint import Blueprint, DocumentSpec, FieldSpec
from services.catalogue.rules import Answer, Answers, all_hold

YES, NO = "ya", "tidak"


def parse(field: FieldSpec, text: str) -> Answer:
    """One typed answer, or None when it was left empty. Raises RuleBroken with the cure."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        if field.required:
            raise RuleBroken(_missing(field), field=field.key)
        return None
    try:
        return _PARSERS[field.type](field, text)
    except RuleBroken as wrong:
        raise RuleBroken(wrong.message, field=field.key) from wrong


def _missing(field: FieldSpec) -> str:
    if field.type in ("choice", "yesno"):
        return f"Pilih satu jawaban untuk “{field.label}”."
    return f"Isi “{field.label}”."


def _unprintable(text: str) -> str:
    """The first character a letter cannot print: emoji, other scripts, control characters."""
    for char in text:
        kind = unicodedata.category(char)
        foreign = kind.startswith("L") and not unicodedata.name(char, "").startswith("LATIN")
        if foreign or kind in ("So", "Sk", "Cs", "Co", "Cn") or (kind == "Cc" and char != "\n"):
            return char
    return ""


def _text(field: FieldSpec, text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\t", " "))
    odd = _unprintable(text)
    if odd:
        shown = f" “{odd}”" if odd.isprintable() else ""
        raise RuleBroken(
            f"“{field.label}” berisi tanda{shown} yang tidak bisa dicetak di surat. Hapus dulu."
        )
    if field.type == "text":
        text = " ".join(text.split())
    if field.min is not None and len(text) < field.min:
        raise RuleBroken(
            f"“{field.label}” terlalu singkat. Tulis paling sedikit {field.min} huruf."
        )
    limit = field.max if field.max is not None else 2000
    if len(text) > limit:
        raise RuleBroken(
            f"“{field.label}” terlalu panjang ({len(text)} huruf). Paling banyak {limit}."
        )
    return text


def _number(field: FieldSpec, text: str) -> str:
    plain = text.removesuffix(field.unit).strip() if field.unit else text
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", plain):
        raise RuleBroken(f"Tulis “{field.label}” dengan angka, misalnya 10.")
    number = Decimal(plain)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent > field.decimals:
        if field.decimals:
            raise RuleBroken(
                f"“{field.label}” paling banyak {field.decimals} angka di belakang koma."
            )
        raise RuleBroken(f"“{field.label}” harus bilangan bulat, misalnya 10.")
    _within(field, number)
    return f"{number.normalize():f}"


def _within(field: FieldSpec, number: Decimal | int) -> None:
    show = format_rupiah if field.type == "rupiah" else str
    if field.min is not None and number < field.min:
        raise RuleBroken(f"“{field.label}” paling sedikit {show(field.min)}.")
    if field.max is not None and number > field.max:
        raise RuleBroken(f"“{field.label}” paling banyak {show(field.max)}.")


def _rupiah(field: FieldSpec, text: str) -> int:
    amount = parse_rupiah(text)
    _within(field, amount)
    return amount


def _date(field: FieldSpec, text: str) -> str:
    for pattern in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    raise RuleBroken(f"“{field.label}” belum terbaca. Tulis seperti 24-11-2026.")


def _choice(field: FieldSpec, text: str) -> str:
    if text not in {option.value for option in field.options}:
        raise RuleBroken(_missing(field))
    return text


def _yesno(field: FieldSpec, text: str) -> str:
    if text not in (YES, NO):
        raise RuleBroken(_missing(field))
    return text


_PARSERS: dict[str, Callable[[FieldSpec, str], Answer]] = {
    "text": _text,
    "textarea": _text,
    "number": _number,
    "rupiah": _rupiah,
    "date": _date,
    "choice": _choice,
    "yesno": _yesno,
}


def clean(
    blueprint: Blueprint, typed: Mapping[str, str]
) -> tuple[dict[str, Answer], dict[str, str]]:
    """All answers at once: (what is right, what is wrong by field key).

    A field whose condition is not met is left out, whatever was typed into it.
    """
    answers: dict[str, Answer] = {}
    wrong: dict[str, str] = {}
    for field in blueprint.fields:
        if not all_hold(field.show_when, answers):
            continue
        try:
            answers[field.key] = parse(field, typed.get(field.key, ""))
        except RuleBroken as broken:
            wrong[field.key] = broken.message
    return answers, wrong


def visible_fields(blueprint: Blueprint, answers: Answers) -> list[FieldSpec]:
    return [field for field in blueprint.fields if all_hold(field.show_when, answers)]


def wanted_documents(blueprint: Blueprint, answers: Answers) -> list[DocumentSpec]:
    return [document for document in blueprint.documents if all_hold(document.show_when, answers)]


def words(field: FieldSpec, answer: Answer) -> str:
    """An answer as people read it; empty when there is none."""
    if answer is None or answer == "":
        return ""
    if field.type == "rupiah":
        return format_rupiah(int(answer))
    if field.type == "number":
        return f"{str(answer).replace('.', ',')} {field.unit}".strip()
    if field.type == "date":
        return long_date(date.fromisoformat(str(answer)))
    if field.type == "choice":
        return next((o.label for o in field.options if o.value == answer), str(answer))
    if field.type == "yesno":
        return "Ya" if answer == YES else "Tidak"
    return str(answer)


def all_words(blueprint: Blueprint, answers: Answers) -> dict[str, str]:
    return {f.key: words(f, answers.get(f.key)) for f in blueprint.fields}
