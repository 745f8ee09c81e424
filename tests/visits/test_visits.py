"""Visits to people at home: planned, kept on a phone, reported once, with nothing lost."""

import base64
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from PIL import Image

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from messaging.outbox import run_due
from services.applications.models import Application
from services.cases import destroying, documents
from services.residents.models import Person
from services.results.handing import Taker
from services.results.models import HandOver, Result
from services.visits import actions, queries
from services.visits.actions import Report
from services.visits.models import Stop, Visit, VisitWish
from tenants.office.models import Unit
from tests.factories import MONDAY, official, photo, submitted
from tests.results.conftest import As, Request, at, picture, shown

pytestmark = pytest.mark.django_db
DAY = MONDAY.date()


def drawn() -> str:
    out = io.BytesIO()
    Image.new("RGB", (600, 220), "white").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def signature() -> Taker:
    return Taker(to="applicant", proof="signature", signature=documents.accept(photo()))


def village(kk: Request) -> Unit:
    return kk.cast.village


def plan(kk: Request) -> Stop:
    actions.wish(case=kk.application, reason="ill", by=kk.cast.sari, at=MONDAY)
    made = actions.plan(
        posts=kk.posts, village=village(kk), day=DAY, officers=[kk.dani.pk],
        cases=[kk.application.pk], by=kk.dani, at=MONDAY,
    )  # fmt: skip
    return Stop.objects.get(visit=made)


def report(kk: Request, stop: Stop, **more: object) -> Stop:
    told: dict[str, object] = {"outcome": "done", "taker": signature(), "delivers": True, **more}
    return actions.report(
        stop_id=stop.pk,
        told=Report(**told),
        posts=kk.posts,
        by=kk.dani,
        at=MONDAY,  # type: ignore[arg-type]
    )


def grow(kk: Request, years: int) -> None:
    """The applicant is as old as this."""
    born = DAY.replace(year=DAY.year - years)
    Person.objects.filter(pk=kk.application.applicant_id).update(birth_date=born)


def test_who_wishes_for_a_visit_is_offered_and_planned_once(kk: Request) -> None:
    grow(kk, 40)
    assert queries.candidates(kk.posts, village(kk), today=DAY) == []
    actions.wish(case=kk.application, reason="ill", by=kk.cast.sari, at=MONDAY)
    [one] = queries.candidates(kk.posts, village(kk), today=DAY)
    assert one.reasons == ("Minta didatangi: Sakit",)
    plan(kk)
    assert queries.candidates(kk.posts, village(kk), today=DAY) == []


def test_old_people_are_offered_without_asking(kk: Request) -> None:
    grow(kk, 70)
    [one] = queries.candidates(kk.posts, village(kk), today=DAY)
    assert one.reasons == ("70 tahun",)


def test_a_report_keeps_photos_and_hands_the_result_over(kk: Request) -> None:
    result, stop = kk.ready(), plan(kk)
    done = report(kk, stop, photos=[picture()], note="Diterima di rumah", has_recorded=True)
    assert done.conflict == "" and done.state == Stop.State.DONE
    assert done.photos.count() == 1 and done.signature
    assert Result.objects.get(pk=result.pk).state == Result.State.HANDED
    assert HandOver.objects.get(result=result).by == kk.dani


def test_what_cannot_be_done_any_more_is_told_and_the_rest_is_kept(kk: Request) -> None:
    from services.results import handing

    result, stop = kk.ready(), plan(kk)
    handing.hand_over(result_id=result.pk, taker=shown(), posts=kk.posts, by=kk.dani, at=MONDAY)
    done = report(kk, stop, note="Sudah diambil anaknya")
    assert done.state == Stop.State.DONE and done.note == "Sudah diambil anaknya"
    assert "Tidak ada hasil yang menunggu diserahkan" in done.conflict


def test_a_wrong_code_hands_nothing_over_and_keeps_the_report(kk: Request) -> None:
    result, stop = kk.ready(), plan(kk)
    done = report(kk, stop, taker=Taker(to="applicant", proof="code", code="SALAH1"))
    assert "belum tercatat diserahkan" in done.conflict
    assert done.proof == Stop.Proof.UNPROVEN
    assert Result.objects.get(pk=result.pk).state == Result.State.READY


def test_a_code_proves_a_delivery_alone(kk: Request) -> None:
    stop = plan(kk)
    with pytest.raises(RuleBroken, match="hanya membuktikan penyerahan"):
        report(kk, stop, delivers=False, taker=Taker(to="applicant", proof="code", code=""))


def test_who_waits_at_home_is_told_of_a_cancelled_visit(kk: Request) -> None:
    stop = plan(kk)
    run_due()
    actions.cancel(visit_id=stop.visit_id, posts=kk.posts, by=kk.dani, at=MONDAY)
    run_due()
    told = Outbox.objects.filter(key__contains=f"visit-stop-cancelled:{stop.pk}")
    assert told.exists()


def test_a_wish_ends_with_the_visit_and_begins_where_something_is_left_to_do(kk: Request) -> None:
    kk.ready()
    stop = plan(kk)
    report(kk, stop)
    assert queries.wish_of(kk.application) is None
    with pytest.raises(Stale, match="tidak ada hasil yang menunggu"):
        actions.wish(case=Application.objects.get(pk=kk.application.pk), reason="ill",
                     by=kk.cast.sari, at=MONDAY)  # fmt: skip


