"""Searching for people: counted per hour, noted, and only where the searcher may look."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from services.residents import guesses
from services.residents.models import Person
from services.residents.queries import people
from services.residents.search import finding, typed
from tenants.office.models import Unit

PER_HOUR = 300  # by one account: a busy counter, and no copy of the register


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody who was found, and why, where it is not what was typed."""

    person: Person
    how: str
    village: str  # the name of the kelurahan or desa


@dataclass(frozen=True, slots=True)
class Hits:
    people: list[Hit]
    more: bool  # fit too, and are not shown


def search(*, text: str, areas: Sequence[str], by: User) -> Hits:
    """Find people by what somebody typed, in their areas: codes of units, "" for the whole city.

    Also the dead and those who moved, who are marked by their status. What was typed is not kept.
    Raises RuleBroken for a text that could mean anybody, and after too many searches.
    """
    wanted = typed.read(text)
    if not wanted.is_enough:
        raise RuleBroken(
            "Ketik paling sedikit tiga huruf nama, atau NIK, nomor KK, tanggal lahir, alamat, atau "
            "nomor telepon.",
            field="q",
        )
    guesses.count(f"people-search:{by.pk}", PER_HOUR, minutes=60)
    with transaction.atomic():
        found = finding.find(wanted, areas)
        audit.record(
            "people.searched", actor=by, subject="register", subject_id=len(found.people),
            detail={"by": wanted.asks, "areas": list(areas)},
        )  # fmt: skip
    rows = people().in_bulk(found.people)
    codes = {person.place.partition("/")[0] for person in rows.values()}
    villages = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    hits = [
        Hit(rows[pk], str(how), villages.get(rows[pk].place.partition("/")[0], ""))
        for pk, how in found.people.items()
    ]
    return Hits(hits, found.more)
