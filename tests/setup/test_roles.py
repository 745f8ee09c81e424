"""A city's own roles: added, put into a service's way, and kept while something depends on them."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.applications.models import Application
from services.catalogue.actions import roll_back
from services.catalogue.models import ServiceVersion
from tenants.backend.scope import in_city
from tenants.office import own_roles, structure
from tenants.office.actions import appoint
from tenants.office.models import OwnRole, Post, Unit
from tenants.office.queries import seats_now
from tenants.office.roles import Can, can, having, superiors_of
from tenants.registry.models import City
from tests.factories import MONDAY, SINCE, Cast, approve, make_cast, official, step_of, submitted
from tests.setup.pages import SKTM, admin, change, publish, sktm

__all__ = ["admin"]  # a fixture
NEW = "/kelola/peran/baru/"


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


TITLE = "Petugas verifikasi"


def made(cast: Cast, title: str = TITLE, *given: str, level: str = "kelurahan") -> OwnRole:
    return own_roles.add_role(title=title, level=level, can=given or ["checks"], by=cast.lurah)


def post_of(cast: Cast, role: OwnRole, title: str = "Verifikator") -> Post:
    return structure.add_post(unit=cast.village, role=role.code, title=title, by=cast.lurah)


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@contoh.go.id", "kata-sandi-uji", name=name)


def reads_of_roles(deed: Callable[[], Any]) -> int:
    """How often own roles are read meanwhile."""
    with CaptureQueriesContext(connection) as seen:
        deed()
    return sum('FROM "office_ownrole"' in one["sql"] for one in seen)


def in_the_way(admin: Client, role: OwnRole) -> None:
    """The counter's step of SKTM goes to this role instead, in a published version."""
    change(admin, f"{SKTM}langkah/ubah/loket/", role=role.code)
    assert publish(admin).status_code == 302
    current = sktm().current
    assert current is not None
    assert role.code in {step.role for step in current.blueprint.steps}


