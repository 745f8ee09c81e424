"""Dues: who owes what, receipts without gaps, and who may."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import NotThere, RuleBroken, Stale
from services.dues import cash, kinds, months, owing, receipts
from services.dues.models import DuesKind, Exemption, Receipt
from services.residents import codes
from services.residents.models import Household, Person, PersonEvent, Source
from tenants.office.models import Post, Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, family

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
NOVEMBER = date(2026, 11, 1)
SEPTEMBER = date(2026, 9, 1)


def unit_of(cast: Cast) -> Unit:
    return cast.sari_person.household.rt


def home_of(cast: Cast) -> Household:
    return cast.sari_person.household


def kind(
    cast: Cast, posts: list[Post], *, amount: int = 25_000, per: str = "household",
    every: str = "month", since: date = SEPTEMBER, name: str = "Iuran sampah",
) -> DuesKind:  # fmt: skip
    facts = kinds.Facts(name=name, amount=amount, per=per, every=every, since=since)
    return kinds.add(
        unit_id=unit_of(cast).pk, facts=facts, posts=posts, by=cast.hasan, at=MONDAY, today=TODAY
    )


def pay(
    cast: Cast, posts: list[Post], of: DuesKind, amount: int, household: Household | None = None
) -> Receipt:
    return receipts.pay(
        kind_id=of.pk, household_id=(household or home_of(cast)).pk, amount=amount, paid_on=TODAY,
        posts=posts, by=cast.hasan, at=MONDAY, today=TODAY,
    )  # fmt: skip


def void(cast: Cast, posts: list[Post], receipt: Receipt) -> Receipt:
    return receipts.void(
        receipt_id=receipt.pk, reason="Salah orang", posts=posts, by=cast.hasan, at=MONDAY,
        today=TODAY,
    )  # fmt: skip


def account(cast: Cast, of: DuesKind, ahead: int = 0) -> owing.Account:
    homes = owing.homes(unit_of(cast), home_of(cast).pk)
    return owing.accounts(homes, [of], TODAY, ahead)[home_of(cast).pk][0]


def test_a_household_owes_each_month_that_is_not_paid(cast: Cast, posts: list[Post]) -> None:
    dues = kind(cast, posts)
    assert [due.month.month for due in account(cast, dues).dues] == [9, 10, 11]
    assert account(cast, dues).left == 75_000
    pay(cast, posts, dues, 35_000)
    assert [due.left for due in account(cast, dues).dues] == [0, 15_000, 25_000]
    pay(cast, posts, dues, 90_000)
    assert account(cast, dues).left == 0
    assert account(cast, dues).dues[-1].month == date(2027, 1, 1), "paid in advance"


def test_dues_per_person_yearly_and_once(cast: Cast, posts: list[Post]) -> None:
    number = home_of(cast).members.count()
    each = kind(cast, posts, per="person", amount=1_000, every="once", since=NOVEMBER, name="A")
    assert account(cast, each).left == number * 1_000
    yearly = kind(cast, posts, every="year", since=date(2025, 3, 1), name="B")
    assert [due.month for due in account(cast, yearly).dues] == [
        date(2025, 3, 1), date(2026, 3, 1),
    ]  # fmt: skip
    with pytest.raises(RuleBroken, match="Paling banyak"):
        pay(cast, posts, each, number * 1_000 + 1)


def test_dues_per_person_count_who_lived_there_in_each_month(cast: Cast, posts: list[Post]) -> None:
    """A birth in October, and somebody who died in November."""
    home_of(cast).members.update(birth_date=date(1990, 1, 1))
    members = list(home_of(cast).members.order_by("pk"))
    each = kind(cast, posts, per="person", amount=1_000)
    born = Person.objects.get(pk=members[0].pk)
    born.pk, born.nik_sealed, born.nik_print = None, None, None
    born.name, born.birth_date, born.resident_since = "Anisa", date(2026, 10, 5), None
    born.save(force_insert=True)
    dead = Person.objects.get(pk=members[-1].pk)
    dead.pk, dead.nik_sealed, dead.nik_print = None, None, None
    dead.name, dead.status = "Almarhum", codes.Status.DEAD
    dead.save(force_insert=True)
    source = Source.objects.create(kind="entry", label="Akta kematian", on=TODAY)
    PersonEvent.objects.create(
        person=dead, kind="death", happened_on=date(2026, 11, 2), source=source
    )
    owed = [due.amount // 1_000 - len(members) for due in account(cast, each).dues]
    assert owed == [1, 2, 1]


def test_who_came_later_owes_nothing_for_the_months_before(cast: Cast, posts: list[Post]) -> None:
    home_of(cast).members.update(resident_since=date(2026, 10, 20))
    assert [due.month.month for due in account(cast, kind(cast, posts)).dues] == [10, 11]


def test_an_exempt_household_owes_nothing_from_that_month_on(cast: Cast, posts: list[Post]) -> None:
    dues = kind(cast, posts)
    for _ in range(2):
        kinds.exempt(
            kind_id=dues.pk, household_id=home_of(cast).pk, reason="Sedang sakit", posts=posts,
            by=cast.hasan, at=MONDAY, today=TODAY,
        )  # fmt: skip
    assert [due.month.month for due in account(cast, dues).dues] == [9, 10]
    assert account(cast, dues).is_exempt
    assert Exemption.objects.get().reason == "Sedang sakit"
    kinds.pay_again(
        kind_id=dues.pk, household_id=home_of(cast).pk, posts=posts, by=cast.hasan, today=TODAY
    )
    assert account(cast, dues).left == 75_000


def test_numbers_have_no_gap_and_a_voided_receipt_keeps_its_own(
    cast: Cast, posts: list[Post]
) -> None:
    dues = kind(cast, posts)
    first = pay(cast, posts, dues, 25_000)
    with pytest.raises(RuleBroken):
        pay(cast, posts, dues, 0)
    void(cast, posts, first)
    with pytest.raises(Stale):
        void(cast, posts, first)
    second = pay(cast, posts, dues, 25_000)
    assert [first.code, second.code] == ["2026/0001", "2026/0002"]
    assert Receipt.objects.count() == 2
    assert account(cast, dues).left == 50_000
    assert cash.balance(unit_of(cast)) == 25_000
    assert [entry.amount for entry in cash.lines()] == [25_000, -25_000, 25_000]


def test_another_rt_finds_nothing(cast: Cast, posts: list[Post]) -> None:
    dues = kind(cast, posts)
    receipt = pay(cast, posts, dues, 25_000)
    others = posts_of(cast.bahar, TODAY)
    with pytest.raises(NotThere):
        pay(cast, others, dues, 25_000)
    with pytest.raises(NotThere):
        receipts.of_book(others, receipt.pk)
    with pytest.raises(NotThere):
        kinds.end(kind_id=dues.pk, posts=others, by=cast.bahar, today=TODAY)
    elsewhere, *_ = family(cast.village, rt=2)
    with pytest.raises(NotThere):
        pay(cast, posts, dues, 25_000, elsewhere.household)
    with pytest.raises(NotThere):
        receipts.own(elsewhere.household_id, receipt.pk)
    assert receipts.own(home_of(cast).pk, receipt.pk) == receipt


def test_after_the_term_nothing_opens(cast: Cast, posts: list[Post]) -> None:
    dues = kind(cast, posts)
    cast.hasan.holdings.update(until=TODAY - timedelta(days=1))
    with pytest.raises(NotThere):
        pay(cast, posts_of(cast.hasan, TODAY), dues, 25_000)


def test_who_stands_in_keeps_no_cash_book(cast: Cast, posts: list[Post]) -> None:
    dues = kind(cast, posts)
    for post in posts:
        post.is_stood_in = True
    with pytest.raises(NotThere):
        pay(cast, posts, dues, 25_000)


@given(
    month=st.dates(date(2020, 1, 1), date(2040, 12, 1)).map(lambda day: day.replace(day=1)),
    number=st.integers(-100, 100),
)
def test_months_are_counted_both_ways(month: date, number: int) -> None:
    assert months.plus(months.plus(month, number), -number) == month
    assert len(list(months.through(month, months.plus(month, abs(number))))) == abs(number) + 1


def test_a_kind_that_nobody_paid_leaves_no_debt_when_it_ends(cast: Cast, posts: list[Post]) -> None:
    mistaken = kind(cast, posts, amount=250_000, name="Salah tulis")
    void(cast, posts, pay(cast, posts, mistaken, 250_000))
    kinds.end(kind_id=mistaken.pk, posts=posts, by=cast.hasan, today=TODAY)
    assert owing.kinds_of(unit_of(cast)) == []
    mistaken.refresh_from_db()
    assert account(cast, mistaken).left == 0
    paid = kind(cast, posts)
    pay(cast, posts, paid, 25_000)
    kinds.end(kind_id=paid.pk, posts=posts, by=cast.hasan, today=TODAY)
    paid.refresh_from_db()
    assert account(cast, paid).left == 50_000
