"""Numbers that people have in outside systems: noted, shown with what the lists say, given up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from accounts.models import User
from audit import actions as audit
from kernel import text
from kernel.errors import NotThere, RuleBroken
from services.applications.models import Application
from services.mall.models import OutsideChange, OutsideStatus, OwnNumber
from services.mall.shipped import shipped
from services.mall.systems import Said, System, normal_number, said, system_of
from services.residents import guesses
from services.residents.models import Person
from services.residents.sealing import seal

MOST = 50  # numbers of one person
TRIES = 60  # numbers an hour and account: statuses of others are not to be tried out
NOT_HERE = gettext_noop("Nomor ini tidak ditemukan.")
State = Application.State


@transaction.atomic
def note(
    *, person: Person, system: str, number: str, name: str, place: str, case: Application | None,
    by: User, at: datetime,
) -> OwnNumber:  # fmt: skip
    """Note a number of somebody; noted again, name, place and case are changed. Raises NotThere,
    RuleBroken, also after too many in an hour."""
    known = system_of(system)
    kept = normal_number(known, number)
    guesses.count(f"outside:{by.pk}", TRIES, minutes=60)
    if case is not None and case.applicant_id != person.pk:
        raise NotThere(gettext(NOT_HERE))
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    mine = OwnNumber.objects.filter(person=locked)
    if not mine.filter(system=system, number=kept).exists() and mine.count() >= MOST:
        raise RuleBroken(gettext("Paling banyak 50 nomor. Hapus dulu yang tidak dipakai."))
    row, made = OwnNumber.objects.update_or_create(
        person=locked, system=system, number=kept,
        defaults={
            "name": text.line(name)[:120], "place_sealed": seal(text.line(place)[:250]),
            "case": case, "by": by, "at": at,
        },
    )  # fmt: skip
    audit.record(
        "outside_number.noted" if made else "outside_number.changed", actor=by,
        subject="outside_number", subject_id=row.pk,
    )  # fmt: skip
    return row


@transaction.atomic
def remove(*, pk: int, person: Person, by: User) -> None:
    """Take a number off one's own list. Raises NotThere."""
    row = OwnNumber.objects.select_for_update().filter(pk=pk, person=person).first()
    if row is None:
        raise NotThere(gettext(NOT_HERE))
    row.delete()
    audit.record("outside_number.removed", actor=by, subject="outside_number", subject_id=pk)


# --- shown ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Known:
    """What the lists say of a part of a number."""

    row: OutsideStatus
    said: Said
    changes: list[tuple[OutsideChange, Said]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of somebody with all that is known of it."""

    own: OwnNumber
    system: System
    known: list[Known]

    @property
    def latest(self) -> Known | None:
        """What a card shows: of several parts, the one a list told last."""
        return max(self.known, key=lambda one: (one.row.as_of, -one.row.pk), default=None)


def _with_statuses(rows: Sequence[OwnNumber], language: str) -> list[Numbered]:
    found = OutsideStatus.objects.filter(
        system__in={row.system for row in rows}, number__in={row.number for row in rows}
    )
    by_number: dict[tuple[str, str], list[Known]] = {}
    for one in found if rows else ():
        known = Known(one, said(system_of(one.system), one.status, language))
        by_number.setdefault((one.system, one.number), []).append(known)
    return [
        Numbered(row, system_of(row.system), by_number.get((row.system, row.number), []))
        for row in rows
    ]


def of_person(person: Person, language: str) -> list[Numbered]:
    """The numbers of somebody, the newest first. Two queries, one where there are none."""
    rows = OwnNumber.objects.filter(person=person).select_related("case__version__service")
    return _with_statuses(list(rows.order_by("-pk")[:MOST]), language)


def of_case(case: Application, language: str) -> list[Numbered]:
    """The numbers that came of a case. One or two queries."""
    rows = OwnNumber.objects.filter(case=case, person=case.applicant_id).order_by("-pk")
    return _with_statuses(list(rows[:MOST]), language)


def own(pk: int, person: Person, language: str) -> Numbered:
    """A number of one's own with its history. Raises NotThere."""
    row = OwnNumber.objects.filter(pk=pk, person=person).select_related(
        "case__version__service"
    ).first()  # fmt: skip
    if row is None:
        raise NotThere(gettext(NOT_HERE))
    found = _with_statuses([row], language)[0]
    by_row = {one.row.pk: one for one in found.known}
    changes = OutsideChange.objects.filter(of__in=by_row).order_by("-as_of", "-pk")[:200]
    for change in changes:
        words = said(found.system, change.status, language)
        by_row[change.of_id].changes.append((change, words))
    return found


# --- beside our own cases -------------------------------------------------------------------------


def first_services(system: str) -> set[str]:
    """Services of ours that come before a number of this system."""
    return {slug for tile in shipped().values() if tile.system == system for slug in tile.before}


def systems_after(slug: str) -> list[System]:
    """The systems in which a service of ours goes on."""
    found = {tile.system for tile in shipped().values() if tile.system and slug in tile.before}
    return [system_of(key) for key in sorted(found)]


def cases_before(person: Person, slugs: Iterable[str]) -> list[Application]:
    """Sent cases of somebody that may have come before a number, the newest first."""
    found = Application.objects.filter(
        applicant=person, version__service__slug__in=list(slugs)
    ).exclude(state__in=[State.DRAFT, State.WITHDRAWN])  # fmt: skip
    return list(found.select_related("version__service").order_by("-pk")[:20])
