"""What somebody typed to find a person, taken apart: numbers, dates, years, words."""

import re
from dataclasses import dataclass
from datetime import date

from kernel.tanggal import MONTHS, read_date
from kernel.text import fold, line

LONGEST = 100
SHORT = 3  # letters from which a word is looked for by its parts

_NUMBER = re.compile(r"(?<!\d)\d(?:[ .-]?\d){15}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?62|0)[ .-]?8\d(?:[ .-]?\d){6,11}(?!\d)")
_MONTH = "|".join(month[:3] for month in MONTHS) + "|Agt|Ags"
_DATE = re.compile(
    rf"(?<!\d)(?:\d{{1,2}}[-/. ]\d{{1,2}}[-/. ]\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{8}}"
    rf"|\d{{1,2}}[ -](?:{_MONTH})[a-z]*[ -]\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d-])(?:19|20)\d\d(?![\d-])")
# Titles, however they are typed: with dots (S.Pd., M. Si), or as words of their own.
_ABBREVIATED = re.compile(r"(?<![^\s,])(?:[A-Za-z]{1,4}\.)+(?:[A-Za-z]{1,3}\b\.?)?")
_TITLES = frozenset(
    "prof dr drs dra drg drh ir h hj kh ust tgk rd rr sh se sp spd sag ssos sip skm skom st sst"
    " ssi mm msi mpd mkes mh mt ma ners amd".split()
)


@dataclass(frozen=True, slots=True)
class Typed:
    """Everything a search asks for; all of it must fit."""

    number: str = ""  # a NIK or KK number
    phone: str = ""  # its digits, beginning with 0
    born: date | None = None
    year: int | None = None
    words: tuple[str, ...] = ()  # folded, without titles
    all_words: tuple[str, ...] = ()  # with them

    @property
    def is_enough(self) -> bool:
        """Whether anybody could be meant: one short word alone means nobody."""
        some_word = any(len(word) >= SHORT for word in self.words)
        return bool(self.number or self.phone or self.born or self.year or some_word)

    @property
    def asks(self) -> list[str]:
        """Which kinds of things were typed, for the log: never what."""
        kinds = {"number": self.number, "phone": self.phone, "born": self.born,
                 "year": self.year, "words": self.words}  # fmt: skip
        return [name for name, value in kinds.items() if value]


def read(text: str) -> Typed:
    """Take a typed text apart."""
    rest = line(text)[:LONGEST]
    number, rest = _take(_NUMBER, rest)
    if number:
        return Typed(number=_digits(number))
    phone, rest = _take(_PHONE, rest)
    written, rest = _take(_DATE, rest)
    born = read_date(written)
    year, rest = ("", rest) if born else _take(_YEAR, rest)
    return Typed(
        phone=re.sub(r"^62", "0", _digits(phone)),
        born=born,
        year=int(year) if year else None,
        words=_without_titles(rest),
        all_words=tuple(fold(rest).split()),
    )


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """What fits, and the rest of the text."""
    found = pattern.search(text)
    if found is None:
        return "", text
    return found.group(), f"{text[: found.start()]} {text[found.end() :]}"


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _without_titles(text: str) -> tuple[str, ...]:
    """The words that belong to a name. A text of titles alone keeps them."""
    plain = [word for word in fold(_ABBREVIATED.sub(" ", text)).split() if word not in _TITLES]
    return tuple(dict.fromkeys(plain)) or tuple(dict.fromkeys(fold(text).split()))
