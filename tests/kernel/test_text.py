from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import RuleBroken
from kernel.ids import ALPHABET, normalize_code, secret_code
from kernel.rupiah import format_rupiah, parse_rupiah
from kernel.tanggal import age_on, day_date, moment_text, roman_month


@given(st.integers(0, 10**15))
def test_rupiah_survives_the_way_there_and_back(amount) -> None:
    assert parse_rupiah(format_rupiah(amount)) == amount


@pytest.mark.parametrize("typed", ["1450000", "Rp 1.450.000", "rp1.450.000,-", "1.450.000,00"])
def test_rupiah_as_people_type_it(typed) -> None:
    assert parse_rupiah(typed) == 1_450_000


@pytest.mark.parametrize("typed", ["", "sejuta", "1,450,000", "-5", "1.45", "1e6"])
def test_unclear_rupiah_is_refused(typed) -> None:
    with pytest.raises(RuleBroken, match="angka"):
        parse_rupiah(typed)


def test_dates_in_indonesian() -> None:
    assert day_date(date(2026, 11, 21)) == "Sabtu, 21 November 2026"
    moment = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert moment_text(moment, "Asia/Makassar") == "Sabtu, 21 November 2026 pukul 16.00 WITA"
    assert roman_month(date(2026, 11, 21)) == "XI"


def test_age_counts_completed_years() -> None:
    assert age_on(date(1989, 3, 14), date(2026, 3, 13)) == 36
    assert age_on(date(1989, 3, 14), date(2026, 3, 14)) == 37


def test_codes_are_unguessable_and_survive_being_read_aloud() -> None:
    codes = {secret_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(set(code) <= set(ALPHABET) and len(code) == 26 for code in codes)
    code = next(iter(codes))
    assert normalize_code(f" {code[:6].lower()}-{code[6:]} ") == code
