"""Boarding houses: who keeps them, their rooms, and who lodges there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.neighbourhood.areas import lies_there, person_there, post_for, unit_of
from services.neighbourhood.models import BoardingHouse, Guest
from services.residents.models import Person
from services.residents.queries import lies_in
from tenants.office.models import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is kept of a boarding house."""

    kind: str
    name: str
    address: str
    rooms: int
    owner_name: str
    owner_phone: str = ""


def listed(posts: Sequence[Post], *, today: date) -> QuerySet[BoardingHouse]:
    """Boarding houses of the own area with ``lodging``, how many lodge there. One query."""
    now_there = Q(lodgers__left_on=None, lodgers__arrived_on__lte=today)
    return (
        BoardingHouse.objects.filter(lies_there(posts), closed_at=None)
        .select_related("keeper", "unit")
        .annotate(lodging=Count("lodgers", filter=now_there))
        .order_by("name", "pk")
    )


def of_area(posts: Sequence[Post], house_id: int) -> BoardingHouse:
    """One of the own area. Raises NotThere."""
    found = BoardingHouse.objects.filter(lies_there(posts), pk=house_id, closed_at=None)
    house = found.select_related("keeper__household__rt", "unit").first()
    if house is None:
        raise NotThere("Rumah kos ini tidak ditemukan di wilayah Anda.")
    return house


def lodgers(house: BoardingHouse) -> QuerySet[Guest]:
    """Who lodges there, and who did; those who are there first."""
    return house.lodgers.select_related("application", "person").order_by(
        "left_on", "-arrived_on", "-pk"
    )


@transaction.atomic
def note(
    *, keeper_id: int, facts: Facts, posts: Sequence[Post], by: User, at: datetime
) -> BoardingHouse:
    """Keep a boarding house for which somebody of the own area answers. Raises NotThere,
    RuleBroken."""
    keeper = _keeper(posts, keeper_id)
    unit = unit_of(keeper)
    post_for(posts, unit)
    found = BoardingHouse.objects.create(
        unit=unit, keeper=keeper, noted_by=by, noted_at=at, **_columns(facts)
    )
    audit.record("boarding_house.noted", actor=by, subject="boarding_house", subject_id=found.pk)
    return found


@transaction.atomic
def change(
    *, house_id: int, facts: Facts, posts: Sequence[Post], by: User
) -> BoardingHouse:  # fmt: skip
    """Put its facts right. Raises NotThere, RuleBroken."""
    found = _locked(house_id, posts)
    for name, value in _columns(facts).items():
        setattr(found, name, value)
    found.save(update_fields=list(_columns(facts)))
    audit.record("boarding_house.changed", actor=by, subject="boarding_house", subject_id=found.pk)
    return found


def is_kept(house: BoardingHouse) -> bool:
    """Whether who answers for it still lives in its neighbourhood."""
    return house.keeper.lives_here and lies_in(house.keeper.place, house.unit.code)


@transaction.atomic
def entrust(
    *, house_id: int, keeper_id: int, posts: Sequence[Post], by: User
) -> BoardingHouse:  # fmt: skip
    """Somebody else answers for it from now on. Raises NotThere, RuleBroken."""
    found = _locked(house_id, posts)
    found.keeper = _keeper(posts, keeper_id)
    found.save(update_fields=["keeper"])
    audit.record("boarding_house.entrusted", actor=by, subject="boarding_house",
                 subject_id=found.pk)  # fmt: skip
    return found


def _keeper(posts: Sequence[Post], person_id: int) -> Person:
    found = person_there(posts, person_id)
    if not found.lives_here:
        raise RuleBroken("Penanggung jawabnya tidak tercatat tinggal di sini. Pilih orang lain.")
    return found


@transaction.atomic
def close(*, house_id: int, posts: Sequence[Post], by: User, at: datetime) -> BoardingHouse:
    """It lets no rooms any more. Raises NotThere, RuleBroken while somebody lodges there."""
    found = _locked(house_id, posts)
    if found.lodgers.filter(left_on=None).exists():
        raise RuleBroken("Masih ada penghuni yang tercatat. Catat dulu bahwa mereka sudah pergi.")
    found.closed_at = at
    found.save(update_fields=["closed_at"])
    audit.record("boarding_house.closed", actor=by, subject="boarding_house", subject_id=found.pk)
    return found


def _locked(house_id: int, posts: Sequence[Post]) -> BoardingHouse:
    of_area(posts, house_id)
    return BoardingHouse.objects.select_for_update(of=("self",)).get(pk=house_id)


def _columns(facts: Facts) -> dict[str, str | int]:
    if facts.rooms < 1:
        raise RuleBroken("Tulis banyaknya kamar atau pintu, paling sedikit 1.", field="rooms")
    return {
        "kind": BoardingHouse.Kind(facts.kind), "name": facts.name, "address": facts.address,
        "rooms": facts.rooms, "owner_name": facts.owner_name, "owner_phone": facts.owner_phone,
    }  # fmt: skip
