"""Answers of a whole request: from what people type to typed values, and back to words.

Pages and the API both validate here. What people type arrives as flat text by input name:
``luas``, and for questions of several inputs ``ibu-nik``, ``anak-0-nama``, ``lokasi-lintang``. What
one question makes of it is told by its kind (``services.questions``).
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext

from kernel.errors import RuleBroken
from services.catalogue.blueprint import Blueprint, DocumentSpec
from services.questions.choices import YES
from services.questions.conditions import Answer, Answers, all_hold
from services.questions.groups import OTHER_NAME
from services.questions.kind import Beside, Facts, FieldSpec, House, Typed, kind_of


def parse(spec: FieldSpec, typed: Typed, house: House) -> Answer:
    """One answer, or None when it was left empty. Raises RuleBroken with the cure."""
    try:
        return kind_of(spec).parse(spec, typed, house)
    except RuleBroken as wrong:
        raise RuleBroken(wrong.message, field=spec.key) from wrong


def clean(
    blueprint: Blueprint, typed: Typed, house: House
) -> tuple[dict[str, Answer], dict[str, str]]:
    """All answers at once: (what is right, what is wrong by field key).

    A field whose condition is not met is left out, whatever was typed into it.
    """
    answers: dict[str, Answer] = {}
    wrong: dict[str, str] = {}
    labels = {spec.key: spec.label for spec in blueprint.fields}
    beside = Beside(answers, labels, house.filed or house.today)  # answers as they come in
    for spec in blueprint.fields:
        if not all_hold(spec.show_when, answers):
            continue
        try:
            answer = parse(spec, typed, house)
            needed = spec.required or (spec.require_when and all_hold(spec.require_when, answers))
            if answer is None and needed:
                raise RuleBroken(kind_of(spec).missing(spec))
            if answer is not None:
                kind_of(spec).refuse_impossible(spec, answer, beside)
            answers[spec.key] = answer
        except RuleBroken as broken:
            wrong[spec.key] = gettext(broken.message)
    return answers, wrong


def people_asked(blueprint: Blueprint, typed: Typed) -> set[tuple[str, str]]:
    """NIK and name, to be compared, of those outside the household who are named by NIK."""
    return {named for spec in blueprint.fields for named in kind_of(spec).looked_up(spec, typed)}


def strangers_named(blueprint: Blueprint, answers: Answers) -> list[str]:
    """The NIK of those outside the household whose facts came from the register."""
    return [
        str(person["nik"])
        for spec in blueprint.fields
        for person in kind_of(spec).people(answers.get(spec.key))
        if person.get("terdaftar") == YES and "_id" not in person
    ]


def mismatched(person: Mapping[str, object]) -> bool:
    """Whether the register has the NIK of this person under another name. For desks only."""
    return person.get(OTHER_NAME) == YES


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


def words(spec: FieldSpec, answer: Answer, language: str = "id") -> str:
    """An answer as people read it; empty when there is none. Letters never name a language."""
    if answer is None or answer == "":
        return ""
    return kind_of(spec).words(spec, answer, language)


def placeholders(blueprint: Blueprint, answers: Answers) -> dict[str, str]:
    """Every value a letter may ask for by name: ``{luas}``, ``{ibu.nama}``."""
    values: dict[str, str] = {}
    for spec in blueprint.fields:
        values |= kind_of(spec).placeholders(spec, answers.get(spec.key))
    return values


def table_rows(spec: FieldSpec, answer: Answer) -> list[dict[str, str]]:
    """The rows of a table or of household members, in words, with their number."""
    rows = kind_of(spec).rows(spec, answer)
    return [{**row, "no": str(number)} for number, row in enumerate(rows, start=1)]


def as_typed(blueprint: Blueprint, answers: Answers) -> dict[str, str]:
    """Kept answers as the form shows them again: by input name, the way people type."""
    typed: dict[str, str] = {}
    for spec in blueprint.fields:
        answer = answers.get(spec.key)
        if answer is not None:
            typed |= kind_of(spec).as_typed(spec, answer)
    return typed
