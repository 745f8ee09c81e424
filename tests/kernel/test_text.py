from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import text
from kernel.errors import RuleBroken
from kernel.ids import ALPHABET, normalize_code, secret_code
from kernel.rupiah import format_rupiah, in_words, parse_rupiah
from kernel.tanggal import age_on, day_date, moment_text, months_on, read_date, roman_month


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


@pytest.mark.parametrize("typed", ["25,000", "Rp25,000", "1.450.000,000", "1000.000", "0,000"])
def test_rupiah_that_may_mean_a_thousand_times_as_much_is_asked_for_again(typed) -> None:
    with pytest.raises(RuleBroken, match="ribuan dengan titik"):
        parse_rupiah(typed)


def test_dates_in_indonesian() -> None:
    assert day_date(date(2026, 11, 21)) == "Sabtu, 21 November 2026"
    moment = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert moment_text(moment, "Asia/Makassar") == "Sabtu, 21 November 2026 pukul 16.00 WITA"
    assert roman_month(date(2026, 11, 21)) == "XI"


def test_age_counts_completed_years() -> None:
    assert age_on(date(1989, 3, 14), date(2026, 3, 13)) == 36
    assert age_on(date(1989, 3, 14), date(2026, 3, 14)) == 37


def test_a_month_is_over_on_its_day() -> None:
    assert months_on(date(2026, 1, 31), date(2026, 2, 28)) == 0
    assert months_on(date(2025, 11, 22), date(2026, 5, 21)) == 5
    assert months_on(date(2025, 11, 22), date(2026, 5, 22)) == 6


def test_codes_are_unguessable_and_survive_being_read_aloud() -> None:
    codes = {secret_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(set(code) <= set(ALPHABET) and len(code) == 26 for code in codes)
    code = next(iter(codes))
    assert normalize_code(f" {code[:6].lower()}-{code[6:]} ") == code


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "nol rupiah"),
        (1_000, "seribu rupiah"),
        (1_001_011, "satu juta seribu sebelas rupiah"),
        (111_119, "seratus sebelas ribu seratus sembilan belas rupiah"),
        (10_878_000, "sepuluh juta delapan ratus tujuh puluh delapan ribu rupiah"),
        (2_000_000_000_100, "dua triliun seratus rupiah"),
        (-5, "minus lima rupiah"),
    ],
)
def test_amounts_in_words(amount: int, words: str) -> None:
    assert in_words(amount) == words


UNITS = {
    word: number
    for number, word in enumerate(
        "nol satu dua tiga empat lima enam tujuh delapan sembilan".split()
    )
}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12, "kuadriliun": 10**15}


def read_words(text: str) -> int:
    """The amount somebody reads aloud from a receipt."""
    total = part = digit = 0
    for word in text.removesuffix(" rupiah").split():
        if word in UNITS:
            digit = UNITS[word]
            part += digit
        elif word in ("sepuluh", "sebelas"):
            part += 10 if word == "sepuluh" else 11
        elif word == "belas":
            part += 10
        elif word == "puluh":
            part += digit * 9
        elif word == "ratus":
            part += digit * 99
        elif word == "seratus":
            part += 100
        elif word == "seribu":
            total += 1000
        else:
            total += part * SCALES[word]
            part = 0
    return total + part


@given(st.integers(0, 10**18 - 1))
def test_words_say_exactly_the_amount(amount: int) -> None:
    assert read_words(in_words(amount)) == amount


def test_nobody_writes_out_a_quintillion() -> None:
    with pytest.raises(ValueError, match="too much"):
        in_words(10**18)


@pytest.mark.parametrize(
    "typed",
    ["\u200b\u200b\u2060", "\u00ad\u00ad", "\ufeff", "\u2800", "\u3164", "\u0301", "\u00a0"],
)
def test_text_that_looks_empty_is_empty(typed) -> None:
    assert text.tidy(typed) == ""


def test_direction_marks_and_kinds_of_space_do_not_survive() -> None:
    assert text.tidy("kode \u202eratna\u202c\u2067x\u2069\u200f") == "kode ratnax"
    assert text.tidy("a\u00a0b\tc\u2009d\r\ne\u2028f") == "a b c d\ne\nf"
    assert text.line("  a \n b ") == "a b"


def test_characters_with_a_plain_form_take_it() -> None:
    assert text.tidy("Ｓari ٣٤٥ e\u0301") == "Sari 345 é"
    assert text.name("Nu`man ʼAli Ma’ruf") == "Nu'man 'Ali Ma'ruf"


def test_what_cannot_be_printed_is_named() -> None:
    assert text.unprintable("Toko 😀") == "😀"
    assert text.unprintable("0° 7′ 30″ LU ` ´ ® ™ Ω µ º ₹ Ə") == ""
    assert text.unprintable("ꦱꦫꦶ · ᬩᬮᬶ · مسجد التقوى · ڤركارا · ᨅᨔ · ᮞᮥᮔ᮪ᮓ · ᯅᯖᯂ᯲") == ""
    assert text.unprintable("世界") == "世"
    assert text.show_sign("😀") == "“😀” (U+1F600)"


def test_a_mark_stands_on_a_letter_of_its_script() -> None:
    assert text.unprintable("مُحَمَّد ꦏꦸ e\u0301 x\u0323") == ""
    assert text.unprintable("a\u064b") == "\u064b"
    assert text.unprintable("ꦏ\u0301") == "\u0301"


def test_piles_of_marks_are_cut() -> None:
    assert text.tidy("Z" + "\u0335\u0336" * 40 + "algo") == "Z" + "\u0335\u0336" * 2 + "algo"


def test_names_of_people_are_latin() -> None:
    assert text.not_latin("Siti Āminah O'Brien") == ""
    assert text.not_latin("Siti ꦱꦫꦶ") == "ꦱ"


@given(st.text())
def test_tidying_twice_changes_nothing(typed) -> None:
    once = text.tidy(typed)
    assert text.tidy(once) == once
    assert text.name(text.name(typed)) == text.name(typed)


@pytest.mark.parametrize("name", ["Ma'ruf", "MA’RUF", "Maruf", "Ma ruf", "Ma`ruf", "Mâ´ruf"])
def test_spellings_of_one_name_are_squeezed_to_the_same(name) -> None:
    assert text.squeeze(name) == "maruf"


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("MA'RUF AMIN", "Ma'ruf Amin"),
        ("NU`MAN MA’RUF", "Nu`man Ma’ruf"),
        ("ANAK AGUNG III", "Anak Agung III"),
        ("O'BRIEN", "O'Brien"),
        ("AL-HABSYI, S.PD.", "Al-Habsyi, S.Pd."),
        ("Siti van der Berg", "Siti van der Berg"),
    ],
)
def test_a_name_in_capitals_is_read_as_a_name(stored, read) -> None:
    assert text.in_capitals_and_small(stored) == read


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("14-03-1989", date(1989, 3, 14)),
        ("14/3/1989", date(1989, 3, 14)),
        ("14.03.1989", date(1989, 3, 14)),
        (" 14 03 1989 ", date(1989, 3, 14)),
        ("14 Maret 1989", date(1989, 3, 14)),
        ("14-Mar-1989", date(1989, 3, 14)),
        ("14031989", date(1989, 3, 14)),
        ("1989-03-14", date(1989, 3, 14)),
        ("31-02-1990", None),
        ("14-03-89", None),
        ("kemarin", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_the_spellings_people_use(typed: str, day: date | None) -> None:
    assert read_date(typed) == day
