"""A visit in the field: scheduled, filled in with photos, and the case goes on by its result."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pydantic import ValidationError

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.applications.models import Application
from services.cases import decisions, documents, taking
from services.cases.actions import complete
from services.cases.models import Step
from services.cases.timeline import timeline
from services.cases.waiting import unattended
from services.catalogue import linter
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.inspections import actions
from services.inspections.models import Inspection, InspectionPhoto
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, official, photo, step_of, submitted
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
VISIT: dict[str, Any] = {
    "key": "periksa", "kind": "inspection", "title": "Kelurahan memeriksa rumah",
    "level": "kelurahan", "role": "kasi", "clock": {"amount": 5, "unit": "hari_kerja"},
    "fields": [{"key": "lantai", "type": "number", "label": "Luas lantai", "unit": "m²"}],
    "photos_min": 1, "photos_max": 2, "place": "wajib",
}  # fmt: skip
TYPED = {"lantai": "36", "tempat_periksa": "Depan rumah", "tempat_periksa-lintang": "0,133",
         "tempat_periksa-bujur": "117,5"}  # fmt: skip


def with_visit(**changes: Any) -> Blueprint:
    current = service("sktm").current
    assert current is not None
    found = copy.deepcopy({k: v for k, v in current.definition.items() if k != "translations"})
    found["steps"].insert(2, {**copy.deepcopy(VISIT), **changes})
    return Blueprint.model_validate(found)


@pytest.fixture
def kasi(cast: Cast) -> User:
    return official("kasi", cast.village, "kasi")


def waiting(cast: Cast, at: Any = MONDAY, **changes: Any) -> tuple[Application, Step]:
    publish(with_visit(**changes), actor=None)
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    return sent, step_of(sent)


def told(step: Step, by: User, **changes: Any) -> actions.Report:
    later = MONDAY + timedelta(hours=2)
    given: dict[str, Any] = {
        "typed": TYPED, "photos": [documents.accept(photo())], "visited_at": later,
        "result": "fits", "note": "", "finish": True, "at": later + timedelta(minutes=5),
    } | changes  # fmt: skip
    return actions.report(step_id=step.pk, by=by, **given)


@pytest.mark.usefixtures("cast")
def test_a_visit_is_declared_with_its_questions() -> None:
    raw = with_visit().canonical()
    assert raw["steps"][2]["fields"][0]["key"] == "lantai"
    assert Blueprint.model_validate(raw) == with_visit()
    found = linter.check(with_visit(), today=MONDAY.date())
    assert not [one for one in found if one.level == "error"]


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"photos_min": 3, "photos_max": 2}, "more photos are asked"),
        ({"fields": [VISIT["fields"][0]] * 2}, "used twice"),
        (
            {"fields": [{**VISIT["fields"][0],
                         "show_when": [{"field": "keperluan", "op": "=", "value": "x"}]}]},
            "no question of the visit",
        ),
        ({"level": "rt"}, "Input should be"),
    ],
)  # fmt: skip
def test_a_visit_that_does_not_hold_together_is_refused(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        with_visit(**change)


def test_the_case_lies_at_the_post_and_goes_on_with_the_result(cast: Cast, kasi: User) -> None:
    sent, step = waiting(cast)
    assert (step.kind, step.role, step.unit) == ("inspection", "kasi", cast.village)
    with pytest.raises(NotThere):
        decisions.approve(step_id=step.pk, by=kasi, at=MONDAY)
    with pytest.raises(RuleBroken, match="belum dicatat"):
        complete(step_id=step.pk, at=MONDAY)
    for other in (cast.rina, cast.lurah_lain, cast.camat, cast.sari):
        with pytest.raises(NotThere):
            told(step, other)
    assert told(step, kasi).is_done
    found = Inspection.objects.get(step=step)
    assert (found.result, found.done_by, str(found.latitude)) == ("fits", kasi, "0.133000")
    assert found.answers["lantai"] == "36" and found.photos.count() == 1
    assert step_of(sent).key == "lurah"
    step.refresh_from_db()
    assert step.note == "Sesuai." and step.decided_by == kasi
    with pytest.raises(Stale):
        told(step, kasi)
    stops = timeline(Application.objects.get(pk=sent.pk), at=MONDAY, today=MONDAY.date())
    assert any(stop.title == VISIT["title"] and stop.where == cast.village.name for stop in stops)
    approve(sent, cast.lurah)
    assert sent.issued.count() == 1


@pytest.mark.parametrize(
    ("on_differing", "state"),
    [("teruskan", "running"), ("kembalikan", "returned"), ("tolak", "refused")],
)
def test_a_result_that_differs_does_what_the_service_says(
    cast: Cast, kasi: User, on_differing: str, state: str
) -> None:
    sent, step = waiting(cast, on_differing=on_differing)
    assert "note" in told(step, kasi, result="differs").wrong
    assert told(step, kasi, result="differs", note="Rumahnya kosong.").is_done
    step.refresh_from_db()
    assert "Rumahnya kosong." in step.note
    assert Application.objects.get(pk=sent.pk).state == state


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"photos": []}, "photos"),
        ({"result": ""}, "result"),
        ({"typed": {**TYPED, "lantai": ""}}, "lantai"),
        ({"typed": {"lantai": "36"}}, "tempat_periksa"),
        ({"visited_at": None}, "visited_at"),
        ({"visited_at": MONDAY + timedelta(days=2)}, "visited_at"),
        ({"visited_at": MONDAY - timedelta(days=40)}, "visited_at"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_kept(
    cast: Cast, kasi: User, changes: dict[str, Any], wrong: str
) -> None:
    sent, step = waiting(cast)
    answer = told(step, kasi, **changes)
    assert set(answer.wrong) == {wrong} and not answer.is_done
    found = Inspection.objects.get(step=step)
    assert found.done_at is None and step_of(sent).pk == step.pk
    assert found.photos.count() == (0 if wrong == "photos" else 1)
    if wrong != "lantai":
        assert found.answers["lantai"] == "36"


def test_no_more_photos_than_the_service_wants_and_each_once(cast: Cast, kasi: User) -> None:
    _, step = waiting(cast)
    three = [documents.accept(photo(colour)) for colour in ("white", "red", "blue")]
    assert told(step, kasi, photos=three[:1] * 2, finish=False).wrong == {}
    assert "photos" in told(step, kasi, photos=three).wrong
    assert InspectionPhoto.objects.count() == 2
    first = InspectionPhoto.objects.first()
    assert first is not None
    with pytest.raises(NotThere):
        actions.remove_photo(photo_id=first.pk, by=cast.rina, at=MONDAY)
    assert actions.remove_photo(photo_id=first.pk, by=kasi, at=MONDAY) == step.pk


def test_the_applicant_is_told_when_somebody_comes_once(cast: Cast, kasi: User) -> None:
    _, step = waiting(cast)
    when = MONDAY + timedelta(days=2)
    for _ in range(2):
        actions.schedule(step_id=step.pk, when=when, by=kasi, at=MONDAY)
    tell_subscribers()
    [mail] = Outbox.objects.filter(key__contains="visit:")
    assert mail.payload["to"] == "sari@example.com" and "09.00 WITA" in mail.payload["body"]
    assert cast.sari_person.name not in mail.payload["body"]
    actions.schedule(step_id=step.pk, when=when + timedelta(hours=1), by=kasi, at=MONDAY)
    tell_subscribers()
    assert Outbox.objects.filter(key__contains="visit:").count() == 2
    with pytest.raises(RuleBroken, match="akan datang"):
        actions.schedule(step_id=step.pk, when=MONDAY - timedelta(days=1), by=kasi, at=MONDAY)


def test_a_visit_nobody_can_make_is_listed_as_unattended(cast: Cast) -> None:
    _, step = waiting(cast)
    assert unattended(MONDAY.date()).filter(pk=step.pk).exists()


# --- pages --------------------------------------------------------------------------------------


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_visit_is_listed_scheduled_and_filled_in(cast: Cast, kasi: User, as_: As) -> None:
    sent, step = waiting(cast)
    who = as_(kasi)
    listed = text(who.get("/meja/kunjungan/"))
    assert "Belum dijadwalkan" in listed and str(sent.number) in listed
    page = f"/meja/kunjungan/{step.pk}/"
    assert f"{page}" in text(who.get(f"/meja/berkas/{sent.pk}/"))
    assert "Luas lantai" in text(who.get(page))
    assert Entry.objects.filter(detail__purpose="kunjungan").exists()
    wrong = who.post(f"{page}jadwal/", {"day": "32-13-2026", "hour": "9"})
    assert wrong.status_code == 422 and "32-13-2026" in text(wrong)
    tomorrow = now() + timedelta(days=1)
    planned = {"day": f"{tomorrow:%d-%m-%Y}", "hour": "09.30"}
    assert who.post(f"{page}jadwal/", planned).status_code == 302
    assert "09.30" in text(who.get("/meja/kunjungan/"))
    Step.objects.filter(pk=step.pk).update(opened_at=now() - timedelta(hours=3))
    here = actions.local(now() - timedelta(minutes=1))
    form = {**TYPED, "day": f"{here:%d-%m-%Y}", "hour": f"{here:%H.%M}",
            "result": "fits", "note": "", "do": "selesai"}  # fmt: skip
    lacking = who.post(page, {**form, "lantai": "banyak"})
    assert lacking.status_code == 422 and "banyak" in text(lacking)
    two = [SimpleUploadedFile(f"{n}.jpg", photo(c)) for n, c in enumerate(("red", "blue"))]
    assert who.post(page, {**form, "photos": two}).status_code == 302
    assert InspectionPhoto.objects.count() == 2
    seen = text(as_(cast.lurah).get(f"/meja/berkas/{sent.pk}/"))
    for words in ("Sesuai", "Luas lantai", "36 m²", "Depan rumah"):
        assert words in seen


def test_a_colleague_sees_who_has_a_visit_in_hand_and_takes_it_over(
    cast: Cast, kasi: User, as_: As
) -> None:
    other = official("kasi-lain", cast.village, "kasi")
    case, step = waiting(cast)
    taking.take(step_id=step.pk, by=kasi, at=MONDAY)
    assert f"ditangani {kasi.name}" in text(as_(other).get("/meja/kunjungan/"))
    shown = text(as_(other).get(f"/meja/kunjungan/{step.pk}/"))
    assert "Ambil alih" in shown and f"/meja/berkas/{case.pk}/pegang/" in shown
    with pytest.raises(RuleBroken, match="sedang ditangani"):
        told(step, other)
    taken = as_(other).post(f"/meja/berkas/{case.pk}/pegang/", {"do": "take_over"})
    assert taken.status_code == 302
    assert told(step, other).is_done
    assert "Ambil alih" not in text(as_(kasi).get("/meja/kunjungan/"))


def test_a_broken_photo_ends_nothing(cast: Cast, kasi: User, as_: As) -> None:
    _, step = waiting(cast)
    form = {**TYPED, "result": "fits", "do": "selesai",
            "photos": SimpleUploadedFile("a.jpg", b"no picture")}  # fmt: skip
    answer = as_(kasi).post(f"/meja/kunjungan/{step.pk}/", form)
    assert answer.status_code == 422 and "bukan PDF atau foto" in text(answer)
    assert Inspection.objects.get(step=step).done_at is None


def test_nobody_else_opens_a_visit(
    cast: Cast, kasi: User, as_: As, blitar: City, client_for: Callable[[City], Client]
) -> None:
    _, step = waiting(cast)
    told(step, kasi, finish=False)
    one = InspectionPhoto.objects.get()
    page, shown = f"/meja/kunjungan/{step.pk}/", f"/meja/kunjungan/foto/{one.pk}/"
    for somebody in (cast.rina, cast.lurah, cast.camat, cast.petugas, cast.lurah_lain):
        assert as_(somebody).get(page).status_code == 404
        assert as_(somebody).post(f"{shown}hapus/").status_code == 404
    for somebody in (cast.camat, cast.petugas, cast.lurah_lain):
        assert as_(somebody).get(shown).status_code == 404
    assert as_(cast.rina).get(shown)["Content-Type"] == "image/jpeg"
    with in_city(blitar):
        there = make_cast()
        client = client_for(blitar)
        client.force_login(there.rina, "accounts.backends.LoginBackend")
        assert client.get(shown).status_code == 404 and client.get(page).status_code == 404
