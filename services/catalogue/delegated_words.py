"""What the Camat of a kecamatan decides, in words for residents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext

from services.catalogue import delegations
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Delegation, Service
from services.questions.conditions import Condition
from services.questions.kind import kind_of
from ui.language import reads_in


@dataclass(frozen=True, slots=True)
class Decided:
    """What one decree, or what is usual, leaves to the Camat."""

    limits: list[str]  # all of them must be met; none: every case
    decree: str = ""
    decree_on: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Powers:
    """Who decides a service in one kecamatan."""

    here: list[Decided]  # none: the Camat decides nothing himself
    beyond: list[str]  # dinas to which everything else goes on, by their slugs


def powers(service: Service, blueprint: Blueprint, kecamatan: str, on: date) -> Powers | None:
    """Of a service whose decision may be delegated; None for others. ``blueprint`` is in the
    language of whoever reads. One query."""
    authority = blueprint.authority
    if authority is None:
        return None
    rows = delegations.rows_for(service, kecamatan, on)
    if rows is None:
        here = [Decided(_in_words(blueprint, authority.usual))]
    else:
        here = [
            Decided(_in_words(blueprint, _limits(row)), row.decree, row.decree_on, row.until)
            for row in rows
        ]
    beyond = (getattr(blueprint.step(key), "dinas", None) for key in authority.beyond)
    return Powers(here, list(dict.fromkeys(slug for slug in beyond if slug)))


def _limits(row: Delegation) -> list[Condition]:
    return [Condition.model_validate(one) for one in row.limits]


def _in_words(blueprint: Blueprint, limits: Iterable[Condition]) -> list[str]:
    return [limit_words(blueprint, limit) for limit in limits]


def limit_words(blueprint: Blueprint, limit: Condition) -> str:
    """“Luas reklame: paling besar 6 m²”."""
    spec = blueprint.field(limit.field)
    kind = kind_of(spec)
    names = dict(kind.options(spec))
    given = limit.value if isinstance(limit.value, list) else [str(limit.value)]
    unit = kind.unit(spec) or ""
    said = ", ".join(names.get(one, f"{_number(one)} {unit}".strip()) for one in given)
    words = {
        "<=": gettext("paling besar %(value)s"), "<": gettext("di bawah %(value)s"),
        ">=": gettext("paling kecil %(value)s"), ">": gettext("di atas %(value)s"),
        "!=": gettext("bukan %(value)s"),
    }.get(limit.op, "%(value)s")  # fmt: skip
    return f"{spec.label}: {words % {'value': said}}"


def _number(typed: str) -> str:
    """A number as it is read: 1.250,5, or 1,250.5 in English."""
    try:
        number = Decimal(typed)
    except InvalidOperation:
        return typed
    text = f"{number.normalize():,f}"
    return text if reads_in() == "en" else text.translate(str.maketrans(",.", ".,"))
