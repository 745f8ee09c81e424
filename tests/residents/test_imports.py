"""The register import: what a file says is written, what it leaves out stays as it was."""

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from deploy.local.synthetic import Families, Place
from kernel.errors import RuleBroken
from services.residents import codes, place_codes, queries
from services.residents.imports import checks, columns, sheets, values, workbook
from services.residents.imports.direct import import_people
from services.residents.imports.problems import ImportRefused, Outcome, Problem
from services.residents.models import Household, Person, PersonEvent
from tenants.backend.scope import in_city
from tenants.office.models import Unit

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 11, 29)
ROW = {
    "nik": "6474010808800212", "no_kk": "6474011203180212", "nama": "Rahmat Kurnia",
    "jenis_kelamin": "L", "tempat_lahir": "Bontang", "tanggal_lahir": "1980-08-08",
    "alamat": "Jalan Rawa Indah 7", "rt": "001", "rw": "009", "kelurahan": "64.74.01.1006",
    "hubungan": "Kepala keluarga",
}  # fmt: skip
pytestmark = pytest.mark.django_db


def village() -> Unit:
    return Unit.objects.filter(kind__in=["kelurahan", "desa"]).order_by("code")[0]


def rows(people: int = 12) -> list[dict[str, str]]:
    place = Place(village().code, 2, 5)
    return Families(seed=3).rows([place, Place(village().code, 2, 6)], people)


