"""The pages of a waiting room: the counter, the kiosk, the phone, and the call screen."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from services.desk import queue_setup_views, queue_views
from services.kiosk import queue_views as kiosk_queue
from services.kiosk import screen_views
from services.portal import queue_views as portal_queue
from services.queueing.models import QueueLine, Screen, Ticket, Window
from tenants.registry.models import City
from tests.factories import Cast, account, family
from tests.queueing.conftest import MONDAY, NINE, As, Room, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_at_nine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages stand on a working day."""
    for module in (queue_views, queue_setup_views, kiosk_queue, screen_views, portal_queue):
        monkeypatch.setattr(module, "now", lambda: NINE)
        if hasattr(module, "today"):
            monkeypatch.setattr(module, "today", lambda: MONDAY)


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_from_nothing_to_a_number_on_the_screen(
    cast: Cast, signed_in: As, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    desk = signed_in(cast.rina)
    assert "Antrean belum diatur" in text(desk.get(at("desk-queue")))
    new = at("desk-queue-line-new", cast.village.pk)
    assert desk.post(new, {"name": "Surat", "letter": "12"}).status_code == 422
    desk.post(new, {"name": "Surat keterangan", "letter": "a", "services": ["sktm"]})
    line = QueueLine.objects.get()
    assert (line.prefix, line.services) == ("A", ["sktm"])
    desk.post(at("desk-queue-window-new"), {"unit": cast.village.pk, "name": "Loket 1"})
    given = desk.post(at("desk-queue-take"), {"line": line.pk})
    slip = text(desk.get(given["Location"]))
    assert "A001" in slip and "Giliran berikutnya" in slip

    code = desk.post(at("desk-queue-screen-new"), {"unit": cast.village.pk}).context["code"]
    tv = client_for(in_bontang)
    assert "Kode dari petugas" in text(tv.get(at("screen")))
    assert tv.post(at("screen"), {"code": "SALAH123"}).status_code == 422
    assert tv.get(at("screen-calls")).status_code == 404
    assert tv.post(at("screen"), {"code": code.lower()})["Location"] == at("screen")
    assert "Belum ada panggilan" in text(tv.get(at("screen")))
    first = tv.get(at("screen-calls"))
    same = tv.get(at("screen-calls"), headers={"if-none-match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")

    desk.post(at("desk-queue-call"))
    ticket = Ticket.objects.get()
    shown = tv.get(at("screen-calls"), headers={"if-none-match": first["ETag"]})
    assert shown.status_code == 200 and "A001" in text(shown) and "Loket 1" in text(shown)
    assert "Orangnya datang" in text(desk.get(at("desk-queue")))
    for deed in ("recall", "serve", "finish"):
        desk.post(at("desk-queue-act", ticket.pk), {"do": deed})
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.DONE and ticket.calls == 2

    other = client_for(in_bontang)
    assert other.post(at("screen"), {"code": code}).status_code == 422, "a code pairs once"
    desk.post(at("desk-queue-screen-end", Screen.objects.get().pk))
    assert tv.get(at("screen-calls")).status_code == 404
    assert "Kode dari petugas" in text(tv.get(at("screen")))


def test_a_screen_shows_no_person(room: Room, signed_in: As) -> None:
    person = room.cast.sari_person
    room.take(person=person)
    room.call()
    desk = signed_in(room.cast.rina)
    code = desk.post(at("desk-queue-screen-new"), {"unit": room.cast.village.pk}).context["code"]
    tv = signed_in(room.cast.lurah)
    tv.post(at("screen"), {"code": code})
    assert "_auth_user_id" not in tv.session, "whoever was signed in there is so no longer"
    shown = text(tv.get(at("screen"))) + text(tv.get(at("screen-calls")))
    assert "A001" in shown
    for word in person.name.split():
        assert word.lower() not in shown.lower()


def test_a_code_that_is_too_old_pairs_nothing(
    room: Room, signed_in: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = signed_in(room.cast.rina)
    code = desk.post(at("desk-queue-screen-new"), {"unit": room.cast.village.pk}).context["code"]
    monkeypatch.setattr(screen_views, "now", lambda: NINE + timedelta(minutes=16))
    assert desk.post(at("screen"), {"code": code}).status_code == 422


def test_a_resident_takes_a_number_and_reads_the_turn(room: Room, signed_in: As) -> None:
    room.take()
    phone = signed_in(room.cast.sari)
    page = text(phone.get(at("queue")))
    assert room.letters.name in page and room.cast.village.name in page
    answer = phone.post(at("queue-take", room.letters.pk))
    mine = Ticket.objects.get(person=room.cast.sari_person)
    assert answer["Location"] == at("queue-ticket", mine.pk)
    waiting = text(phone.get(answer["Location"]))
    assert "A002" in waiting and re.search(r"<b>1 orang</b>\s+di depan Anda", waiting)
    assert "A002" in text(phone.get(at("queue")))
    room.finish(room.call())
    room.call()
    assert "Silakan ke" in text(phone.get(answer["Location"]))
    stranger = signed_in(room.cast.tetangga)
    assert stranger.get(answer["Location"]).status_code == 404
    assert stranger.post(at("queue-cancel", mine.pk)).status_code == 404


def test_a_resident_takes_numbers_of_the_own_offices_alone(room: Room, signed_in: As) -> None:
    elsewhere = account(family(room.cast.lurah_lain.holdings.get().post.unit)[0])
    phone = signed_in(elsewhere)
    assert room.letters.name not in text(phone.get(at("queue")))
    assert phone.post(at("queue-take", room.letters.pk)).status_code == 404


def test_a_kiosk_gives_numbers_without_a_name(
    room: Room, signed_in: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = signed_in(room.cast.rina)
    kiosk.post(at("desk-kiosks"), {"unit": room.cast.village.pk})
    assert "Ambil nomor antrean" in text(kiosk.get(at("kiosk")))
    assert room.letters.name in text(kiosk.get(at("kiosk-queue")))
    answer = kiosk.post(at("kiosk-queue"), {"line": room.letters.pk})
    made = Ticket.objects.get()
    assert made.person is None and "A001" in text(kiosk.get(answer["Location"]))
    again = kiosk.post(at("kiosk-queue"), {"line": room.letters.pk})
    assert again.status_code == 422 and Ticket.objects.count() == 1, "one press, one number"
    monkeypatch.setattr(kiosk_queue, "now", lambda: NINE + timedelta(seconds=6))
    kiosk.post(at("kiosk-queue"), {"line": room.letters.pk})
    assert Ticket.objects.count() == 2
    other = room.take(room.records)
    assert kiosk.get(at("kiosk-ticket", other.pk)).status_code == 404


def test_the_head_arranges_and_does_not_call(room: Room, signed_in: As) -> None:
    head = signed_in(room.cast.lurah)
    assert head.get(at("desk-queue"))["Location"] == at("desk-queue-setup")
    assert room.one.name in text(head.get(at("desk-queue-setup")))
    assert head.post(at("desk-queue-call")).status_code == 404
    head.post(at("desk-queue-window-close", room.two.pk))
    assert Window.objects.filter(closed_at=None).count() == 1


def test_no_other_office_reaches_a_waiting_room(room: Room, signed_in: As) -> None:
    ticket = room.take()
    pages = [
        ("get", at("desk-queue-slip", ticket.pk)),
        ("post", at("desk-queue-act", ticket.pk)),
        ("get", at("desk-queue-line", room.letters.pk)),
        ("post", at("desk-queue-line-close", room.letters.pk)),
        ("get", at("desk-queue-line-new", room.cast.village.pk)),
        ("post", at("desk-queue-window-close", room.one.pk)),
    ]
    for user in (room.cast.loket_kecamatan, room.cast.camat, room.cast.lurah_lain,
                 room.cast.petugas):  # fmt: skip
        client = signed_in(user)
        for method, address in pages:
            answer = getattr(client, method)(address, {"do": "cancel"})
            assert answer.status_code == 404, (user, address)
    for user in (room.cast.hasan, room.cast.sari):
        assert signed_in(user).get(at("desk-queue")).status_code == 403


def test_somebody_chooses_the_window_where_they_sit(room: Room, signed_in: As) -> None:
    desk = signed_in(room.cast.rina)
    room.take()
    refused = desk.post(at("desk-queue-call"))
    assert refused.status_code == 422 and "Pilih dulu di loket mana" in text(refused)
    desk.post(at("desk-queue-window"), {"window": room.two.pk})
    assert "Anda di Loket 2" in text(desk.get(at("desk-queue")))
    desk.post(at("desk-queue-call"))
    assert Ticket.objects.get().window == room.two
