"""Support looks into a city by its consent alone: read only, seen, and out when it ends."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from redis.exceptions import RedisError

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.office.models import Profile, Unit
from tenants.registry import entitlements, hosts
from tenants.registry.models import City
from tenants.support import actions, inside
from tenants.support.actions import LinkUsed
from tenants.support.models import Visit
from tests.architecture.test_addresses import ADMIN, CITY_HOST, example, pages
from tests.factories import make_cast, official, submitted
from tests.operators import console, operator

pytestmark = pytest.mark.django_db
S = Visit.State


@pytest.fixture
def op() -> User:
    return operator()


@pytest.fixture
def admin(bontang: City) -> User:
    with in_city(bontang):
        inside.forget(0)
        from django.core.cache import cache

        cache.delete(inside.KEY)
        return official("admin-kota", Unit.objects.get(kind=Unit.Kind.CITY), "admin")


@pytest.fixture
def asked(bontang: City, op: User, admin: User) -> Visit:
    return actions.ask(bontang, reason="Kop surat tidak tampil", hours=4, by=op)


@pytest.fixture
def granted(bontang: City, asked: Visit, admin: User) -> Visit:
    with in_city(bontang):
        return actions.grant(asked.pk, hours=4, by=admin)


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


@pytest.fixture
def guest(bontang: City, op: User, granted: Visit, client_for: Callable[[City], Client]) -> Client:
    """Support's browser inside the city."""
    client = client_for(bontang)
    link = path_of(actions.link(granted.pk, by=op))
    assert client.get(link).status_code == 200
    answer = client.post(link)
    assert answer.status_code == 302 and answer["Location"] == "/kelola/"
    return client


@pytest.fixture
def admins_page(bontang: City, admin: User, client_for: Callable[[City], Client]) -> Client:
    client = client_for(bontang)
    with in_city(bontang):
        client.force_login(admin, backend="accounts.backends.LoginBackend")
    return client


def opened(city: City) -> list[tuple[str, str, int]]:
    with in_city(city):
        rows = Entry.objects.filter(what="support.page").order_by("pk")
        return [(e.detail["method"], e.detail["path"], e.detail["status"]) for e in rows]


def out(client: Client) -> bool:
    answer = client.get("/kelola/")
    return answer.status_code == 302 and answer["Location"].startswith("/masuk/")


# --- asking -------------------------------------------------------------------------------------


def test_asking_mails_every_admin_and_opens_nothing(
    bontang: City, op: User, asked: Visit, admin: User, client_for: Callable[[City], Client]
) -> None:
    with in_city(bontang):
        keys = list(Outbox.objects.filter(key__contains="support:").values_list("key", flat=True))
        assert keys == [] or all("@" not in key for key in keys)
        assert Entry.objects.get(what="support.asked").detail["by"] == op.name
        assert not User.objects.filter(login__startswith="dukungan:").exists()
    with in_public():
        assert Entry.objects.get(what="support.asked").actor_id == op.pk
    with pytest.raises(Stale):
        actions.link(asked.pk, by=op)


@pytest.mark.parametrize(("hours", "reason"), [(0, "a"), (73, "a"), (4, " "), (4, "x" * 301)])
def test_what_is_asked_has_a_reason_and_an_end(
    bontang: City, op: User, hours: int, reason: str
) -> None:
    with pytest.raises(RuleBroken):
        actions.ask(bontang, reason=reason, hours=hours, by=op)
    assert not Visit.objects.exists()


def test_one_open_request_at_a_time(bontang: City, op: User, asked: Visit) -> None:
    with pytest.raises(RuleBroken, match="masih terbuka"):
        actions.ask(bontang, reason="Lagi", hours=1, by=op)
    later = now() + timedelta(days=8)
    assert actions.ask(bontang, reason="Lagi", hours=1, by=op, at=later).pk != asked.pk


