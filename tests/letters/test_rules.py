from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.letters import rules


@pytest.mark.parametrize(
    ("issued", "amount", "unit", "until"),
    [
        (date(2026, 1, 31), 1, "bulan", date(2026, 2, 28)),
        (date(2028, 2, 29), 1, "tahun", date(2029, 2, 28)),
        (date(2026, 12, 15), 1, "bulan", date(2027, 1, 15)),
        (date(2026, 11, 24), 14, "hari", date(2026, 12, 8)),
    ],
)
def test_validity_ends_on_a_day_that_exists(issued, amount, unit, until) -> None:
    assert rules.valid_until(issued, amount, unit) == until


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 120))
def test_validity_is_always_later_and_never_in_a_month_too_far(issued, months) -> None:
    until = rules.valid_until(issued, months, "bulan")
    assert until > issued
    distance = (until.year - issued.year) * 12 + until.month - issued.month
    assert distance == months


@given(st.text(min_size=1, max_size=60))
def test_initials_show_nothing_but_first_letters(name) -> None:
    for word, shown in zip(name.split(), rules.initials(name).split(" "), strict=False):
        assert shown[0] == word[0]
        assert set(shown[1:]) <= {"•"}
