"""Searching the register: by what people type, within an area, counted and noted."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from kernel.errors import RuleBroken
from kernel.text import fold
from services.residents import codes, register
from services.residents.models import Person, SearchWord, Source
from services.residents.search import actions, finding, typed, words
from tests.factories import Cast, family, make_cast

pytestmark = pytest.mark.django_db
NAMES = [
    "H. MA'RUF AMIN, S.Pd.", "ABDUL RAHMAN", "SITI AMINAH", "MUHAMMAD YUSUF HIDAYAT",
    "SOEKARNO DJOJOHADIKUSUMO", "I GUSTI NGURAH RAI", "JOSÉ D'ORNAY", "SRI",
]  # fmt: skip


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


@pytest.fixture
def people(cast: Cast) -> dict[str, Person]:
    """One person of each name, with different facts."""
    home = cast.sari_person.household
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
    return {
        name: register.enter(
            facts={"name": name, "sex": 1, "birth_place": "Bontang",
                   "birth_date": date(1960 + number, 7, 1), "phone": f"0812-5550-000{number}"},
            household=home, origin=origin, by=None,
        )
        for number, name in enumerate(NAMES)
    }  # fmt: skip


def found(text: str, *areas: str) -> list[str]:
    ids = finding.find(typed.read(text), areas or [""]).people
    names = Person.objects.in_bulk(ids)
    return [names[pk].name for pk in ids]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ma'ruf", NAMES[0]), ("MA’RUF", NAMES[0]), ("maruf", NAMES[0]), ("Ma ruf", NAMES[0]),
        ("Drs. H. Ma'ruf Amin, M.Si", NAMES[0]), ("h maruf", NAMES[0]), ("amin ruf", NAMES[0]),
        ("Abdulrahman", NAMES[1]), ("rahman abdul", NAMES[1]), ("abd rahman", NAMES[1]),
        ("Abdul Rahmam", NAMES[1]), ("amina siti", NAMES[2]), ("minah", NAMES[2]),
        ("sti aminah", NAMES[2]), ("Mohamad Yusup", NAMES[3]), ("hidayad", NAMES[3]),
        ("yusuf h", NAMES[3]), ("Sukarno", NAMES[4]), ("joyohadikusumo", NAMES[4]),
        ("Jose Dornay", NAMES[6]), ("gusti rai i", NAMES[5]), ("sri", NAMES[7]),
    ],
)  # fmt: skip
def test_person_is_found_by_name_as_people_type_it(
    people: dict[str, Person], text: str, name: str
) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text", ["01-07-1962", "1 Juli 1962", "siti 1962", "1962 aminah", "0812 5550 0002",
             "+62812-5550-0002", "siti 1/7/1962", "siti 081255500002"],
)  # fmt: skip
def test_person_is_found_by_birth_date_year_and_phone(people: dict[str, Person], text: str) -> None:
    assert found(text) == ["SITI AMINAH"]


def test_person_is_found_by_nik_and_by_card_however_they_are_grouped(cast: Cast) -> None:
    person = Person.objects.select_related("household").get(pk=cast.sari_person.pk)
    grouped = f"{person.nik[:4]} {person.nik[4:8]}-{person.nik[8:]}"
    assert found(grouped) == [person.name]
    family_of = set(
        Person.objects.filter(household=person.household).values_list("name", flat=True)
    )
    assert set(found(person.household.kk_number)) == family_of


def test_people_are_found_by_their_address_and_by_name_and_address(cast: Cast) -> None:
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
    household = cast.sari_person.household
    register.change_household(
        household_id=household.pk, origin=origin, by=None, address="Gang Wijayakusuma No. 12"
    )
    living = set(Person.objects.filter(household=household).values_list("name", flat=True))
    assert set(found("wijayakusuma 12")) == living == set(found("Gg. Wijaya"))
    assert found("wijayakusuma 13") == []
    first = fold(cast.sari_person.name).split()[0]
    assert cast.sari_person.name in found(f"{first} wijayakusuma")


def test_search_ends_at_the_area(cast: Cast, people: dict[str, Person]) -> None:
    village = cast.village.code
    for area in ("", village, village[:8], cast.village.code[:5], f"{village}/001/001"):
        assert found("aminah", area) == ["SITI AMINAH"], area
    for area in (f"{village}/001/002", f"{village[:-1]}9", "64.74.99", "64.74/dpmptsp"):
        assert found("aminah", area) == [], area
        assert found("01-07-1962", area) == found("081255500002", area) == []
        assert found(people["SITI AMINAH"].household.kk_number, area) == []
    assert found("aminah", f"{village}/001/002", village) == ["SITI AMINAH"]


def test_dead_are_found_and_merged_doubles_are_not(people: dict[str, Person]) -> None:
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
    register.change(person_id=people["SRI"].pk, facts={"status": codes.Status.DEAD},
                    origin=origin, by=None)  # fmt: skip
    assert found("sri")[0] == "SRI"
    Person.objects.filter(pk=people["SRI"].pk).update(merged_into=people["SITI AMINAH"])
    assert "SRI" not in found("sri")
    assert found("01-07-1967") == found("081255500007") == []


def test_too_many_are_cut_and_said_to_be_more(cast: Cast) -> None:
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
    for number in range(finding.LIMIT + 1):
        register.enter(
            facts={"name": f"Wayan Sudarta {number}", "sex": 1, "birth_place": "Bontang",
                   "birth_date": date(1970, 1, 1)},
            household=cast.sari_person.household, origin=origin, by=None,
        )  # fmt: skip
    for text in ("sudarta", "sudart", "01-01-1970"):
        cut = finding.find(typed.read(text), [""])
        assert (len(cut.people), cut.more) == (finding.LIMIT, True), text
    assert not finding.find(typed.read("sudarta 7"), [""]).more


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_of_a_word_of_a_name_finds_the_person(
    people: dict[str, Person], cast: Cast, data: Any
) -> None:
    name = data.draw(st.sampled_from(NAMES))
    word = data.draw(st.sampled_from([one for one in fold(name).split() if len(one) >= 3]))
    start = data.draw(st.integers(0, len(word) - 3))
    end = data.draw(st.integers(start + 3, len(word)))
    area = data.draw(st.sampled_from(["", cast.village.code, cast.village.code[:8]]))
    assert name in found(word[start:end], area)


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_wrong_letter_still_finds_the_person(people: dict[str, Person], data: Any) -> None:
    name = data.draw(st.sampled_from(NAMES))
    word = max(fold(name).split(), key=len)
    if len(word) < 5:
        return
    at = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    change = data.draw(st.sampled_from(["missing", "wrong", "more", "swapped"]))
    mistyped = {
        "missing": word[:at] + word[at + 1 :],
        "wrong": word[:at] + letter + word[at + 1 :],
        "more": word[:at] + letter + word[at:],
        "swapped": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[change]
    if words_sound(mistyped) & words_sound(word):
        assert name in found(mistyped)


def words_sound(word: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {words.near('%s::text')}", [word])
        return set(cursor.fetchone()[0])


def test_words_are_learned_once_and_numbers_are_none(cast: Cast) -> None:
    words.learn(["Bagaskara 12", "BAGASKARA"])
    words.learn(["bagaskara x"])
    learned = set(
        SearchWord.objects.filter(word__startswith="bagas").values_list("word", flat=True)
    )
    assert learned == {"bagaskara"}
    assert not SearchWord.objects.filter(word__in=["12", "x"]).exists()
    before = SearchWord.objects.count()
    SearchWord.objects.all().delete()
    words.learn_all()
    family(cast.village)
    assert SearchWord.objects.count() <= before + 20


def test_search_is_noted_without_what_was_typed_and_counted(cast: Cast) -> None:
    hits = actions.search(text=cast.sari_person.nik, areas=[cast.village.code], by=cast.rina)
    assert [hit.person for hit in hits.people] == [cast.sari_person]
    entry = Entry.objects.filter(what="people.searched").get()
    assert entry.detail == {"by": ["number"], "areas": [cast.village.code]}
    assert entry.actor_id == cast.rina.pk
    for _ in range(actions.PER_HOUR - 1):
        actions.guesses.count(f"people-search:{cast.rina.pk}", actions.PER_HOUR, minutes=60)
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        actions.search(text="sari", areas=[""], by=cast.rina)


@pytest.mark.parametrize("text", ["", "a", "ab 12", "H. a", "   ", "12"])
def test_too_little_finds_nobody(cast: Cast, text: str) -> None:
    with pytest.raises(RuleBroken, match="paling sedikit tiga huruf"):
        actions.search(text=text, areas=[""], by=cast.rina)
