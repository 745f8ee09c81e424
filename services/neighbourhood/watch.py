"""The night watch: groups, who is on duty on which night, and nights that two residents swap."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from services.neighbourhood.announcements import units_of
from services.neighbourhood.areas import person_there
from services.neighbourhood.audiences import places_of
from services.neighbourhood.events import WatchSwapAnswered, WatchSwapAsked
from services.neighbourhood.models import WatchGroup, WatchMember, WatchNight, WatchSwap
from services.residents import codes
from services.residents.family import is_minor
from services.residents.models import Person
from services.residents.queries import lies_in, lives_in
from tenants.office.models import Post, Unit
from tenants.office.roles import NEIGHBOURHOOD

MOST = 60  # groups of one unit, and members of one group
AHEAD = timedelta(days=30)  # nights that residents see and swap
MORNING = 5  # o'clock: until then the night of the day before lasts


@dataclass(slots=True)
class Night:
    """One night of one unit and who keeps watch, swaps included."""

    on: date
    group: WatchGroup
    people: list[Person] = field(default_factory=list)

    def has(self, person: Person) -> bool:
        return any(one.pk == person.pk for one in self.people)

    @property
    def text(self) -> str:
        """The night as it stands in an address."""
        return self.on.isoformat()


def tonight(at: datetime) -> date:
    """The night that lasts or comes next; ``at`` in the city's zone."""
    return (at - timedelta(days=1)).date() if at.hour < MORNING else at.date()


# --- what heads do --------------------------------------------------------------------------------


def watched_units(posts: Sequence[Post]) -> list[Unit]:
    """The own RT, RW and dusun."""
    return [unit for unit in units_of(posts) if unit.kind in NEIGHBOURHOOD]


def groups_of(posts: Sequence[Post]) -> QuerySet[WatchGroup]:
    """Groups of the own units. One query."""
    own = WatchGroup.objects.filter(unit__in=[unit.pk for unit in watched_units(posts)])
    return (
        own.filter(ended_at=None).select_related("unit").order_by("unit", "weekday", "name", "pk")
    )


def group_of(posts: Sequence[Post], group_id: int) -> WatchGroup:
    """One group of the own units. Raises NotThere."""
    found = groups_of(posts).filter(pk=group_id).first()
    if found is None:
        raise NotThere("Regu ini tidak ditemukan di wilayah Anda.")
    return found


def _locked(posts: Sequence[Post], group_id: int) -> WatchGroup:
    group_of(posts, group_id)
    return WatchGroup.objects.select_for_update(of=("self",)).get(pk=group_id)


@transaction.atomic
def start(
    *, unit_id: int, name: str, weekday: int | None, posts: Sequence[Post], by: User
) -> WatchGroup:
    """A group of one night a week, or of dates alone. Raises NotThere, RuleBroken."""
    if unit_id not in [unit.pk for unit in watched_units(posts)]:
        raise NotThere("Wilayah ini bukan wilayah Anda.")
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    there = WatchGroup.objects.filter(unit=unit, ended_at=None)
    if weekday is not None and there.filter(weekday=weekday).exists():
        raise RuleBroken("Malam itu sudah ada regunya. Pilih malam lain.", field="weekday")
    if there.count() >= MOST:
        raise RuleBroken("Sudah ada 60 regu. Hapus dulu regu yang tidak dipakai lagi.")
    found = WatchGroup.objects.create(unit=unit, name=name, weekday=weekday)
    audit.record("watch.started", actor=by, subject="watch_group", subject_id=found.pk)
    return found


@transaction.atomic
def end(*, group_id: int, posts: Sequence[Post], by: User, at: datetime) -> None:
    """This group keeps watch no more. Raises NotThere."""
    found = _locked(posts, group_id)
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    audit.record("watch.ended", actor=by, subject="watch_group", subject_id=found.pk)


