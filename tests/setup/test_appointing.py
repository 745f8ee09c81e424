"""Officials are residents too: nobody decides for themselves, and no desk is filled unnoticed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from messaging.models import Outbox
from services.applications import issuing, revoking
from services.applications.models import Application
from services.cases.models import Step
from services.residents import officials
from services.residents.models import OfficialIdentity, Person
from services.web.access import today
from tenants.office import actions as office
from tenants.office.models import Holding, Post, Unit
from tenants.ownership import deletion_notices
from tenants.ownership.models import DeletionRequest
from tenants.registry.models import City
from tests.factories import Cast, approve, make_cast, official, step_of, submitted

BACKEND = "accounts.backends.LoginBackend"


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def admin(in_bontang: City, cast: Cast) -> User:
    return official("admin", Unit.objects.get(code=in_bontang.code), "admin")


@pytest.fixture
def page(in_bontang: City, admin: User, client_for: Callable[[City], Client]) -> Client:
    client = client_for(in_bontang)
    client.force_login(admin, BACKEND)
    return client


def _appoint(page: Client, post: Post, **typed: str) -> object:
    day = today()
    sent = {"since_0": day.day, "since_1": day.month, "since_2": day.year, **typed}
    return page.post(f"/kelola/pejabat/{post.pk}/", sent)


def _post(unit: Unit, role: str) -> Post:
    return Post.objects.get(unit=unit, role=role)


def _vacate(post: Post) -> None:
    Holding.objects.filter(post=post).delete()


# --- appointed through the pages


def test_a_lurah_appointed_through_the_pages_cannot_sign_her_own_letter(
    cast: Cast, page: Client
) -> None:
    post = _post(cast.village, "lurah")
    _vacate(post)
    sari = cast.sari_person
    _appoint(page, post, name="Ibu Lurah", email="lurah.baru@contoh.go.id", nik=sari.nik)
    lurah = User.objects.get(login="lurah.baru@contoh.go.id")
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina)
    with pytest.raises(RuleBroken, match="permohonan Anda sendiri"):
        approve(application, lurah, at=now())
    assert step_of(application).key == "lurah"
    assert not application.issued.exists()


def test_a_letter_for_oneself_is_not_revoked_by_oneself(cast: Cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah, at=now())
    issuing.finish_letters(application_id=application.pk, at=now())
    officials.identify(user=cast.lurah, nik=cast.sari_person.nik, by=None)
    with pytest.raises(RuleBroken, match="ditangani pejabat lain"):
        revoking.revoke(
            letter_id=application.issued.get().letter_id, by=cast.lurah,
            reason="Namanya keliru sekali.", at=now(),
        )  # fmt: skip


def test_the_step_of_a_ketua_rt_who_applies_is_passed_on(cast: Cast) -> None:
    officials.identify(user=cast.hasan, nik=cast.sari_person.nik, by=None)
    application = submitted(cast)
    assert step_of(application).key == "loket"
    assert application.steps.get(key="rt").state == Step.State.SKIPPED


def test_a_resident_of_the_same_name_is_asked_about_when_the_nik_is_left_out(
    cast: Cast, page: Client
) -> None:
    post = _post(cast.village, "lurah")
    _vacate(post)
    sari = cast.sari_person
    typed = {"name": f"Dra. Hj. {sari.name}, M.Si.", "email": "sari.dinas@contoh.go.id"}
    answer = _appoint(page, post, **typed)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    html = answer.content.decode()  # type: ignore[attr-defined]
    assert "Bukan, ia orang lain" in html and sari.nik not in html
    assert not User.objects.filter(login="sari.dinas@contoh.go.id").exists()
    _appoint(page, post, **typed, who=str(sari.pk))
    user = User.objects.get(login="sari.dinas@contoh.go.id")
    assert officials.own_people(user) == {sari.pk}


def test_an_official_of_unknown_nik_does_not_decide_for_somebody_of_the_same_name(
    cast: Cast, page: Client
) -> None:
    User.objects.filter(pk=cast.rina.pk).update(name=f"{cast.sari_person.name}, S.Sos.")
    rina = User.objects.get(pk=cast.rina.pk)
    application = submitted(cast)
    approve(application, cast.hasan)
    with pytest.raises(RuleBroken, match="NIK Anda belum dicatat"):
        approve(application, rina)
    stranger = Person.objects.exclude(pk=cast.sari_person.pk).order_by("pk").last()
    assert stranger is not None
    holding = Holding.objects.get(user=rina)
    page.post(f"/kelola/pejabat/nik/{holding.pk}/", {"nik": stranger.nik})
    approve(application, rina)
    assert step_of(Application.objects.get(pk=application.pk)).key == "lurah"


def test_an_account_keeps_its_first_nik(cast: Cast) -> None:
    officials.identify(user=cast.rina, nik=cast.sari_person.nik, by=None)
    other = Person.objects.exclude(pk=cast.sari_person.pk).first()
    assert other is not None
    with pytest.raises(RuleBroken, match="NIK lain"):
        officials.identify(user=cast.rina, nik=other.nik, by=None)
    assert OfficialIdentity.objects.get(user=cast.rina).nik == cast.sari_person.nik


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Drs. H. Ma'ruf Amin, M.Si.", "marufamin"),
        ("Hasan Basri", "hasanbasri"),
        ("Ir. Hj. Siti, M.T.", "siti"),
        ("Irwan", "irwan"),
        ("H", "h"),
    ],
)
def test_titles_do_not_hide_a_name(name: str, bare: str) -> None:
    assert officials.bare_name(name) == bare


# --- administrators


def test_an_administrator_appoints_nobody_at_their_own_address_to_a_desk(
    cast: Cast, page: Client, admin: User
) -> None:
    post = _post(cast.village, "loket")
    answer = _appoint(page, post, name="Admin", email=admin.login)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Holding.objects.filter(post=post, user=admin).exists()


def test_nor_themselves_at_another_address(cast: Cast, page: Client, admin: User) -> None:
    nik = cast.sari_person.nik
    officials.identify(user=admin, nik=nik, by=None)
    post = _post(cast.village, "loket")
    answer = _appoint(page, post, name="Orang Lain", email="lain@contoh.go.id", nik=nik)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not User.objects.filter(login="lain@contoh.go.id").exists()


def test_administrators_and_the_head_learn_of_an_appointment_to_a_desk(
    cast: Cast, page: Client, in_bontang: City
) -> None:
    second = official("admin-dua", Unit.objects.get(code=in_bontang.code), "admin")
    post = _post(cast.village, "loket")
    _appoint(page, post, name="Petugas Baru", email="baru@contoh.go.id")
    told = set(
        Outbox.objects.filter(key__contains="post-given:").values_list("payload__to", flat=True)
    )
    assert told == {second.login, cast.lurah.login}
    invitation = Outbox.objects.get(key__contains="invite:").payload
    assert invitation["to"] == "baru@contoh.go.id"
    assert post.title in invitation["body"] and "oleh Admin" in invitation["body"]


def test_another_administrators_post_ends_after_three_days_and_not_in_silence(
    cast: Cast, admin: User, in_bontang: City
) -> None:
    second = official("admin-dua", Unit.objects.get(code=in_bontang.code), "admin")
    holding = Holding.objects.get(user=second)
    with pytest.raises(RuleBroken, match="paling cepat"):
        office.end_holding(holding=holding, until=today(), by=admin)
    office.end_holding(holding=holding, until=today() + timedelta(days=3), by=admin)
    mail = Outbox.objects.get(key__contains="post-taken:").payload
    assert mail["to"] == second.login


def test_whoever_was_an_administrator_lately_learns_of_a_deletion(
    cast: Cast, admin: User, in_bontang: City
) -> None:
    second = official("admin-dua", Unit.objects.get(code=in_bontang.code), "admin")
    Holding.objects.filter(user=second).update(until=today() - timedelta(days=20))
    request = DeletionRequest(
        city_id=in_bontang.pk, city_name=in_bontang.name, asked_by_email=admin.login
    )
    told = deletion_notices.recipients(request, in_bontang, now())
    assert admin.login in told and second.login in told


def test_no_invitation_is_mailed_to_an_account_that_signs_in_with_a_nik(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="masuk dengan NIK"):
        office.send_invitation(user=cast.sari)
    assert not Outbox.objects.filter(key__contains="invite:").exists()


# --- from a spreadsheet


def _upload(page: Client, *rows: str) -> object:
    header = "jabatan;unit;nama;email;nik;nip"
    content = "\n".join([header, *rows]).encode()
    file = SimpleUploadedFile("pejabat.csv", content, "text/csv")
    return page.post("/kelola/pejabat/berkas/", {"file": file})


def test_officials_are_appointed_from_one_file_each_with_an_invitation(
    cast: Cast, page: Client
) -> None:
    lurah, rt = _post(cast.village, "lurah"), Unit.objects.get(code__endswith="/001/002")
    other = Unit.objects.filter(kind="kelurahan").last()
    assert other is not None
    _vacate(lurah)
    Holding.objects.filter(post__unit=rt).delete()
    nik = cast.sari_person.nik
    answer = _upload(
        page,
        f"{lurah.title};{cast.village.code};Herman Lantang, S.Sos.;herman@contoh.go.id;{nik};",
        f"lurah;{other.code};Ibu Lurah;bu-lurah@contoh.go.id;;",  # the title of heads here
        f"Petugas loket;{cast.village.name};Sitti Rahmah;sitti@contoh.go.id;;",
        f"Ketua RT;{rt.code};Yohanes;yohanes@contoh.id;;",
    )
    assert answer.status_code == 302, answer.content.decode()  # type: ignore[attr-defined]
    held = Holding.objects.filter(user__login__in=["herman@contoh.go.id", "sitti@contoh.go.id",
                                                   "yohanes@contoh.id"])  # fmt: skip
    assert {holding.post.role for holding in held} == {"lurah", "loket", "ketua_rt"}
    herman = User.objects.get(login="herman@contoh.go.id")
    assert officials.own_people(herman) == {cast.sari_person.pk}
    assert Outbox.objects.filter(key__contains="invite:").count() == 4


def test_a_file_with_one_wrong_row_appoints_nobody_and_names_the_line(
    cast: Cast, page: Client, admin: User
) -> None:
    before = Holding.objects.count()
    answer = _upload(
        page,
        f"Petugas loket;{cast.village.code};Sitti Rahmah;sitti@contoh.go.id;;",
        f"Panglima;{cast.village.code};Orang Lain;lain@contoh.go.id;;",
        f"Petugas loket;{cast.village.code};Admin;{admin.login};;",
        "Petugas loket;Atlantis;Tanpa Unit;tanpa@contoh.go.id;;",
        f"Petugas loket;{cast.village.code};Tanpa Surat;;;",
    )
    html = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    for line, said in (
        (3, "tidak ada di"), (4, "tidak menunjuk dirinya"), (5, "Atlantis"), (6, "email kosong"),
    ):  # fmt: skip
        assert re.search(rf'data-label="Baris">{line}</td>.*?{said}', html, re.S), (line, html)
    assert Holding.objects.count() == before
    assert not User.objects.filter(login="sitti@contoh.go.id").exists()
    assert not Outbox.objects.filter(key__contains="invite:").exists()


def test_the_file_to_fill_in_names_the_vacant_posts(cast: Cast, page: Client) -> None:
    camat = _post(cast.kecamatan, "camat")
    text = page.get("/kelola/pejabat/berkas/contoh/").content.decode("utf-8-sig")
    assert text.startswith("jabatan;unit;nama;email")
    assert camat.title not in text.splitlines()
    _vacate(camat)
    text = page.get("/kelola/pejabat/berkas/contoh/").content.decode("utf-8-sig")
    assert f"{camat.title};{cast.kecamatan.code};" in text


def test_no_title_in_the_file_to_fill_in_is_a_formula_and_it_is_still_understood(
    cast: Cast, page: Client
) -> None:
    camat = _post(cast.kecamatan, "camat")
    _vacate(camat)
    Post.objects.filter(pk=camat.pk).update(title="@Camat (1)")
    rows = page.get("/kelola/pejabat/berkas/contoh/").content.decode("utf-8-sig").splitlines()
    row = next(row for row in rows if "@Camat" in row)
    assert row.startswith("'@Camat (1);")
    title, unit, *_ = row.split(";")
    answer = _upload(page, f"{title};{unit};Herman Lantang;herman@contoh.go.id;;")
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert Holding.objects.get(post=camat, until=None).user.login == "herman@contoh.go.id"


@pytest.mark.parametrize("name", ["Herman \N{GRINNING FACE}", "H" * 151])
def test_a_name_that_letters_cannot_print_is_named_by_its_line(
    cast: Cast, page: Client, name: str
) -> None:
    answer = _upload(page, f"Petugas loket;{cast.village.code};{name};herman@contoh.go.id;;")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'data-label="Baris">2</td>' in answer.content.decode()  # type: ignore[attr-defined]
    assert not User.objects.filter(login="herman@contoh.go.id").exists()


def test_a_ketua_rt_with_another_desk_does_not_open_the_file_of_a_neighbour(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    application = submitted(cast)
    address = f"/meja/berkas/{application.pk}/"
    office.appoint(post=_post(cast.dinas, "petugas_dinas"), user=cast.hasan, since=today(), by=None)
    client = client_for(in_bontang)
    client.force_login(cast.hasan, BACKEND)
    assert client.get("/meja/").status_code == 200
    assert client.get(address).status_code == 404
    assert client.post(f"{address}nik/").status_code == 404
    client.force_login(cast.rina, BACKEND)
    approve(application, cast.hasan)
    assert client.get(address).status_code == 200


def test_the_post_of_a_ketua_rw_is_opened_from_the_list_of_rws(cast: Cast, page: Client) -> None:
    rw = Unit.objects.get(code=f"{cast.village.code}/001")
    assert f"/kelola/rt/{rw.pk}/ketua/" in page.get("/kelola/rt/?kind=rw").content.decode()
    answer = page.get(f"/kelola/rt/{rw.pk}/ketua/")
    assert answer.headers["Location"] == (f"/kelola/pejabat/{_post(rw, 'ketua_rw').pk}/")
