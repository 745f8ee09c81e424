"""Writing into the register what a finished application proposes: one act of a desk.

The desk says what the answers left open; ``preview`` shows what would be written, by writing and
taking it back.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from kernel.nik import parse_kk
from kernel.text import squeeze
from services.applications.life_events import to_confirm
from services.applications.models import Application, LifeEvent
from services.cases.route import locked
from services.residents import codes, happenings, history, officials, register
from services.residents.happenings import Arrival, Basis, Heading, NewCard
from services.residents.models import Household, Person, PersonEvent, Source
from services.residents.sealing import prints
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.registry.current import city


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the desk says. ``rows``: of each chosen proposal, by id, fields by name."""

    rows: Mapping[int, Mapping[str, Any]]
    on: date | None = None
    basis: str = ""
    accepted: bool = False
    destination: str = ""  # of those who leave
    came_from: str = ""
    head: int | None = None  # who follows as head of those who stay
    # To a new card; "join" one that is there; "whole": the card moves; "stay": cards stay so.
    to: str = "new"
    address: str = ""
    rt: Unit | None = None
    kk_number: str = ""  # of the new card, or of the one they join
    relations: Mapping[int, int] = field(default_factory=dict)  # on the card they go to
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class _Act:
    application: Application
    rows: list[LifeEvent]
    told: Told
    by: User
    origin: Callable[[], Source]
    sources: list[Source]

    def basis(self) -> Basis:
        """A new one: each act has a source of its own."""
        source = self.origin()
        self.sources.append(source)
        return Basis(
            origin=source, by=self.by, on=self.told.on, accepted=self.told.accepted
        )  # fmt: skip

    @property
    def person_ids(self) -> list[int]:
        return [row.person_id for row in self.rows if row.person_id is not None]

    def said(self, row: LifeEvent) -> dict[str, Any]:
        """What the answers say of a row, and the desk after them."""
        return {**row.facts, **self.told.rows[row.pk]}


@transaction.atomic
def record(*, application_id: int, told: Told, by: User, at: datetime) -> list[LifeEvent]:
    """Write the chosen proposals of a finished application into the register; returns them.

    Desks it passed may, and whoever keeps the register there; nobody for themselves. Raises
    NotThere, RuleBroken, Stale, Doubtful.
    """
    act = _begin(application_id, told, by, at)
    before = len(act.sources)
    _ACTS[act.rows[0].act](act)
    for row in act.rows:
        row.confirmed_at, row.confirmed_by = at, by
        if row.source is None:
            row.source = act.sources[before]
        row.save(update_fields=["confirmed_at", "confirmed_by", "person", "source"])
    return act.rows


def preview(*, application_id: int, told: Told, by: User, at: datetime) -> list[history.Happened]:
    """What ``record`` would write for everybody concerned. Raises what it raises."""
    with transaction.atomic():
        act = _begin(application_id, told, by, at)
        _ACTS[act.rows[0].act](act)
        events = PersonEvent.objects.filter(source__in=act.sources).select_related("person")
        found = history.in_words(events.order_by("pk"))
        transaction.set_rollback(True)
    return found


def _begin(application_id: int, told: Told, by: User, at: datetime) -> _Act:
    application = locked(Application, application_id)
    posts = office.posts_of(by, at.astimezone(city().tz).date())
    open_ones = to_confirm(application, posts)
    if not open_ones:
        raise NotThere("Tidak ada yang perlu dicatat dari berkas ini.")
    chosen = [row for row in open_ones if row.pk in told.rows]
    own = officials.own_people(by)
    if application.applicant_id in own:
        raise RuleBroken("Ini permohonan Anda sendiri. Minta pejabat lain mencatatnya.")
    if own & {row.person_id for row in chosen}:
        raise RuleBroken("Peristiwa ini tentang Anda sendiri. Minta pejabat lain mencatatnya.")
    if not chosen:
        raise RuleBroken("Pilih dulu siapa yang dicatat.", field="person")
    kind, label = basis_of(application)

    def origin() -> Source:
        return register.source(
            kind=kind, label=told.basis.strip() or label, by=by,
            on=at.astimezone(city().tz).date(), case_id=application.pk,
        )  # fmt: skip

    return _Act(application, chosen, told, by, origin, [])


def basis_of(application: Application) -> tuple[Source.Kind, str]:
    """What the register names as the basis: the letter that came of it, or the application."""
    issued = application.issued.select_related("letter").order_by("pk").first()
    if issued is not None and issued.letter.number:
        letter = issued.letter
        return Source.Kind.LETTER, f"{letter.subject} nomor {letter.number}"
    title = application.version.service.title
    return Source.Kind.CASE, f"{title}, berkas {application.number}"


# --- the acts -------------------------------------------------------------------------------------