@transaction.atomic
def join(
    *, group_id: int, person_id: int, posts: Sequence[Post], by: User, today: date
) -> WatchMember:
    """Put a grown-up of the group's area on duty. Raises NotThere, RuleBroken."""
    group = _locked(posts, group_id)
    person = person_there(posts, person_id)
    if not person.lives_here or not lives_in(person, group.unit.code):
        raise RuleBroken("Orang ini tidak tercatat tinggal di wilayah regu itu.")
    if is_minor(person, today):
        raise RuleBroken("Yang bertugas ronda harus sudah dewasa. Pilih orang lain.")
    if group.members.count() >= MOST:
        raise RuleBroken("Regu ini sudah 60 orang. Buat regu lain.")
    found, is_new = WatchMember.objects.get_or_create(group=group, person=person)
    if is_new:
        audit.record("watch.joined", actor=by, subject="watch_group", subject_id=group.pk)
    return found


@transaction.atomic
def leave(*, member_id: int, posts: Sequence[Post], by: User) -> WatchGroup:
    """Take somebody off duty. Raises NotThere."""
    member = WatchMember.objects.filter(pk=member_id).first()
    if member is None:
        raise NotThere("Orang ini tidak ada di regu itu.")
    group = _locked(posts, member.group_id)
    member.delete()
    audit.record("watch.left", actor=by, subject="watch_group", subject_id=group.pk)
    return group


@transaction.atomic
def put(*, group_id: int, on: date, posts: Sequence[Post], by: User, today: date) -> WatchNight:
    """This group on one night, in place of any other. Raises NotThere, RuleBroken."""
    group = _locked(posts, group_id)
    if on < today:
        raise RuleBroken("Tanggal ini sudah lewat. Tulis hari ini atau sesudahnya.", field="on")
    found, _ = WatchNight.objects.update_or_create(
        unit=group.unit, on=on, defaults={"group": group}
    )
    audit.record("watch.put", actor=by, subject="watch_group", subject_id=group.pk)
    return found


# --- who is on duty -------------------------------------------------------------------------------


def members_of(group: WatchGroup) -> list[WatchMember]:
    """Who of the group still lives in its area, by name. One query."""
    found = _living(WatchMember.objects.filter(group=group))
    return [one for one in found if lies_in(one.person.place, group.unit.code)]


def _living(members: QuerySet[WatchMember]) -> QuerySet[WatchMember]:
    alive = Q(person__status=codes.Status.ALIVE, person__merged_into=None)
    return members.filter(alive).select_related("person").order_by("person__name_key", "pk")


def nights(unit_ids: Sequence[int], begin: date, end: date) -> list[Night]:
    """Who keeps watch on each night of these units, in order; nights without a group are left
    out. Four queries."""
    groups = list(
        WatchGroup.objects.filter(unit__in=unit_ids, ended_at=None)
        .select_related("unit").order_by("unit", "pk")
    )  # fmt: skip
    by_id = {group.pk: group for group in groups}
    weekly = {(group.unit_id, group.weekday): group for group in groups}
    span = (begin, end)
    put_there = {
        (one.unit_id, one.on): by_id[one.group_id]
        for one in WatchNight.objects.filter(group__in=by_id, on__range=span)
    }
    members: dict[int, list[Person]] = {}
    for member in _living(WatchMember.objects.filter(group__in=by_id)):
        if lies_in(member.person.place, by_id[member.group_id].unit.code):
            members.setdefault(member.group_id, []).append(member.person)
    found: dict[tuple[int, date], Night] = {}
    units = sorted({group.unit_id for group in groups})
    for number in range((end - begin).days + 1):
        day = begin + timedelta(days=number)
        for unit in units:
            group = put_there.get((unit, day)) or weekly.get((unit, day.weekday()))
            if group is not None:
                found[unit, day] = Night(day, group, list(members.get(group.pk, [])))
    for swap in _agreed(unit_ids, span):
        _replace(found.get((swap.unit_id, swap.on)), swap.asker, swap.other)
        _replace(found.get((swap.unit_id, swap.other_on)), swap.other, swap.asker)
    return list(found.values())


def _agreed(unit_ids: Sequence[int], span: tuple[date, date]) -> QuerySet[WatchSwap]:
    met = Q(on__range=span) | Q(other_on__range=span)
    agreed = WatchSwap.objects.filter(met, unit__in=unit_ids, state=WatchSwap.State.AGREED)
    return agreed.select_related("asker", "other").order_by("answered_at", "pk")


def _replace(night: Night | None, leaving: Person, coming: Person) -> None:
    if night is not None and night.has(leaving) and not night.has(coming):
        place = next(n for n, one in enumerate(night.people) if one.pk == leaving.pk)
        night.people[place] = coming


