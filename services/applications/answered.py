"""The answers of an application in words, for the pages that show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from kernel.nik import mask
from services.applications.models import Application
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint
from services.catalogue.choices import NO
from services.catalogue.rules import Answer
from ui.language import reads_in


@dataclass(frozen=True, slots=True)
class Answered:
    label: str
    text: str
    key: str
    sensitive: bool
    latitude: str = ""  # of a place, when it is known
    longitude: str = ""
    people: tuple[str, ...] = ()  # for desks: what tells the persons named apart from others


def _point(answer: Answer) -> tuple[str, str]:
    if not isinstance(answer, dict):
        return "", ""
    return str(answer.get("lintang", "")), str(answer.get("bujur", ""))


PERSONS = ("person", "members")


def _people(answer: Answer) -> tuple[str, ...]:
    """Relation, birth date and masked NIK of each person in an answer."""
    found = answer if isinstance(answer, list) else [answer]
    return tuple(_told_apart(person) for person in found if isinstance(person, dict))


def _register_says(person: Mapping[str, object]) -> str:
    if answering.mismatched(person):
        return gettext("NIK ini tercatat atas nama lain di data kependudukan")
    known = person.get("terdaftar") != NO
    return "" if known else gettext("tidak tercatat di data kependudukan")


def _told_apart(person: Mapping[str, object]) -> str:
    born = str(person.get("ttl") or person.get("tanggal_lahir") or "")
    nik = str(person.get("nik") or "")
    parts = [
        str(person.get("nama") or ""),
        str(person.get("hubungan_keluarga") or "").lower(),
        gettext("lahir %(born)s") % {"born": born} if born else "",
        f"NIK {mask(nik)}" if nik else "",
        _register_says(person),
    ]
    return " · ".join(part for part in parts if part)


def answered(application: Application, blueprint: Blueprint | None = None) -> list[Answered]:
    """Questions and answers in words, only those that were asked; ``blueprint`` is the dossier's
    own in another language."""
    blueprint = blueprint or application.blueprint
    return [
        Answered(
            field.label,
            answering.words(field, application.answers.get(field.key), reads_in()),
            field.key,
            field.sensitive,
            *_point(application.answers.get(field.key)),
            people=_people(application.answers.get(field.key)) if field.type in PERSONS else (),
        )
        for field in answering.visible_fields(blueprint, application.answers)
    ]
