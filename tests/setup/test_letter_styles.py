"""The page about paper, look, words and signatory of letters."""

from collections.abc import Callable

import pytest
from django.test import Client

from services.letters.models import LetterStyle
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import Cast, make_cast, official

PAGE = "/kelola/surat/"


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast, in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    client = client_for(in_bontang)
    who = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client.force_login(who, "accounts.backends.LoginBackend")
    return client


def test_what_is_typed_is_drawn_kept_and_taken_away(cast: Cast, admin: Client) -> None:
    assert "A4 (210 × 297 mm)" in admin.get(PAGE).content.decode()
    typed = {
        "unit": cast.village.pk, "letter": "sktm", "paper": "f4", "style": "tabel",
        "signer": "kasi", "closing": "Sekian, {nama}.", "copies": "Arsip\nCamat",
        "body": "Satu.\r\n\r\nDua.",
    }  # fmt: skip
    shown = admin.post(PAGE, {**typed, "do": "look"}).content.decode()
    assert "data:image/png;base64" in shown and not LetterStyle.objects.exists()
    assert admin.post(PAGE, typed).status_code == 302
    row, of_letter = LetterStyle.objects.order_by("output")
    assert (row.unit, row.topic, row.paper, row.style) == (cast.village, "sktm", "f4", "tabel")
    assert (row.signer, row.words, of_letter.output) == ("kasi", {}, "surat")
    assert of_letter.words == {
        "closing": "Sekian, {nama}.", "copies": ["Arsip", "Camat"], "body": ["Satu.", "Dua."],
    }  # fmt: skip
    listed = admin.get(PAGE).content.decode()
    assert cast.village.name in listed and "F4 (215 × 330 mm)" in listed and "penutup" in listed
    assert admin.post(PAGE, {**typed, "paper": "a4"}).status_code == 302  # in its place
    row.refresh_from_db()
    assert row.paper == "a4" and LetterStyle.objects.count() == 2
    without_words = {"unit": cast.village.pk, "letter": "sktm", "paper": "a4"}
    assert admin.post(PAGE, without_words).status_code == 302
    assert admin.post(f"{PAGE}{LetterStyle.objects.get().pk}/hapus/").status_code == 302
    assert not LetterStyle.objects.exists()
    assert admin.post(f"{PAGE}1/hapus/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({}, "Pilih kertas"),
        ({"closing": "Sekian."}, "Pilih layanannya"),
        ({"letter": "sktm", "closing": "Sekian \U0001f600"}, "tidak bisa dicetak"),
        ({"letter": "sktm", "closing": "Sekian {apa}"}, "{apa}"),
        ({"paper": "a5"}, "a5"),
    ],
)
def test_what_no_letter_can_say_is_refused(admin: Client, typed: dict[str, str], why: str) -> None:
    answer = admin.post(PAGE, typed)
    assert answer.status_code == 422 and why in answer.content.decode()
    looked = admin.post(PAGE, {**typed, "do": "look"})
    assert looked.status_code == 200 and not LetterStyle.objects.exists()


def test_a_letter_at_a_unit_without_villages_is_drawn(cast: Cast, admin: Client) -> None:
    typed = {"unit": cast.dinas.pk, "paper": "f4", "do": "look"}
    assert "data:image/png;base64" in admin.post(PAGE, typed).content.decode()
