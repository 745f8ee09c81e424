"""Numbers, calls and what becomes of them. Without pages."""

from datetime import time, timedelta

import pytest

from kernel.errors import NotThere, RuleBroken, Stale
from services.queueing import arranging, queries, tickets
from services.queueing.models import Ticket
from services.queueing.tasks import KEPT_DAYS, close_days_before, forget_people
from tenants.office.closures import close_days
from tenants.office.models import ServiceHours
from tenants.office.service_hours import set_hours
from tests.factories import Cast
from tests.queueing.conftest import MONDAY, NINE, Room, line_of, make_room, posts

pytestmark = pytest.mark.django_db
State = Ticket.State


def fresh(ticket: Ticket | None) -> Ticket:
    assert ticket is not None
    return Ticket.objects.select_related("line", "waits_in").get(pk=ticket.pk)


def test_numbers_of_a_line_follow_each_other_and_begin_anew_each_day(room: Room) -> None:
    first, other, second = room.take(), room.take(room.records), room.take()
    assert [one.code for one in (first, other, second)] == ["A001", "B001", "A002"]
    tomorrow = NINE + timedelta(days=1)
    made = tickets.take(
        line_id=room.letters.pk, via=Ticket.Via.COUNTER, by=room.cast.rina, at=tomorrow,
        today=MONDAY + timedelta(days=1),
    )  # fmt: skip
    assert made.code == "A001"


def test_a_day_holds_as_many_numbers_as_the_line_says(cast: Cast) -> None:
    room = make_room(cast)
    small = line_of(cast.village, cast.rina, "C", capacity=2)
    room.take(small), room.take(small)
    with pytest.raises(RuleBroken, match="habis"):
        room.take(small)
    booked = room.take(small, slot_at=NINE)
    assert booked.code == "C003", "an appointment was promised before"


def test_no_number_is_given_outside_hours_or_on_a_closed_day(room: Room) -> None:
    with pytest.raises(RuleBroken, match=r"08\.00"):
        room.take(at=NINE - timedelta(hours=2))
    with pytest.raises(RuleBroken, match=r"16\.00"):
        room.take(at=NINE + timedelta(hours=8))
    close_days(since=MONDAY, until=MONDAY, name="Hari jadi kota", by=room.cast.lurah)
    with pytest.raises(RuleBroken, match="tutup"):
        room.take()


def test_an_office_with_hours_of_its_own_gives_numbers_in_them(room: Room) -> None:
    own = {0: (time(10), time(11))}
    set_hours(of=ServiceHours.Of.OFFICE, hours=own, by=room.cast.lurah, unit=room.cast.village)
    with pytest.raises(RuleBroken, match=r"10\.00 sampai 11\.00"):
        room.take()
    [row, _] = queries.board([room.letters, room.records], MONDAY)
    assert row.hours is not None and row.hours.opens == time(10)
    assert room.take(at=NINE + timedelta(minutes=90)).code == "A001"


def test_a_resident_holds_one_number_of_a_line(room: Room) -> None:
    mine = room.take(person=room.cast.sari_person)
    assert room.take(person=room.cast.sari_person) == mine
    other = room.take(room.records, person=room.cast.sari_person)
    assert other.code == "B001"
    tickets.cancel(ticket_id=mine.pk, by=room.cast.sari, at=NINE, person=room.cast.sari_person)
    again = room.take(person=room.cast.sari_person)
    assert again.code == "A002", "a number that was given up stays used"


def test_nobody_uses_up_a_day_by_taking_and_giving_up(cast: Cast) -> None:
    room = make_room(cast)
    small = line_of(cast.village, cast.rina, "C", capacity=2)
    for number in (1, 2, 3):
        mine = room.take(small, person=cast.sari_person)
        assert mine.number == number, "numbers stay unique, and the places free"
        tickets.cancel(ticket_id=mine.pk, by=cast.sari, at=NINE, person=cast.sari_person)
    with pytest.raises(RuleBroken, match=r"sudah 3 kali.*minta nomor di loket"):
        room.take(small, person=cast.sari_person)
    assert room.take(room.letters, person=cast.sari_person).code == "A001", "of another line"
    [row] = queries.board([small], MONDAY)
    assert (row.last, row.left) == (3, 2)
    assert [room.take(small).number for _ in range(2)] == [4, 5]
    with pytest.raises(RuleBroken, match="habis"):
        room.take(small)


