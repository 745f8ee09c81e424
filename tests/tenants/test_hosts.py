"""Which city a request is for, whatever its Host header holds."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from tenants.backend.scope import in_public
from tenants.registry import hosts
from tenants.registry.middleware import CityMiddleware
from tenants.registry.models import City


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    hosts.forget()


@pytest.mark.parametrize(
    ("raw", "host"),
    [
        ("bontang.localhost", "bontang.localhost"),
        ("bontang.localhost:8000", "bontang.localhost"),
        ("BonTang.LOCALHOST:8000", "bontang.localhost"),
        ("bontang.localhost.", "bontang.localhost"),
        ("bontang.localhost.:8000", "bontang.localhost"),
        ("bontang.localhost:", "bontang.localhost"),
        (" bontang.localhost ", "bontang.localhost"),
        ("xn--bntang-9ya.localhost", "xn--bntang-9ya.localhost"),
        ("[::1]:8000", "[::1]"),
        ("[::1", None),
        ("", None),
        (".", None),
        ("..", None),
        ("a..localhost", None),
        ("bontang.localhost:80x", None),
        ("bontang.localhost:80:80", None),
        ("böntang.localhost", None),
        ("bontang。localhost", None),
        ("bontang localhost", None),
        ("bontang.localhost/../x", None),
        ("'; DROP SCHEMA c6474; --", None),
        ("a" * 64 + ".localhost", None),
        ("a." * 150 + "localhost", None),
        ("bontang.localhost\x00", None),
        ("bontang.localhost:８０", None),
    ],
)
def test_normalise(raw: str, host: str | None) -> None:
    assert hosts.normalise(raw) == host


class Seen:
    """What the rest of the site sees of a request."""

    def __init__(self) -> None:
        self.requests: list[object] = []

    def ask(self, host: str, method: str = "get", path: str = "/", view: object = None) -> object:
        from django.http import HttpResponse

        def rest(request: object) -> HttpResponse:
            self.requests.append(request)
            if callable(view):
                return view(request)  # type: ignore[no-any-return]
            return HttpResponse(connection.schema_name)

        request = getattr(RequestFactory(), method)(path, HTTP_HOST=host)
        return CityMiddleware(rest)(request)  # type: ignore[arg-type]


@pytest.fixture
def site() -> Seen:
    return Seen()


@pytest.mark.parametrize("host", ["bontang.localhost", "BONTANG.localhost.:8000"])
def test_a_city(bontang: City, site: Seen, host: str) -> None:
    response = site.ask(host)
    assert response.content == b"c6474"  # type: ignore[attr-defined]
    request = site.requests[0]
    assert request.city == request.tenant == bontang  # type: ignore[attr-defined]
    assert request.read_only is False  # type: ignore[attr-defined]
    assert connection.schema_name == "public"


@pytest.mark.parametrize("host", ["localhost", "www.localhost", "127.0.0.1:8000", "LOCALHOST."])
def test_the_platforms_own_host(db: None, site: Seen, host: str) -> None:
    assert site.ask(host).content == b"public"  # type: ignore[attr-defined]
    assert site.requests[0].urlconf == "config.urls_public"  # type: ignore[attr-defined]
    assert site.requests[0].city is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "host", ["samarinda.localhost", "evil.example", "xn--x.localhost", "'; DROP--", "ä.localhost"]
)
def test_unknown_hosts_offer_signup_and_reach_no_city(db: None, site: Seen, host: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = site.ask(host)
    assert response.status_code == 404  # type: ignore[attr-defined]
    assert b"/daftar/" in response.content  # type: ignore[attr-defined]
    assert site.requests == []
    assert all("registry_domain" in q["sql"] for q in queries)


def test_one_query_then_none(bontang: City, site: Seen) -> None:
    with CaptureQueriesContext(connection) as first:
        site.ask("bontang.localhost")
    with CaptureQueriesContext(connection) as second:
        site.ask("bontang.localhost")
        site.ask("nirgends.localhost")
        site.ask("nirgends.localhost")
    assert (len(first), len(second)) == (1, 1)


def test_made_up_hosts_do_not_fill_the_memory(
    bontang: City, site: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "MOST", 5)
    for number in range(20):
        site.ask(f"x{number}.localhost")
    assert len(hosts._known) == 5


def test_a_change_is_noticed_at_once(
    bontang: City, site: Seen, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    site.ask("bontang.localhost")
    with django_capture_on_commit_callbacks(execute=True), in_public():  # type: ignore[attr-defined]
        bontang.status = City.Status.CLOSED
        bontang.save()
    assert site.ask("bontang.localhost").status_code == 410  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "code"), [("provisioning", 503), ("closed", 410), ("suspended", 403)]
)
def test_states_answered_without_the_citys_schema(
    bontang: City, site: Seen, status: str, code: int
) -> None:
    City.objects.filter(pk=bontang.pk).update(status=status)
    with CaptureQueriesContext(connection) as queries:
        response = site.ask("bontang.localhost", "post", "/ajukan/sktm/")
    assert response.status_code == code  # type: ignore[attr-defined]
    assert b"Kota Bontang" in response.content  # type: ignore[attr-defined]
    assert site.requests == []
    assert len(queries) == 1


def test_a_suspended_city_can_be_read(bontang: City, site: Seen) -> None:
    City.objects.filter(pk=bontang.pk).update(status="suspended")
    assert site.ask("bontang.localhost").content == b"c6474"  # type: ignore[attr-defined]
    assert site.requests[0].read_only is True  # type: ignore[attr-defined]
    assert site.ask("bontang.localhost", "post", "/masuk/").status_code == 200  # type: ignore[attr-defined]


def test_streams_are_read_in_their_city(bontang: City, blitar: City, site: Seen) -> None:
    from django.http import StreamingHttpResponse

    from tenants.office.models import Unit

    def view(request: object) -> StreamingHttpResponse:
        def rows() -> object:
            for code in Unit.objects.filter(kind="kota").values_list("code", flat=True):
                yield f"{code} {connection.schema_name}\n"

        return StreamingHttpResponse(rows())

    first = site.ask("bontang.localhost", view=view)
    second = site.ask("blitarkab.localhost", view=view)
    assert b"".join(second) == b"35.05 c3505\n"  # type: ignore[call-overload]
    assert b"".join(first) == b"64.74 c6474\n"  # type: ignore[call-overload]


def test_lost_database_at_the_first_step(
    db: None, site: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(host: str) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(hosts, "city_on", lost)
    response = site.ask("bontang.localhost")
    assert response.status_code == 503  # type: ignore[attr-defined]
    assert response["Retry-After"]  # type: ignore[index]
    assert b"server closed" not in response.content  # type: ignore[attr-defined]


def test_lost_database_in_the_middle(bontang: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the whole site: Django turns the error into a 500 first."""
    from django.urls import get_resolver

    def view(request: object) -> None:
        raise OperationalError("terminating connection due to administrator command")

    match = get_resolver("config.urls_city").resolve("/")
    monkeypatch.setattr(
        "django.core.handlers.base.BaseHandler.resolve_request",
        lambda self, request: (view, (), {}),
    )
    assert match
    client = Client(HTTP_HOST="bontang.localhost", raise_request_exception=False)
    response = client.get("/")
    assert response.status_code == 503
    assert b"terminating" not in response.content
    assert response["Retry-After"]


def test_links_carry_scheme_and_port(bontang: City, settings: object) -> None:
    assert bontang.url("/v/ABC") == "http://bontang.localhost:8000/v/ABC"
    settings.PUBLIC_URL = "https://balai.id"  # type: ignore[attr-defined]
    assert bontang.url() == "https://bontang.localhost/"


def test_a_change_in_another_process_is_heard(bontang: City) -> None:
    """Through the real cache server; the listener waits in silence without reconnecting."""
    import threading
    import time

    import redis
    from django.conf import settings

    heard: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hosts, "CHANNEL", f"balai:test:{time.time()}")  # nobody else's news
        patch.setattr(hosts, "forget", lambda: heard.append(time.monotonic()))
        threading.Thread(target=hosts._listen_forever, daemon=True).start()
        end = time.monotonic() + 10
        while not heard and time.monotonic() < end:
            time.sleep(0.02)
        assert len(heard) == 1  # subscribed: what was missed before is forgotten
        time.sleep(6)  # longer than the client library's own time limit
        assert len(heard) == 1
        redis.Redis.from_url(settings.CACHE_URL).publish(hosts.CHANNEL, "*")
        while len(heard) < 2 and time.monotonic() < end + 10:
            time.sleep(0.02)
        assert len(heard) == 2
