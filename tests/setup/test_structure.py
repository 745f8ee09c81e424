"""A city's own dinas: added, staffed, put into a service's way, and it acts."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import RuleBroken
from services.applications.models import Application
from services.letters.models import Letter
from tenants.backend.scope import in_city
from tenants.office import structure
from tenants.office.models import Post, Unit
from tenants.registry.models import City
from tests.factories import Cast, approve, make_cast, official, step_of, submitted
from tests.setup.pages import SKTM, admin, form_of

__all__ = ["admin"]  # a fixture
DINAS = {"name": "Dinas Perhubungan", "abbreviation": "Dishub",
         "head": "Kepala Dinas Perhubungan", "address": "Jalan Awang Long 1"}  # fmt: skip


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def test_an_added_dinas_gets_a_step_of_a_service_and_signs_its_letter(
    cast: Cast,
    admin: Client,
    client_for: Callable[[City], Client],
    in_bontang: City,
) -> None:
    assert (
        admin.post("/kelola/wilayah/dinas/", {**DINAS, "abbreviation": "DPMPTSP"}).status_code
        == 422
    )
    admin.post("/kelola/wilayah/dinas/", DINAS)
    dinas = Unit.objects.get(code="64.74/dishub")
    page = admin.get(f"/kelola/wilayah/{dinas.pk}/").content.decode()
    assert "Kepala Dinas Perhubungan" in page and "Petugas Loket Dishub" in page
    extra = {"role": "kasi", "title": "Kepala Bidang Angkutan"}
    admin.post(f"/kelola/wilayah/{dinas.pk}/jabatan/", extra)
    assert admin.post(f"/kelola/wilayah/{dinas.pk}/jabatan/", extra).status_code == 422

    posts = {post.role: post for post in dinas.posts.all()}
    people = {}
    for role in ("kasi", "kepala_dinas"):
        answer = admin.post(
            f"/kelola/pejabat/{posts[role].pk}/",
            {"name": f"Orang {role}", "email": f"{role}@contoh.go.id", "since_0": "1",
             "since_1": "1", "since_2": "2025", "nik": "", "nip": "", "rank": "", "decree": "",
             "acting": ""},
        )  # fmt: skip
        assert answer.status_code == 302, answer.content.decode()
        people[role] = User.objects.get(login=f"{role}@contoh.go.id")

    step = f"{SKTM}langkah/ubah/lurah/"
    assert "Dinas Perhubungan" in admin.get(step).content.decode()
    sent = form_of(admin, step)
    sent |= {"level": "dinas", "dinas": "dishub", "role": "kepala_dinas", "deputies": ["kasi"],
             "title": "Dinas Perhubungan menyetujui"}  # fmt: skip
    assert admin.post(step, sent).status_code == 302
    draft = form_of(admin, f"{SKTM}draf/")
    assert admin.post(f"{SKTM}draf/", {**draft, "do": "terbitkan"}).status_code == 302

    application = submitted(cast)
    approve(application, cast.hasan, cast.rina)
    assert step_of(application).unit == dinas
    bidang = client_for(in_bontang)
    bidang.force_login(people["kasi"], "accounts.backends.LoginBackend")
    assert bidang.get(f"/meja/berkas/{application.pk}/").status_code == 200
    decide = f"/meja/berkas/{application.pk}/putuskan/"
    bidang.post(decide, {"step": step_of(application).pk, "decision": "approve"})
    content = Letter.objects.get().content
    assert content.letterhead == ["Pemerintah Kota Bontang", "Dinas Perhubungan"]
    assert content.signer_title == ["a.n. Kepala Dinas Perhubungan", "Kepala Bidang Angkutan,"]
    assert "Dishub" in content.number
    assert content.place == "Bontang"
    assert Application.objects.get().state == Application.State.ISSUING


def test_a_post_gets_another_title_and_letters_before_keep_theirs(
    cast: Cast,
    admin: Client,
) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    post = Post.objects.get(unit=cast.village, role="lurah")
    old = post.title
    assert admin.post(f"/kelola/pejabat/{post.pk}/nama/", {"title": ""}).status_code == 422
    admin.post(f"/kelola/pejabat/{post.pk}/nama/", {"title": "Lurah Bontang"})
    post.refresh_from_db()
    assert post.title == "Lurah Bontang"
    assert Letter.objects.get().content.signer_title == [f"{old},"]
    assert Entry.objects.get(what="post.called").detail == {"before": old, "after": post.title}


@pytest.mark.parametrize(
    ("role", "title"),
    [("admin", "Admin"), ("ketua_rt", "Ketua"), ("sekretaris", "Sekretaris lain"), ("loket", " ")],
)
def test_what_a_unit_does_not_have_is_refused(cast: Cast, role: str, title: str) -> None:
    with pytest.raises(RuleBroken):
        structure.add_post(unit=cast.village, role=role, title=title, by=cast.lurah)
    assert not Post.objects.filter(unit=cast.village, title=title.strip()).exists()


UNPRINTABLE = "Perhubungan \N{GRINNING FACE}"


@pytest.mark.parametrize("field", ["name", "head", "address"])
def test_a_dinas_has_words_that_letters_can_print(cast: Cast, field: str) -> None:
    with pytest.raises(RuleBroken, match="tidak bisa dicetak") as refused:
        structure.add_dinas(**{**DINAS, field: UNPRINTABLE}, by=cast.lurah)
    assert refused.value.field == field
    assert not Unit.objects.filter(code="64.74/dishub").exists()


def test_a_post_has_a_title_that_letters_can_print(cast: Cast) -> None:
    post = Post.objects.get(unit=cast.village, role="lurah")
    for change in (
        lambda: structure.add_post(
            unit=cast.village, role="kasi", title=UNPRINTABLE, by=cast.lurah
        ),
        lambda: structure.call_post(post=post, title=UNPRINTABLE, by=cast.lurah),
        lambda: structure.call_post(post=post, title="K" * 121, by=cast.lurah),
    ):
        with pytest.raises(RuleBroken):
            change()


def test_a_dinas_added_twice_at_one_moment_is_added_once_and_the_other_is_told(
    committed: None, bontang: City
) -> None:
    with in_city(bontang):
        admin = official("admin-struktur", Unit.objects.get(kind="kota"), "admin")
    ready, outcomes = threading.Barrier(4), []

    def run() -> None:
        try:
            with in_city(bontang):
                ready.wait()
                structure.add_dinas(**DINAS, by=admin)
            outcomes.append("added")
        except RuleBroken:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", "told", "told", "told"]