def test_whoever_waits_behind_many_is_told_how_many(room: Room) -> None:
    Ticket.objects.bulk_create(
        Ticket(
            line=room.letters, waits_in=room.letters, day=MONDAY, number=number, via="kiosk",
            taken_at=NINE, waits_since=NINE, goes_first=number % 100 == 0,
        )
        for number in range(1, 241)
    )  # fmt: skip
    tickets_ = [room.take(), room.take(goes_first=True),
                room.take(slot_at=NINE + timedelta(minutes=30))]  # fmt: skip
    listed = queries.in_turn([room.letters], MONDAY, NINE, 300)
    places = [queries.place_of(one, NINE).before for one in tickets_]
    assert places == [listed.index(one) for one in tickets_]
    assert places[0] > 200 and places[1] < 10 and places[2] == len(listed) - 1


def test_calling_takes_who_waits_longest_and_a_window_serves_one(room: Room) -> None:
    room.take(), room.take()
    called = room.call()
    assert called is not None and called.code == "A001" and called.window == room.one
    with pytest.raises(Stale):
        room.call()
    second = room.call(room.two)
    assert second is not None and second.code == "A002"
    room.finish(called)
    assert room.call() is None, "nobody waits"


def test_a_window_calls_its_own_lines_alone(room: Room) -> None:
    only = arranging.add_window(
        unit_id=room.cast.village.pk, name="Loket 3", line_ids=[room.records.pk],
        posts=room.posts, by=room.cast.rina,
    )  # fmt: skip
    room.take()
    assert room.call(only) is None
    room.take(room.records)
    called = room.call(only)
    assert called is not None and called.code == "B001"


def test_two_who_go_first_then_one_of_the_others(room: Room) -> None:
    for first in (False, False, True, True, True):
        room.take(goes_first=first)
    order = []
    for second in range(5):
        called = room.call(at=NINE + timedelta(seconds=second))
        assert called is not None
        order.append(called.code)
        room.finish(called)
    assert order == ["A003", "A004", "A001", "A005", "A002"]
    named = queries.in_turn([room.letters], MONDAY, NINE, 9)
    assert named == []


def test_the_list_of_the_counter_is_the_order_of_the_calls(room: Room) -> None:
    for first in (False, True, False, True, True):
        room.take(goes_first=first)
    listed = [one.code for one in queries.in_turn([room.letters], MONDAY, NINE, 9)]
    called: list[str] = []
    while (one := room.call(at=NINE + timedelta(seconds=len(called)))) is not None:
        called.append(one.code)
        room.finish(one)
    assert listed == called


def test_who_did_not_come_waits_again_behind_the_others(room: Room) -> None:
    late, other = room.take(), room.take(at=NINE + timedelta(minutes=1))
    called = room.call()
    assert called == late
    act = {"ticket_id": late.pk, "posts": room.posts, "by": room.cast.rina}
    tickets.recall(**act, at=NINE + timedelta(minutes=2))  # type: ignore[arg-type]
    assert fresh(late).calls == 2
    tickets.no_show(**act, at=NINE + timedelta(minutes=3))  # type: ignore[arg-type]
    with pytest.raises(Stale):
        tickets.serve(**act, at=NINE)  # type: ignore[arg-type]
    tickets.come_back(**act, at=NINE + timedelta(minutes=4), today=MONDAY)  # type: ignore[arg-type]
    assert room.call() == other
    room.finish(other)
    assert room.call() == late and fresh(late).code == "A001"


