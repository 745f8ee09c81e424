"""The answers of an application in words, for the pages that show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from kernel.nik import mask
from services.applications.models import Application
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint
from services.questions.choices import NO
from services.questions.kind import kind_of
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


def _register_says(person: Mapping[str, object]) -> str:
    if answering.mismatched(person):
        return gettext("NIK ini tercatat atas nama lain di data kependudukan")
    known = person.get("terdaftar") != NO
    return "" if known else gettext("tidak tercatat di data kependudukan")


def _told_apart(person: Mapping[str, object]) -> str:
    """Relation, birth date and masked NIK of a person in an answer."""
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
    """Questions and answers in words, only those that were asked; ``blueprint`` is the case's
    own in another language."""
    blueprint = blueprint or application.blueprint
    return [
        Answered(
            field.label,
            answering.words(field, application.answers.get(field.key), reads_in()),
            field.key,
            field.sensitive,
            *kind_of(field).point(application.answers.get(field.key)),
            people=tuple(
                _told_apart(person)
                for person in kind_of(field).people(application.answers.get(field.key))
            ),
        )
        for field in answering.visible_fields(blueprint, application.answers)
    ]
