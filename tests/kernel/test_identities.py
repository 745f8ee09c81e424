"""One spelling for what identifies somebody."""

import pytest

from kernel.errors import RuleBroken
from kernel.identities import folded, is_same, parse_email
from kernel.ids import normalize_code


@pytest.mark.parametrize("typed", ["sari@gmaıl.com", "ſari@gmail.com", "ѕari@gmail.com"])
def test_an_address_with_a_look_alike_letter_is_refused(typed: str) -> None:
    with pytest.raises(RuleBroken, match="hanya memakai huruf"):
        parse_email(typed)


@pytest.mark.parametrize(
    "typed",
    ["\u200bSari@Gmail.com", "sari@gmail\u200b.com", "sari@gmail.com\ufeff", " sari@gmail.com "],
)
def test_invisible_characters_are_taken_out_of_an_address(typed: str) -> None:
    assert parse_email(typed) == "sari@gmail.com"
    assert folded(typed) == "sari@gmail.com"


@pytest.mark.parametrize(
    "typed",
    ["", "sari", "sari@", "@gmail.com", "sari@gmail", "sa ri@gmail.com", "sari@-a.com",
     "a@b@c.id", "sari@gmail..com", ".sari@gmail.com", "sari@127.0.0.1", "a" * 65 + "@b.id"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(RuleBroken, match="keliru"):
        parse_email(typed)


@pytest.mark.parametrize("typed", ["a.b+c@x-y.go.id", "o'neil@contoh.co.id", "x@xn--gmal-nza.com"])
def test_usual_addresses_are_taken(typed: str) -> None:
    assert parse_email(typed) == typed


def test_a_dotless_i_is_another_identity_and_no_text_is_none() -> None:
    assert not is_same("siti@gmaıl.com", "siti@gmail.com")
    assert not is_same("", "")
    assert is_same(" SITI@gmail.com", "siti@gmail.com")


def test_a_look_alike_letter_never_reads_as_a_letters_code() -> None:
    assert normalize_code("gt29-7pxi") == "GT297PX1"
    assert normalize_code("GT297PXı") != "GT297PX1"
