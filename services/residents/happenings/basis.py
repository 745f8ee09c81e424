"""What every act rests on, and what all of them check and write."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from kernel.tanggal import long_date
from services.residents import codes, register
from services.residents.families import head_of, relations_under
from services.residents.models import Household, Person, PersonEvent, Source
from tenants.office.models import Unit
from tenants.registry.current import city

Kind = PersonEvent.Kind


class Doubtful(RuleBroken):
    """Something unusual that may be right: the page shows the doubts and asks."""

    def __init__(self, doubts: Collection[str]) -> None:
        self.doubts = list(doubts)
        told = " ".join(self.doubts)
        super().__init__(f"{told} Bila memang benar, centang “Tetap catat”.", field="accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an act rests on: the source, which is made for this act alone, who enters it, the day
    it happened (None: not known), and whether doubts were read and answered."""

    origin: Source
    by: User | None
    on: date | None = None
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Who becomes head of a card, and what others are to them where somebody said so."""

    person_id: int
    relations: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """A family card that begins with an act; the number may come later."""

    address: str
    rt: Unit
    kk_number: str = ""
    issued_on: date | None = None
    postal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who comes from elsewhere: fields by name, and the NIK where there is one."""

    facts: Mapping[str, Any]
    nik: str = ""


def today() -> date:
    return now().astimezone(city().tz).date()


def locked(
    person_ids: Iterable[int], to: Household | NewCard | None = None
) -> tuple[dict[int, Person], list[Person]]:
    """These people, and everybody of their cards, locked together with the card they go to."""
    ids = set(person_ids)
    cards = [to.pk] if isinstance(to, Household) else []
    everybody = register.lock(people=ids, cards=cards)
    named = {one.pk: one for one in everybody if one.pk in ids}
    if ids - named.keys():
        raise Stale("Salah satu orang ini sudah digabung atau pindah KK. Buka lagi halamannya.")
    return named, everybody


def require_here(people: Iterable[Person]) -> None:
    for one in people:
        if one.status == codes.Status.DEAD:
            raise RuleBroken(register.DIED)
        if not one.lives_here:
            raise RuleBroken(
                f"{one.name} tercatat {codes.Status(one.status).label.lower()}. Catat dulu bahwa "
                "ia kembali."
            )


def require_possible(on: date, people: Iterable[Person]) -> None:
    """Raises RuleBroken for a day in the future, or before the birth of one of these people."""
    if on > today():
        raise RuleBroken("Tanggal kejadian ada di masa depan. Periksa lagi tahunnya.", field="on")
    for one in people:
        if on < one.birth_date:
            raise RuleBroken(
                f"Tanggal kejadian mendahului tanggal lahir {one.name}, "
                f"{long_date(one.birth_date)}. Periksa lagi.",
                field="on",
            )


def check_day(on: date | None, people: Iterable[Person], basis: Basis) -> None:
    """Raises RuleBroken for a day that cannot be, Doubtful for one before what the register has
    already."""
    if on is None:
        return
    found = list(people)
    require_possible(on, found)
    if basis.accepted:
        return
    later = (
        PersonEvent.objects.filter(
            person__in=[one.pk for one in found], happened_on__gt=on, reverses=None,
            reversed_by=None,
        ).select_related("person").order_by("person", "-happened_on", "-pk").first()
    )  # fmt: skip
    if later is not None and later.happened_on is not None:
        raise Doubtful([
            f"{later.person.name} masih tercatat {later.get_kind_display()} pada "
            f"{long_date(later.happened_on)}, sesudah tanggal ini.",
        ])  # fmt: skip


def ask(doubts: Collection[str], basis: Basis) -> None:
    """Raises Doubtful unless the doubts were read."""
    if doubts and not basis.accepted:
        raise Doubtful(doubts)


def write(
    person_id: int, kind: PersonEvent.Kind, facts: Mapping[str, Any], basis: Basis,
    **detail: Any,
) -> PersonEvent:  # fmt: skip
    known = {name: told for name, told in detail.items() if told not in ("", None)}
    event = register.change(
        person_id=person_id, facts=facts, origin=basis.origin, by=basis.by, kind=kind,
        happened_on=basis.on, detail={**known, "act": basis.origin.pk},
    )  # fmt: skip
    assert event is not None
    return event


def follow(
    leaving: Collection[Person], everybody: Iterable[Person], heading: Heading | None, basis: Basis
) -> list[PersonEvent]:
    """The cards whose head leaves get the one named; without one they stand without a head."""
    gone = {one.pk for one in leaving}
    for old in leaving:
        stay = [
            one for one in everybody
            if one.household_id == old.household_id and one.pk not in gone and one.lives_here
        ]  # fmt: skip
        if old.relation == codes.Relation.HEAD and heading is not None and stay:
            return make_head(stay, heading, basis)
    return []


def make_head(
    members: Collection[Person], heading: Heading, basis: Basis
) -> list[PersonEvent]:  # fmt: skip
    by_id = {one.pk: one for one in members}
    new = by_id.get(heading.person_id)
    if new is None:
        raise RuleBroken("Kepala keluarga baru harus anggota KK ini yang masih tinggal di sini.")
    relations = {**relations_under(new, members), **heading.relations, new.pk: codes.Relation.HEAD}
    if sum(found == codes.Relation.HEAD for found in relations.values()) > 1:
        raise RuleBroken("Satu KK hanya punya satu kepala keluarga. Periksa hubungan keluarganya.")
    old = head_of(members)
    if old is not None and old.pk != new.pk and old.pk not in relations:
        raise RuleBroken(f"Pilih hubungan {old.name} dengan kepala keluarga yang baru.")
    return [
        write(pk, Kind.HEAD, {"relation": relation}, basis)
        for pk, relation in sorted(relations.items())
        if pk in by_id and by_id[pk].relation != relation
    ]


def require_one_head(household: Household) -> None:
    if len(list(register.heads(household))) > 1:
        raise RuleBroken(
            "KK ini akan punya dua kepala keluarga. Periksa hubungan keluarganya.",
            field="relation",
        )


def check_new(facts: Mapping[str, Any], basis: Basis) -> None:
    check_day(basis.on, [], basis)
    born = facts.get("birth_date")
    if born is None:
        return
    if born > today():
        raise RuleBroken("Tanggal lahir ada di masa depan. Periksa lagi.", field="birth_date")
    if born < codes.EARLIEST:
        raise RuleBroken(
            "Tanggal lahir sebelum tahun 1900. Periksa lagi tahunnya.", field="birth_date"
        )
    if basis.on is not None and basis.on < born:
        raise RuleBroken("Tanggal kejadian mendahului tanggal lahir. Periksa lagi.", field="on")
