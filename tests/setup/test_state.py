"""A city that is set up sees how it stands instead of what was left to do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from kernel.clock import now
from messaging import mail
from messaging.models import Outbox
from services.applications import actions
from services.cases import decisions
from services.setup.state import state_of_city
from services.web.access import today
from tenants.office.models import Holding, Post, Profile, Unit
from tenants.registry.models import City
from tests.factories import Cast, draft, family, make_cast, official, step_of, submitted


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def page(in_bontang: City, cast: Cast, client_for: Callable[[City], Client]) -> Client:
    client = client_for(in_bontang)
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client.force_login(admin, "accounts.backends.LoginBackend")
    return client


def set_up(cast: Cast) -> None:
    """Whatever the checklist asks for."""
    Profile.objects.update(logo=b"png", contact="0811 000 111")
    Unit.objects.filter(pk=cast.village.pk).update(address="Jalan Merdeka 1")


def test_the_checklist_stays_until_it_is_complete(cast: Cast, page: Client) -> None:
    assert "Yang tersisa sebelum warga dilayani" in page.get("/kelola/").content.decode()
    set_up(cast)
    home = page.get("/kelola/").content.decode()
    assert "Kota Bontang hari ini" in home and "Yang tersisa" not in home
    assert "siap melayani" in page.get("/kelola/?daftar").content.decode()
    Holding.objects.filter(user=cast.rina).update(until=today() - timedelta(days=1))
    assert "Yang tersisa" in page.get("/kelola/").content.decode()  # nobody is ready any more


def test_the_numbers_are_those_of_the_city(cast: Cast) -> None:
    at = now()
    draft(cast, "reklame")  # not sent: counts nowhere
    before = state_of_city(at=at, today=today())
    assert (before.received, before.by_state, before.late, before.failed) == (0, [], 0, 0)
    application = draft(cast)
    actions.submit(application_id=application.pk, by=cast.sari, at=at)
    after = state_of_city(at=at, today=today())
    assert (after.received, after.by_state) == (1, [("sedang diproses", 1)])
    decisions.refuse(step_id=step_of(application).pk, by=cast.hasan,
                   note="Bukan warga RT ini.", at=at)  # fmt: skip
    assert state_of_city(at=at, today=today()).by_state == [("ditolak", 1)]
    assert (after.ready, after.villages) == (1, 15)
    held = Holding.objects.exclude(post__role="ketua_rt").count()
    posts = Post.objects.exclude(role__in=["ketua_rt", "ketua_rw"]).count()
    assert after.vacant == posts - held
    closed = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).order_by("code")[9]
    Unit.objects.filter(pk=closed.pk).update(is_active=False)
    assert state_of_city(at=at, today=today()).vacant == posts - held - closed.posts.count()
    assert after.plan == "Masa coba" and after.letters == 0 and after.letters_limit == 300


def test_late_steps_and_failed_mails_are_counted_and_listed(cast: Cast, page: Client) -> None:
    actions.submit(application_id=draft(cast).pk, by=cast.sari, at=now() - timedelta(days=30))
    with transaction.atomic():
        mail.send("sari@example.com", "Kabar", "Isi", key="uji")
    Outbox.objects.filter(key__endswith="uji").update(state=Outbox.State.FAILED)
    state = state_of_city(at=now(), today=today())
    assert (state.late, state.failed) == (1, 1)
    waiting = page.get("/kelola/kesiapan/").content.decode()
    assert "Permohonan yang lewat batas waktu" in waiting and "Ketua RT 001" in waiting
    listed = page.get("/kelola/pesan/").content.decode()
    assert "s•••@example.com" in listed and "sari@" not in listed


@pytest.mark.parametrize("more", [0, 4])
def test_the_state_costs_a_fixed_number_of_queries(
    cast: Cast, more: int, django_assert_num_queries
) -> None:
    for number in range(more):
        family(cast.village, rt=4 + number)
    submitted(cast)
    state_of_city(at=now(), today=today())
    with django_assert_num_queries(17):  # seven of them sum the sizes of stored files
        state_of_city(at=now(), today=today())