def as_csv(table: list[dict[str, str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode("utf-8-sig")


def sheet_of(*lines: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xlsx(table: list[dict[str, str]]) -> bytes:
    header = [name.replace("_", " ").upper() for name in table[0]]
    return sheet_of(header, *[list(row.values()) for row in table])


def take(content: bytes, accept: Collection[str] = ()) -> Outcome:
    return import_people(name="warga.csv", content=content, actor=None, accept=accept)


def take_file(name: str, accept: Collection[str] = ()) -> Outcome:
    return take((DATA / f"{name}.csv").read_bytes(), accept)


def take_anyway(content: bytes) -> Outcome:
    """Import, and accept what is doubtful as an admin would."""
    return take(content, checks.DOUBTS)


def one(**changes: Any) -> bytes:
    return as_csv([ROW | changes])


def refused(content: bytes) -> list[tuple[int, str]]:
    """Line and reason of every row to correct; those kept out with their family are left away."""
    return _first(take(content).refused)


def _first(problems: list[Problem]) -> list[tuple[int, str]]:
    return [(each.line, each.text) for each in problems if "tertahan" not in each.text]


def doubts(content: bytes) -> list[tuple[int, str]]:
    """Line and reason of every row to confirm; nothing was written."""
    before = Person.objects.count()
    outcome = take(content)
    assert Person.objects.count() == before
    return _first(outcome.doubts)


def person(nik: str) -> Person:
    found = queries.record_by_nik(nik)
    assert found is not None
    return found


# --- what a file says and leaves out --------------------------------------------------------------


@pytest.mark.parametrize("form", [as_csv, as_xlsx, lambda table: as_csv(table, ";")])
def test_a_spreadsheet_brings_people_households_and_rts(in_bontang, form) -> None:
    table = rows()
    outcome = take(form(table))
    assert (outcome.added, outcome.changed, outcome.new_rts) == (len(table), 0, 2)
    assert Household.objects.count() == outcome.households == len({r["no_kk"] for r in table})
    first = person(table[0]["nik"])
    assert first.name == table[0]["nama"]
    assert first.household.rt.name == "RT 005"
    assert queries.facts_of(first)["rw"] == "002"


def facts(nik: str) -> tuple[object, ...]:
    found = person(nik)
    return (
        found.religion, found.marital, found.relation, found.education, found.occupation,
        found.citizenship, found.father_name, found.mother_name, found.resident_since,
    )  # fmt: skip


@pytest.mark.parametrize("later", ["only-address-changed", "blank-cells"])
def test_absent_columns_and_blank_cells_change_nothing(in_bontang, later) -> None:
    take_file("whole-family")
    known = facts("6474011705790021"), facts("6474014311820022")
    assert known[0][:3] == (codes.Religion.HINDU, codes.Marital.MARRIED, codes.Relation.HEAD)
    assert known[0][8] == date(2001, 2, 3)
    take_file(later)
    assert (facts("6474011705790021"), facts("6474014311820022")) == known


def test_the_address_of_a_later_file_is_taken(in_bontang) -> None:
    take_file("whole-family")
    take_file("only-address-changed")
    assert person("6474011705790021").household.address == "Jalan Brigjen Katamso 12"


def test_what_a_file_does_not_say_of_a_new_person_is_unknown(in_bontang) -> None:
    take_file("new-person-blank-cells")
    found = person("6474016407900024")
    assert (found.religion, found.marital, found.education, found.occupation) == (None,) * 4
    assert (found.citizenship, found.relation) == (None, codes.Relation.HEAD)
    told = queries.facts_of(found)
    assert (told["agama"], told["status_kawin"], told["pekerjaan"]) == ("", "", "")


def test_headings_of_other_systems_are_understood(in_bontang) -> None:
    outcome = take_file("other-headings")
    assert (outcome.refused, outcome.added) == ([], 2)
    found = person("6474011705790021")
    assert (found.marital, found.relation) == (codes.Marital.MARRIED, codes.Relation.HEAD)


def test_unknown_headings_are_named_and_nothing_is_written(in_bontang) -> None:
    with pytest.raises(ImportRefused, match="tidak dikenal: warna kesukaan"):
        take(as_csv([ROW | {"warna kesukaan": "biru"}]))
    assert not Person.objects.exists()


def test_no_field_is_filled_from_two_columns(in_bontang) -> None:
    head, line = ",".join(ROW), ",".join(ROW.values())
    with pytest.raises(ImportRefused, match="tidak dikenal: nama"):
        take(f"{head},nama\n{line},Lain".encode())


def test_a_cell_outside_the_named_columns_is_never_dropped(in_bontang) -> None:
    head, line = ",".join(ROW), ",".join(ROW.values())
    ((at, said),) = refused(f"{head}\n{line},Lain".encode())
    assert (at, "di luar kolom yang bernama" in said) == (2, True)


def test_a_row_that_ends_early_speaks_for_no_other(in_bontang) -> None:
    table = [ROW, ROW | {"nik": "6474010808800213", "hubungan": "Anak"}]
    lines = as_csv(table).decode().splitlines()
    lines[2] = lines[2].rpartition(",")[0]
    take("\n".join(lines).encode())
    assert person("6474010808800212").relation == codes.Relation.HEAD
    assert person("6474010808800213").relation is None


def test_the_same_file_again_brings_nobody_twice(in_bontang) -> None:
    table = rows()
    take(as_csv(table))
    table[0]["nama"] = "Nama Baru"
    again = take(as_csv(table))
    assert (again.added, again.changed, again.unchanged) == (0, 1, len(table) - 1)
    assert again.new_rts == 0
    assert person(table[0]["nik"]).name == "Nama Baru"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("nik", "123", "16 angka"),
        ("nama", "", "kolom nama kosong"),
        ("tanggal_lahir", "kemarin", "14-03-1989"),
        ("kelurahan", "Atlantis", "tidak ada di daerah ini"),
        ("rt", "x", "RT “x” harus angka"),
        ("rt", "³", "RT “³” harus angka"),
        ("agama", "Jedi", "agama “Jedi” tidak dikenal"),
        ("pekerjaan", "Pegawai negeri", "maksudnya “Pegawai negeri sipil”?"),
    ],
)
def test_one_wrong_row_is_named_and_holds_up_no_other(in_bontang, column, value, message) -> None:
    table = rows()
    table[3][column] = value
    outcome = take(as_csv(table))
    (problem,) = outcome.refused
    assert problem.line == 5
    assert message in problem.text
    assert problem.column == column
    assert outcome.added == len(table) - 1


def test_a_problem_names_the_resident_of_its_row(in_bontang) -> None:
    (problem,) = take(one(nik="123")).refused
    assert problem.name == "Rahmat Kurnia"
    assert "Anda" not in problem.text


# --- NIK and KK numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", [int, float])
def test_a_nik_or_kk_in_a_number_cell_is_refused_by_line(in_bontang, number) -> None:
    second = ROW | {"nik": "6474016902760223", "jenis_kelamin": "P", "tanggal_lahir": "1976-02-29"}
    for column in ("nik", "no_kk"):
        table = [ROW, second | {column: number(second[column])}]
        ((line, said),) = refused(as_xlsx(table))
        assert line == 3
        assert f"Jadikan kolom {column} teks" in said


@pytest.mark.parametrize("typed", ["6.47401E+15", "6,47401E+15", "6.47401e15"])
def test_scientific_notation_is_refused_with_the_cure(in_bontang, typed) -> None:
    ((_, said),) = refused(as_csv([ROW | {"nik": typed}], ";"))
    assert "Jadikan kolom nik teks" in said


@pytest.mark.parametrize(
    "pattern", ["'{}", "\u00a0{}\u00a0", '="{}"', "{} ", "\u202a{}\u202c", "\u200b{}", "\ufeff{}"]
)
def test_signs_around_a_number_are_taken_off(in_bontang, pattern) -> None:
    take(one(nik=pattern.format(ROW["nik"]), no_kk=pattern.format(ROW["no_kk"])))
    found = person(ROW["nik"])
    assert (found.nik, found.household.kk_number) == (ROW["nik"], ROW["no_kk"])


def test_signs_inside_a_number_are_taken_out(in_bontang) -> None:
    take(one(nik="64 74 01–080880—0212", no_kk="647401\u00a01203180212"))
    assert person(ROW["nik"]).household.kk_number == ROW["no_kk"]


def test_a_person_without_nik_is_kept_without_and_found_again(in_bontang) -> None:
    content = (DATA / "nik-zero.csv").read_bytes()
    assert take(content).added == 2
    baby = Person.objects.get(nik_print=None)
    assert (baby.name, baby.nik) == ("Bayi Belum Ber-NIK", "")
    assert baby.household == person("6474017101920340").household
    again = take(content)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)


def test_a_person_without_nik_who_gets_one_stays_the_same_person(in_bontang) -> None:
    content = (DATA / "nik-zero.csv").read_bytes()
    take(content)
    baby = Person.objects.get(nik_print=None)
    outcome = take(content.replace(b"\n0;", b"\n6474012011260001;"))
    assert (outcome.added, outcome.changed) == (0, 1)
    baby.refresh_from_db()
    assert baby.nik == "6474012011260001"
    assert [event.kind for event in baby.events.all()] == [PersonEvent.Kind.IDENTIFIED]


def test_two_lines_of_one_person_without_nik_are_told_apart_from_nobody(in_bontang) -> None:
    content = (DATA / "nik-zero.csv").read_bytes()
    told = refused(content.rstrip() + b"\n" + content.splitlines()[2])
    assert told == [(4, "orang yang sama dengan baris 3")]


@pytest.mark.parametrize("nik", ["", "-", "0", "0000000000000000", "0647401100600001"])
def test_what_stands_for_no_nik_is_none(in_bontang, nik) -> None:
    """The last is a temporary number: OpenSID begins them with 0, as no area does."""
    assert take(one(nik=nik)).added == 1
    assert Person.objects.get().nik_print is None


def test_the_same_nik_in_two_lines_goes_in_once(in_bontang) -> None:
    assert refused(as_csv([ROW, ROW | {"nama": "Lain"}])) == [(3, "NIK sama dengan baris 2")]
    assert person(ROW["nik"]).name == ROW["nama"]


def test_a_file_whose_numbers_all_end_in_zero_must_be_confirmed(in_bontang) -> None:
    table = [ROW | {"nik": f"64740108088002{n}0", "no_kk": f"64740112031802{n}0"} for n in (1, 2)]
    ((line, said),) = doubts(as_csv(table))
    assert line == 2
    assert "membulatkannya" in said


# --- dates and sex --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["1960-07-01", "01-07-1960", "01/07/1960", "1/7/1960", "1960-07-01 00:00:00", "1 Juli 1960",
     "1-Jul-1960", "01.07.1960"],
)  # fmt: skip
def test_usual_ways_to_write_a_date_are_read(typed) -> None:
    assert values.day(typed, "tanggal lahir", today=TODAY) == date(1960, 7, 1)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("00/00/1960", "tidak terbaca"),
        ("01-07-60", "tidak terbaca"),
        ("14-03-2089", "masa depan"),
        ("14-03-0207", "sebelum tahun 1900"),
        ("13/25/1960", "tidak terbaca"),
        ("22098", "tidak terbaca"),
        ("14-03-1899", "sebelum tahun 1900"),
        ("31 Februari 1960", "tidak terbaca"),
    ],
)
def test_dates_that_cannot_be_are_refused(typed, message) -> None:
    with pytest.raises(RuleBroken, match=message):
        values.day(typed, "tanggal lahir", today=TODAY)


