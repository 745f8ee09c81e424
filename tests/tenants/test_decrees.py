"""Units that are opened, renamed, moved and closed by decree."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from services.applications.models import Application
from services.letters.models import Letter
from services.residents.models import Household
from services.residents.queries import facts_of
from tenants.office import calling, decrees
from tenants.office.actions import appoint
from tenants.office.models import Decree, Holding, Post, Unit
from tenants.office.queries import current_holdings, holder_of, unit_at
from tenants.office.tasks import apply_decrees
from tenants.registry.models import City
from tests.factories import (
    MONDAY,
    Cast,
    approve,
    family,
    make_cast,
    official,
    step_of,
    submitted,
)

SIGNED = date(2026, 11, 1)
PAST = date(2026, 11, 10)
Note = Callable[..., Decree]


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def note(cast: Cast) -> Note:
    admin = official("admin-wilayah", Unit.objects.get(kind="kota"), "admin")

    def noted(unit: Unit, change: str, on: date = PAST, **more: object) -> Decree:
        words = {"number": "Perda 3/2026", "signed_on": SIGNED, "by": admin}
        return decrees.note(unit=unit, change=change, effective_on=on, **words, **more)  # type: ignore[arg-type]

    return noted


def _again(unit: Unit) -> Unit:
    return Unit.objects.get(pk=unit.pk)


# --- one change each


def test_a_renamed_unit_has_its_new_name_everywhere_and_its_old_one_in_its_history(
    cast: Cast, note: Note
) -> None:
    old = cast.village.name
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    letter = Letter.objects.get()
    decree = note(cast.village, "rename", name="Kuala Baru")
    unit = _again(cast.village)
    assert unit.name == "Kelurahan Kuala Baru"
    assert Post.objects.get(unit=unit, role="lurah").title == "Lurah Kuala Baru"
    assert (decree.before_name, decree.applied_at is not None) == (old, True)
    cast.sari_person.refresh_from_db()
    assert facts_of(cast.sari_person)["kelurahan"] == "Kelurahan Kuala Baru"
    after = Letter.objects.get()
    assert after.content == letter.content
    assert old in after.content.letterhead
    said = Entry.objects.filter(what__startswith="decree").values_list("what", flat=True)
    assert sorted(said) == ["decree.applied", "decree.noted"]


def test_a_moved_village_takes_its_people_and_its_numbers_along(cast: Cast, note: Note) -> None:
    first = submitted(cast)
    approve(first, cast.hasan, cast.rina, cast.lurah)
    other = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk).first()
    assert other is not None
    note(cast.village, "move", target=other, code=f"{other.code}.1099")
    unit = _again(cast.village)
    assert (unit.code, unit.parent) == (f"{other.code}.1099", other)
    rt = Household.objects.get(pk=cast.sari_person.household_id).rt
    assert rt.code == f"{unit.code}/001/001"
    cast.sari_person.refresh_from_db()
    second = Application.objects.get(pk=submitted(cast, keperluan="Berobat di rumah sakit").pk)
    approve(second, cast.hasan, cast.rina, cast.lurah)
    one, two = Letter.objects.order_by("pk")
    assert (one.sequence, two.sequence) == (1, 2)
    assert one.number != two.number
    assert two.content.letterhead[-2] == other.name
    cast.sari_person.refresh_from_db()
    assert facts_of(cast.sari_person)["kecamatan"] == other.name


def test_work_residents_and_rt_of_a_closed_village_go_to_its_successor(
    cast: Cast, note: Note
) -> None:
    heir = cast.lurah_lain.holdings.get().post.unit
    family(heir)  # its own RT 001 in RW 001: the number is taken there
    at_desk = submitted(cast)
    approve(at_desk, cast.hasan)
    at_rt = step_of(at_desk)
    assert at_rt.unit == cast.village
    note(cast.village, "close", target=heir)
    unit = _again(cast.village)
    assert (unit.is_active, unit.successor) == (False, heir)
    assert step_of(at_desk).unit == heir
    rt = Household.objects.get(pk=cast.sari_person.household_id).rt
    assert rt.code == f"{heir.code}/bontang-kuala/001/001"
    cast.sari_person.refresh_from_db()
    assert facts_of(cast.sari_person)["kelurahan"] == heir.name
    assert holder_of(rt, "ketua_rt", MONDAY.date()) is not None  # neighbours keep their head
    held = current_holdings(PAST).filter(post__unit=unit)
    assert not held.exists()  # its own posts have ended
    loket = official("loket-heir", heir, "loket")
    approve(at_desk, loket, cast.lurah_lain)
    assert Letter.objects.get().content.unit == heir.name


def test_a_closed_rt_hands_its_people_and_its_work_to_another(cast: Cast, note: Note) -> None:
    application = submitted(cast)
    rt1, rt2 = (Unit.objects.get(code=f"{cast.village.code}/001/00{number}") for number in (1, 2))
    with pytest.raises(RuleBroken, match="penduduk"):
        note(rt1, "close")
    note(rt1, "close", target=rt2)
    assert step_of(application).unit == rt2
    assert Household.objects.get(pk=cast.sari_person.household_id).rt == rt2
    approve(application, cast.bahar)
    assert not Holding.objects.filter(post__unit=rt1, until=None).exists()


def test_what_still_has_something_in_it_is_not_closed_without_a_successor(
    cast: Cast, note: Note
) -> None:
    with pytest.raises(RuleBroken, match="penerus"):
        note(cast.village, "close")
    with pytest.raises(RuleBroken, match="desa dan kelurahan"):
        note(cast.kecamatan, "close")
    with pytest.raises(RuleBroken, match="jenis yang sama"):
        note(cast.village, "close", target=cast.kecamatan)


def test_a_new_unit_takes_part_from_its_day_on(cast: Cast, note: Note) -> None:
    admin = official("admin-lain", Unit.objects.get(kind="kota"), "admin")
    words = {"number": "Perda 4/2026", "signed_on": SIGNED, "by": admin}
    code = f"{cast.kecamatan.code}.1090"
    with pytest.raises(RuleBroken, match="kode Kemendagri"):
        decrees.open_unit(parent=cast.kecamatan, kind="kelurahan", name="Baru", code="1",
                          effective_on=PAST, **words)  # type: ignore[arg-type]  # fmt: skip
    decree = decrees.open_unit(
        parent=cast.kecamatan, kind="kelurahan", name="Kuala Baru", code=code,
        effective_on=PAST, **words,  # type: ignore[arg-type]
    )  # fmt: skip
    unit = _again(decree.unit)
    assert (unit.name, unit.is_active) == ("Kelurahan Kuala Baru", True)
    assert unit.abbreviation
    assert Post.objects.get(unit=unit, role="lurah").title == "Lurah Kuala Baru"
    later = decrees.open_unit(
        parent=unit,
        kind="rt",
        name="7",
        effective_on=date(2099, 1, 1),
        **words,  # type: ignore[arg-type]
    ).unit
    assert (later.code, later.name, later.is_active) == (f"{code}/000/007", "RT 007", False)
    with pytest.raises(RuleBroken, match="sudah dipakai"):
        decrees.open_unit(parent=unit, kind="rt", name="7", effective_on=PAST, **words)  # type: ignore[arg-type]
    decrees.cancel(decree_id=Decree.objects.get(unit=later).pk, by=admin)
    assert not Unit.objects.filter(pk=later.pk).exists()


# --- the day it comes into force


def test_a_decree_comes_into_force_at_midnight_of_the_city(
    cast: Cast, note: Note, in_bontang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def it_is(moment: datetime) -> None:
        monkeypatch.setattr(decrees, "now", lambda: moment)

    it_is(datetime(2026, 11, 20, tzinfo=UTC))
    note(cast.village, "rename", on=date(2026, 12, 1), name="Kuala Baru")
    it_is(datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC))  # 23.59.59 WITA
    apply_decrees({})
    assert _again(cast.village).name == cast.village.name
    it_is(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))  # 00.00 WITA
    submitted(cast)  # before any run of the clock
    assert _again(cast.village).name == "Kelurahan Kuala Baru"


def test_a_missed_day_is_made_up_for(
    cast: Cast, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decrees, "now", lambda: datetime(2026, 11, 20, tzinfo=UTC))
    note(cast.village, "rename", on=date(2026, 12, 1), name="Kuala Baru")
    monkeypatch.setattr(decrees, "now", lambda: datetime(2026, 12, 24, tzinfo=UTC))
    apply_decrees({})
    apply_decrees({})
    assert _again(cast.village).name == "Kelurahan Kuala Baru"
    assert Entry.objects.filter(what="decree.applied").count() == 1


def test_one_that_cannot_be_carried_out_says_why_and_is_tried_again(
    cast: Cast, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk).first()
    assert other is not None
    monkeypatch.setattr(decrees, "now", lambda: datetime(2026, 11, 20, tzinfo=UTC))
    code = f"{other.code}.1099"
    decree = note(cast.village, "move", on=date(2026, 12, 1), target=other, code=code)
    blocking = Unit.objects.create(kind="kelurahan", code=code, name="Kelurahan X")
    monkeypatch.setattr(decrees, "now", lambda: datetime(2026, 12, 2, tzinfo=UTC))
    assert decrees.apply_due() == 0
    decree.refresh_from_db()
    assert code in decree.problem
    blocking.delete()
    assert decrees.apply_due() == 1
    decree.refresh_from_db()
    assert (decree.problem, _again(cast.village).code) == ("", code)


def test_one_decree_at_a_time_and_it_can_be_taken_back(cast: Cast, note: Note) -> None:
    decree = note(cast.village, "rename", on=date(2099, 1, 1), name="Kuala Baru")
    with pytest.raises(RuleBroken, match="keputusan lain"):
        note(cast.village, "rename", name="Lain")
    decrees.cancel(decree_id=decree.pk, by=cast.lurah)
    with pytest.raises(NotThere):
        decrees.cancel(decree_id=decree.pk, by=cast.lurah)
    assert _again(cast.village).name == cast.village.name


def test_the_day_is_not_before_the_decree(cast: Cast, note: Note) -> None:
    with pytest.raises(RuleBroken, match="sebelum tanggal keputusan"):
        note(cast.village, "rename", on=date(2026, 10, 1), name="Kuala Baru")


def test_a_closed_kecamatan_s_work_is_done_by_its_successor(cast: Cast, note: Note) -> None:
    other = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk).first()
    assert other is not None
    application = submitted(cast, "reklame")
    for village in Unit.objects.filter(parent=cast.kecamatan):
        number = village.code.rpartition(".")[2]
        note(village, "move", target=other, code=f"{other.code}.{int(number) + 50}")
    note(cast.kecamatan, "close", target=other)
    approve(application, cast.hasan, cast.rina)
    assert step_of(application).unit == other


def test_a_new_name_can_be_printed_and_fits(cast: Cast, note: Note) -> None:
    for name in ("Belim\N{GRINNING FACE}bing", "B" * 92):
        with pytest.raises(RuleBroken) as refused:
            note(cast.village, "rename", name=name)
        assert refused.value.field == "name"
    assert _again(cast.village).name == cast.village.name
    note(cast.village, "rename", name="B" * 80)
    with pytest.raises(RuleBroken, match="Paling panjang"):
        calling.call_unit(unit_id=cast.village.pk, word="N" * 30, head="Wali Nagari", by=cast.lurah)


def test_nobody_is_appointed_where_a_unit_was_closed(cast: Cast, note: Note) -> None:
    other = Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk).first()
    assert other is not None
    post = Post.objects.get(unit=cast.village, role="lurah")
    note(cast.village, "close", target=other)
    with pytest.raises(RuleBroken, match="sudah dihapus"):
        appoint(post=post, user=cast.rina, since=date(2027, 1, 1), by=None)


def test_a_dinas_that_a_service_names_is_closed_only_with_a_successor(
    cast: Cast, note: Note
) -> None:
    other = Unit.objects.get(code__endswith="/dinsos")
    with pytest.raises(RuleBroken, match="mengirim permohonan ke sini") as refused:
        note(cast.dinas, "close")
    assert refused.value.field == "target"
    note(cast.dinas, "close", target=other)
    assert unit_at(cast.dinas.code) == other
