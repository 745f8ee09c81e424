"""Whatever happens in whatever order, by imports and at desks: nothing known is lost, nobody dead
is alive again, and the history tells every value there is."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kernel.errors import RuleBroken
from services.residents import codes, happenings, merging, register
from services.residents.fields import FIELDS, value_of
from services.residents.happenings import Arrival, Basis, Heading, NewCard
from services.residents.imports import checks
from services.residents.imports.direct import import_people
from services.residents.models import Person, PersonEvent, Source
from tenants.office.models import Unit
from tests.residents.rows import HEAD, WIFE, as_csv

pytestmark = pytest.mark.django_db
CHILD = HEAD | {
    "nik": "6474010303050214", "nama": "Bagus Kurnia", "tanggal_lahir": "2005-03-03",
    "hubungan": "Anak",
}  # fmt: skip
FAMILY = [HEAD, WIFE, CHILD]
# What must stay known once it is, however it came.
KEPT = ("religion", "occupation", "blood", "mother_name", "birth_certificate", "resident_since")
DAYS = [date(2026, 10, day) for day in (1, 10, 20)]
COLUMNS = {
    "agama": ["", "Islam", "Hindu"], "pekerjaan": ["", "Guru"], "golongan_darah": ["", "A", "O"],
    "nama_ibu": ["", "Sulastri"], "status_dasar": ["", "Hidup", "Mati", "Pindah"],
    "hubungan": ["", "Kepala keluarga", "Famili lain"],
    "alamat": ["Jalan Rawa Indah 7", "Jalan B 2"],
}  # fmt: skip
FACTS = {
    "religion": [1, 4], "occupation": [65, 72], "blood": [1, 13], "mother_name": ["Sulastri"],
    "birth_certificate": ["AL-1"], "relation": [1, 9],
}  # fmt: skip

someone = st.sampled_from([0, 0, 0, 1, 2])
day = st.sampled_from(DAYS)
step = st.one_of(
    st.tuples(
        st.just("import"), someone,
        st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in COLUMNS.items()}),
        st.booleans(),
    ),
    st.tuples(
        st.just("correct"), someone,
        st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in FACTS.items()}),
    ),
    st.tuples(
        st.sampled_from(["die", "leave", "return", "missing", "arrive", "apart", "marry",
                         "divorce", "card", "head", "move", "born", "undo", "double", "part"]),
        someone, day, st.booleans(),
    ),
)  # fmt: skip


class World:
    """One family, and what may happen to it."""

    def __init__(self) -> None:
        import_people(name="a.csv", content=as_csv(FAMILY), actor=None)
        self.ids = [Person.objects.get(name=row["nama"]).pk for row in FAMILY]
        self.count = 0

    def basis(self, on: date | None) -> Basis:
        origin = register.source(kind=Source.Kind.ENTRY, label="Akta", by=None)
        return Basis(origin=origin, by=None, on=on, accepted=True)

    def take(self, what: str, who: int, *more: Any) -> None:
        pk = self.ids[who]
        person = Person.objects.select_related("household__rt").get(pk=pk)
        if what == "import":
            facts, accept = more
            row = {**FAMILY[who], **facts}
            kinds = checks.DOUBTS if accept else ()
            import_people(name="b.csv", content=as_csv([row]), actor=None, accept=kinds)
            return
        if what == "correct":
            happenings.correct(person_id=pk, facts=more[0], basis=self.basis(None))
            return
        on, flag = more
        basis = self.basis(on)
        other = self.ids[(who + 1) % 3]
        rt = Unit.objects.get(pk=person.household.rt_id)
        match what:
            case "die":
                heading = Heading(person_id=other) if flag else None
                happenings.die(person_id=pk, basis=basis, heading=heading)
            case "leave":
                happenings.move_out(person_ids=[pk], basis=basis)
            case "return":
                happenings.come_back(person_id=pk, basis=basis)
            case "missing":
                happenings.go_missing(person_id=pk, basis=basis)
            case "arrive":
                happenings.move_in(
                    arrivals=[Arrival(facts={}, nik=person.nik)], to=person.household, basis=basis
                )
            case "apart":
                happenings.move_within(
                    person_ids=[pk], to=NewCard(address="Jalan C 3", rt=rt), basis=basis
                )
            case "marry":
                happenings.marry(person_id=pk, spouse_id=other, basis=basis)
            case "divorce":
                happenings.divorce(person_id=pk, spouse_id=other, basis=basis)
            case "card":
                number = "6474012011260001" if flag else "6474012011260002"
                happenings.new_card(household_id=person.household_id, kk_number=number, basis=basis)
            case "head":
                happenings.change_head(
                    household_id=person.household_id, heading=Heading(person_id=pk), basis=basis
                )
            case "move":
                happenings.move_card(
                    household_id=person.household_id, address="Jalan D 4", rt=rt, basis=basis
                )
            case "born":
                happenings.be_born(
                    household_id=person.household_id, basis=self.basis(None),
                    facts={"name": "Putri", "sex": 2, "birth_place": "Bontang", "birth_date": on},
                )  # fmt: skip
            case "undo":
                events = PersonEvent.objects.filter(person=pk).exclude(kind="merge")
                last = events.order_by("-pk").first()
                if last is not None:
                    register.undo(event_id=last.pk, origin=basis.origin, by=None)
            case "double":
                row = register.enter(
                    facts={"name": person.name, "sex": person.sex, "birth_place": "",
                           "birth_date": person.birth_date, "phone": "0811"},
                    household=person.household, origin=basis.origin, by=None,
                )  # fmt: skip
                kept, double = (row.pk, pk) if flag else (pk, row.pk)
                merging.merge(
                    keep_id=kept, double_id=double, chosen=[], origin=basis.origin, by=None
                )
                self.ids[who] = kept
            case "part":
                merged = PersonEvent.objects.filter(person=pk, kind="merge", reversed_by=None)
                event = merged.filter(detail__has_key="double").last()
                if event is not None:
                    merging.undo(event_id=event.pk, origin=basis.origin, by=None)
                    nik = Person.objects.get(pk=pk).nik
                    self.ids[who] = pk if nik else event.detail["double"]


def known() -> dict[int, dict[str, Any]]:
    return {
        one.pk: {name: getattr(one, name) for name in (*KEPT, "status")}
        for one in Person.objects.all()
    }


def check_history() -> None:
    """The events of each person, one after the other, lead to what the register says now."""
    for person in Person.objects.select_related("household__rt"):
        told: dict[str, Any] = {}
        for event in person.events.order_by("pk"):
            for name, (before, after) in event.all_changes.items():
                if name in FIELDS:
                    assert told.get(name, before) == before, (person.pk, event.kind, name)
                    told[name] = after
        for name, value in told.items():
            field = FIELDS[name]
            assert field.to_json(value_of(person, field)) == value, (person.pk, name)
        assert person.place == person.household.rt.code


DAY = DAYS[1]
DIED = ("die", 0, DAY, True)


@example([DIED, ("return", 0, DAY, False)])
@example([DIED, ("arrive", 0, DAY, False)])
@example([DIED, ("import", 0, {"status_dasar": "Hidup"}, True)])
@example([DIED, ("double", 0, DAY, True), ("return", 0, DAY, False), ("part", 0, DAY, False)])
@example([("correct", 0, {"blood": 1}), ("double", 0, DAY, True), ("undo", 0, DAY, False),
          ("import", 0, {"agama": "", "golongan_darah": ""}, True)])  # fmt: skip
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.lists(step, min_size=1, max_size=7))
def test_no_sequence_of_imports_and_events_loses_a_fact_or_revives_the_dead(
    in_bontang: object, steps: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        world = World()
        for what, who, *more in steps:
            before = known()
            try:
                with transaction.atomic():
                    world.take(what, who, *more)
            except RuleBroken:
                assert known() == before  # refused: nothing written
            after = known()
            if what not in ("undo", "part"):
                for pk, facts in before.items():
                    for name in KEPT:
                        assert facts[name] in (None, "") or after[pk][name] not in (None, ""), name
                    if facts["status"] == codes.Status.DEAD:
                        assert after[pk]["status"] == codes.Status.DEAD
            check_history()
        transaction.set_rollback(True)