def test_a_birth_date_against_the_nik_must_be_confirmed(in_bontang) -> None:
    content = one(nik="6474010107600307", tanggal_lahir="07/01/1960")
    ((line, said),) = doubts(content)
    assert line == 2
    assert "mungkin hari dan bulan tertukar" in said
    take_anyway(content)
    assert person("6474010107600307").birth_date == date(1960, 1, 7)


def test_a_sex_against_the_nik_must_be_confirmed(in_bontang) -> None:
    ((_, said),) = doubts(one(nik="6474016305930330", tanggal_lahir="1993-05-23"))
    assert "NIK perempuan" in said


def test_only_accepted_kinds_of_doubt_go_in(in_bontang) -> None:
    content = one(tanggal_lahir="1980-08-09")
    assert take(content, ["nik_sex", "no_head"]).added == 0
    assert take(content, ["nik_date"]).added == 1


def test_dates_in_a_workbook_are_read_as_dates(in_bontang) -> None:
    take(as_xlsx([ROW | {"tanggal_lahir": date(1980, 8, 8)}]))  # type: ignore[dict-item]
    assert person(ROW["nik"]).birth_date == date(1980, 8, 8)


# --- families -------------------------------------------------------------------------------------


def test_two_heads_of_one_card_are_named_with_their_lines(in_bontang) -> None:
    ((line, said),) = refused((DATA / "two-heads.csv").read_bytes())
    assert line == 3
    assert "baris 2" in said
    assert "baris 3" in said