def test_an_own_role_checks_in_a_service(
    cast: Cast, admin: Client, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    sent = {"title": "Petugas verifikasi", "level": "kelurahan", "can": ["checks", "shared"]}
    assert admin.post(NEW, sent).status_code == 302
    assert "Petugas verifikasi" in admin.get("/kelola/peran/").content.decode()
    role = OwnRole.objects.get()
    adding = f"/kelola/wilayah/{cast.village.pk}/jabatan/"
    assert "Petugas verifikasi" in admin.get(adding).content.decode()
    admin.post(adding, {"role": role.code, "title": "Verifikator Api-Api"})
    post = Post.objects.get(role=role.code)
    seats = seats_now(MONDAY)
    vera = person("vera")
    appoint(post=post, user=vera, since=SINCE, by=None)
    assert seats_now(MONDAY) == seats + 1

    step = f"{SKTM}langkah/ubah/loket/"
    assert "Petugas verifikasi (Kelurahan atau desa)" in admin.get(step).content.decode()
    in_the_way(admin, role)
    assert "Petugas verifikasi" in admin.get(f"{SKTM}langkah/").content.decode()
    application = submitted(cast)
    approve(application, cast.hasan)
    desk = client_for(in_bontang)
    desk.force_login(vera, "accounts.backends.LoginBackend")
    assert application.number in desk.get("/meja/").content.decode()
    assert "Kode masuk warga" not in desk.get("/meja/").content.decode()
    desk.post(
        f"/meja/berkas/{application.pk}/putuskan/",
        {"step": step_of(application).pk, "decision": "approve"},
    )
    approve(application, cast.lurah)
    assert Application.objects.get().state == Application.State.ISSUING


def test_the_heads_are_told_of_a_missed_clock_of_an_own_role(cast: Cast) -> None:
    told = superiors_of(made(cast).code)
    assert "lurah" in told
    assert "loket" not in told


def test_a_role_stays_while_a_service_an_application_or_a_person_needs_it(
    cast: Cast, admin: Client
) -> None:
    role = made(cast)
    post = post_of(cast, role)
    holding = appoint(post=post, user=person("vera"), since=SINCE, by=None)
    with pytest.raises(RuleBroken, match="vera memegang jabatan Verifikator"):
        own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    in_the_way(admin, role)
    submitted(cast)
    holding.delete()
    with pytest.raises(RuleBroken, match="memakai peran ini dalam langkahnya"):
        own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    change(admin, f"{SKTM}langkah/ubah/loket/", role="loket")
    with pytest.raises(RuleBroken, match="memakai peran ini dalam langkahnya"):
        own_roles.change_role(role_id=role.pk, title="Verifikasi", can=["signs"], by=cast.lurah)
    publish(admin)
    with pytest.raises(RuleBroken, match="Masih ada permohonan"):
        own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    own_roles.change_role(role_id=role.pk, title="Verifikasi", can=["checks"], by=cast.lurah)
    Application.objects.update(state=Application.State.WITHDRAWN)
    step = Application.objects.get().steps.get()
    step.role = role.code
    step.save()
    with pytest.raises(RuleBroken, match="menunggu peran ini"):
        own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    step.delete()
    own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    assert not Post.objects.filter(role=role.code).exists()


def test_a_draft_that_names_a_role_keeps_it(cast: Cast, admin: Client) -> None:
    role = made(cast)
    change(admin, f"{SKTM}langkah/ubah/lurah/", deputies=[role.code])
    with pytest.raises(RuleBroken, match="dalam drafnya"):
        own_roles.remove_role(role_id=role.pk, by=cast.lurah)


def test_an_old_version_that_names_a_removed_role_is_not_published_again(
    cast: Cast, admin: Client
) -> None:
    role = made(cast)
    in_the_way(admin, role)
    old = ServiceVersion.objects.filter(service=sktm()).latest("pk")
    change(admin, f"{SKTM}langkah/ubah/loket/", role="loket")
    publish(admin)
    own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    with pytest.raises(RuleBroken):
        roll_back(slug="sktm", version_id=old.pk, by=cast.lurah)


def test_a_post_that_was_held_stays_as_history_and_is_never_filled_again(cast: Cast) -> None:
    role = made(cast)
    post = post_of(cast, role)
    holding = appoint(post=post, user=person("vera"), since=SINCE, by=None)
    holding.until = SINCE
    holding.save()
    own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    with pytest.raises(RuleBroken, match="sudah dihapus"):
        appoint(post=post, user=person("vino"), since=SINCE, by=None)
    again = made(cast)
    assert again.code != role.code, "the old post must not come to life"


def test_nobody_is_appointed_to_a_post_that_went_with_its_role(cast: Cast) -> None:
    role = made(cast)
    post = post_of(cast, role)
    own_roles.remove_role(role_id=role.pk, by=cast.lurah)
    with pytest.raises(NotThere):
        appoint(post=post, user=person("vera"), since=SINCE, by=None)


def test_a_role_that_several_hold_stays_shared(cast: Cast) -> None:
    role = made(cast, TITLE, "checks", "shared")
    post = post_of(cast, role)
    for name in ("vera", "vino"):
        appoint(post=post, user=person(name), since=SINCE, by=None)
    with pytest.raises(RuleBroken, match="dipegang 2 orang") as refused:
        own_roles.change_role(role_id=role.pk, title=role.title, can=["checks"], by=cast.lurah)
    assert refused.value.field == "can"
    post.holdings.first().delete()
    own_roles.change_role(role_id=role.pk, title=role.title, can=["checks"], by=cast.lurah)
    assert not can(role.code, Can.SHARED)
    with pytest.raises(RuleBroken, match="sudah punya jabatan"):
        post_of(cast, role, "Verifikator kedua")


@pytest.mark.parametrize(
    ("level", "given"),
    [
        ("kelurahan", []), ("kelurahan", ["shared"]), ("kelurahan", ["vouches"]),
        ("kelurahan", ["administers"]), ("rt", ["checks"]), ("rt", ["vouches", "signs"]),
        ("planet", ["checks"]),
    ],
)  # fmt: skip
def test_what_no_own_role_may_do(cast: Cast, level: str, given: list[str]) -> None:
    with pytest.raises(RuleBroken):
        own_roles.add_role(title="Peran aneh", level=level, can=given, by=cast.lurah)


def test_a_title_stands_for_one_role(cast: Cast) -> None:
    made(cast)
    for title in ("petugas  Verifikasi", "Camat", "lurah", "Kepala Desa", "123", ""):
        with pytest.raises(RuleBroken) as refused:
            made(cast, title)
        assert refused.value.field == "title"


def test_codes_fit_and_differ(cast: Cast) -> None:
    titles = [f"Petugas verifikasi lapangan {letter}" for letter in "abcdefghijkl"]
    codes = [made(cast, title).code for title in titles]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("own_") and len(code) <= 16 for code in codes)


def test_who_vouches_by_an_own_role_takes_no_seat_and_opens_no_papers(cast: Cast) -> None:
    role = made(cast, "Wakil ketua RT", "vouches", level="rt")
    rt = Unit.objects.get(code=f"{cast.village.code}/001/001")
    structure.add_post(unit=rt, role=role.code, title="Wakil Ketua RT 001", by=cast.lurah)
    assert Post.objects.filter(having(Can.VOUCHES), unit=rt).count() == 2
    assert not Post.objects.filter(having(Can.TAKES_SEAT), unit=rt).exists()


def test_own_roles_are_read_once_on_a_page_and_not_at_all_for_shipped_ones(
    cast: Cast, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    roles = [made(cast, f"Petugas {name}") for name in ("satu", "dua", "tiga")]
    desk = client_for(in_bontang)
    desk.force_login(cast.rina, "accounts.backends.LoginBackend")
    assert reads_of_roles(lambda: desk.get("/meja/")) == 0
    for role in roles:
        appoint(post=post_of(cast, role, role.title), user=cast.rina, since=SINCE, by=None)
    assert reads_of_roles(lambda: desk.get("/meja/")) == 1


def test_a_role_added_twice_at_one_moment_is_added_once_and_the_other_is_told(
    committed: None, bontang: City
) -> None:
    with in_city(bontang):
        by = official("satu", Unit.objects.get(code=bontang.code), "admin")
    outcomes: list[str] = []

    def run() -> None:
        try:
            with in_city(bontang):
                own_roles.add_role(title="Verifikasi", level="dinas", can=["checks"], by=by)
            outcomes.append("added")
        except RuleBroken as broken:
            outcomes.append(broken.field or "")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", "title", "title", "title"]
