"""A counter serves somebody: originals, the receipt, the number that ends with it; paper forms."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pypdf import PdfReader

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import actions, consent, counter, paper, queries, receipts
from services.applications.models import Application, OnBehalf, OriginalSeen, PaperForm
from services.cases.models import CaseDeadline
from services.cases.timeline import timeline
from services.catalogue.queries import service
from services.queueing import serving, tickets
from services.queueing.models import Ticket
from services.web.access import today
from tenants.registry.models import City
from tests.factories import SKTM, Cast, family, photo, step_of
from tests.queueing.conftest import MONDAY, NINE, As, Room, at

pytestmark = pytest.mark.django_db


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def filled(application: Application, by: object) -> Application:
    files = {spec.key: photo() for spec in application.blueprint.documents}
    wrong = actions.save_answers(
        application_id=application.pk, typed=SKTM, files=files,
        names=dict.fromkeys(files, "foto.jpg"), by=by,  # type: ignore[arg-type]
    )  # fmt: skip
    assert wrong == {}
    return Application.objects.get(pk=application.pk)


def begun(cast: Cast) -> Application:
    draft = counter.begin(
        service=service("sktm"), applicant=cast.sari_person, by=cast.rina, checked="ktp",
        today=today(),
    )  # fmt: skip
    return filled(draft, cast.rina)


def on_paper(cast: Cast, received_on: date, content: bytes | None = None) -> Application:
    return paper.begin(
        service=service("sktm"), applicant=cast.sari_person, content=content or photo(),
        received_on=received_on, by=cast.rina, at=NINE, today=MONDAY,
    )  # fmt: skip


def test_the_number_that_is_served_ends_with_the_case(room: Room) -> None:
    ticket = room.take()
    room.call()
    tickets.serve(ticket_id=ticket.pk, posts=room.posts, by=room.cast.rina, at=NINE)
    draft = begun(room.cast)
    later = NINE + timedelta(minutes=7)
    sent = serving.send(
        application_id=draft.pk, originals_seen=["ktp", "tidak-ada"], by=room.cast.rina, at=later
    )
    ticket.refresh_from_db()
    assert (ticket.state, ticket.case_id, ticket.ended_at) == (Ticket.State.DONE, sent.pk, later)
    again = serving.send(
        application_id=draft.pk, originals_seen=["ktp"], by=room.cast.rina, at=later
    )
    assert again.number == sent.number


def test_the_number_of_another_official_goes_on(room: Room) -> None:
    ticket = room.take()
    room.call()
    tickets.serve(ticket_id=ticket.pk, posts=room.posts, by=room.cast.rina, at=NINE)
    draft = begun(room.cast)
    serving.send(application_id=draft.pk, originals_seen=[], by=room.cast.sari, at=NINE)
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.SERVING


def test_the_counter_from_search_to_receipt(
    room: Room, signed_in: As, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    cast, client = room.cast, signed_in(room.cast.rina)
    person = cast.sari_person
    found = text(client.post(at("desk-counter"), {"q": person.name}))
    assert at("desk-counter-serve", person.pk) in found
    answer = client.post(at("desk-counter-serve", person.pk))
    assert answer["Location"] == at("desk-person-apply", person.pk)
    answer = client.post(answer["Location"], {"service": "sktm", "checked": "ktp"})
    application = filled(Application.objects.get(applicant=person), cast.rina)
    check = text(client.get(at("application-check", application.pk)))
    specs = [spec.key for spec in application.blueprint.documents]
    assert "Centang yang aslinya" in check and f'value="{specs[0]}"' in check
    answer = client.post(at("application-check", application.pk), {"original": [specs[0]]})
    assert OriginalSeen.objects.get().key == specs[0]
    receipt = text(client.get(answer["Location"]))
    application.refresh_from_db()
    assert application.number and application.number in receipt
    assert "data:image/svg+xml" in receipt
    pdf = client.get(at("application-receipt", application.pk))
    words = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert application.number in words and person.nik not in words
    [files] = [f for f in queries.handed_in(application) if f.document.key == specs[0]]
    assert files.seen == cast.rina.name

    stranger = client_for(in_bontang)
    code = receipts.code_of(application, at=now())
    page = text(stranger.get(at("track", code)))
    assert application.number in page
    for word in (*person.name.split(), SKTM["keperluan"]):
        assert word.lower() not in page.lower(), word
    assert stranger.get(at("track", "0" * 26)).status_code == 404
    assert (
        signed_in(cast.tetangga).get(at("application-receipt", application.pk)).status_code == 404
    )


def test_an_applicant_is_asked_for_no_originals(cast: Cast, signed_in: As) -> None:
    draft = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    application = filled(draft, cast.sari)
    own = signed_in(cast.sari)
    check = at("application-check", application.pk)
    assert "Centang yang aslinya" not in text(own.get(check))
    own.post(check, {"original": [spec.key for spec in application.blueprint.documents]})
    assert not OriginalSeen.objects.exists()


# --- on paper -------------------------------------------------------------------------------------


def test_the_time_of_a_paper_form_counts_from_when_it_was_received(cast: Cast) -> None:
    friday = MONDAY - timedelta(days=3)
    draft = filled(on_paper(cast, friday), cast.rina)
    sent = serving.send(application_id=draft.pk, originals_seen=[], by=cast.rina, at=NINE)
    first = step_of(sent)
    fresh = actions.begin(service=service("sktm"), applicant=family(cast.village)[0], by=cast.rina)
    assert first.opened_at == NINE and first.due_at.date() <= MONDAY
    assert fresh.pk != sent.pk
    term = CaseDeadline.objects.get(case=sent)
    assert term.started_at.date() == friday and term.due_at is not None
    said = timeline(sent, at=NINE, today=MONDAY)[0].title
    assert "formulir kertas" in said and "27 November 2026" in said
    helped = OnBehalf.objects.get(application=sent)
    assert helped.how == OnBehalf.How.SIGNATURE and helped.paper is not None
    assert PaperForm.objects.get().scan == helped.paper


@pytest.mark.parametrize("days", [-400, 1])
def test_a_form_was_received_before_today_and_not_long_ago(cast: Cast, days: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        on_paper(cast, MONDAY + timedelta(days=days))
    assert refused.value.field == "received_on"


def test_a_scan_is_judged_like_every_file(cast: Cast) -> None:
    with pytest.raises(RuleBroken) as refused:
        on_paper(cast, MONDAY, b"<html>")
    assert refused.value.field == "scan"
    assert not Application.objects.exists()


def test_nothing_is_sent_from_paper_without_its_scan(cast: Cast) -> None:
    draft = filled(on_paper(cast, MONDAY), cast.rina)
    kept = draft.documents.get(key=PaperForm.KEY)
    with pytest.raises(RuleBroken, match="tidak bisa dihapus"):
        actions.remove_document(document_id=kept.pk, by=cast.rina)
    OnBehalf.objects.update(paper=None)
    draft.refresh_from_db()
    with pytest.raises(RuleBroken, match="pindaian"):
        consent.settle(draft, by=cast.rina, at=NINE)


def test_only_the_counter_where_somebody_lives_enters_their_form(cast: Cast) -> None:
    for user in (cast.lurah, cast.lurah_lain, cast.hasan, cast.petugas):
        with pytest.raises(NotThere):
            paper.begin(
                service=service("sktm"), applicant=cast.sari_person, content=photo(),
                received_on=MONDAY, by=user, at=NINE, today=MONDAY,
            )  # fmt: skip


def test_a_form_is_entered_on_the_pages_of_the_counter(cast: Cast, signed_in: As) -> None:
    client, person = signed_in(cast.rina), cast.sari_person
    page = at("desk-person-paper", person.pk)
    assert client.get(page)["Location"] == at("desk-person", person.pk), "the purpose comes first"
    client.post(at("desk-person", person.pk), {"purpose": "layanan"})
    day = today()
    sent = {
        "service": "sktm", "received_on_0": day.day, "received_on_1": day.month,
        "received_on_2": day.year,
    }  # fmt: skip
    assert client.post(page, sent).status_code == 422, "the scan is asked for"
    scan = SimpleUploadedFile("formulir.jpg", photo(), "image/jpeg")
    answer = client.post(page, {**sent, "scan": scan})
    application = Application.objects.get(applicant=person)
    assert answer["Location"] == at("application-fill", application.pk)
    assert "memasukkan formulir kertas" in text(client.get(answer["Location"]))
    application = filled(application, cast.rina)
    client.post(at("application-check", application.pk))
    desk = text(client.get(at("application-sent", application.pk)))
    assert "Formulir kertas diterima" in desk
