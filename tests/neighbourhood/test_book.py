"""The book: who lives in the own area, who belongs to which group, and what the head marks."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from kernel.tanggal import age_on, years_after
from services.neighbourhood import areas, book, groups, houses, marks
from services.neighbourhood.models import Mark
from services.residents import codes
from services.residents.models import Person
from tenants.office.models import Post
from tests.factories import MONDAY, Cast, family
from tests.neighbourhood.conftest import As

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
HOUSE = houses.Facts(
    kind="rooms", name="Kos Bu Rahma", address="Jalan Cumi-cumi 12", rooms=8, owner_name="Rahma"
)


def mark(cast: Cast, posts: list[Post], person: Person, **changes: object) -> Mark:
    told: dict[str, object] = {
        "kind": "chronic", "note": "Periksa di posyandu.", "since": TODAY, **changes
    }  # fmt: skip
    return marks.mark(
        person_id=person.pk, posts=posts, by=cast.hasan, at=MONDAY, today=TODAY,
        **told,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_book_holds_the_own_area_alone(cast: Cast, posts: list[Post]) -> None:
    own = set(Person.objects.filter(household__rt=cast.sari_person.household.rt))
    assert set(book.people(posts, today=TODAY)) == own
    (home,) = book.homes(book.households(posts))
    assert (home.household, home.number) == (cast.sari_person.household, len(own))
    assert book.members(posts, cast.tetangga.resident.person.household_id) == []


def test_who_died_or_moved_is_not_in_the_list(cast: Cast, posts: list[Post]) -> None:
    Person.objects.filter(pk=cast.sari_person.pk).update(status=codes.Status.MOVED)
    assert cast.sari_person not in book.people(posts, today=TODAY)


@given(born=st.dates(date(1920, 1, 1), TODAY))
def test_toddlers_and_the_old_are_told_by_age(born: date) -> None:
    age = age_on(born, TODAY)
    assert (born > years_after(TODAY, -5)) == (age < 5)
    assert (born <= years_after(TODAY, -60)) == (age >= 60)


def test_groups_are_computed_from_register_and_marks(cast: Cast, posts: list[Post]) -> None:
    person = cast.sari_person
    Person.objects.filter(pk=person.pk).update(
        disability=codes.Disability.SIGHT, relation=codes.Relation.HEAD,
        marital=codes.Marital.WIDOWED, birth_date=date(1950, 1, 1), nik_print=None,
        nik_sealed=None, residency=codes.Residency.TEMPORARY,
    )  # fmt: skip
    child = family(cast.village)[0]
    Person.objects.filter(pk=child.pk).update(
        household=person.household, relation=codes.Relation.CHILD, birth_date=date(2024, 1, 1)
    )
    mark(cast, posts, person, kind="chronic")

    def of(group: str) -> set[Person]:
        return set(book.people(posts, group=group, today=TODAY))

    for group in ("lansia", "disabilitas", "janda-duda", "tanpa-nik", "sementara", "sakit"):
        assert person in of(group), group
    assert child in of("balita") and child in of("yatim")
    counted = groups.counts(book.people(posts, today=TODAY), TODAY)
    assert counted == {name: len(of(name)) for name in groups.GROUPS}


# --- marks ----------------------------------------------------------------------------------------


def test_a_mark_stays_as_history_after_its_end(cast: Cast, posts: list[Post]) -> None:
    first = mark(cast, posts, cast.sari_person)
    assert mark(cast, posts, cast.sari_person).pk == first.pk
    marks.end(mark_id=first.pk, posts=posts, by=cast.hasan, at=MONDAY)
    again = mark(cast, posts, cast.sari_person)
    assert [one.pk for one in book.marks_of(cast.sari_person)] == [again.pk, first.pk]
    assert again.note == "Periksa di posyandu."


def test_a_mark_needs_a_reason_a_day_that_has_come_and_no_number(
    cast: Cast, posts: list[Post]
) -> None:
    for wrong in (
        {"note": "ya"}, {"since": TODAY + timedelta(days=1)},
        {"note": f"NIK {cast.sari_person.nik}"},
    ):  # fmt: skip
        with pytest.raises(RuleBroken):
            mark(cast, posts, cast.sari_person, **wrong)


def test_pregnant_is_marked_of_women_of_fitting_age_alone(cast: Cast, posts: list[Post]) -> None:
    for sex, born in (
        (codes.Sex.MALE, date(1995, 5, 5)), (codes.Sex.FEMALE, date(1950, 5, 5)),
        (codes.Sex.FEMALE, date(2020, 5, 5)),
    ):  # fmt: skip
        Person.objects.filter(pk=cast.sari_person.pk).update(sex=sex, birth_date=born)
        with pytest.raises(RuleBroken, match="tidak sesuai"):
            mark(cast, posts, cast.sari_person, kind="pregnant")
    Person.objects.filter(pk=cast.sari_person.pk).update(birth_date=date(1995, 5, 5))
    with pytest.raises(RuleBroken, match="sebelum ia lahir"):
        mark(cast, posts, cast.sari_person, kind="pregnant", since=date(1994, 1, 1))
    assert mark(cast, posts, cast.sari_person, kind="pregnant").kind == "pregnant"


def test_nobody_marks_people_of_another_rt(cast: Cast, posts: list[Post]) -> None:
    with pytest.raises(NotThere):
        mark(cast, posts, cast.tetangga.resident.person)
    own = mark(cast, posts, cast.sari_person)
    with pytest.raises(NotThere):
        marks.end(mark_id=own.pk, posts=[], by=cast.bahar, at=MONDAY)


# --- boarding houses ------------------------------------------------------------------------------


def test_a_boarding_house_is_kept_changed_and_closed(cast: Cast, posts: list[Post]) -> None:
    noted = houses.note(
        keeper_id=cast.sari_person.pk, facts=HOUSE, posts=posts, by=cast.hasan, at=MONDAY
    )
    (shown,) = houses.listed(posts, today=TODAY)
    assert (shown.name, shown.lodging) == ("Kos Bu Rahma", 0)
    other = houses.Facts(
        kind="houses", name="Kontrakan", address="Jalan Melati 1", rooms=3, owner_name="Rahma"
    )
    houses.change(house_id=noted.pk, facts=other, posts=posts, by=cast.hasan)
    assert houses.of_area(posts, noted.pk).rooms == 3
    houses.close(house_id=noted.pk, posts=posts, by=cast.hasan, at=MONDAY)
    with pytest.raises(NotThere):
        houses.of_area(posts, noted.pk)


def test_a_boarding_house_whose_keeper_left_is_given_to_somebody_else(
    cast: Cast, posts: list[Post], signed_in: As
) -> None:
    successor = family(cast.village)[0]  # of RT 001, as the keeper
    noted = houses.note(
        keeper_id=cast.sari_person.pk, facts=HOUSE, posts=posts, by=cast.hasan, at=MONDAY
    )
    Person.objects.filter(pk=cast.sari_person.pk).update(status=codes.Status.MOVED)
    client, path = signed_in(cast.hasan), f"/rt/kos/{noted.pk}/"
    page = client.get(path).content.decode()
    assert "tidak tinggal di sini lagi" in page and "Laporkan penghuni baru" not in page
    elsewhere = cast.tetangga.resident.person
    refused = client.post(f"{path}penanggung-jawab/", {"person": elsewhere.pk})
    assert refused.status_code == 404
    client.post(f"{path}penanggung-jawab/", {"person": successor.pk})
    page = client.get(path).content.decode()
    assert successor.name.title() in page and "Laporkan penghuni baru" in page


def test_a_boarding_house_of_another_rt_is_not_there(cast: Cast, posts: list[Post]) -> None:
    with pytest.raises(NotThere):
        houses.note(
            keeper_id=cast.tetangga.resident.person.pk, facts=HOUSE, posts=posts, by=cast.hasan,
            at=MONDAY,
        )  # fmt: skip


# --- pages ----------------------------------------------------------------------------------------

LISTS = ("/rt/buku/", "/rt/buku/warga/", "/rt/buku/kelompok/", "/rt/lapor/", "/rt/tamu/",
         "/rt/kos/", "/rt/bulanan/", "/rt/buku/cari/", "/rt/lapor/lapor-tamu/")  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_book_asks_no_more_and_stays_light(cast: Cast, signed_in: As, path: str) -> None:
    client = signed_in(cast.hasan)

    def cost() -> int:
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path)
        assert len(answer.content) < 60_000
        return len(seen)

    before = cost()
    for _ in range(35):
        family(cast.village)
    assert cost() <= before + 1  # the count of a second page
    assert before <= 14


def test_opening_somebody_asks_why_and_records_it(cast: Cast, signed_in: As) -> None:
    client = signed_in(cast.hasan)
    address = f"/rt/buku/warga/{cast.sari_person.pk}/"
    page = client.get(address).content.decode()
    assert "Untuk apa data ini dibuka?" in page
    assert cast.sari_person.birth_place not in page
    assert client.post(address, {"purpose": ""}).status_code == 422
    client.post(address, {"purpose": "bantu"})
    page = client.get(address).content.decode()
    assert "Dalam keluarga" in page and cast.sari_person.nik not in page
    entry = Entry.objects.get(what="person.read", subject_id=str(cast.sari_person.pk))
    assert entry.detail["purpose"] == "rt-bantu"


def test_the_pages_of_another_area_are_not_there(cast: Cast, signed_in: As) -> None:
    person = cast.sari_person
    for who in (cast.bahar, cast.rina, cast.sari):
        client = signed_in(who)
        for path in (
            f"/rt/buku/warga/{person.pk}/", f"/rt/buku/keluarga/{person.household_id}/",
            f"/rt/lapor/lapor-tamu/{person.pk}/", f"/rt/kos/baru/{person.pk}/",
            f"/rt/bulanan/{person.household.rt_id}/2026-11/",
        ):  # fmt: skip
            assert client.get(path).status_code in (403, 404), (who, path)


def test_a_search_finds_only_the_own_area(cast: Cast, signed_in: As) -> None:
    other = cast.tetangga.resident.person
    page = signed_in(cast.hasan).post("/rt/buku/cari/", {"q": other.name})
    assert f"/rt/buku/warga/{other.pk}/" not in page.content.decode()
    page = signed_in(cast.hasan).post("/rt/buku/cari/", {"q": cast.sari_person.name})
    assert f"/rt/buku/warga/{cast.sari_person.pk}/" in page.content.decode()


def test_areas_of_posts_that_do_not_vouch_are_empty(cast: Cast) -> None:
    desk = Post.objects.select_related("unit").get(unit=cast.village, role="loket")
    assert areas.codes_of([desk]) == []
