"""A form that a phone sends under a key is done once; a refused one may come again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client

from accounts.models import User
from kernel import clock
from kernel.errors import RuleBroken
from offline import once as sending
from offline.models import SentAct
from services.cases.models import Step
from services.rt import device
from tenants.backend.scope import in_city
from tenants.office.access import Visitor
from tenants.office.models import Holding
from tenants.registry.current import city
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, make_cast, step_of, submitted

Enter = Callable[[User], Client]
PROBLEM = "application/problem+json, text/html"


def sent(client: Client, path: str, key: object, data: dict[str, str], accept: str = PROBLEM):  # type: ignore[no-untyped-def]
    return client.post(path, data, headers={"Idempotency-Key": str(key), "Accept": accept})


def test_vouch_that_arrives_twice_is_given_once(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    client, key, path = as_(cast.hasan), uuid4(), f"/rt/{step.pk}/putuskan/"
    first = sent(client, path, key, {"decision": "approve"})
    second = sent(client, path, key, {"decision": "approve"})
    assert (first.status_code, first["Location"]) == (302, "/rt/")
    assert (second.status_code, second["Location"]) == (302, "/rt/")
    assert Step.objects.filter(case=step.case, key=step.key).count() == 1
    assert SentAct.objects.get().path == path


def test_refused_act_is_told_as_problem_and_may_come_again(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    client, key, path = as_(cast.hasan), uuid4(), f"/rt/{step.pk}/putuskan/"
    wrong = sent(client, path, key, {"decision": ""})
    assert wrong.status_code == 422
    assert wrong["Content-Type"] == "application/problem+json"
    assert "Pilih dulu" in wrong.json()["detail"]
    incomplete = sent(client, path, key, {"decision": "refuse", "reason": "other"})
    assert incomplete.status_code == 422 and not SentAct.objects.exists()
    assert sent(client, path, key, {"decision": "approve"}).status_code == 302
    assert Step.objects.get(pk=step.pk).state == Step.State.APPROVED


def test_person_at_the_page_reads_the_refusal_as_page(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    answer = sent(
        as_(cast.hasan), f"/rt/{step.pk}/putuskan/", uuid4(), {"decision": ""}, accept="text/html"
    )
    assert answer.status_code == 422 and answer["Content-Type"].startswith("text/html")
    assert "Pilih dulu" in answer.content.decode()


def test_act_of_an_ended_post_is_refused_and_leaves_no_key(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    client = as_(cast.hasan)
    Holding.objects.filter(user=cast.hasan).update(
        since=MONDAY.date() - timedelta(days=9), until=MONDAY.date() - timedelta(days=1)
    )
    answer = sent(client, f"/rt/{step.pk}/putuskan/", uuid4(), {"decision": "approve"})
    assert answer.status_code == 404 and not SentAct.objects.exists()
    assert client.get("/rt/ponsel/").status_code == 403
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
    assert as_(cast.sari).get("/rt/ponsel/").status_code == 403


def test_phone_keeps_for_a_week_and_not_beyond_the_term(cast: Cast) -> None:
    at = clock.now()
    assert device.kept_until(Visitor(cast.hasan), at) == at + device.LONGEST
    ends = at.astimezone(city().tz).date() + timedelta(days=2)
    Holding.objects.filter(user=cast.hasan).update(until=ends)
    until = device.kept_until(Visitor(cast.hasan), at).astimezone(city().tz)
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
    assert '"area": "/rt/"' in text and "device-worker" in text
    platform = public_client.get("/sw.js").content.decode()
    assert "DEVICE" not in platform
