"""From the desk of Disdukcapil to the delivered card, by pages."""

import base64
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from PIL import Image

from services.applications import issuing
from services.letters.models import Letter
from services.results.models import HandOver, Result
from tests.factories import MONDAY, approve, photo, step_of, submitted
from tests.results.conftest import As, Request, at

pytestmark = pytest.mark.django_db


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def drawn() -> str:
    out = io.BytesIO()
    Image.new("RGB", (600, 220), "white").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def entered(kk: Request, signed_in: As, **more: Any) -> HttpResponse:
    desk = signed_in(kk.dani)
    step = step_of(kk.application).pk
    sent = {"key": "kk", "step": step, "number": "6474010101010001", **more}
    return desk.post(at("desk-result-enter", kk.application.pk), sent)


def test_a_kk_from_the_desk_to_the_front_door(kk: Request, signed_in: As) -> None:
    desk, phone, pk = signed_in(kk.dani), signed_in(kk.cast.sari), kk.application.pk
    assert "Belum jadi" in text(phone.get(at("application", pk)))
    way = at("result-way", pk, "kk")
    assert phone.post(way, {"way": "delivery", "address": ""}).status_code == 422
    phone.post(way, {"way": "delivery", "address": "Jalan Melati 5, RT 001 RW 002"})
    case = text(desk.get(at("desk-case", pk)))
    assert "Catat hasilnya" in case and "Diantar" in case
    decide = at("desk-decide", pk)
    step = step_of(kk.application).pk
    refused = desk.post(decide, {"decision": "approve", "step": step})
    assert refused.status_code == 422 and "Catat dulu hasilnya" in text(refused)
    scan = SimpleUploadedFile("kk.jpg", photo(), "image/jpeg")
    assert entered(kk, signed_in, file=scan)["Location"] == at("desk-case", pk)
    assert desk.post(decide, {"decision": "approve", "step": step}).status_code == 302

    result = Result.objects.get()
    listed = text(desk.get(at("desk-results")))
    assert at("desk-result", result.pk) in listed
    page = text(desk.get(at("desk-result", result.pk)))
    assert "Jalan Melati 5" in page and result.number in page and result.code not in page
    own = text(phone.get(at("application", pk)))
    assert result.code in own and "Sudah jadi" in own
    assert phone.get(at("result-file", pk, "kk")).status_code == 200
    assert signed_in(kk.cast.tetangga).get(at("result-file", pk, "kk")).status_code == 404

    out = {"carrier": "Kurir Andi", "address": "Jalan Melati 5"}
    desk.post(at("desk-result-deliver", result.pk), out)
    assert "Sedang diantar" in text(phone.get(at("application", pk)))
    bad = desk.post(at("desk-result-back", result.pk), {"reason": ""})
    assert bad.status_code == 422
    desk.post(at("desk-result-back", result.pk), {"reason": "Rumah kosong"})
    desk.post(at("desk-result-deliver", result.pk), out)
    missing = desk.post(
        at("desk-result-hand-over", result.pk), {"to": "applicant", "proof": "signature"}
    )
    assert missing.status_code == 422 and "menandatangani" in text(missing)
    desk.post(
        at("desk-result-hand-over", result.pk),
        {"to": "applicant", "proof": "signature", "signature": drawn()},
    )
    result.refresh_from_db()
    assert result.state == Result.State.HANDED
    done = text(phone.get(at("application", pk)))
    assert "Sudah diserahkan" in done and "Tanda tangan di layar" in done
    act = HandOver.objects.get(state="done")
    sheet = desk.get(at("desk-result-sheet", result.pk, act.pk))
    assert sheet.content.startswith(b"%PDF")
    assert text(desk.get(at("desk-results"))).count(at("desk-result", result.pk)) == 0
    assert at("desk-result", result.pk) in text(desk.get(at("desk-results") + "?diserahkan"))


@pytest.mark.parametrize("signature", ["data:text/html;base64,PGI+", "data:image/png;base64,%%%"])
def test_a_signature_that_is_no_picture_is_refused(
    kk: Request, signed_in: As, signature: str
) -> None:
    result = kk.ready()
    answer = signed_in(kk.dani).post(
        at("desk-result-hand-over", result.pk),
        {"to": "applicant", "proof": "signature", "signature": signature},
    )
    assert answer.status_code == 422 and not HandOver.objects.exists()


def test_other_desks_reach_no_result(kk: Request, signed_in: As) -> None:
    result = kk.ready()
    for user in (kk.cast.rina, kk.cast.petugas, kk.cast.lurah_lain):
        client = signed_in(user)
        for name in ("desk-result", "desk-result-file", "desk-result-mend"):
            assert client.get(at(name, result.pk)).status_code == 404, (user, name)
        for name in ("desk-result-hand-over", "desk-result-deliver", "desk-result-back"):
            assert client.post(at(name, result.pk), {}).status_code == 404, (user, name)
        assert str(kk.application.number) not in text(client.get(at("desk-results")))
    assert signed_in(kk.cast.sari).get(at("desk-results")).status_code == 403


def test_the_pages_cost_few_queries(kk: Request, signed_in: As) -> None:
    desk = signed_in(kk.dani)
    desk.get(at("desk-results"))
    kk.ready()
    with CaptureQueriesContext(connection) as seen:
        assert desk.get(at("desk-results")).status_code == 200
    assert len(seen) <= 16


def test_a_printed_letter_is_handed_over_once_by_its_office(kk: Request, signed_in: As) -> None:
    cast = kk.cast
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=case.pk, at=MONDAY)
    letter = Letter.objects.get(person=cast.sari_person)
    page = at("desk-letter-hand-over", letter.pk)
    counter = signed_in(cast.rina)
    assert page in text(counter.get(at("desk-case", case.pk)))
    assert "Kode pengambilan" not in text(counter.get(page))
    assert counter.post(page, {"to": "applicant"}).status_code == 422
    assert counter.post(page, {"to": "applicant", "proof": "identity"}).status_code == 302
    assert "Identitas ditunjukkan" in text(counter.get(page))
    again = counter.post(page, {"to": "applicant", "proof": "identity"})
    assert again.status_code == 409 and HandOver.objects.count() == 1
    for user in (cast.loket_kecamatan, kk.dani):
        assert signed_in(user).get(page).status_code == 404
