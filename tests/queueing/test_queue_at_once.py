"""Numbers taken and called at the same moment, over connections of their own."""

import threading

from django.db import connections

from kernel.errors import RuleBroken, Stale
from services.queueing import arranging
from services.queueing.models import Appointment, Ticket
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.factories import family, make_cast
from tests.queueing.conftest import make_room
from tests.queueing.test_appointments import book, offer


def _at_once(city: City, *deeds: object) -> list[object]:
    """Run each in a thread with a connection of its own; what each returned or raised."""
    answers: list[object] = [None] * len(deeds)
    ready = threading.Barrier(len(deeds))

    def run(place: int, deed: object) -> None:
        try:
            with in_city(city):
                ready.wait(timeout=30)
                answers[place] = deed()  # type: ignore[operator]
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_numbers_taken_at_once_have_no_gap_and_no_twin(committed: object, bontang: City) -> None:
    with in_city(bontang):
        room = make_room(make_cast())
    taken = _at_once(bontang, *[room.take for _ in range(8)])
    numbers = sorted(one.number for one in taken if isinstance(one, Ticket))
    assert numbers == list(range(1, 9)), taken


def test_two_officials_who_call_at_once_get_two_people(committed: object, bontang: City) -> None:
    with in_city(bontang):
        room = make_room(make_cast())
        windows = [room.one, room.two] + [
            arranging.add_window(
                unit_id=room.cast.village.pk, name=f"Loket {n}", line_ids=[], posts=room.posts,
                by=room.cast.rina,
            )
            for n in (3, 4)
        ]  # fmt: skip
        for _ in range(4):
            room.take()
    called = _at_once(bontang, *[lambda one=one: room.call(one) for one in windows])
    assert {one.number for one in called if isinstance(one, Ticket)} == {1, 2, 3, 4}, called


def test_two_presses_at_one_window_call_one(committed: object, bontang: City) -> None:
    with in_city(bontang):
        room = make_room(make_cast())
        room.take(), room.take()
    answers = _at_once(bontang, room.call, room.call)
    assert sum(isinstance(one, Ticket) for one in answers) == 1, answers
    assert sum(isinstance(one, Stale) for one in answers) == 1, answers


def test_a_time_booked_at_once_is_never_overfull(committed: object, bontang: City) -> None:
    with in_city(bontang):
        room = make_room(make_cast())
        offer(room, capacity=3)
        people = [one for rt in range(3, 6) for one in family(room.cast.village, rt=rt)][:7]
    booked = _at_once(bontang, *[lambda one=one: book(room, one) for one in people])
    places = sorted(one.place for one in booked if isinstance(one, Appointment))
    assert places == [1, 2, 3], booked
    assert sum(isinstance(one, RuleBroken) for one in booked) == len(people) - 3
