"""Appointments: booked, moved, kept and missed. Without pages."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.queueing import appointments, arranging, tasks
from services.queueing.models import Appointment, Ticket
from services.residents import codes
from services.residents.models import Person
from tenants.office.closures import close_days
from tests.factories import account, family
from tests.queueing.conftest import MONDAY, NINE, Room
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
State = Appointment.State
TUESDAY = MONDAY + timedelta(days=1)
TEN = datetime(2026, 12, 1, 2, tzinfo=UTC)  # on Tuesday in Bontang


def offer(room: Room, *, capacity: int = 2) -> None:
    arranging.add_slots(
        line_id=room.records.pk, weekdays=range(5), opens=time(9), closes=time(12), minutes=30,
        capacity=capacity, posts=room.posts, by=room.cast.rina,
    )  # fmt: skip


def book(room: Room, person: Person | None = None, starts_at: datetime = TEN) -> Appointment:
    return appointments.book(
        line_id=room.records.pk, starts_at=starts_at, person=person or room.cast.sari_person,
        by=room.cast.sari, at=NINE,
    )  # fmt: skip


def fresh(one: Appointment) -> Appointment:
    return Appointment.objects.get(pk=one.pk)


def neighbour(room: Room) -> Person:
    return room.cast.tetangga.resident.person


def test_a_time_has_as_many_places_as_the_line_says(room: Room) -> None:
    offer(room)
    first, second = book(room), book(room, neighbour(room))
    assert {first.place, second.place} == {1, 2}
    third = family(room.cast.village, rt=3)[0]
    with pytest.raises(RuleBroken, match="penuh"):
        book(room, third)
    free = appointments.free_of(room.records, [TUESDAY], NINE)
    assert TEN not in [one.starts_at for one in free[TUESDAY]]
    appointments.cancel(
        appointment_id=first.pk, people=[room.cast.sari_person], by=room.cast.sari, at=NINE
    )
    assert book(room, third).place == 1, "the place is free again"


@pytest.mark.parametrize(
    "moment",
    [
        TEN + timedelta(minutes=1),  # no time of the line
        TEN - timedelta(days=2),  # past, and a Sunday
        TEN + timedelta(days=42),  # too far
        datetime(2026, 12, 25, 2, tzinfo=UTC),  # a holiday
        NINE + timedelta(minutes=20),  # too near
    ],
)
def test_no_other_time_is_booked(room: Room, moment: datetime) -> None:
    offer(room)
    with pytest.raises(RuleBroken, match="tidak tersedia"):
        book(room, starts_at=moment)


def test_somebody_has_one_appointment_of_a_line(room: Room) -> None:
    offer(room)
    first = book(room)
    assert book(room) == first
    with pytest.raises(RuleBroken, match="Sudah ada janji"):
        book(room, starts_at=TEN + timedelta(minutes=30))
    moved = appointments.move(
        appointment_id=first.pk, starts_at=TEN + timedelta(minutes=30),
        people=[room.cast.sari_person], by=room.cast.sari, at=NINE,
    )  # fmt: skip
    assert moved.pk == first.pk and fresh(first).starts_at == TEN + timedelta(minutes=30)
    with pytest.raises(NotThere):
        appointments.cancel(
            appointment_id=first.pk, people=[neighbour(room)], by=room.cast.tetangga, at=NINE
        )


def test_a_parent_books_for_a_child_and_nobody_for_a_stranger(room: Room) -> None:
    home = Person.objects.filter(household=room.cast.sari_person.household)
    child = home.exclude(pk=room.cast.sari_person.pk).last()
    assert child is not None
    child.relation, child.marital = codes.Relation.CHILD, 1
    child.birth_date = MONDAY - timedelta(days=3000)
    child.save()
    may = appointments.may_book_for(room.cast.sari_person, MONDAY)
    assert may[0] == room.cast.sari_person and child in may
    assert neighbour(room) not in may


def test_whoever_comes_gets_a_number_that_is_called_at_the_time(room: Room) -> None:
    offer(room)
    booked = book(room, starts_at=NINE + timedelta(minutes=60))
    act = {"appointment_id": booked.pk, "by": room.cast.rina, "today": MONDAY, "posts": room.posts}
    early = room.take(room.records)
    ticket = appointments.arrive(**act, at=NINE)  # type: ignore[arg-type]
    assert appointments.arrive(**act, at=NINE) == ticket, "pressed twice"  # type: ignore[arg-type]
    assert (ticket.via, ticket.slot_at) == (Ticket.Via.APPOINTMENT, booked.starts_at)
    assert fresh(booked).state == State.ARRIVED
    room.take(room.records)
    assert room.call(line=room.records) == early
    room.finish(early)
    assert room.call(at=NINE + timedelta(minutes=60)) == ticket, "before who came earlier"


def test_whoever_is_promised_a_time_is_received_outside_the_hours_of_numbers(room: Room) -> None:
    offer(room)
    booked = book(room, starts_at=NINE + timedelta(minutes=60))
    late = NINE + timedelta(hours=8)
    with pytest.raises(RuleBroken, match=r"08\.00 sampai 16\.00"):
        room.take(room.records, at=late)
    ticket = appointments.arrive(
        appointment_id=booked.pk, by=room.cast.rina, at=late, today=MONDAY, posts=room.posts
    )
    assert ticket.slot_at == booked.starts_at


def test_times_outside_the_hours_of_the_office_are_told(room: Room) -> None:
    outside = arranging.add_slots(
        line_id=room.records.pk, weekdays=[0, 5], opens=time(9), closes=time(12), minutes=30,
        capacity=1, posts=room.posts, by=room.cast.rina,
    )  # fmt: skip
    assert outside == [5], "Saturday"


def test_the_line_is_locked_before_its_appointments(room: Room) -> None:
    """Whoever arrives and whoever moves wait for each other, not both for ever."""
    offer(room)
    booked = book(room, starts_at=NINE + timedelta(minutes=60))
    with CaptureQueriesContext(connection) as asked:
        appointments.arrive(
            appointment_id=booked.pk, by=room.cast.rina, at=NINE, today=MONDAY, posts=room.posts
        )
    locks = [one["sql"] for one in asked.captured_queries if "FOR UPDATE" in one["sql"]]
    tables = [sql.split(' FROM "')[1].split('"')[0] for sql in locks]
    assert tables[:2] == ["queueing_queueline", "queueing_appointment"]


def test_nobody_is_received_on_another_day_or_at_another_office(room: Room) -> None:
    offer(room)
    booked = book(room)
    with pytest.raises(RuleBroken, match="bukan untuk hari ini"):
        appointments.arrive(
            appointment_id=booked.pk, by=room.cast.rina, at=NINE, today=MONDAY, posts=room.posts
        )
    with pytest.raises(NotThere):
        appointments.arrive(
            appointment_id=booked.pk, by=room.cast.rina, at=TEN, today=TUESDAY, posts=[]
        )
    with pytest.raises(NotThere):
        appointments.arrive(
            appointment_id=booked.pk, by=room.cast.rina, at=TEN, today=TUESDAY,
            person=neighbour(room), unit_id=room.cast.village.pk,
        )  # fmt: skip


def test_a_number_held_already_becomes_that_of_the_appointment(room: Room) -> None:
    offer(room)
    mine = room.take(room.records, person=room.cast.sari_person)
    booked = book(room, starts_at=NINE + timedelta(minutes=60))
    ticket = appointments.arrive(
        appointment_id=booked.pk, by=room.cast.rina, at=NINE, today=MONDAY, posts=room.posts
    )
    assert ticket == mine and ticket.slot_at == booked.starts_at


def _mails() -> list[str]:
    rows = Outbox.objects.filter(kind__contains="mail").order_by("pk")
    return [str(row.payload) for row in rows]


def test_the_day_before_it_is_told_once(room: Room) -> None:
    offer(room)
    booked = book(room)
    assert tasks.remind(at=NINE - timedelta(hours=3)) == 0, "not at night"
    assert tasks.remind(at=NINE) == 1
    assert tasks.remind(at=NINE + timedelta(hours=1)) == 0
    [mail] = _mails()
    assert "1 Desember 2026" in mail and room.cast.village.name in mail
    assert room.cast.sari_person.name not in mail
    assert fresh(booked).reminded_at == NINE


def test_a_holiday_noted_later_takes_it_back_and_says_so(room: Room) -> None:
    offer(room)
    booked = book(room)
    assert tasks.withdraw_closed(at=NINE) == 0
    close_days(since=TUESDAY, until=TUESDAY, name="Hari jadi kota", by=room.cast.lurah)
    assert tasks.withdraw_closed(at=NINE) == 1
    assert fresh(booked).state == State.WITHDRAWN
    tell_subscribers()
    tell_subscribers()
    assert len(_mails()) == 1 and "tutup" in _mails()[0]


def test_a_day_without_appointments_takes_them_back(room: Room) -> None:
    offer(room)
    booked = book(room)
    told = arranging.add_day_without(
        line_id=room.records.pk, day=TUESDAY, reason="Rapat koordinasi", posts=room.posts,
        by=room.cast.rina, at=NINE, today=MONDAY,
    )  # fmt: skip
    assert told == 1 and fresh(booked).reason == "Rapat koordinasi"
    with pytest.raises(RuleBroken):
        book(room)


def test_a_line_with_appointments_to_come_stays_open(room: Room) -> None:
    offer(room)
    book(room)
    with pytest.raises(Stale, match="janji"):
        arranging.close_line(line_id=room.records.pk, posts=room.posts, by=room.cast.rina, at=NINE)


def test_who_did_not_come_is_noted_and_forgotten_after_a_while(room: Room) -> None:
    offer(room)
    booked = book(room)
    tasks.note_missed(TUESDAY, TEN)
    assert fresh(booked).state == State.BOOKED
    tasks.note_missed(TUESDAY + timedelta(days=1), TEN + timedelta(days=1))
    assert fresh(booked).state == State.MISSED
    tasks.forget_people(TUESDAY + timedelta(days=tasks.KEPT_DAYS + 1))
    assert fresh(booked).person is None


def test_an_account_of_a_relative_is_told_too(room: Room) -> None:
    offer(room)
    home = Person.objects.filter(household=room.cast.sari_person.household)
    other = home.exclude(pk=room.cast.sari_person.pk).first()
    assert other is not None
    account(other, "lain@example.com")
    book(room, other)
    tasks.remind(at=NINE)
    assert len(_mails()) == 2
