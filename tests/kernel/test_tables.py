"""Cells of tables that people open in a spreadsheet."""

import pytest

from kernel.nik import holds_sixteen_digits
from kernel.tables import as_text


@pytest.mark.parametrize("text", ["=1+1", "@x", "+628123", "-1", "\t=1", " =1", "＝1"])
def test_text_that_a_spreadsheet_would_calculate_is_marked_as_text(text: str) -> None:
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Sari", "", "a=b", -5, 1.5, None, "Jl. A-1"])
def test_everything_else_stays(value: object) -> None:
    assert as_text(value) == value


@pytest.mark.parametrize(
    ("text", "holds"),
    [("6474010101900001", True), ("6474 0101 0190 0001", True), ("NIK 6474-0101.01900001", True),
     ("64/74/01/01/01/90/00/01", True), ("6474a0101b01900001", True),
     ("Sari 12", False), ("", False), ("470/12/2026", False), ("0812 3456 7890", False)],
)  # fmt: skip
def test_a_nik_is_seen_in_a_search_however_it_is_grouped(text: str, holds: bool) -> None:
    assert holds_sixteen_digits(text) is holds
