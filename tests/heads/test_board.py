"""The board of RT: numbers are right, nobody sees another area's, queries stay constant."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from services.cases import reasons
from services.cases.models import Step
from services.catalogue.models import Switch
from services.heads import board
from tenants.office.models import Holding, Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, family, make_cast, official, submitted

AT = MONDAY + timedelta(days=2)


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def rows(cast: Cast) -> dict[str, board.Row]:
    found = board.rows(cast.village, at=AT, on=AT.date())
    return {row.unit.code.removeprefix(cast.village.code): row for row in found}


def test_what_an_rt_did_stands_in_its_row(cast: Cast) -> None:
    first, second = submitted(cast), submitted(cast, slug="reklame")
    approve(first, cast.hasan, at=MONDAY + timedelta(hours=3))  # 09.00 to 12.00
    row = rows(cast)["/001/001"]
    assert row.head is not None and row.head.user == cast.hasan
    assert (row.since, row.recent, row.answered) == (MONDAY + timedelta(hours=3), 2, 1)
    assert (row.hours, row.share_in_time, row.waiting) == (3.0, 100, 1)
    step = second.steps.get(state=Step.State.OPEN)
    Step.objects.filter(pk=step.pk).update(
        state=Step.State.SKIPPED, note=reasons.UNANSWERED, decided_at=AT
    )
    row = rows(cast)["/001/001"]
    assert (row.silent, row.waiting, row.share_in_time) == (1, 0, 50) and row.is_slow


def test_a_step_passed_over_from_the_start_is_no_case_of_the_rt(cast: Cast) -> None:
    Holding.objects.filter(user=cast.hasan).update(until=MONDAY.date() - timedelta(days=1))
    submitted(cast)
    row = rows(cast)["/001/001"]
    assert row.is_vacant and (row.recent, row.answered, row.since) == (0, 0, None)


def test_what_needs_care_comes_first(cast: Cast) -> None:
    Holding.objects.filter(user=cast.bahar).update(until=AT.date() + timedelta(days=20))
    found = rows(cast)
    assert list(found) == ["/001", "/001/002", "/001/001"]  # no head; ends soon; nothing
    assert found["/001"].is_vacant and found["/001/002"].ends_soon
    fits = {word: [code for code, row in found.items() if rule(row)]
            for word, (_, rule) in board.FILTERS.items()}  # fmt: skip
    assert fits["vacant"] == ["/001"] and fits["ending"] == ["/001/002"]


def test_a_village_is_told_by_what_it_uses(cast: Cast, in_bontang: City) -> None:
    approve(submitted(cast), cast.hasan)
    other = cast.lurah_lain.holdings.get().post.unit
    family(other, rt=9)
    Switch.objects.create(unit=other, what=Switch.ERT, is_on=False)
    city = Unit.objects.get(code=in_bontang.code)
    found = {one.unit.code: one for one in board.villages(city, at=AT, on=AT.date())}
    mine, theirs = found[cast.village.code], found[other.code]
    assert (mine.uses, theirs.uses) == ("ert", "counter")
    assert (mine.units, mine.heads, mine.vacant) == (2, 2, 0) and mine.since == MONDAY
    assert (mine.by_rt, mine.cases) == (1, 1) and (theirs.units, theirs.heads) == (1, 0)
    counted = board.totals(list(found.values()))
    assert (counted["ert"], counted["counter"], counted["ready"]) == (1, 1, 13)


@pytest.mark.parametrize("many", [2, 30])
def test_the_boards_take_constant_queries(
    cast: Cast, in_bontang: City, many: int, django_assert_num_queries: Any
) -> None:
    for rt in range(3, 3 + many):
        family(cast.village, rt=rt)
    city = Unit.objects.get(code=in_bontang.code)
    with django_assert_num_queries(7):
        board.rows(cast.village, at=AT, on=AT.date())
    with django_assert_num_queries(7):
        board.villages(city, at=AT, on=AT.date())


# --- who sees which -------------------------------------------------------------------------------


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    return make


def test_a_kelurahan_sees_its_own_board_alone(cast: Cast, as_: Callable[[User], Client]) -> None:
    other = cast.lurah_lain.holdings.get().post.unit
    for who in (cast.rina, cast.lurah):
        seen = as_(who).get("/meja/rt/").content.decode()
        assert f"RT dan RW {cast.village.name}" in seen and "Hasan" in seen
        assert as_(who).get(f"/meja/rt/wilayah/{cast.village.code}/").status_code == 200
        assert as_(who).get(f"/meja/rt/wilayah/{other.code}/").status_code == 404


def test_a_kecamatan_sees_its_kelurahan_and_no_other(
    cast: Cast, as_: Callable[[User], Client]
) -> None:
    camat = as_(cast.camat)
    seen = camat.get("/meja/rt/").content.decode()
    assert cast.village.name in seen and "Berhalangan" not in seen
    assert "Hasan" in camat.get(f"/meja/rt/wilayah/{cast.village.code}/").content.decode()
    far = Unit.objects.filter(kind="kelurahan").exclude(
        code__startswith=f"{cast.kecamatan.code}."
    ).first()  # fmt: skip
    assert far is not None and far.name not in seen
    assert camat.get(f"/meja/rt/wilayah/{far.code}/").status_code == 404


@pytest.mark.parametrize("who", ["petugas", "kepala", "hasan", "sari"])
def test_nobody_else_sees_a_board(cast: Cast, as_: Callable[[User], Client], who: str) -> None:
    page = as_(getattr(cast, who))
    for address in ("/meja/rt/", f"/meja/rt/wilayah/{cast.village.code}/", "/kelola/e-rt/"):
        assert page.get(address).status_code in (403, 404)


def test_the_city_sees_all_and_downloads(
    cast: Cast, in_bontang: City, as_: Callable[[User], Client]
) -> None:
    admin = as_(official("admin", Unit.objects.get(code=in_bontang.code), "admin"))
    seen = admin.get("/kelola/e-rt/").content.decode()
    assert cast.village.name in seen
    assert "Hasan" in admin.get(f"/kelola/e-rt/{cast.village.code}/").content.decode()
    told = admin.get("/kelola/e-rt/?format=csv").content.decode("utf-8-sig")
    assert told.startswith("kode;kelurahan;pemakaian") and cast.village.code in told
    one = admin.get(f"/kelola/e-rt/{cast.village.code}/?format=csv&show=vacant")
    assert f"{cast.village.code}/001;" in one.content.decode()
    assert f"{cast.village.code}/001/001;" not in one.content.decode()


def test_no_resident_is_named_on_a_board(cast: Cast, as_: Callable[[User], Client]) -> None:
    approve(submitted(cast), cast.hasan)
    page = as_(cast.rina)
    for address in ("/meja/rt/", "/meja/rt/?format=csv"):
        said = page.get(address).content.decode()
        assert cast.sari_person.name not in said and cast.sari_person.name.title() not in said


def test_another_app_adds_a_column(cast: Cast, as_: Callable[[User], Client]) -> None:
    column = board.Column("Laporan bulan lalu", lambda units: {unit.pk: "NIHIL" for unit in units})
    with board.columns.changed():
        board.columns.add("report", column)
        said = as_(cast.rina).get("/meja/rt/").content.decode()
    assert "Laporan bulan lalu" in said and said.count("NIHIL") == 3
