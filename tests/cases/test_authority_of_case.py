"""A permit ends at the Camat or goes on, by size and by the place of the object."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from services.applications.deciding import strike_out
from services.applications.models import Application
from services.cases.models import Step
from services.catalogue import delegations
from services.catalogue.models import Delegation
from services.catalogue.queries import service
from services.letters.models import Letter
from services.questions.conditions import Condition
from services.questions.kind import FieldSpec, House, kinds
from tenants.office.models import Unit
from tests.factories import MONDAY, Cast, approve, official, step_of, submitted

Enter = Callable[[User], Client]
TODAY = MONDAY.date()


def decree(by: User, *kecamatan: Unit, most: int = 10, **changes: Any) -> list[Delegation]:
    told: dict[str, Any] = {
        "decree": "Keputusan Wali Kota Nomor 188.45/12/2026", "decree_on": TODAY, "since": TODAY,
        "until": None, "limits": [Condition(field="luas", op="<=", value=most)], **changes,
    }  # fmt: skip
    return delegations.note(service=service("reklame"), kecamatan=kecamatan, by=by, **told)


def _letters(application: Application) -> list[str]:
    return [issued.output for issued in application.issued.all()]


def test_within_the_limit_the_camat_decides_and_the_permit_names_the_decree(
    cast: Cast, admin: User
) -> None:
    decree(admin, cast.kecamatan)
    sent = submitted(cast, "reklame", luas="10")
    approve(sent, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    assert _letters(sent) == ["izin_camat"]
    assert not sent.steps.filter(state=Step.State.OPEN).exists()
    letter = Letter.objects.get(issued_from__application=sent)
    assert "Keputusan Wali Kota Nomor 188.45/12/2026 tanggal 23 November 2026" in (
        letter.content.as_json()
    )


def test_beyond_it_the_camat_recommends_and_the_permit_office_decides(
    cast: Cast, admin: User
) -> None:
    decree(admin, cast.kecamatan)
    sent = submitted(cast, "reklame", luas="10,01")
    approve(sent, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    assert _letters(sent) == ["rekomendasi"]
    approve(sent, cast.petugas, cast.kepala)
    assert _letters(sent) == ["rekomendasi", "izin"]


def test_another_kecamatan_of_the_same_city_has_no_part_in_it(cast: Cast, admin: User) -> None:
    other = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk)[0]
    decree(admin, other)
    sent = submitted(cast, "reklame", luas="1")
    approve(sent, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    assert _letters(sent) == ["rekomendasi"]


def test_the_place_of_the_object_leads_to_its_offices(cast: Cast, admin: User) -> None:
    """Sari lives in one kecamatan and puts up a sign in another, whose Camat may decide."""
    there = Unit.objects.filter(kind__in=["kelurahan", "desa"]).exclude(
        code__startswith=f"{cast.kecamatan.code}."
    )[0]
    assert there.parent is not None
    decree(admin, there.parent)
    desk = official("loket-sana", there, "loket")
    front = official("kecamatan-sana", there.parent, "loket")
    camat = official("camat-sana", there.parent, "camat")
    sent = submitted(cast, "reklame", luas="3", wilayah=there.code)
    assert sent.located_in == there
    assert step_of(sent).unit.code == sent.unit.code, "her own RT vouches"
    approve(sent, cast.hasan)
    assert step_of(sent).unit == there
    approve(sent, desk, front, camat)
    assert _letters(sent) == ["izin_camat"]
    assert Letter.objects.get(issued_from__application=sent).unit == there.parent


def test_a_decree_of_tomorrow_or_of_yesterday_does_not_hold(cast: Cast, admin: User) -> None:
    decree(admin, cast.kecamatan, since=TODAY + timedelta(days=1))
    past = decree(admin, since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    sent = submitted(cast, "reklame", luas="1")
    assert sent.authority == {"delegated": False, "delegation_id": None}
    delegations.end(service=service("reklame"), pk=past[0].pk, until=TODAY, by=admin)
    again = submitted(cast, "reklame", luas="1")
    assert again.authority == {"delegated": True, "delegation_id": past[0].pk}


def test_a_decree_that_begins_later_leaves_what_is_usual_until_then(
    cast: Cast, admin: User
) -> None:
    decree(admin, cast.kecamatan, since=TODAY + timedelta(days=31), most=1)
    sent = submitted(cast, "reklame", luas="3")  # usual: up to 6 m²
    assert sent.authority == {"delegated": True, "delegation_id": None}


def test_a_wrong_last_day_is_moved_and_a_wrong_decree_struck_out_while_unused(
    cast: Cast, admin: User, as_: Enter
) -> None:
    [row] = decree(admin, cast.kecamatan, until=TODAY)
    [wrong] = decree(admin, cast.kecamatan, decree="Salah layanan")
    page, address = as_(admin), "/kelola/layanan/reklame/wewenang/"
    assert page.get(address).content.decode().count("/akhiri/") == 4
    for typed, until in (("31-12-2026", date(2026, 12, 31)), ("", None)):
        assert page.post(f"{address}{row.pk}/akhiri/", {"until": typed}).status_code == 302
        row.refresh_from_db()
        assert row.until == until
    with pytest.raises(NotThere):
        delegations.end(service=service("sktm"), pk=row.pk, until=TODAY, by=admin)
    assert page.post(f"{address}{wrong.pk}/akhiri/", {"do": "coret"}).status_code == 302
    assert list(Delegation.objects.all()) == [row]
    assert Entry.objects.get(what="delegation.struck_out").detail["decree"] == "Salah layanan"
    submitted(cast, "reklame", luas="3")
    with pytest.raises(RuleBroken, match="Akhiri"):
        strike_out(service=service("reklame"), pk=row.pk, by=admin)
    assert Delegation.objects.filter(pk=row.pk).exists()


def test_cases_that_were_sent_keep_what_held_then(cast: Cast, admin: User) -> None:
    sent = submitted(cast, "reklame", luas="3")  # usual: up to 6 m²
    decree(admin, cast.kecamatan, most=1)
    approve(sent, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    assert _letters(sent) == ["izin_camat"]


def test_what_was_corrected_is_decided_anew(cast: Cast, admin: User, as_: Enter) -> None:
    decree(admin, cast.kecamatan)
    sent = submitted(cast, "reklame", luas="3")
    approve(sent, cast.hasan)
    as_(cast.rina).post(
        f"/meja/berkas/{sent.pk}/putuskan/",
        {"step": step_of(sent).pk, "decision": "return", "note": "", "fault-luas": "wrong"},
    )
    sari = as_(cast.sari)
    sari.post(f"/permohonan/{sent.pk}/isi/", {"_asked": "luas", "luas": "30"})
    sari.post(f"/permohonan/{sent.pk}/periksa/")
    sent = Application.objects.get(pk=sent.pk)
    assert sent.authority == {"delegated": False, "delegation_id": None}


def test_a_limit_on_what_is_not_asked_is_refused(cast: Cast, admin: User) -> None:
    with pytest.raises(RuleBroken):
        decree(admin, limits=[Condition(field="isi", op="=", value="x")])
    with pytest.raises(RuleBroken):
        decree(admin, until=TODAY - timedelta(days=1))
    with pytest.raises(RuleBroken):
        delegations.note(
            service=service("sktm"), kecamatan=[], decree="1", decree_on=TODAY, since=TODAY,
            until=None, limits=[], by=admin,
        )  # fmt: skip


def test_an_administrator_notes_and_ends_a_decree(cast: Cast, admin: User, as_: Enter) -> None:
    page, address = as_(admin), "/kelola/layanan/reklame/wewenang/"
    html = page.get(address).content.decode()
    assert "berakhir di tepat satu meja" in html
    typed = {
        "kecamatan": [cast.kecamatan.pk], "decree": "188.45/7/2026", "decree_on": "2-1-2026",
        "since": "3 Januari 2026", "until": "", "limit-luas": "12,5 m2",
        "limit-jenis": ["spanduk"],
    }  # fmt: skip
    wrong = page.post(address, {**typed, "limit-luas": "besar"})
    assert wrong.status_code == 422 and "188.45/7/2026" in wrong.content.decode()
    assert page.post(address, typed).status_code == 302
    [row] = Delegation.objects.all()
    assert row.limits == [
        {"field": "luas", "op": "<=", "value": "12.5"},
        {"field": "jenis", "op": "in", "value": ["spanduk"]},
    ]
    html = page.get(address).content.decode()
    assert "188.45/7/2026" in html and cast.kecamatan.name in html
    assert page.post(f"{address}{row.pk}/akhiri/", {"until": "31-12-2026"}).status_code == 302
    row.refresh_from_db()
    assert row.until is not None and row.until.isoformat() == "2026-12-31"
    assert page.get("/kelola/layanan/sktm/wewenang/").status_code == 404
    assert as_(cast.camat).get(address).status_code in (403, 404)


# --- the question about a village ----------------------------------------------------------------


def test_a_village_is_one_of_this_city_and_keeps_its_name(cast: Cast) -> None:
    spec = FieldSpec.model_validate({"key": "w", "type": "village", "label": "Letaknya"})
    kind, house = kinds["village"], House(today=TODAY)
    answer = kind.parse(spec, {"w": cast.village.code}, house)
    assert kind.words(spec, answer) == f"{cast.village.name}, {cast.kecamatan.name}"
    assert kind.as_typed(spec, answer) == {"w": cast.village.code}
    assert kind.parse(spec, {}, house) is None
    for code in ("35.05.01.1001", cast.kecamatan.code, f"{cast.village.code}/001/001", "x"):
        with pytest.raises(RuleBroken):
            kind.parse(spec, {"w": code}, house)
    groups = dict(kind.field(spec, house, label="L", required=True).choices[1:])  # type: ignore[attr-defined]
    assert (cast.village.code, cast.village.name) in groups[cast.kecamatan.name]