def test_a_second_head_in_a_later_file_is_refused(in_bontang) -> None:
    take_file("whole-family")
    ((line, said),) = refused((DATA / "second-head-later.csv").read_bytes())
    assert line == 2
    assert "I Wayan Sudarmika (sudah terdaftar)" in said


def test_the_head_may_change_in_one_file(in_bontang) -> None:
    take_file("whole-family")
    text = (DATA / "whole-family.csv").read_text()
    text = text.replace("Kepala keluarga", "Suami").replace("Istri", "Kepala keluarga")
    take(text.encode())
    assert queries.facts_of(person("6474011705790021"))["kepala_keluarga"] == "Ni Made Astuti"


def test_a_family_without_head_must_be_confirmed(in_bontang) -> None:
    ((line, said),) = doubts((DATA / "no-head.csv").read_bytes())
    assert line == 2
    assert "baris 2, 3" in said


def test_one_card_with_two_addresses_is_refused_with_both_lines(in_bontang) -> None:
    ((line, said),) = refused((DATA / "one-card-two-addresses.csv").read_bytes())
    assert line == 3
    assert "baris 2 dan baris 3" in said


def test_one_card_in_two_rts_is_refused(in_bontang) -> None:
    child = ROW | {"nik": "6474010808800213", "hubungan": "Anak"}
    ((line, said),) = refused(as_csv([ROW, child | {"rt": "002"}]))
    assert line == 3
    assert "dua RT" in said
    assert take(as_csv([ROW, child | {"rt": "-", "rw": "-"}])).added == 2


# --- status ---------------------------------------------------------------------------------------