# --- what residents do ----------------------------------------------------------------------------


def units_around(person: Person) -> list[int]:
    """The ids of RT, RW and dusun around a resident's home. One query."""
    found = Unit.objects.filter(code__in=places_of(person), kind__in=NEIGHBOURHOOD)
    return list(found.order_by("code").values_list("pk", flat=True))


def own_night(person: Person, on: date, today: date) -> Night:
    """A night to come on which this resident is on duty. Raises NotThere."""
    ahead = nights(units_around(person), on, on) if today <= on <= today + AHEAD else []
    found = next((night for night in ahead if night.has(person)), None)
    if found is None:
        raise NotThere("Anda tidak bertugas pada malam itu.")
    return found


def may_take(person: Person, own: Night, today: date) -> list[tuple[Night, Person]]:
    """Nights of others of the same unit for which this one may be exchanged. Four queries."""
    ahead = nights([own.group.unit_id], today, today + AHEAD)
    return [
        (night, other)
        for night in ahead
        if night.on != own.on and not night.has(person)
        for other in night.people
        if not own.has(other)
    ]


@transaction.atomic
def ask(
    *, person: Person, on: date, other_id: int, other_on: date, at: datetime, today: date
) -> WatchSwap:
    """Ask a neighbour to exchange nights. Raises NotThere, RuleBroken."""
    own = own_night(person, on, today)
    Unit.objects.select_for_update().get(pk=own.group.unit_id)
    pairs = may_take(person, own, today)
    if not any(night.on == other_on and one.pk == other_id for night, one in pairs):
        raise NotThere("Malam itu tidak bisa ditukar. Pilih yang lain.")
    waiting = WatchSwap.objects.filter(asker=person, on=on, state=WatchSwap.State.ASKED)
    waiting.delete()  # who asks somebody else asks the first no more
    taken = WatchSwap.objects.filter(asker=person, on=on, state=WatchSwap.State.AGREED)
    if taken.exists():
        raise RuleBroken("Malam ini sudah pernah Anda tukar. Bicarakan dengan Ketua RT.")
    found = WatchSwap.objects.create(
        unit=own.group.unit, asker=person, on=on, other_id=other_id, other_on=other_on, asked_at=at
    )
    publish(WatchSwapAsked(found.pk))
    return found


@transaction.atomic
def answer(*, swap_id: int, person: Person, agrees: bool, at: datetime, today: date) -> WatchSwap:
    """Who was asked says yes or no. Raises NotThere, Stale."""
    found = WatchSwap.objects.filter(pk=swap_id, other=person).first()
    if found is None:
        raise NotThere("Permintaan ini tidak ada.")
    Unit.objects.select_for_update().get(pk=found.unit_id)
    found = (
        WatchSwap.objects.select_for_update(of=("self",)).select_related("asker").get(pk=found.pk)
    )
    if found.state != WatchSwap.State.ASKED:
        raise Stale("Permintaan ini sudah dijawab.")
    if agrees and not _still_fits(found, today):
        raise Stale("Jadwalnya sudah berubah. Permintaan ini tidak berlaku lagi.")
    found.state = WatchSwap.State.AGREED if agrees else WatchSwap.State.REFUSED
    found.answered_at = at
    found.save(update_fields=["state", "answered_at"])
    publish(WatchSwapAnswered(found.pk))
    return found


def _still_fits(swap: WatchSwap, today: date) -> bool:
    try:
        own = own_night(swap.asker, swap.on, today)
    except NotThere:
        return False
    pairs = may_take(swap.asker, own, today)
    return any(n.on == swap.other_on and one.pk == swap.other_id for n, one in pairs)


def asked_of(person: Person, today: date) -> QuerySet[WatchSwap]:
    """Requests that wait for this resident's answer. One query."""
    found = WatchSwap.objects.filter(other=person, state=WatchSwap.State.ASKED)
    return found.filter(on__gte=today, other_on__gte=today).select_related("asker").order_by("pk")


def asked_by(person: Person, today: date) -> QuerySet[WatchSwap]:
    """What this resident asked, and how it was answered. One query."""
    found = WatchSwap.objects.filter(asker=person, on__gte=today)
    return found.select_related("other").order_by("-pk")
