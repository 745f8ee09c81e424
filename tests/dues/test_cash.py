"""The cash book: the balance is the sum of its lines, and a closed month never changes."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import NotThere, RuleBroken, Stale
from services.cases.documents import accept
from services.dues import cash, receipts, statement
from services.dues.categories import EXPENSE, INCOME
from services.dues.models import Entry, Receipt
from services.dues.months import month_of
from tenants.office.handing_over import passed_on
from tenants.office.models import Post
from tenants.office.queries import posts_of
from tenants.registry import stored_files
from tests.dues.test_dues import MONDAY, SEPTEMBER, TODAY, Cast, kind, pay, unit_of, void
from tests.factories import photo

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


def note(
    cast: Cast, posts: list[Post], amount: int, category: str = "cleaning", on: date = TODAY,
    today: date = TODAY, anyway: bool = True,
) -> Entry:  # fmt: skip
    return cash.note(
        unit_id=unit_of(cast).pk, category=category, amount=amount, on=on, words="Sapu lidi",
        posts=posts, by=cast.hasan, at=MONDAY, today=today, anyway=anyway,
    )  # fmt: skip


def begin(cast: Cast, posts: list[Post], amount: int, on: date) -> Entry:
    return cash.begin(
        unit_id=unit_of(cast).pk, amount=amount, on=on, posts=posts, by=cast.hasan, at=MONDAY,
        today=TODAY,
    )  # fmt: skip


def close(cast: Cast, posts: list[Post], month: date, today: date = TODAY) -> None:
    statement.close(
        unit_id=unit_of(cast).pk, month=month, posts=posts, by=cast.hasan, at=MONDAY, today=today
    )


def counter(cast: Cast, posts: list[Post], entry: Entry) -> Entry:
    return cash.counter(
        entry_id=entry.pk, reason="Salah tulis", posts=posts, by=cast.hasan, at=MONDAY, today=TODAY
    )


def test_the_book_begins_once(cast: Cast, posts: list[Post]) -> None:
    begin(cast, posts, 500_000, OCTOBER)
    with pytest.raises(Stale):
        begin(cast, posts, 400_000, OCTOBER)
    assert cash.balance(unit_of(cast)) == 500_000


def test_money_of_before_the_opening_is_not_counted_again(cast: Cast, posts: list[Post]) -> None:
    begin(cast, posts, 1_000_000, date(2026, 11, 1))
    with pytest.raises(RuleBroken, match="saldo awal"):
        note(cast, posts, 50_000, "donation", on=date(2026, 10, 15))
    with pytest.raises(RuleBroken, match="saldo awal"):
        receipts.pay(
            kind_id=kind(cast, posts).pk, household_id=cast.sari_person.household_id,
            amount=25_000, paid_on=date(2026, 10, 15), posts=posts, by=cast.hasan, at=MONDAY,
            today=TODAY,
        )  # fmt: skip
    assert cash.balance(unit_of(cast)) == 1_000_000


def test_the_opening_is_not_countered(cast: Cast, posts: list[Post]) -> None:
    first = begin(cast, posts, 1_000_000, OCTOBER)
    with pytest.raises(RuleBroken, match="selisihnya"):
        counter(cast, posts, first)
    assert cash.balance(unit_of(cast)) == 1_000_000


def test_an_amount_beyond_every_book_is_refused_in_words(cast: Cast, posts: list[Post]) -> None:
    dear = kind(cast, posts, amount=100_000_000)
    with pytest.raises(RuleBroken, match="misalnya"):
        pay(cast, posts, dear, 2_200_000_000)


def test_an_expense_beyond_the_box_is_asked_about(cast: Cast, posts: list[Post]) -> None:
    begin(cast, posts, 600_000, OCTOBER)
    with pytest.raises(RuleBroken, match=r"hanya Rp600\.000") as refused:
        note(cast, posts, 1_000_000, anyway=False)
    assert refused.value.field == "anyway"
    note(cast, posts, 600_000, anyway=False)
    note(cast, posts, 1_000_000)
    assert cash.balance(unit_of(cast)) == -1_000_000


def test_the_statement_of_a_month(cast: Cast, posts: list[Post]) -> None:
    begin(cast, posts, 500_000, OCTOBER)
    note(cast, posts, 120_000, on=date(2026, 10, 5))
    note(cast, posts, 80_000, "donation", on=date(2026, 10, 31))
    close(cast, posts, OCTOBER)
    found = statement.closed([unit_of(cast)]).get()
    assert found.figures == {
        "opening": 500_000, "income": {"donation": 80_000}, "expense": {"cleaning": 120_000},
        "closing": 460_000,
    }  # fmt: skip
    assert "Sapu" not in str(found.figures)


def test_a_closed_month_takes_no_line(cast: Cast, posts: list[Post]) -> None:
    entry = note(cast, posts, 120_000, on=OCTOBER)
    close(cast, posts, OCTOBER)
    with pytest.raises(RuleBroken, match="sudah ditutup"):
        note(cast, posts, 1_000, on=date(2026, 10, 31))
    with pytest.raises(RuleBroken, match="sudah ditutup"):
        begin(cast, posts, 1_000, OCTOBER)
    with pytest.raises(Stale):
        close(cast, posts, OCTOBER)
    with pytest.raises(RuleBroken, match="belum berakhir"):
        close(cast, posts, date(2026, 11, 1))
    counter(cast, posts, entry)
    assert statement.figures(unit_of(cast), OCTOBER)["closing"] == -120_000
    assert cash.balance(unit_of(cast)) == 0


def test_months_are_closed_in_their_order(cast: Cast, posts: list[Post]) -> None:
    note(cast, posts, 1_000, on=SEPTEMBER)
    with pytest.raises(RuleBroken, match="bulan sebelumnya"):
        close(cast, posts, OCTOBER)
    close(cast, posts, SEPTEMBER)
    close(cast, posts, OCTOBER)
    assert statement.closed([unit_of(cast)]).count() == 2


def test_lines_never_change(cast: Cast, posts: list[Post]) -> None:
    entry = note(cast, posts, 1_000)
    entry.amount = -5
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
    countered = counter(cast, posts, entry)
    with pytest.raises(Stale):
        counter(cast, posts, entry)
    with pytest.raises(RuleBroken):
        counter(cast, posts, countered)
    line = cash.lines().get(receipt=pay(cast, posts, kind(cast, posts), 25_000))
    with pytest.raises(RuleBroken, match="kuitansinya"):
        counter(cast, posts, line)


def test_the_photo_of_a_bill_is_kept(cast: Cast, posts: list[Post]) -> None:
    entry = cash.note(
        unit_id=unit_of(cast).pk, category="repair", amount=45_000, on=TODAY, words="Lampu",
        posts=posts, by=cast.hasan, at=MONDAY, today=TODAY, bill=accept(photo()), anyway=True,
    )  # fmt: skip
    assert entry.media_type == "image/jpeg" and stored_files.read(entry.path)


def test_another_rt_finds_no_line(cast: Cast, posts: list[Post]) -> None:
    entry = note(cast, posts, 1_000)
    others = posts_of(cast.bahar, TODAY)
    with pytest.raises(NotThere):
        cash.of_book(others, entry.pk)
    with pytest.raises(NotThere):
        close(cast, others, OCTOBER)
    with pytest.raises(NotThere):
        note(cast, others, 1_000)


def test_the_book_passes_to_the_successor(cast: Cast, posts: list[Post]) -> None:
    note(cast, posts, 1_000, "donation")
    line = passed_on["cash"](posts[0])
    assert line.count == 1 and "Rp1.000" in line.hint


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "pay", "void", "in", "out", "counter", "close"]),
        st.integers(1, 60_000), st.integers(0, 80),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_balance_is_the_sum_whatever_happens(
    cast: Cast, posts: list[Post], steps: list[tuple[str, int, int]]
) -> None:
    """Payments, voids, corrections and closings in any order: the balance is the sum of the lines,
    dues in the book are the receipts that hold, and each closed month says what it said."""
    mark = transaction.savepoint()
    dues, unit = kind(cast, posts), unit_of(cast)
    for what, amount, back in steps:
        try:
            with transaction.atomic():
                _do(cast, posts, dues.pk, what, amount, TODAY - timedelta(days=back))
        except (RuleBroken, Stale):
            continue
    entries = list(Entry.objects.filter(unit=unit))
    assert cash.balance(unit) == sum(entry.amount for entry in entries)
    held = Receipt.objects.filter(unit=unit, voided_at=None)
    of_dues = sum(entry.amount for entry in entries if entry.category == "dues")
    assert of_dues == sum(receipt.amount for receipt in held)
    numbers = sorted(Receipt.objects.filter(unit=unit).values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    before, begun = 0, cash.opening(unit)
    for month in statement.closed([unit]).order_by("month"):
        assert month.figures == statement.figures(unit, month.month)
        opens = begun is not None and month_of(begun.on) == month.month
        assert month.figures["opening"] == before + (begun.amount if begun and opens else 0)
        before = month.figures["closing"]
    transaction.savepoint_rollback(mark)


def _do(cast: Cast, posts: list[Post], kind_id: int, what: str, amount: int, on: date) -> None:
    if what == "begin":
        begin(cast, posts, amount, on)
    elif what == "pay":
        receipts.pay(
            kind_id=kind_id, household_id=cast.sari_person.household_id, amount=amount, paid_on=on,
            posts=posts, by=cast.hasan, at=MONDAY, today=TODAY,
        )  # fmt: skip
    elif what == "void":
        found = Receipt.objects.filter(voided_at=None).first()
        if found:
            void(cast, posts, found)
    elif what in {"in", "out"}:
        category = next(iter(EXPENSE if what == "out" else {**INCOME}))
        note(cast, posts, amount, "donation" if what == "in" else category, on=on)
    elif what == "counter":
        entry = Entry.objects.filter(receipt=None, corrects=None, corrected_by=None).first()
        if entry:
            counter(cast, posts, entry)
    else:
        month = statement.next_month(unit_of(cast))
        if month:
            close(cast, posts, month)


def test_the_balance_before_a_day(cast: Cast, posts: list[Post]) -> None:
    note(cast, posts, 1_000, "donation", on=OCTOBER)
    note(cast, posts, 500, on=TODAY)
    assert cash.balance(unit_of(cast), TODAY) == 1_000