def test_the_status_of_a_file_is_kept(in_bontang) -> None:
    take_file("dead-alive-moved")
    found = [person(nik).status for nik in
             ("6474010510440032", "6474014610500033", "6474012103880034")]  # fmt: skip
    assert found == [codes.Status.DEAD, codes.Status.ALIVE, codes.Status.MOVED]
    assert queries.person_by_nik("6474010510440032") is None
    assert queries.facts_of(person("6474014610500033"))["kepala_keluarga"] == ""


@pytest.mark.parametrize("status", ["HIDUP", "PINDAH"])
def test_no_file_brings_the_dead_back(in_bontang, status: str) -> None:
    take_file("dead-alive-moved")
    text = (DATA / "dead-alive-moved.csv").read_text().replace("MATI", status)
    outcome = import_people(name="b.csv", content=text.encode(), actor=None, accept=checks.DOUBTS)
    (problem,) = outcome.refused
    assert problem.line == 2
    assert "tercatat meninggal" in problem.text
    assert person("6474010510440032").status == codes.Status.DEAD


def test_who_moved_away_comes_back_by_a_file_only_when_that_is_confirmed(in_bontang) -> None:
    take_file("dead-alive-moved")
    text = (DATA / "dead-alive-moved.csv").read_text().replace("PINDAH", "HIDUP")
    ((_, said),) = doubts(text.encode())
    assert "tercatat pindah" in said
    assert person("6474012103880034").status == codes.Status.MOVED
    import_people(name="b.csv", content=text.encode(), actor=None, accept=["revived"])
    assert person("6474012103880034").status == codes.Status.ALIVE


# --- RT, RW, dusun --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rt", "rw", "below"),
    [
        ("-", "-", ""),
        ("0", "0", ""),
        ("000", "000", ""),
        ("", "", ""),
        ("001", "-", "/000/001"),
        ("-", "009", "/009"),
        ("RT 001", "RW 002", "/002/001"),
        ("1.0", "9.0", "/009/001"),
        ("RT.1", "rw 9", "/009/001"),
    ],
)
def test_rt_and_rw_are_read_as_they_are_written(in_bontang, rt, rw, below) -> None:
    take(one(rt=rt, rw=rw))
    assert person(ROW["nik"]).household.rt.code == f"64.74.01.1006{below}"


def test_an_rt_with_a_letter_is_refused(in_bontang) -> None:
    ((_, said),) = refused(one(rt="12A"))
    assert "RT “12A” harus angka" in said


def test_an_address_leaves_out_the_rt_and_rw_that_are_not_known(in_bontang) -> None:
    take(one(rt="001", rw="-"))
    told = queries.facts_of(person(ROW["nik"]))
    assert told["alamat"] == "Jalan Rawa Indah 7, RT 001"
    assert (told["rt"], told["rw"]) == ("001", "")
    assert told["kelurahan"] and told["kecamatan"]
    take(one(nik="6474010808800213", no_kk="6474011203180213", rt="-", rw="-"))
    assert queries.facts_of(person("6474010808800213"))["alamat"] == "Jalan Rawa Indah 7"


def test_a_file_without_rt_keeps_the_rt_of_a_family_in_the_same_village(in_bontang) -> None:
    take(one())
    take(one(rt="-", rw="-", alamat="Jalan Baru 1"))
    household = person(ROW["nik"]).household
    assert (household.rt.code, household.address) == ("64.74.01.1006/009/001", "Jalan Baru 1")


def test_two_dusun_with_the_same_rt_have_two_rts(blitar) -> None:
    with in_city(blitar):
        _two_dusun()


def _two_dusun() -> None:
    outcome = take_file("two-dusun")
    assert outcome.new_rts == 2
    found = {person(nik).household.rt for nik in ("3505010404690051", "3505010404720052")}
    assert {rt.name for rt in found} == {"RT 001 Dusun Krajan", "RT 001 Dusun Sumberejo"}
    rt = person("3505010404690051").household.rt
    assert rt.parent is not None
    assert (rt.code, rt.parent.name) == ("35.05.01.2001/krajan/001/001", "RW 001 Dusun Krajan")
    assert queries.facts_of(person("3505010404690051"))["rw"] == "001"