def test_consent_is_the_admins_alone_and_never_more_than_asked(
    bontang: City, blitar: City, asked: Visit, admin: User
) -> None:
    with in_city(bontang):
        someone = official("lurah", Unit.objects.filter(kind="kelurahan")[0], "lurah")
        with pytest.raises(RuleBroken):
            actions.grant(asked.pk, hours=1, by=someone)
        with pytest.raises(RuleBroken, match="paling lama 4"):
            actions.grant(asked.pk, hours=5, by=admin)
    with in_city(blitar):
        other = official("admin-lain", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        with pytest.raises(NotThere):
            actions.grant(asked.pk, hours=1, by=other)
    asked.refresh_from_db()
    assert asked.state == S.ASKED


def test_an_old_request_cannot_be_granted(bontang: City, asked: Visit, admin: User) -> None:
    with in_city(bontang), pytest.raises(Stale):
        actions.grant(asked.pk, hours=1, by=admin, at=now() + timedelta(days=7))


def test_refused_is_refused(bontang: City, op: User, asked: Visit, admin: User) -> None:
    with in_city(bontang):
        actions.refuse(asked.pk, by=admin)
        with pytest.raises(Stale):
            actions.grant(asked.pk, hours=1, by=admin)
    with pytest.raises(Stale):
        actions.link(asked.pk, by=op)


# --- the way in ---------------------------------------------------------------------------------


def test_the_link_works_once_in_its_city_for_its_operator(
    bontang: City, blitar: City, op: User, granted: Visit
) -> None:
    with pytest.raises(NotThere):
        actions.link(granted.pk, by=operator("dua@example.com", "Dua"))
    old = actions.link(granted.pk, by=op).rstrip("/").rpartition("/")[2]
    token = actions.link(granted.pk, by=op).rstrip("/").rpartition("/")[2]
    with in_city(blitar), pytest.raises(LinkUsed):
        actions.enter(token)
    with in_city(bontang):
        with pytest.raises(LinkUsed):
            actions.enter(old)  # a newer one was made
        with pytest.raises(LinkUsed):
            actions.enter(token[:-2] + "xx")
        actions.enter(token)
        with pytest.raises(LinkUsed):
            actions.enter(token)


def test_a_link_lies_about_for_two_minutes_at_most(
    bontang: City, op: User, granted: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    token = actions.link(granted.pk, by=op).rstrip("/").rpartition("/")[2]
    late = time.time() + actions.LINK_LASTS + 2
    monkeypatch.setattr("django.core.signing.time.time", lambda: late)
    with in_city(bontang), pytest.raises(LinkUsed):
        actions.enter(token)


def test_opening_the_link_does_nothing_yet(
    bontang: City, op: User, granted: Visit, client_for: Callable[[City], Client]
) -> None:
    client = client_for(bontang)
    link = path_of(actions.link(granted.pk, by=op))
    client.get(link)
    client.head(link)
    assert out(client)
    assert client.post(link).status_code == 302
    assert client_for(bontang).post(link).status_code == 410


def test_nobody_signs_in_as_support_with_words(
    bontang: City, guest: Client, client_for: Callable[[City], Client]
) -> None:
    with in_city(bontang):
        user = User.objects.get(login__startswith="dukungan:")
        assert not user.has_usable_password() and not user.email
    client = client_for(bontang)
    answer = client.post("/masuk/", {"username": user.login, "password": "x" * 12})
    assert answer.status_code == 422


# --- inside -------------------------------------------------------------------------------------


def test_support_reads_what_an_admin_reads_and_is_named(bontang: City, guest: Client) -> None:
    page = guest.get("/kelola/").content.decode()
    assert "Dukungan Balai – Operator Satu" in page
    assert "hanya baca" in page
    for path in ("/kelola/pejabat/", "/kelola/wilayah/", "/kelola/layanan/", "/"):
        assert guest.get(path).status_code == 200, path


def test_nothing_is_sent(bontang: City, guest: Client) -> None:
    with in_city(bontang):
        before = list(Profile.objects.values())
    shut = [
        route for route, said in pages(get_resolver("config.urls_city"))
        if said is not None and said.support != "always"
    ]  # fmt: skip
    assert len(shut) > 300
    for number, route in enumerate(shut):
        # What is no reading is one case: all its methods are tried at some addresses.
        for method in ("post", "put", "patch", "delete") if number % 40 == 0 else ("post",):
            answer = getattr(guest, method)(example(route))
            assert answer.status_code == 403, (route, method, answer.status_code)
    with in_city(bontang):
        assert list(Profile.objects.values()) == before


READABLE = {
    "kelola/", "kelola/identitas/", "kelola/wilayah/", "kelola/pejabat/", "kelola/rt/",
    "kelola/penduduk/", "kelola/libur/", "kelola/layanan/",
}  # fmt: skip


def test_the_consent_covers_no_money_no_copies_no_cases(bontang: City, guest: Client) -> None:
    """Every address that is not public: readable ones are named, the rest stays shut."""
    for route, said in pages(get_resolver("config.urls_city")):
        assert said is not None
        if said.support == "no":
            assert guest.get(example(route)).status_code == 403, route
    for route in READABLE:
        assert guest.get(f"/{route}").status_code == 200, route
        assert CITY_HOST[route] == ADMIN
    for shut in ("/kelola/data/", "/kelola/langganan/", "/kelola/dukungan/", "/akun/", "/meja/"):
        assert guest.get(shut).status_code == 403, shut


def test_support_sees_no_case_and_no_number(bontang: City, guest: Client) -> None:
    with in_city(bontang):
        cast = make_cast()
        application = submitted(cast)
        document = application.documents.all()[0]
    for path in (
        f"/meja/berkas/{application.pk}/",
        f"/permohonan/{application.pk}/",
        f"/berkas/{document.pk}/",
        f"/rt/{application.pk}/",
    ):
        answer = guest.get(path)
        assert answer.status_code == 403
        assert not re.search(r"\d{16}", answer.content.decode())
    for route in READABLE:
        assert not re.search(r"(?<!\d)\d{16}(?!\d)", guest.get(f"/{route}").content.decode()), route


def test_support_is_no_admin(bontang: City, guest: Client, admin: User) -> None:
    """It takes no seat, gets no mail to admins, and cannot be a second person."""
    with in_city(bontang):
        today = now().astimezone(bontang.tz).date()
        user = User.objects.get(login__startswith="dukungan:")
        assert not office.is_admin(user, today)
        assert user not in office.admins(today)
        assert not office.holds_seat(user, today)
        with pytest.raises(RuleBroken):
            actions.revoke(1, by=user)


def test_out_at_once_when_revoked(
    bontang: City, guest: Client, granted: Visit, admins_page: Client
) -> None:
    assert guest.get("/kelola/").status_code == 200
    assert admins_page.post(f"/kelola/dukungan/{granted.pk}/cabut/").status_code == 302
    assert out(guest)
    assert guest.post("/kelola/identitas/").status_code == 302
    with in_city(bontang):
        assert inside.guest() is None


def test_out_when_the_time_is_over_in_the_middle_of_a_session(
    bontang: City, guest: Client, granted: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guest.get("/kelola/").status_code == 200
    late = now() + timedelta(hours=4, seconds=1)
    monkeypatch.setattr("tenants.support.backend.now", lambda: late)
    assert out(guest)


def test_out_when_the_operator_is_none_any_more(bontang: City, guest: Client, op: User) -> None:
    with in_public():
        User.objects.filter(pk=op.pk).update(is_operator=False)
    assert out(guest)


def test_out_when_the_operator_leaves(bontang: City, guest: Client, granted: Visit, op) -> None:
    actions.leave(granted.pk, by=op)
    assert out(guest)


def test_the_session_opens_no_other_city(
    bontang: City, blitar: City, guest: Client, client_for: Callable[[City], Client]
) -> None:
    there = client_for(blitar)
    there.cookies = guest.cookies
    assert out(there)
    public = Client(HTTP_HOST=settings.BASE_DOMAIN)
    public.cookies = guest.cookies
    assert public.get("/konsol/").status_code == 302


def test_a_support_user_of_the_same_number_elsewhere_is_nobody(
    bontang: City, blitar: City, granted: Visit, client_for: Callable[[City], Client]
) -> None:
    """Even with a session made by hand: the consent names its city."""
    with in_city(blitar):
        user = User.objects.create_user(actions.login_of(granted.pk), None, name="Dukungan")
        client = client_for(blitar)
        client.force_login(user, backend="tenants.support.backend.SupportBackend")
    assert out(client)


def test_everything_opened_is_in_the_citys_record_and_the_admins_see_it(
    bontang: City, guest: Client, granted: Visit, admins_page: Client
) -> None:
    guest.get("/kelola/pejabat/?q=Budi")
    guest.get("/kelola/penduduk/")
    guest.get("/kelola/tidak-ada/")
    guest.post("/kelola/identitas/", {"government": "X"})
    guest.get("/kelola/data/")
    guest.get("/ui/warna.css")  # nothing of anybody's
    expected = [
        ("GET", "/kelola/pejabat/", 200),
        ("GET", "/kelola/penduduk/", 200),
        ("GET", "/kelola/tidak-ada/", 404),
        ("POST", "/kelola/identitas/", 403),
        ("GET", "/kelola/data/", 403),
    ]
    assert opened(bontang) == expected
    page = admins_page.get(f"/kelola/dukungan/{granted.pk}/").content.decode()
    for _, path, _ in expected:
        assert path in page
    assert "Budi" not in page
    with in_city(bontang):
        deeds = set(Entry.objects.filter(subject="visit").values_list("what", flat=True))
    assert deeds == {"support.asked", "support.granted", "support.entered", "support.page"}


def test_while_support_is_inside_every_page_of_an_admin_says_so(
    bontang: City, guest: Client, admins_page: Client, granted: Visit
) -> None:
    guest.get("/kelola/")
    for path in ("/", "/kelola/", "/kelola/pejabat/", "/akun/"):
        assert "sedang melihat" in admins_page.get(path).content.decode(), path
    admins_page.post(f"/kelola/dukungan/{granted.pk}/cabut/")
    assert "sedang melihat" not in admins_page.get("/").content.decode()


def test_a_suspended_city_may_still_decide_and_support_still_look(
    bontang: City, op: User, asked: Visit, admins_page: Client, client_for: Callable[[City], Client]
) -> None:
    entitlements.set_status(bontang.pk, City.Status.SUSPENDED, reason="uji", by=None)
    hosts.forget()
    try:
        answer = admins_page.post(
            f"/kelola/dukungan/{asked.pk}/jawab/", {"decision": "izin", "hours": "1"}
        )
        assert answer.status_code == 302
        client = client_for(bontang)
        assert client.post(path_of(actions.link(asked.pk, by=op))).status_code == 302
        assert client.get("/kelola/").status_code == 200
    finally:
        hosts.forget()


# --- pages --------------------------------------------------------------------------------------


def test_the_whole_way_by_pages(
    bontang: City, op: User, admins_page: Client, client_for: Callable[[City], Client]
) -> None:
    desk = console(op)
    ask = f"/konsol/kota/{bontang.code}/dukungan/"
    assert desk.post(ask, {"reason": "", "hours": "4"}).status_code == 422
    assert desk.post(ask, {"reason": "Kop surat hilang", "hours": "4"}).status_code == 302
    visit = Visit.objects.get()
    assert desk.post(f"/konsol/dukungan/{visit.pk}/masuk/").status_code == 409
    assert "Kop surat hilang" in admins_page.get("/kelola/dukungan/").content.decode()
    admins_page.post(f"/kelola/dukungan/{visit.pk}/jawab/", {"decision": "izin", "hours": "1"})
    page = desk.post(f"/konsol/dukungan/{visit.pk}/masuk/").content.decode()
    found = re.search(r'href="([^"]+/dukungan/[^"]+)"', page)
    assert found is not None
    inside_city = client_for(bontang)
    assert inside_city.post(path_of(found[1])).status_code == 302
    assert inside_city.get("/kelola/").status_code == 200
    assert desk.post(f"/konsol/dukungan/{visit.pk}/selesai/").status_code == 302
    assert out(inside_city)


def test_others_answer_nothing(
    bontang: City, asked: Visit, client_for: Callable[[City], Client]
) -> None:
    client = client_for(bontang)
    with in_city(bontang):
        someone = official("lurah", Unit.objects.filter(kind="kelurahan")[0], "lurah")
        client.force_login(someone, backend="accounts.backends.LoginBackend")
    assert client.get("/kelola/dukungan/").status_code == 403
    answer = client.post(f"/kelola/dukungan/{asked.pk}/jawab/", {"hours": "1"})
    assert answer.status_code == 403
    asked.refresh_from_db()
    assert asked.state == S.ASKED


def test_a_cache_server_that_hangs_is_not_asked_for_every_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def hang(_key: str) -> None:
        asked.append(1)
        raise RedisError("timeout")

    monkeypatch.setattr(inside._Pause, "until", 0.0)
    monkeypatch.setattr(inside.cache, "get", hang)
    assert [inside.guest() for _ in range(5)] == [None] * 5
    assert len(asked) == 1