def _heading(act: _Act) -> Heading | None:
    return Heading(person_id=act.told.head) if act.told.head else None


def _deaths(act: _Act) -> None:
    heading = _heading(act)
    for row in act.rows:
        assert row.person is not None
        said, basis = act.said(row), act.basis()
        follows = heading is not None and Person.objects.filter(
            pk=heading.person_id, household=row.person.household_id
        )
        happenings.die(
            person_id=row.person.pk, basis=basis, heading=heading if follows else None,
            place=said.get("place", ""), cause=said.get("cause", ""),
        )  # fmt: skip
        row.source = basis.origin


def _move_out(act: _Act) -> None:
    happenings.move_out(
        person_ids=act.person_ids, basis=act.basis(), destination=act.told.destination,
        heading=_heading(act),
    )  # fmt: skip


def _card(act: _Act) -> Household | NewCard:
    told = act.told
    if told.to == "join":
        found = Household.objects.filter(kk_print__in=prints(parse_kk(told.kk_number))).first()
        if found is None:
            raise RuleBroken(
                "Nomor KK ini tidak tercatat di data penduduk. Periksa lagi angkanya.",
                field="kk_number",
            )
        return found
    if not told.address:
        raise RuleBroken("Isi alamat yang baru, tanpa RT dan RW.", field="address")
    if told.rt is None:
        raise RuleBroken("Isi RT yang baru.", field="rt")
    return NewCard(address=told.address, rt=told.rt, kk_number=told.kk_number)


def _move_within(act: _Act) -> None:
    kind = PersonEvent.Kind.CARD if act.rows[0].act == "card" else PersonEvent.Kind.MOVE_WITHIN
    told, first = act.told, act.rows[0].person
    assert first is not None
    if told.to != "whole":
        happenings.move_within(
            person_ids=act.person_ids, to=_card(act), basis=act.basis(),
            relations=told.relations, heading=_heading(act), kind=kind,
        )  # fmt: skip
        return
    here = Person.objects.living_here().filter(household=first.household_id)
    if set(here.values_list("pk", flat=True)) != set(act.person_ids):
        raise RuleBroken(
            "Seluruh KK pindah hanya bila semua anggotanya dipilih. Pilih semuanya, atau pilih "
            "“KK baru”.",
            field="to",
        )
    card = _card(act)
    assert isinstance(card, NewCard)
    happenings.move_card(
        household_id=first.household_id, address=card.address, rt=card.rt, basis=act.basis()
    )


_OF_ARRIVAL = ("name", "sex", "birth_place", "birth_date", "religion", "relation")


def _move_in(act: _Act) -> None:
    arrivals = []
    for row in act.rows:
        said = act.said(row)
        if row.person is not None:
            known = {"relation": said["relation"]} if said.get("relation") else {}
            arrivals.append(Arrival(facts=known | _for_a_time(act, said), nik=row.person.nik))
            continue
        facts = {name: said[name] for name in _OF_ARRIVAL if said.get(name) not in ("", None)}
        for name in ("name", "sex", "birth_date"):
            if name not in facts:
                raise RuleBroken(
                    f"Lengkapi nama, jenis kelamin, dan tanggal lahir {said.get('name', '')}."
                )
        facts.setdefault("birth_place", "")
        arrivals.append(
            Arrival(facts=facts | _for_a_time(act, said), nik=str(said.get("nik") or ""))
        )
    found = happenings.move_in(
        arrivals=arrivals, to=_card(act), basis=act.basis(), origin_place=act.told.came_from
    )
    for row, person in zip(act.rows, found, strict=True):
        row.person = person


def _for_a_time(act: _Act, said: Mapping[str, Any]) -> dict[str, Any]:
    """Who came as a guest for so many days is a temporary resident until then."""
    if not said.get("days") or act.told.on is None:
        return {}
    until = act.told.on + timedelta(days=said["days"])
    return {"residency": codes.Residency.TEMPORARY, "stays_until": until}


def _births(act: _Act) -> None:
    for row in act.rows:
        said = act.said(row)
        parents = {
            f"{role}_id": Person.objects.filter(pk=said.get(role) or 0).first()
            for role in ("mother", "father")
        }
        household_id = card_of_child(act.application, said)
        born, basis = act.told.on, act.basis()
        if born is None:
            raise RuleBroken("Isi tanggal lahirnya.", field="on")
        row.source = basis.origin
        known = child_known(household_id, str(said["name"]), born)
        if known is not None:
            _complete(known, said, act, basis)
            row.person = known
            continue
        facts = {
            "name": said["name"], "sex": said.get("sex"), "birth_date": born,
            "birth_place": said.get("birth_place") or said.get("place") or "",
        }  # fmt: skip
        for role in ("mother", "father"):
            if said.get(f"{role}_name"):
                facts[f"{role}_name"] = said[f"{role}_name"]
        if act.told.certificate:
            facts["birth_certificate"] = act.told.certificate
        row.person = happenings.be_born(
            household_id=household_id, facts=facts, nik=str(said.get("nik") or ""),
            basis=basis, **{name: one.pk if one else None for name, one in parents.items()},
        )  # fmt: skip