def test_a_dusun_beside_an_rt_without_dusun_must_be_confirmed(in_bontang) -> None:
    take(one())
    ((line, said),) = doubts(one(dusun="Dusun Krajan"))
    assert line == 2
    assert "sudah ada tanpa dusun" in said


def test_place_codes() -> None:
    assert place_codes.place_code("64.74.01.1001") == "64.74.01.1001"
    assert place_codes.place_code("v", rw="002", rt="005", dusun="Dusun Sumber Rejo") == (
        "v/sumber-rejo/002/005"
    )
    assert place_codes.place_code("v", rt="005") == "v/000/005"
    with pytest.raises(RuleBroken, match="nama dengan huruf"):
        place_codes.dusun_slug("12")


# --- spellings, signs, lengths --------------------------------------------------------------------


def test_usual_spellings_of_every_list_are_understood(in_bontang) -> None:
    """Each row of the file is named after the column and the spelling it tries."""
    content = (DATA / "spellings.csv").read_bytes()
    outcome = take_anyway(content)  # some relations have no head in their family
    assert outcome.added == 73
    work = Person.objects.get(name="Uji pekerjaan PEGAWAI NEGERI SIPIL (PNS)").occupation
    assert work == 5
    assert Person.objects.get(name="Uji agama KATOLIK").religion == codes.Religion.KATHOLIK
    assert Person.objects.get(name="Uji pendidikan STRATA-II").education == codes.Education.S2
    assert Person.objects.get(name="Uji hubungan ORANGTUA").relation == codes.Relation.PARENT


@pytest.mark.parametrize("column", list(values.CHOICES))
def test_every_label_and_code_of_a_list_is_its_own(column) -> None:
    for value, label in values.CHOICES[column]:
        assert values.coded(label, column) == value
        assert values.coded(label.upper(), column) == value
        assert values.coded(str(value), column) == value


def test_names_are_kept_with_one_kind_of_apostrophe_or_refused_naming_the_sign(in_bontang) -> None:
    content = (DATA / "names.csv").read_bytes()
    told = refused(content)
    assert [line for line, _ in told] == [6, 7]
    assert "🌺" in told[0][1]
    assert person("6474010606860350").name == "MA'RUF RIFA'I"
    assert person("6474010806860352").name == "Dr. H. José Núñez, S.STP., M.A.P."


def test_a_text_too_long_is_refused_with_its_length_and_never_cut(in_bontang) -> None:
    told = refused((DATA / "too-long.csv").read_bytes())
    assert [line for line, _ in told] == [2, 2, 2]
    said = told[0][1]
    assert "kolom nama terlalu panjang (1" in said
    assert "150 huruf" in said
    ((_, said),) = refused(one(alamat="Jalan " + "x" * 200))
    assert "kolom alamat terlalu panjang (206 huruf)" in said
    ((_, said),) = refused(one(tempat_lahir="y" * 81))
    assert "tempat_lahir terlalu panjang (81 huruf)" in said


def test_direction_marks_of_a_name_are_taken_out(in_bontang) -> None:
    take(one(nama="\u202eRahmat\u202c Kurnia"))
    assert person(ROW["nik"]).name == "Rahmat Kurnia"


# --- reading files --------------------------------------------------------------------------------


def test_line_numbers_are_those_of_the_spreadsheet(in_bontang) -> None:
    head, good = ",".join(ROW), ",".join(ROW.values())
    bad = good.replace(ROW["nik"], "123")
    blank = "," * (len(ROW) - 1)
    assert refused(f"{head}\n{good}\n{blank}\n{blank}\n{bad}".encode())[0][0] == 5
    assert refused(f"{head}\n{good}\n\n\n{bad}".encode())[0][0] == 5
    spread = [list(ROW), list(ROW.values()), [], [], [*["123"], *list(ROW.values())[1:]]]
    assert refused(sheet_of(*spread))[0][0] == 5


