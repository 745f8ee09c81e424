"""What the columns of a list of people take, and what is said of cells that are wrong."""

import csv
import io
from collections.abc import Sequence
from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from kernel.errors import RuleBroken
from services.applications.collective_columns import NAME, NIK, Column, columns_of, example, fits
from services.applications.collective_looking import STRANGER, Looked, look
from services.catalogue.blueprint import Blueprint, Who
from services.catalogue.models import Service
from services.catalogue.queries import service
from services.catalogue.shipped import shipped
from services.residents import officials
from services.residents.models import Person
from tests.factories import MONDAY, Cast, change

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
OFFERED = [blueprint.slug for blueprint in shipped() if fits(blueprint)]


def people(cast: Cast, most: int) -> list[Person]:
    found = Person.objects.living_here().filter(household__rt__code__startswith=cast.village.code)
    own = officials.own_people(cast.rina)
    return [person for person in found.order_by("pk") if person.pk not in own][:most]


def blueprint_of(slug: str) -> Blueprint:
    current = service(slug).current
    assert current is not None
    return current.blueprint


def csv_of(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


def xlsx_of(*sheets: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    first: Any = book.active
    for number, rows in enumerate(sheets):
        sheet: Any = first if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def looked(content: bytes, slug: str, cast: Cast) -> Looked:
    return look(content, service(slug), by=cast.rina, today=TODAY)


def fitting(person: Person, who: Who) -> None:
    """Make somebody one of those whom a service is for."""
    wanted = {"belum_kawin": 1, "kawin": 2, "cerai_hidup": 3, "cerai_mati": 4}
    if who.sex:
        person.sex = 1 if who.sex == "laki-laki" else 2
    if who.marital:
        person.marital = wanted[who.marital[0]]
    person.birth_date = date(TODAY.year - (who.max_age or 40), 1, 1)
    person.save(update_fields=["sex", "marital", "birth_date"])


@pytest.mark.parametrize("slug", OFFERED)
def test_a_service_that_is_offered_takes_its_own_example(cast: Cast, slug: str) -> None:
    person, other = people(cast, 2)
    offered = Service.objects.select_related("current").get(slug=slug)
    assert offered.current is not None
    blueprint = offered.current.blueprint
    fitting(person, blueprint.who)
    heads, line = example(blueprint, TODAY)
    line[:2] = [person.nik, person.name]
    for column in columns_of(blueprint, TODAY):  # somebody of the register, where that is asked
        if getattr(column.spec, "outside", True) is False:
            at = heads.index(column.heading)
            line[at] = other.nik if column.input.endswith("-nik") else other.name
    found = look(csv_of([heads, line]), offered, by=cast.rina, today=TODAY)
    assert found.faults == []
    assert len(set(heads)) == len(heads) and not [head for head in heads if "anggota" in head]


def test_services_that_ask_for_members_of_the_household_are_not_offered() -> None:
    assert "pisah-kk" not in OFFERED and "kematian" in OFFERED


def test_a_person_is_named_by_number_and_name(cast: Cast) -> None:
    one, other = people(cast, 2)
    blueprint = blueprint_of("surat-kuasa")
    heads, line = example(blueprint, TODAY)
    assert heads[2:4] == ["Penerima kuasa: NIK", "Penerima kuasa: nama"]
    rows = [[one.nik, one.name, other.nik, other.name, *line[4:]]]
    assert looked(csv_of([heads, *rows]), "surat-kuasa", cast).faults == []
    rows = [[one.nik, one.name, "12", other.name, *line[4:]]]
    (fault,) = looked(csv_of([heads, *rows]), "surat-kuasa", cast).faults
    assert fault.column == "Penerima kuasa"


def test_choices_are_written_as_people_read_them(cast: Cast) -> None:
    person = people(cast, 1)[0]
    columns = {column.heading: column for column in columns_of(blueprint_of("domisili"), TODAY)}
    assert columns["Apakah Anda tinggal di alamat yang berbeda dari KTP?"].example == "Ya"
    choice = columns["Status tempat tinggal"]
    heads, line = example(blueprint_of("domisili"), TODAY)
    place = heads.index("Status tempat tinggal")
    line[:2] = [person.nik, person.name]
    line[place] = choice.example.upper()
    found = looked(csv_of([heads, line]), "domisili", cast)
    assert found.faults == []
    assert found.entries[0].typed[choice.input] in [one for one, _ in options(choice)]
    line[place] = "entah"
    (fault,) = looked(csv_of([heads, line]), "domisili", cast).faults
    assert fault.column == "Status tempat tinggal"
    assert all(label in fault.why for _, label in options(choice))


def options(column: Column) -> list[tuple[str, str]]:
    from services.questions.kind import kind_of

    return kind_of(column.spec).sheet_options(column.spec)


def test_two_questions_of_one_label_have_two_columns(cast: Cast) -> None:
    def edit(definition: Any) -> None:
        for spec in definition["fields"]:
            spec["label"] = "Nama"

    change("pekerjaan", edit)
    person = people(cast, 1)[0]
    heads, line = example(blueprint_of("pekerjaan"), TODAY)
    assert heads == [NIK, NAME, "Nama (2)", "Nama (3)", "Nama (4)", "Nama (5)"]
    line[:2] = [person.nik, person.name]
    assert looked(csv_of([heads, line]), "pekerjaan", cast).faults == []


def test_numbers_of_a_spreadsheet_are_taken_as_they_are_or_refused(cast: Cast) -> None:
    person = people(cast, 1)[0]
    heads, line = example(blueprint_of("izin-angkut-barang"), TODAY)
    row: list[Any] = [person.nik, person.name, *line[2:]]
    cells = {"tujuan": 1.125, "asal": 647401010190000112, "tanggal": date(2027, 1, 2)}
    inputs = [column.input for column in columns_of(blueprint_of("izin-angkut-barang"), TODAY)]
    for name, cell in cells.items():
        row[2 + inputs.index(name)] = cell
    found = looked(xlsx_of([heads, row]), "izin-angkut-barang", cast)
    (fault,) = found.faults
    assert (fault.line, fault.column) == (2, "Dari") and "bilangan" in fault.why
    assert found.entries[0].typed["tujuan"] == "1,125"
    assert found.entries[0].typed["tanggal"] == "2027-01-02"
    row[0] = int(person.nik)
    found = looked(xlsx_of([heads, row]), "izin-angkut-barang", cast)
    assert [fault.column for fault in found.faults] == [NIK, "Dari"]
    row[:2], row[2 + inputs.index("asal")] = [person.nik, person.name], "6,47401E+15"
    (fault,) = looked(csv_of([heads, [str(cell) for cell in row]]), "izin-angkut-barang",
                      cast).faults  # fmt: skip
    assert fault.column == "Dari"


def test_a_time_of_a_spreadsheet_is_a_time(cast: Cast) -> None:
    person = people(cast, 1)[0]
    heads, line = example(blueprint_of("kegiatan-masyarakat"), TODAY)
    row: list[Any] = [person.nik, person.name, *line[2:]]
    row[heads.index("Mulai pukul")] = time(19, 30)
    found = looked(xlsx_of([heads, row]), "kegiatan-masyarakat", cast)
    assert found.faults == [] and found.entries[0].typed["waktu"] == "19:30"


def test_every_fault_of_a_line_is_said_at_once_in_its_column(cast: Cast) -> None:
    heads, line = example(blueprint_of("domisili"), TODAY)
    line[:2] = ["12", ""]
    line[heads.index("Status tempat tinggal")] = "entah"
    found = looked(csv_of([heads, line]), "domisili", cast)
    assert [fault.column for fault in found.faults] == [NIK, NAME, "Status tempat tinggal"]


def test_the_list_is_read_also_beside_a_sheet_of_the_register(cast: Cast) -> None:
    person = people(cast, 1)[0]
    heads, line = example(blueprint_of("domisili"), TODAY)
    register = ["nik", "nama", "no_kk", "tempat_lahir", "tanggal_lahir", "agama", "alamat"]
    content = xlsx_of([heads, [person.nik, person.name, *line[2:]]], [register, ["1"] * 7])
    assert looked(content, "domisili", cast).faults == []


def test_no_more_of_a_file_is_read_than_a_list_may_hold(cast: Cast) -> None:
    heads, line = example(blueprint_of("domisili"), TODAY)
    with pytest.raises(RuleBroken, match="lebih dari 500"):
        looked(xlsx_of([heads, *[line] * 501]), "domisili", cast)
    blank = b"\n" * 10_001 + csv_of([line])
    with pytest.raises(RuleBroken, match="baris kosong"):
        looked(csv_of([heads, line]) + blank, "domisili", cast)
    spaced = csv_of([heads]) + b"\n" * 50 + csv_of([line])
    (fault,) = looked(spaced, "domisili", cast).faults
    assert (fault.line, fault.why) == (52, STRANGER)


@pytest.mark.parametrize("slug", ["domisili", "surat-kuasa"])
def test_a_list_of_many_lines_costs_as_many_queries_as_one_of_two(cast: Cast, slug: str) -> None:
    """Everybody of the village, repeated: each line is looked at whole."""
    found = people(cast, 10)
    heads, line = example(blueprint_of(slug), TODAY)
    for at, head in enumerate(heads):
        if head.endswith(": NIK"):
            line[at : at + 2] = [found[-1].nik, found[-1].name]

    def queries(lines: int) -> int:
        rows = [[person.nik, person.name, *line[2:]] for person in (found * 50)[:lines]]
        with CaptureQueriesContext(connection) as asked:
            looked(csv_of([heads, *rows]), slug, cast)
        return len(asked)

    few = queries(2)
    assert queries(50) <= few + 4 and few <= 16
