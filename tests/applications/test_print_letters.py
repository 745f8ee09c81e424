"""Letters of many cases as files to print: in piles, in order, and with one that is lost."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pypdf import PdfReader

from audit.models import Entry
from kernel.ids import secret_code
from services.applications import issuing
from services.applications.models import Application, IssuedLetter
from services.desk import print_views
from services.letters import archive
from services.letters.models import Letter
from services.letters.render import render_pdf
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, submitted

pytestmark = pytest.mark.django_db
ASKED = {"paper": "a4", "per_sheet": "1"}


def finished(cast: Cast) -> Application:
    """Sari's case with its letter."""
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=case.pk, at=MONDAY)
    return case


def another(case: Application, sequence: int) -> Letter:
    """One more letter of a case, with the same file."""
    letter = Letter.objects.filter(issued_from__application=case).earliest("pk")
    letter.pk, letter.code, letter.sequence = None, secret_code(), sequence
    letter.number = f"400/{sequence}/2026"
    letter.save()
    IssuedLetter.objects.create(application=case, output=f"n{sequence}", letter=letter)
    return letter


@pytest.fixture
def client(cast: Cast, in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    found = client_for(in_bontang)
    found.force_login(cast.lurah, "accounts.backends.LoginBackend")
    return found


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_more_letters_than_one_file_holds_are_printed_in_piles(cast: Cast, client: Client) -> None:
    one, other = finished(cast), finished(cast)
    first = Letter.objects.get(issued_from__application=one)
    rows = []
    for number in range(3, 202):
        rows.append(another(one if number <= 121 else other, number))
    piles = print_views.printable([other.pk, one.pk])
    assert [(pile.cases, pile.first, pile.last) for pile in piles] == [
        ((one.pk,), 1, 120), ((other.pk,), 121, 201),
    ]  # fmt: skip
    assert first.sequence == 1
    shown = render_to_string(
        "desk/print_letters.html", {"printable": piles, "print_form": print_views.PrintForm()}
    )
    assert "Unduh surat 1 sampai 120" in shown and f'value="{other.pk}"' in shown
    for pile in piles:
        made = client.post("/meja/cetak/", {**ASKED, "case": pile.ids})
        assert len(pages(made.content)) == pile.last - pile.first + 1
    refused = client.post("/meja/cetak/", {**ASKED, "case": [pile.ids for pile in piles]})
    assert refused.status_code == 422


def test_letters_are_printed_in_the_order_of_their_books(cast: Cast, client: Client) -> None:
    case = finished(cast)
    for number in (10, 9, 2):
        another(case, number)
    letters = list(Letter.objects.order_by("sequence"))
    for letter in letters:
        content = replace(letter.content, number=f"{letter.sequence}/X")
        letter.file, letter.sha256 = archive.store(letter.code, render_pdf(content))
        letter.save(update_fields=["file", "sha256"])
    made = client.post("/meja/cetak/", {**ASKED, "case": str(case.pk)})
    found = [re.findall(r"\b(\d+)/X", text)[0] for text in pages(made.content)]
    assert found == ["1", "2", "9", "10"]


def test_a_letter_whose_file_is_lost_is_left_out_and_named(cast: Cast, client: Client) -> None:
    case = finished(cast)
    lost, destroyed = another(case, 2), another(case, 3)
    Letter.objects.filter(pk=lost.pk).update(file="surat/none.pdf")
    Letter.objects.filter(pk=destroyed.pk).update(file="", content_sealed=b"", destroyed_at=MONDAY)
    before = Entry.objects.filter(what="person.read").count()
    made = client.post("/meja/cetak/", {**ASKED, "case": str(case.pk)})
    assert made.status_code == 200 and len(pages(made.content)) == 1
    assert Entry.objects.filter(what="person.read").count() == before + 1
    assert lost.number in client.get("/meja/").content.decode()
    Letter.objects.exclude(pk=destroyed.pk).update(file="surat/none.pdf")
    refused = client.post("/meja/cetak/", {**ASKED, "case": str(case.pk)})
    assert refused.status_code == 422 and lost.number in refused.content.decode()