def test_rows_and_columns_outside_the_stated_size_are_read(in_bontang) -> None:
    """The workbook states that its sheet is the single cell A1."""
    whole = zipfile.ZipFile(io.BytesIO(as_xlsx([ROW])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as smaller:
        for part in whole.infolist():
            content = whole.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert b'<dimension ref="A1:K2"' in content
                content = content.replace(b'<dimension ref="A1:K2"', b'<dimension ref="A1"')
            smaller.writestr(part.filename, content)
    assert take(out.getvalue()).added == 1


def test_headings_are_found_below_titles_and_on_another_sheet(in_bontang) -> None:
    below = sheet_of(["DATA PENDUDUK"], [], list(ROW), list(ROW.values()))
    assert take(below).added == 1
    book = Workbook()
    assert book.active is not None
    book.active.append(["Cara mengisi"])
    second = book.create_sheet("Data")
    second.append(list(ROW))
    second.append(list(ROW.values()))
    out = io.BytesIO()
    book.save(out)
    assert take(out.getvalue()).unchanged == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 not a workbook", b"\xff\xfe\x00nonsense", b"nama,alamat\nSari,Jalan", b"\0",
     b"\xd0\xcf\x11\xe0 not a workbook"],
)  # fmt: skip
def test_what_is_no_table_is_refused(in_bontang, content) -> None:
    with pytest.raises(ImportRefused):
        take(content)


@given(st.binary(max_size=400).filter(lambda content: content[:2] not in (b"PK", b"\xd0\xcf")))
def test_any_bytes_are_read_or_refused_without_a_crash(content) -> None:
    try:
        rows = list(sheets.rows_of(sheets.file_of(content)))
    except ImportRefused:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)


