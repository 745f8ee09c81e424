import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules import from_stripe_amount, to_stripe_amount


def test_stripe_counts_rupiah_in_hundredths() -> None:
    assert to_stripe_amount(1_500_000) == 150_000_000


@given(st.integers(0, 9_999_999_999))
def test_amounts_survive_the_way_there_and_back(rupiah) -> None:
    assert from_stripe_amount(to_stripe_amount(rupiah)) == rupiah


@pytest.mark.parametrize("rupiah", [-1, 10_000_000_000])
def test_impossible_charges_are_refused(rupiah) -> None:
    with pytest.raises(ValueError, match="rupiah"):
        to_stripe_amount(rupiah)


def test_sen_are_never_rounded_away() -> None:
    with pytest.raises(ValueError, match="rupiah"):
        from_stripe_amount(150)
