"""What the pages of a waiting room cost in queries, whatever the number of people in it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.queueing.conftest import NINE, As, Room, at
from tests.queueing.test_queue_pages import monday_at_nine  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_at_nine")]


def cost(client: Client, method: str, address: str, **more: object) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = getattr(client, method)(address, **more)
    assert answer.status_code in (200, 302, 304), answer.content
    return len(seen)


def crowd(room: Room) -> None:
    for n in range(15):
        room.take(goes_first=n % 4 == 0)


def test_the_board_of_the_counter(room: Room, signed_in: As) -> None:
    desk = signed_in(room.cast.rina)
    desk.post(at("desk-queue-window"), {"window": room.one.pk})
    desk.get(at("desk-queue"))  # warm
    crowd(room)
    assert cost(desk, "get", at("desk-queue")) <= 22
    assert cost(desk, "post", at("desk-queue-call")) <= 17


def test_a_screen_that_shows_the_same_asks_three_queries_besides_its_session(
    room: Room, signed_in: As
) -> None:
    desk = signed_in(room.cast.rina)
    code = desk.post(at("desk-queue-screen-new"), {"unit": room.cast.village.pk}).context["code"]
    crowd(room)
    desk.post(at("screen"), {"code": code})
    shown = desk.get(at("screen-calls"))
    same = {"if-none-match": shown["ETag"]}
    assert cost(desk, "get", at("screen-calls"), headers=same) <= 3
    room.call(at=NINE)
    assert cost(desk, "get", at("screen-calls"), headers=same) <= 8


def test_a_resident_who_waits(room: Room, signed_in: As) -> None:
    crowd(room)
    mine = room.take(person=room.cast.sari_person)
    phone = signed_in(room.cast.sari)
    phone.get(at("queue"))  # warm
    assert cost(phone, "get", at("queue")) <= 18
    assert cost(phone, "get", at("queue-ticket", mine.pk)) <= 12