def packed(sheet: bytes, **parts: bytes) -> bytes:
    """A workbook whose only sheet is this XML."""
    whole = zipfile.ZipFile(io.BytesIO(as_xlsx([ROW])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in whole.infolist():
            ours = part.filename == "xl/worksheets/sheet1.xml"
            made.writestr(part.filename, sheet if ours else whole.read(part))
    return out.getvalue()


_START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_END = b"</sheetData></worksheet>"


def test_a_workbook_that_unpacks_to_too_much_is_not_opened() -> None:
    bomb = packed(_START + b" " * 300_000_000 + _END)
    assert len(bomb) < 1_000_000
    probe = (
        "import sys; import services.residents.imports.workbook as w; w.MAX_UNPACKED = 250_000_000;"
        "sys.modules['python_calamine'] = type(sys)('no'); sys.modules['python_calamine']."
        "CalamineWorkbook = None; w._open(sys.stdin.buffer.read())"
    )
    done = subprocess.run([sys.executable, "-c", probe], input=bomb, check=False)
    assert done.returncode == workbook.HEAVY


def test_one_cell_of_many_megabytes_is_refused() -> None:
    cell = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"a" * 200_000_000 + b"</t></is></c></row>"
    )
    bomb = packed(_START + cell + _END)
    assert len(bomb) < 1_000_000
    with pytest.raises(ImportRefused, match=r"sel yang lebih dari|terlalu besar"):
        list(sheets.read(bomb))


def test_a_cell_at_the_far_end_of_a_sheet_ends_the_reading_process_only() -> None:
    far = (
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="GR1048576"><v>1</v></c></row>'
    )
    with pytest.raises(ImportRefused, match=r"terlalu besar|lebih dari"):
        list(sheets.read(packed(_START + far + _END)))


def test_the_reading_process_has_limits_and_needs_no_django() -> None:
    probe = (
        "import sys; import services.residents.imports.workbook as w; w.MEMORY = 1 << 29;"
        "w._answer = lambda content, task: bytearray(1 << 30); w.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "peek"], input=b"", capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr
    plain = "import sys; import services.residents.imports.workbook; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", plain], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


@pytest.mark.parametrize(
    ("heading", "column"),
    [("Nagari", "village"), ("gampong", "village"), ("KAMPUNG", "village"),
     ("Desa", "village"), ("Jorong", "dusun"), ("Banjar Dinas", "dusun"), ("dusun", "dusun")],
)  # fmt: skip
def test_a_heading_may_use_the_word_of_the_place(heading: str, column: str) -> None:
    assert columns.propose([heading], {}).columns == [column]


def test_a_register_with_the_heading_nagari_is_taken_in(in_bontang) -> None:
    table = [
        {("nagari" if name == "kelurahan" else name): text for name, text in row.items()}
        for row in rows()
    ]
    assert take(as_csv(table)).added == len(table)


# --- files of other systems -----------------------------------------------------------------------

OPENSID = (
    "alamat, dusun, rw, rt, nama, no_kk, nik, sex, tempatlahir, tanggallahir, agama_id, "
    "pendidikan_kk_id, pendidikan_sedang_id, pekerjaan_id, status_kawin, kk_level, warganegara_id, "
    "ayah_nik, nama_ayah, ibu_nik, nama_ibu, golongan_darah_id, akta_lahir, dokumen_pasport, "
    "tanggal_akhir_paspor, dokumen_kitas, akta_perkawinan, tanggalperkawinan, akta_perceraian, "
    "tanggalperceraian, cacat_id, cara_kb_id, hamil, ktp_el, status_rekam, alamat_sekarang, "
    "status_dasar, suku, tag_id_card, id_asuransi, no_asuransi, lat, lng"
).split(", ")
DISDUKCAPIL = (
    "NO KK|NIK|NAMA LGKP|JENIS KLMIN|TMPT LHR|TGL LHR|AGAMA|STAT KWN|STAT HBKEL|PDDK AKH"
    "|JENIS PKRJN|NAMA LGKP IBU|NAMA LGKP AYAH|ALAMAT|NO RT|NO RW|NAMA KEL|GOL DRH|NO AKTA LHR"
).split("|")


@pytest.mark.parametrize("headings", [OPENSID, DISDUKCAPIL])
def test_every_heading_of_a_usual_export_is_known_and_none_twice(headings) -> None:
    found = columns.propose(headings, {}).columns
    assert None not in found
    assert len(set(found)) == len(headings)


def test_a_register_of_opensid_is_taken_in_with_codes_in_number_cells(in_bontang) -> None:
    row = dict.fromkeys(OPENSID, "-") | {
        "alamat": "Jalan Rawa Indah 7", "rw": 9, "rt": 1.0, "nama": "RAHMAT KURNIA",
        "no_kk": ROW["no_kk"], "nik": ROW["nik"], "sex": 1, "tempatlahir": "BONTANG",
        "tanggallahir": "08/08/1980", "agama_id": 1, "pendidikan_kk_id": 8.0,
        "pendidikan_sedang_id": "Tdk Th", "pekerjaan_id": 88, "status_kawin": "K", "kk_level": 1,
        "warganegara_id": 1, "golongan_darah_id": 13, "tanggalperkawinan": "0000-00-00",
        "hamil": 2, "ktp_el": 2, "status_rekam": "3", "status_dasar": "HIDUP", "cacat_id": 0,
        "id_asuransi": 99, "lat": "0.123456", "lng": "117,5", "cara_kb_id": 99,
        "kelurahan": "6474011006",
    }  # fmt: skip
    outcome = take(sheet_of(list(row), list(row.values())))
    assert (outcome.refused, outcome.doubts) == ([], [])
    found = person(ROW["nik"])
    assert (found.sex, found.religion, found.education, found.occupation) == (1, 1, 8, 88)
    assert (found.marital, found.relation, found.blood, found.insurance) == (2, 1, 13, 99)
    assert (found.studying, found.pregnant, found.disability) == (17, False, None)
    assert (found.married_on, found.ethnicity) == (None, "")
    assert (str(found.latitude), str(found.longitude)) == ("0.123456", "117.500000")
    assert found.place == "64.74.01.1006/009/001"


def test_a_choice_of_the_city_goes_before_what_is_usual() -> None:
    assert columns.propose(["Status", "JK"], {}).columns == [None, "sex"]
    remembered = {"status": "residency", "jk": ""}
    assert columns.propose(["STATUS", "jk"], remembered).columns == ["residency", ""]
