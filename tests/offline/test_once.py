"""A form that a phone sends under a key is done once; a refused one may come again."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, connections
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client
from redis.exceptions import RedisError

from accounts.models import User
from kernel import clock
from kernel.errors import RuleBroken
from offline import once as sending
from offline.models import SentAct
from services.applications.models import Correction
from services.cases import documents
from services.cases.models import Step
from services.dues.models import Entry
from services.neighbourhood.models import Mark
from services.residents import codes
from services.residents.models import Person
from services.rt import device
from services.web.access import today
from tenants.backend.scope import in_city
from tenants.office.access import Visitor
from tenants.office.actions import appoint, deputy_post
from tenants.office.models import Absence, Holding, Post
from tenants.registry.current import city
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, make_cast, photo, step_of, submitted

Enter = Callable[[User], Client]
PROBLEM = "application/problem+json, text/html"


def sent(client: Client, path: str, key: object, data: dict[str, str], accept: str = PROBLEM):  # type: ignore[no-untyped-def]
    return client.post(path, data, headers={"Idempotency-Key": str(key), "Accept": accept})


def test_vouch_that_arrives_twice_is_given_once(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    client, key, path = as_(cast.hasan), uuid4(), f"/rt/{step.pk}/putuskan/"
    first = sent(client, path, key, {"decision": "approve"})
    second = sent(client, path, key, {"decision": "approve"})
    assert (first.status_code, second.status_code) == (204, 204)
    assert Step.objects.filter(case=step.case, key=step.key).count() == 1
    assert SentAct.objects.get().path == path


def test_what_a_head_ticks_without_a_signal_is_sent_back_once(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    step = step_of(application)
    client, key, path = as_(cast.hasan), uuid4(), f"/rt/{step.pk}/tanya/"
    ticked = {"wrong-keperluan": "on", "fault-keperluan": "outdated", "why-keperluan": "Tahun ini?"}
    for _ in range(2):
        assert sent(client, path, key, ticked).status_code == 204
    assert sent(client, path, uuid4(), {"wrong-keperluan": ""}).status_code == 422
    assert [(one.key, one.fault, one.note) for one in Correction.objects.all()] == [
        ("keperluan", "outdated", "Tahun ini?")
    ]
    assert SentAct.objects.count() == 1


def test_refused_act_is_told_as_problem_and_may_come_again(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    client, key, path = as_(cast.hasan), uuid4(), f"/rt/{step.pk}/putuskan/"
    wrong = sent(client, path, key, {"decision": ""})
    assert wrong.status_code == 422
    assert wrong["Content-Type"] == "application/problem+json"
    assert "Pilih dulu" in wrong.json()["detail"]
    incomplete = sent(client, path, key, {"decision": "refuse", "reason": "other"})
    assert incomplete.status_code == 422 and not SentAct.objects.exists()
    assert sent(client, path, key, {"decision": "approve"}).status_code == 204
    assert Step.objects.get(pk=step.pk).state == Step.State.APPROVED


def test_person_at_the_page_reads_the_refusal_as_page(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    answer = sent(
        as_(cast.hasan), f"/rt/{step.pk}/putuskan/", uuid4(), {"decision": ""}, accept="text/html"
    )
    assert answer.status_code == 422 and answer["Content-Type"].startswith("text/html")
    assert "Pilih dulu" in answer.content.decode()


def test_a_page_that_comes_first_is_no_answer_and_leaves_no_key(cast: Cast, as_: Enter) -> None:
    client, key = as_(cast.hasan), uuid4()
    path = f"/rt/buku/warga/{cast.sari_person.pk}/tanda/"  # nobody said what for
    typed = {"kind": "chronic", "since": f"{today():%d-%m-%Y}", "note": "Sakit gula"}
    refused = sent(client, path, key, typed)
    assert refused.status_code == 409 and "langkah lain" in refused.json()["detail"]
    assert refused.json()["type"].endswith("/langkah-lain"), "the phone offers to open it again"
    at_the_page = sent(client, path, key, typed, accept="text/html")
    assert at_the_page["Location"] == f"/rt/buku/warga/{cast.sari_person.pk}/"
    assert not SentAct.objects.exists() and not Mark.objects.exists()
    client.post(f"/rt/buku/warga/{cast.sari_person.pk}/", {"purpose": "bantu"})
    assert sent(client, path, key, typed).status_code == 204
    assert Mark.objects.count() == 1


@pytest.mark.parametrize("path", ["/rt/beberapa/", "/rt/lapor/lapor-tamu/daftar/"])
def test_what_leads_elsewhere_without_doing_anything_is_not_told_as_done(
    cast: Cast, as_: Enter, path: str
) -> None:
    client = as_(cast.hasan)
    Person.objects.all().update(status=codes.Status.MOVED)
    answer = sent(client, path, uuid4(), {"do": "vouch", "step": "999999"})
    assert answer.status_code == 409 and not SentAct.objects.exists()


def test_whoever_is_signed_out_is_not_told_that_it_was_done(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    step = step_of(submitted(cast))
    path = f"/rt/{step.pk}/putuskan/"
    answer = sent(client_for(in_bontang), path, uuid4(), {"decision": "approve"})
    assert answer.status_code == 401
    assert Step.objects.get(pk=step.pk).state == Step.State.OPEN


# --- a form pressed twice at its page -------------------------------------------------------------


def income() -> dict[str, str]:
    on = f"{today():%d-%m-%Y}"
    return {"amount": "40.000", "category": "donation", "words": "Sumbangan", "on": on}


def shown_key(page: HttpResponse) -> str:
    found = re.search(r'name="_key" value="([0-9a-f-]{36})"', page.content.decode())
    assert found is not None
    return found[1]


def test_a_form_pressed_twice_is_done_once_and_other_answers_are_another_act(
    cast: Cast, as_: Enter
) -> None:
    client, unit = as_(cast.hasan), cast.sari_person.household.rt
    path = f"/rt/kas/{unit.pk}/masuk/"
    typed = {**income(), "_key": shown_key(client.get(path))}
    for _ in range(2):
        assert client.post(path, typed)["Location"] == f"/rt/kas/{unit.pk}/"
    assert Entry.objects.count() == 1
    client.post(path, {**typed, "amount": "50.000"})
    assert Entry.objects.count() == 2, "gone back, and other answers given"
    client.post(path, {**typed, "_key": shown_key(client.get(path))})
    assert Entry.objects.count() == 3, "the same once more, from a page shown anew"


def test_every_form_that_is_sent_once_has_a_key(cast: Cast, as_: Enter) -> None:
    client = as_(cast.hasan)
    step = step_of(submitted(cast))
    unit = cast.sari_person.household.rt
    for path in (
        f"/rt/{step.pk}/", f"/rt/{step.pk}/putuskan/", f"/rt/{step.pk}/tanya/", "/rt/kontak/baru/",
        "/rt/kegiatan/baru/", "/rt/pengumuman/baru/", f"/rt/kas/{unit.pk}/masuk/",
        f"/rt/kas/{unit.pk}/jenis/baru/", f"/rt/bantu/warga/{cast.sari_person.pk}/sktm/",
    ):  # fmt: skip
        assert len(shown_key(client.get(path))) == 36, path
        text = client.get(path).content.decode()
        main = text[text.index("<main") : text.index("</main>")]
        assert main.count('method="post"') == main.count('name="_key"'), path
    for path in ("/rt/buku/cari/", "/rt/bantu/cari/"):
        text = client.get(path).content.decode()
        assert 'name="_key"' not in text, f"{path} only asks"


def test_two_equal_rows_at_one_moment_are_told_and_a_lost_database_may_come_again(
    cast: Cast, as_: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = step_of(submitted(cast))
    client, path = as_(cast.hasan), f"/rt/{step.pk}/putuskan/"

    def fails(error: Exception) -> None:
        def approve(**_: object) -> None:
            raise error

        monkeypatch.setattr("services.rt.views.decisions.approve", approve)

    double = IntegrityError("double")
    double.__cause__ = type("Unique", (Exception,), {"pgcode": "23505"})()
    lost: list[tuple[Exception, int]] = [(OperationalError("gone"), 503), (RedisError("gone"), 503)]
    for error, status in [(double, 409), *lost]:
        fails(error)
        assert sent(client, path, uuid4(), {"decision": "approve"}).status_code == status
        assert not SentAct.objects.exists()


def test_files_are_judged_before_the_transaction(
    cast: Cast, as_: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths: list[int] = []
    judge = documents._judged

    def watched(task: bytes, content: bytes) -> documents.Accepted:
        depths.append(len(connection.savepoint_ids))
        return judge(task, content)

    monkeypatch.setattr(documents, "_judged", watched)
    outside = len(connection.savepoint_ids)
    unit = cast.sari_person.household.rt
    for photo_of_bill, status in ((photo(), 204), (b"no photo", 422)):
        bill = SimpleUploadedFile("nota.jpg", photo_of_bill, "image/jpeg")
        typed: dict[str, Any] = {**income(), "bill": bill}
        answer = sent(as_(cast.hasan), f"/rt/kas/{unit.pk}/masuk/", uuid4(), typed)
        assert answer.status_code == status
    assert depths == [outside, outside], "each once, and none inside"
    assert Entry.objects.get().path


def test_act_of_an_ended_post_is_refused_and_leaves_no_key(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    client = as_(cast.hasan)
    Holding.objects.filter(user=cast.hasan).update(
        since=MONDAY.date() - timedelta(days=9), until=MONDAY.date() - timedelta(days=1)
    )
    answer = sent(client, f"/rt/{step.pk}/putuskan/", uuid4(), {"decision": "approve"})
    assert answer.status_code == 404 and not SentAct.objects.exists()
    told = client.get("/rt/ponsel/")
    assert told.status_code == 403
    assert told.json() == {"who": str(cast.hasan.pk), "ended": True}
    assert client.get("/rt/kiriman/").status_code == 200, "what did not arrive is told there"
    assert Step.objects.get(pk=step.pk).state == Step.State.OPEN


def test_same_key_of_another_account_is_another_act(cast: Cast) -> None:
    key, done = uuid4(), []

    def act() -> HttpResponse:
        done.append(1)
        return HttpResponseRedirect("/rt/")

    for user in (cast.hasan, cast.sari, cast.hasan):
        sending.once(key=key, by=user, path="/rt/", act=act)
    assert len(done) == 2


def test_error_in_the_act_takes_its_writes_and_its_key_back(cast: Cast) -> None:
    def act() -> HttpResponse:
        User.objects.filter(pk=cast.sari.pk).update(name="Berubah")
        raise RuleBroken("Belum bisa.")

    with pytest.raises(RuleBroken):
        sending.once(key=uuid4(), by=cast.hasan, path="/rt/", act=act)
    cast.sari.refresh_from_db()
    assert cast.sari.name != "Berubah" and not SentAct.objects.exists()


def test_two_arrivals_at_one_moment_do_it_once(committed: object, bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
    key, meet, done = uuid4(), Barrier(2), []

    def act() -> HttpResponse:
        done.append(1)
        return HttpResponseRedirect("/rt/")

    def arrive(_: int) -> str:
        try:
            with in_city(bontang):
                meet.wait(10)
                return str(sending.once(key=key, by=cast.hasan, path="/rt/", act=act)["Location"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        assert list(both.map(arrive, range(2))) == ["/rt/", "/rt/"]
    assert done == [1]


def test_old_keys_are_deleted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> HttpResponse:
        return HttpResponseRedirect("/rt/")

    sending.once(key=uuid4(), by=cast.hasan, path="/rt/", act=act)
    assert sending.forget_old() == 0
    later = clock.now() + sending.KEPT + timedelta(days=1)
    monkeypatch.setattr(sending, "now", lambda: later)
    assert sending.forget_old() == 1


# --- what a phone may keep ------------------------------------------------------------------------


def test_phone_is_told_the_pages_of_waiting_requests_alone(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    told = as_(cast.hasan).get("/rt/ponsel/").json()
    paths = [path for path, _ in told["pages"]]
    assert {"/rt/", "/rt/kiriman/", f"/rt/{step.pk}/", f"/rt/{step.pk}/putuskan/"} <= set(paths)
    assert told["who"] == str(cast.hasan.pk) and told["token"]
    assert as_(cast.sari).get("/rt/ponsel/").json() == {"who": str(cast.sari.pk), "ended": True}


def test_the_phone_of_a_treasurer_keeps_the_cash_book_and_its_forms(cast: Cast, as_: Enter) -> None:
    unit = cast.sari_person.household.rt
    post = Post.objects.create(unit=unit, role="bendahara_rt")
    appoint(post=post, user=cast.tetangga, since=date(2025, 1, 1), by=None)
    client = as_(cast.tetangga)
    told = client.get("/rt/ponsel/").json()
    paths = {path for path, _ in told["pages"]}
    assert {"/rt/kiriman/", f"/rt/kas/{unit.pk}/", f"/rt/kas/{unit.pk}/keluar/"} <= paths
    assert all(client.get(path).status_code == 200 for path in paths)
    page = client.get(f"/rt/kas/{unit.pk}/").content.decode()
    assert "data-device" in page and 'href="/rt/"' not in page


def test_a_secretary_is_shown_no_cash_book(cast: Cast, as_: Enter) -> None:
    unit = cast.sari_person.household.rt
    appoint(post=deputy_post(unit=unit), user=cast.tetangga, since=date(2025, 1, 1), by=None)
    client = as_(cast.tetangga)
    assert 'href="/rt/kas/"' not in client.get("/rt/").content.decode()
    assert client.get("/rt/kas/").status_code == 403
    assert 'href="/rt/kas/"' in as_(cast.hasan).get("/rt/").content.decode()
    for path, _ in client.get("/rt/ponsel/").json()["pages"]:
        assert client.get(path).status_code == 200, path


def kept(user: User, at: datetime) -> datetime:
    until = device.kept_until(Visitor(user), at)
    assert until is not None
    return until.astimezone(city().tz)


def test_a_stand_in_keeps_pages_until_the_absence_ends(cast: Cast) -> None:
    at = clock.now()
    day = at.astimezone(city().tz).date()
    stand_in = Holding.objects.get(user=cast.bahar).post
    away = Absence.objects.create(
        holding=Holding.objects.get(user=cast.hasan), stand_in=stand_in, since=day,
        until=day + timedelta(days=1), noted_by=cast.hasan,
    )  # fmt: skip
    until = kept(cast.bahar, at)
    assert until.date() == away.until + timedelta(days=1) and (until.hour, until.minute) == (0, 0)
    away.delete()
    assert device.kept_until(Visitor(cast.bahar), at) == at + device.LONGEST


def test_phone_keeps_for_a_week_and_not_beyond_the_term(cast: Cast) -> None:
    at = clock.now()
    assert device.kept_until(Visitor(cast.hasan), at) == at + device.LONGEST
    ends = at.astimezone(city().tz).date() + timedelta(days=2)
    Holding.objects.filter(user=cast.hasan).update(until=ends)
    until = kept(cast.hasan, at)
    assert until.date() == ends + timedelta(days=1) and (until.hour, until.minute) == (0, 0)


def test_answer_that_a_phone_fetches_by_itself_sets_no_cookie(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    client = as_(cast.hasan)
    for path in ("/rt/ponsel/", f"/rt/{step.pk}/"):
        usual = client.get(path)
        assert settings.CSRF_COOKIE_NAME in usual.cookies, path
        assert not client.get(path, headers={"X-In-Background": "1"}).cookies, path


def test_service_worker_keeps_pages_in_cities_and_none_on_the_platform(
    cast: Cast, as_: Enter, public_client: Client
) -> None:
    text = as_(cast.hasan).get("/sw.js").content.decode()
    assert '"areas": ["/rt/", "/lapangan/"]' in text and "device-worker" in text
    platform = public_client.get("/sw.js").content.decode()
    assert "DEVICE" not in platform