def test_a_visit_nobody_reported_stays_on_the_list_of_who_went(kk: Request) -> None:
    stop = plan(kk)
    later = DAY + timedelta(days=4)
    assert [visit.pk for visit in queries.mine(kk.dani, kk.posts, today=later)] == [stop.visit_id]
    report(kk, stop)
    assert queries.mine(kk.dani, kk.posts, today=later) == []


def test_of_many_cases_those_in_need_are_offered(
    kk: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(kk, 70)
    other = submitted(kk.cast)  # sent earlier, by somebody young
    Application.objects.filter(pk=other.pk).update(submitted_at=MONDAY - timedelta(days=9))
    monkeypatch.setattr(queries, "MOST", 1)
    [one] = queries.candidates(kk.posts, village(kk), today=DAY)
    assert one.case.pk == kk.application.pk


def test_the_archive_of_a_case_keeps_nothing_of_its_visits(kk: Request) -> None:
    kk.ready()
    stop = plan(kk)
    report(kk, stop, photos=[picture()], note="Sakit di rumah")
    VisitWish.objects.create(
        case_id=kk.application.pk, reason_sealed=b"x", said_by=kk.cast.sari, said_at=MONDAY
    )
    paths = destroying.destroy(kk.application.pk, at=MONDAY)
    left = Stop.objects.get(pk=stop.pk)
    assert (left.note, left.signature, left.photos.count()) == ("", "", 0)
    assert not VisitWish.objects.exists()
    assert sum("kunjungan-rumah" in path for path in paths) >= 2  # the photo and the signature


def test_a_report_of_a_cancelled_visit_is_kept_with_a_word(kk: Request) -> None:
    kk.ready()
    stop = plan(kk)
    actions.cancel(visit_id=stop.visit_id, posts=kk.posts, by=kk.dani, at=MONDAY)
    assert Stop.objects.get(pk=stop.pk).state == Stop.State.MISSED
    done = report(kk, stop)
    assert "sudah dibatalkan" in done.conflict and done.state == Stop.State.DONE
    with pytest.raises(Stale, match="sudah dilaporkan Dani"):
        report(kk, stop)


def test_only_who_goes_reports_and_nobody_of_another_office(kk: Request) -> None:
    stop = plan(kk)
    unit = Unit.objects.get(code__endswith="/disdukcapil")
    other = official("wati", unit, "petugas_dinas")
    elsewhere = official("joni", Unit.objects.get(code__endswith="/dpmptsp"), "petugas_dinas")
    for user in (other, elsewhere, kk.cast.petugas):
        with pytest.raises(NotThere):
            queries.stop_of(user, kk.posts, stop.pk)
    with pytest.raises(RuleBroken, match="Tulis mengapa"):
        report(kk, stop, outcome="missed", taker=None, note="")


def test_pages_from_the_plan_to_the_phone(kk: Request, signed_in: As) -> None:
    result = kk.ready()
    own = signed_in(kk.cast.sari)
    assert own.post(at("visit-wish", kk.application.pk), {"reason": "ill"}).status_code == 302
    desk = signed_in(kk.dani)
    new = at("desk-field-new", village(kk).pk)
    read = Entry.objects.filter(
        what="person.read", detail__purpose="kunjungan", actor_id=kk.dani.pk,
        subject_id=str(kk.application.applicant_id),
    )  # fmt: skip
    for _ in range(2):
        assert "Minta didatangi: Sakit" in text(desk.get(new))
    assert read.count() == 1, "who plans reads of each"
    from services.web.access import today

    sent = {"day": f"{today():%d-%m-%Y}", "officers": kk.dani.pk, "cases": kk.application.pk}
    assert desk.post(new, sent).status_code == 302
    visit = Visit.objects.get()
    stop = visit.stops.get()
    told = desk.get(at("rt-device")).json()
    kept = [path for path, _ in told["pages"]]
    assert at("field-visit", visit.pk) in kept and at("field-stop", stop.pk) in kept
    page = text(desk.get(at("field-stop", stop.pk)))
    assert "Kartu Keluarga" in page and kk.application.applicant.nik not in page
    scan = SimpleUploadedFile("rumah.jpg", photo(), "image/jpeg")
    answer = desk.post(
        at("field-stop", stop.pk),
        {
            "outcome": "done", "delivers": "on", "proof": "signature", "signature": drawn(),
            "to": "applicant", "photos": scan, "note": "Bertemu di rumah",
        },
        headers={"Idempotency-Key": "7f3f7c1e-8b1f-4d0e-9a55-8c7b7f6f1a11",
                 "Accept": "application/problem+json"},
    )  # fmt: skip
    assert answer.status_code == 204, text(answer)
    assert Result.objects.get(pk=result.pk).state == Result.State.HANDED
    case = text(desk.get(at("desk-case", kk.application.pk)))
    assert "Sudah didatangi" in case and "Bertemu di rumah" in case
    assert "Disdukcapil memeriksa" in case, "the journey of the case stays"
    stranger = signed_in(
        official("joni", Unit.objects.get(code__endswith="/dpmptsp"), "petugas_dinas")
    )
    for name, pk in (
        ("field-visit", visit.pk),
        ("field-stop", stop.pk),
        ("desk-field-plan", visit.pk),
        ("desk-field-photo", stop.photos.get().pk),
    ):
        assert stranger.get(at(name, pk)).status_code == 404
    assert stranger.get(at("rt-device")).status_code == 403


def text(answer: HttpResponse) -> str:
    return answer.content.decode()
