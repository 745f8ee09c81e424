"""What numbers look like: patterns that tell every two letters apart, and words for those that do
not."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kernel.errors import RuleBroken
from services.letters import formats
from services.letters.formats import Book, Values

DAY = date(2026, 11, 24)
ONE = Values(
    code="400.9.14.1", sequence=247, unit="Kel-BLM", area="64.74.01.1001", kind="SKTM",
    secrecy="B", day=DAY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "book", "number"),
    [
        (formats.DEFAULT_PATTERN, Book.CODE, "400.9.14.1/0247/Kel-BLM/XI/2026"),
        ("{kode}/{urut:1}-Kel/{unit}/{bulan}/{tahun}", Book.CODE,
         "400.9.14.1/247-Kel/Kel-BLM/XI/2026"),
        ("{sifat}/{urut:3}/{kode}/{unit}/{bulan}/{tahun}", Book.CODE,
         "B/247/400.9.14.1/Kel-BLM/XI/2026"),
        ("{kode}/{urut}/{wilayah:2}/{bulan}/{tahun}", Book.CODE,
         "400.9.14.1/0247/01.1001/XI/2026"),
        ("{urut:2}/{jenis}/{unit}/{bulan_angka}.{tahun}", Book.KIND, "247/SKTM/Kel-BLM/11.2026"),
        ("{urut:6}/{unit}/{tahun}", Book.AGENDA, "000247/Kel-BLM/2026"),
    ],
)  # fmt: skip
def test_numbers_look_as_the_pattern_says(pattern: str, book: Book, number: str) -> None:
    assert formats.written(formats.check(pattern, book), ONE) == number


@pytest.mark.parametrize(
    ("pattern", "book", "words"),
    [
        ("", Book.CODE, "Tulis polanya"),
        ("{kode}/{unit}/{tahun}", Book.CODE, r"Tambahkan \{urut\}"),
        ("{kode}/{urut}/{unit}", Book.CODE, r"Tambahkan \{tahun\}"),
        ("{kode}/{urut}/{tahun}", Book.CODE, r"Tambahkan \{unit\} atau \{wilayah\}"),
        ("{urut}/{unit}/{tahun}", Book.CODE, r"Tambahkan \{kode\}"),
        ("{kode}/{urut}/{unit}/{tahun}", Book.KIND, r"Tambahkan \{jenis\}"),
        ("{kode}.{urut}/{unit}/{tahun}", Book.CODE, r"sesudah \{kode\}"),
        ("{kode}/{urut}{unit}/{tahun}", Book.CODE, r"sesudah \{urut\}"),
        ("{kode}/{urut}/{unit}-{tahun}", Book.CODE, r"sesudah \{unit\}"),
        ("{kode}/{urut}/{urut}/{unit}/{tahun}", Book.CODE, "cukup sekali"),
        ("{kode}/{urut:9}/{unit}/{tahun}", Book.CODE, "harus 1 sampai 6"),
        ("{kode}/{urut}/{wilayah:1}/{tahun}", Book.CODE, "harus 2 sampai 4"),
        ("{kode:2}/{urut}/{unit}/{tahun}", Book.CODE, "tidak memakai angka"),
        ("{kota}/{urut}/{unit}/{tahun}", Book.CODE, r"\{kota\} tidak dikenal"),
        ("{kode/{urut}/{unit}/{tahun}", Book.CODE, "Kurung kurawal"),
        ("{kode}/{urut}/{unit}/{tahun}<b>", Book.CODE, "Tanda “<”"),
        ("#{kode}/{urut}/{unit}/{tahun}", Book.CODE, "Tanda “#”"),
        ("{kode}/{urut}/{unit}/{tahun}\u202e", Book.CODE, "U\\+202E|^$"),
        ("{kode}/{urut}/{unit}/{tahun}" + "A" * 40, Book.CODE, "Paling panjang|bisa sepanjang"),
    ],
)
def test_a_pattern_that_could_give_a_number_twice_is_refused_with_what_to_do(
    pattern: str, book: Book, words: str
) -> None:
    if "\u202e" in pattern:  # invisible signs are taken out as everywhere
        assert "\u202e" not in formats.check(pattern, book)
        return
    with pytest.raises(RuleBroken, match=words) as caught:
        formats.check(pattern, book)
    assert caught.value.field == "pattern"


_codes = st.from_regex(r"[0-9]{3}(\.[0-9]{1,4}){0,3}", fullmatch=True)
_units = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.-]{0,11}", fullmatch=True)
_areas = st.from_regex(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}", fullmatch=True)
_kinds = st.from_regex(r"[A-Z0-9]{1,12}", fullmatch=True)
_values = st.builds(
    Values, code=_codes, sequence=st.integers(1, 999_999), unit=_units, area=_areas,
    kind=_kinds, secrecy=st.sampled_from(sorted(formats.SECRECY)),
    day=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
)  # fmt: skip
_parts = ["{kode}", "{urut}", "{urut:1}", "{unit}", "{wilayah}", "{jenis}", "{sifat}", "{bulan}",
          "{bulan_angka}", "{tahun}"]  # fmt: skip
_between = st.sampled_from(["/"] * 8 + [" ", "-", ".", "-Kel/", " No. ", "", "A"])


@st.composite
def _patterns(draw: st.DrawFn) -> tuple[str, Book]:
    """Patterns of any parts in any order, those of a sound one among them more often."""
    names = draw(st.permutations(["{urut}", "{unit}", "{tahun}", "{kode}", "{jenis}"]))
    more = draw(st.lists(st.sampled_from(_parts), max_size=2))
    pieces = [part for name in (*names, *more) for part in (name, draw(_between))]
    return "".join(pieces[: draw(st.integers(6, len(pieces)))]), draw(st.sampled_from(Book))


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[Values, Values]:
    """What two letters are numbered from: some of it the same."""
    one, other = draw(_values), draw(_values)
    same = draw(st.sets(st.sampled_from([field.name for field in fields(Values)])))
    return one, replace(other, **{name: getattr(one, name) for name in same})


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # most patterns are refused
@given(_patterns(), _pairs())
def test_two_letters_never_have_one_number(
    said: tuple[str, Book], pair: tuple[Values, Values]
) -> None:
    """Equal numbers come of one book of one unit, one year and one sequence."""
    (pattern, book), (one, other) = said, pair
    try:
        kept = formats.check(pattern, book)
    except RuleBroken:
        assume(False)
        return
    if formats.written(kept, one) != formats.written(kept, other):
        return
    registers = [formats.register_of(book, code=v.code, kind=v.kind) for v in (one, other)]
    assert one.sequence == other.sequence and one.day.year == other.day.year
    assert registers[0] == registers[1]
    assert one.unit == other.unit or one.area == other.area


@given(_patterns(), _values)
def test_a_number_fits_into_its_column(said: tuple[str, Book], values: Values) -> None:
    pattern, book = said
    try:
        kept = formats.check(pattern, book)
    except RuleBroken:
        return
    assert len(formats.written(kept, values)) <= formats.LONGEST_NUMBER


def test_short_forms_of_kinds_are_initials_and_never_equal() -> None:
    assert formats.short_of_kind("Surat Keterangan Tidak Mampu", set()) == "SKTM"
    assert formats.short_of_kind("Surat Keterangan Tanah Milik", {"SKTM"}) == "SKTM2"