def card_of_child(application: Application, said: Mapping[str, Any]) -> int:
    """On which card a newborn stands: the mother's, else the father's, else the applicant's."""
    for role in ("mother", "father"):
        parent = Person.objects.living_here().filter(pk=said.get(role) or 0).first()
        if parent is not None:
            return parent.household_id
    return application.applicant.household_id


def child_known(household_id: int, name: str, born: date) -> Person | None:
    """The child, where an earlier letter brought it into the register already."""
    found = Person.objects.living_here().filter(household=household_id, birth_date=born)
    return next((one for one in found if squeeze(one.name) == squeeze(name)), None)


def _complete(child: Person, said: Mapping[str, Any], act: _Act, basis: Basis) -> None:
    """What the certificate adds to a child who is there."""
    written: list[PersonEvent] = []
    if act.told.certificate:
        told = {"birth_certificate": act.told.certificate}
        written += happenings.correct(person_id=child.pk, facts=told, basis=basis)
    if said.get("nik") and child.nik_print is None:
        written += happenings.identify(person_id=child.pk, nik=said["nik"], basis=basis)
    if not written:
        raise RuleBroken(
            f"{child.name} sudah tercatat di data penduduk. Isi nomor akta atau NIK-nya bila sudah "
            "ada.",
            field="certificate",
        )


def _couples(act: _Act) -> None:
    row = act.rows[0]
    assert row.person_id is not None
    said = act.said(row)
    write = happenings.marry if row.act == "marriage" else happenings.divorce
    write(
        person_id=row.person_id, spouse_id=said.get("spouse"), basis=act.basis(),
        spouse_name=str(said.get("spouse_name") or ""), certificate=act.told.certificate,
        split=_new_household(act, said),
    )  # fmt: skip


def _new_household(act: _Act, said: Mapping[str, Any]) -> happenings.Split | None:
    """The two on a card of their own, the husband as its head; or on one that is there."""
    if act.told.to not in ("new", "join"):
        return None
    ids = [pk for pk in (act.rows[0].person_id, said.get("spouse")) if pk is not None]
    couple = list(Person.objects.living_here().filter(pk__in=ids))
    relations = {
        one.pk: codes.Relation.HEAD if one.sex == codes.Sex.MALE else codes.Relation.WIFE
        for one in couple
    }
    if len(couple) == 1 and act.told.to == "new":
        relations = {couple[0].pk: codes.Relation.HEAD}
    return happenings.Split(
        person_ids=[one.pk for one in couple], to=_card(act),
        relations=relations if act.told.to == "new" else {},
    )  # fmt: skip


def _heads(act: _Act) -> None:
    person = act.rows[0].person
    assert person is not None
    happenings.change_head(
        household_id=person.household_id, heading=Heading(person_id=person.pk), basis=act.basis()
    )


def _corrections(act: _Act) -> None:
    for row in act.rows:
        assert row.person_id is not None
        facts = act.told.rows[row.pk]["facts"]
        basis = act.basis()
        if not happenings.correct(person_id=row.person_id, facts=facts, basis=basis):
            raise RuleBroken("Data itu sudah tercatat seperti ini. Tidak ada yang diubah.")
        row.source = basis.origin


def _identified(act: _Act) -> None:
    for row in act.rows:
        assert row.person_id is not None
        basis = act.basis()
        happenings.identify(
            person_id=row.person_id, nik=str(act.said(row).get("nik") or ""), basis=basis
        )
        row.source = basis.origin


_ACTS: Mapping[str, Callable[[_Act], None]] = {
    "death": _deaths, "birth": _births, "move_out": _move_out, "move_in": _move_in,
    "move_within": _move_within, "card": _move_within, "marriage": _couples,
    "divorce": _couples, "head": _heads, "correction": _corrections,
    "identified": _identified,
}  # fmt: skip


def stays(rows: Collection[LifeEvent]) -> list[Person]:
    """Who stays on the cards whose head is among these, and could follow as head."""
    people = [row.person for row in rows if row.person is not None]
    cards = [one.household_id for one in people if one.relation == codes.Relation.HEAD]
    if not cards:
        return []
    found = Person.objects.living_here().filter(household__in=cards)
    return list(found.exclude(pk__in=[one.pk for one in people]).order_by("birth_date", "pk"))