def test_who_is_moved_keeps_number_and_place(room: Room) -> None:
    wrong = room.take()
    room.take(room.records, at=NINE + timedelta(minutes=1))
    moved = tickets.move(
        ticket_id=wrong.pk, line_id=room.records.pk, posts=room.posts, by=room.cast.rina, at=NINE
    )
    assert (moved.code, moved.waits_in) == ("A001", room.records)
    assert room.call(line=room.letters) is None
    assert room.call(line=room.records) == wrong, "came before B001"


def test_each_moment_of_a_number_is_kept(room: Room) -> None:
    ticket = room.take()
    room.call(at=NINE + timedelta(minutes=5))
    tickets.serve(
        ticket_id=ticket.pk, posts=room.posts, by=room.cast.rina, at=NINE + timedelta(minutes=6)
    )
    room.finish(ticket, at=NINE + timedelta(minutes=15))
    kept = fresh(ticket)
    moments = (kept.taken_at, kept.called_at, kept.served_at, kept.ended_at)
    assert [(one - NINE).seconds // 60 for one in moments if one] == [0, 5, 6, 15]
    today = queries.times([room.letters, room.records], MONDAY)
    assert today[room.letters.pk] == queries.Times(5, 9)
    assert today[room.records.pk] == queries.Times(None, None)


def test_the_next_day_closes_what_was_left(room: Room) -> None:
    waiting, stood = room.take(), room.take()
    serving = room.call()
    assert serving is not None
    tickets.serve(ticket_id=serving.pk, posts=room.posts, by=room.cast.rina, at=NINE)
    close_days_before(MONDAY, NINE)
    assert fresh(serving).state == State.SERVING, "the day is not over"
    close_days_before(MONDAY + timedelta(days=1), NINE + timedelta(days=1))
    assert fresh(serving).state == State.DONE
    left = waiting if serving == stood else stood
    assert fresh(left).state == State.LEFT


def test_whose_number_it_was_is_forgotten_after_a_while(room: Room) -> None:
    mine = room.take(person=room.cast.sari_person)
    forget_people(MONDAY + timedelta(days=KEPT_DAYS))
    assert fresh(mine).person == room.cast.sari_person
    forget_people(MONDAY + timedelta(days=KEPT_DAYS + 1))
    assert fresh(mine).person is None


def test_only_the_own_counter_calls_and_only_the_own_office_arranges(room: Room) -> None:
    ticket = room.take()
    for user in (room.cast.loket_kecamatan, room.cast.lurah_lain, room.cast.hasan, room.cast.sari):
        with pytest.raises(NotThere):
            tickets.call_next(
                window_id=room.one.pk, posts=posts(user), by=user, at=NINE, today=MONDAY
            )
        with pytest.raises(NotThere):
            tickets.cancel(ticket_id=ticket.pk, by=user, at=NINE, posts=posts(user))
        with pytest.raises(NotThere):
            arranging.close_line(line_id=room.letters.pk, posts=posts(user), by=user, at=NINE)
    changed = arranging.change_line(
        line_id=room.letters.pk, name="Surat", prefix="S", services=[], opens=None, closes=None,
        capacity=None, posts=posts(room.cast.lurah), by=room.cast.lurah,
    )  # fmt: skip
    assert changed.prefix == "S", "the head of the office arranges it too"


def test_a_line_closes_when_nobody_waits_in_it(room: Room) -> None:
    ticket = room.take()
    with pytest.raises(Stale):
        arranging.close_line(line_id=room.letters.pk, posts=room.posts, by=room.cast.rina, at=NINE)
    tickets.cancel(ticket_id=ticket.pk, by=room.cast.rina, at=NINE, posts=room.posts)
    arranging.close_line(line_id=room.letters.pk, posts=room.posts, by=room.cast.rina, at=NINE)
    with pytest.raises(NotThere):
        room.take()
    assert line_of(room.cast.village, room.cast.rina, "A").prefix == "A", "the letter is free"


@pytest.mark.parametrize("changes", [{"prefix": "B"}, {"prefix": "1"}, {"prefix": "ABC"}])
def test_two_lines_never_share_a_letter(room: Room, changes: dict[str, str]) -> None:
    with pytest.raises(RuleBroken):
        line_of(room.cast.village, room.cast.rina, changes["prefix"])
