"""How the number of a letter looks, and which book counts it. Plain Python.

A pattern is a text with parts in braces: ``{kode}/{urut:3}/{unit}/{bulan}/{tahun}``. Two letters
of a city never get one number: a pattern must hold whatever tells the books of one year apart.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import date

from django.db import models

from kernel.errors import RuleBroken
from kernel.tanggal import roman_month
from kernel.text import line, show_sign

DEFAULT_PATTERN = "{kode}/{urut}/{unit}/{bulan}/{tahun}"
LONGEST_PATTERN = 80
LONGEST_NUMBER = 80
PADDING = 4  # digits of the sequence where a pattern names none
MOST_PADDING = 6
# What a part stands for, as the page of a city explains it.
PARTS = {
    "kode": "kode klasifikasi surat",
    "urut": "nomor urut; {urut:3} menulisnya dengan tiga angka",
    "unit": "singkatan unit penerbit",
    "wilayah": "kode wilayah unit; {wilayah:2} hanya dua bagian terakhirnya",
    "jenis": "singkatan jenis surat",
    "sifat": "sifat surat: B, T, R, atau SR",
    "bulan": "bulan dengan angka Romawi",
    "bulan_angka": "bulan dengan dua angka",
    "tahun": "tahun dengan empat angka",
}
_SIZED = {"urut": (1, MOST_PADDING), "wilayah": (2, 4)}
# The most that a part can take up in a number.
_WIDTH = {
    "kode": 20, "urut": MOST_PADDING, "unit": 12, "wilayah": 13, "jenis": 12, "sifat": 2,
    "bulan": 4, "bulan_angka": 2, "tahun": 4,
}  # fmt: skip
_TOKEN = re.compile(r"\{(\w+)(?::(\d))?\}|([A-Za-z0-9./ -]+)")
_SEPARATORS = {"/": "garis miring", " ": "spasi", "-": "tanda hubung", ".": "titik"}
_SIGNS_INSIDE = {"kode": ".", "unit": ".-", "wilayah": ".-"}  # besides letters and digits
_LETTERS = frozenset({"unit", "wilayah", "jenis", "sifat", "bulan"})
_DIGITS = frozenset({"kode", "urut", "unit", "wilayah", "jenis", "bulan_angka", "tahun"})
# How grave it is that somebody else reads a letter (Permendagri 1/2023 on letters of regions).
SECRECY = {"B": "B (biasa)", "T": "T (terbatas)", "R": "R (rahasia)", "SR": "SR (sangat rahasia)"}


class Book(models.TextChoices):
    """What is counted together, for each unit and year."""

    CODE = "kode", "Satu buku per kode klasifikasi"
    KIND = "jenis", "Satu buku per jenis surat"
    OUTGOING = "keluar", "Satu buku untuk semua surat keluar"
    AGENDA = "agenda", "Satu buku bersama surat masuk"


@dataclass(frozen=True, slots=True)
class Values:
    """What the parts of a pattern stand for in one letter."""

    code: str  # of the classification
    sequence: int
    unit: str  # its short form
    area: str  # 64.74.01.1001; the short form of a unit without a code of the Ministry
    kind: str  # the short form of the kind of letter
    secrecy: str
    day: date


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a pattern: a part with its size (0: none said), or words as they stand."""

    name: str
    size: int = 0
    words: str = ""


def parts_of(pattern: str) -> list[Part]:
    """The pieces of a pattern. Raises RuleBroken where something is none."""
    found, place = list[Part](), 0
    while place < len(pattern):
        match = _TOKEN.match(pattern, place)
        if match is None:
            raise _wrong(_not_a_part(pattern[place:]))
        name, size, words = match.groups()
        if words is None and name not in PARTS:
            raise _wrong(f"Bagian {{{name}}} tidak dikenal. Pakai bagian dari daftar di halaman.")
        if size and name not in _SIZED:
            raise _wrong(f"Bagian {{{name}}} tidak memakai angka. Hapus “:{size}”.")
        if size and not _SIZED[name][0] <= int(size) <= _SIZED[name][1]:
            least, most = _SIZED[name]
            raise _wrong(f"Angka di {{{name}:{size}}} harus {least} sampai {most}.")
        found.append(Part(name or "", int(size or 0), words or ""))
        place = match.end()
    return found


def _not_a_part(rest: str) -> str:
    if rest[0] in "{}":
        return "Kurung kurawal dipakai berpasangan di sekeliling satu bagian, misalnya {urut}."
    return (
        f"Tanda {show_sign(rest[0])} tidak bisa dipakai di nomor surat. Pakai huruf, angka, garis "
        "miring, titik, spasi, dan tanda hubung."
    )


def check(pattern: str, book: Book) -> str:
    """A pattern as it is kept. Raises RuleBroken, with what to add, for one that could give two
    letters of a city the same number, or whose numbers grow too long."""
    pattern = line(pattern)
    if not pattern:
        raise _wrong(f"Tulis polanya, misalnya {DEFAULT_PATTERN}.")
    if len(pattern) > LONGEST_PATTERN:
        raise _wrong(f"Paling panjang {LONGEST_PATTERN} huruf. Singkatlah.")
    parts = parts_of(pattern)
    names = [part.name for part in parts if part.name]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise _wrong(f"Bagian {{{twice}}} cukup sekali.")
    for needed, why in _needed(book):
        if not set(needed) & set(names):
            shown = " atau ".join(f"{{{name}}}" for name in needed)
            raise _wrong(f"Tambahkan {shown}: {why}")
    for before, after in itertools.pairwise(parts):
        if before.name and (after.name or _belongs(after.words[0], before.name)):
            free = " atau ".join(_SEPARATORS[sign] for sign in _SEPARATORS
                                 if not _belongs(sign, before.name))  # fmt: skip
            raise _wrong(f"Tulis {free} sesudah {{{before.name}}}, supaya dua nomor tidak terbaca "
                         "sama.")  # fmt: skip
    longest = sum(_WIDTH[part.name] if part.name else len(part.words) for part in parts)
    if longest > LONGEST_NUMBER:
        raise _wrong(
            f"Nomor dengan pola ini bisa sepanjang {longest} huruf; paling panjang "
            f"{LONGEST_NUMBER}. Kurangi bagian atau kata-katanya."
        )
    return pattern


def _belongs(sign: str, name: str) -> bool:
    """Whether a part could go on with this sign, so that its end is not seen. Read from the left,
    every part of a number then has one end, and two letters of a book have two numbers."""
    if sign.isalpha():
        return name in _LETTERS
    if sign.isdigit():
        return name in _DIGITS
    return sign in _SIGNS_INSIDE.get(name, "")


def _needed(book: Book) -> list[tuple[tuple[str, ...], str]]:
    """Parts that a book cannot do without, each with the reason."""
    needed = [
        (("urut",), "tanpa itu semua surat bernomor sama."),
        (("tahun",), "nomor urut mulai lagi setiap tahun."),
        (("unit", "wilayah"), "unit lain menghitung sendiri dan bisa sampai di nomor yang sama."),
    ]
    if book == Book.CODE:
        needed.append((("kode",), "setiap kode klasifikasi menghitung sendiri."))
    if book == Book.KIND:
        needed.append((("jenis",), "setiap jenis surat menghitung sendiri."))
    return needed


def written(pattern: str, values: Values) -> str:
    """``400.9.14.1/0247/Kel-BLM/XI/2026``. The pattern was checked when it was kept."""
    return "".join(_said(part, values) if part.name else part.words for part in parts_of(pattern))


def _said(part: Part, values: Values) -> str:
    match part.name:
        case "kode":
            return values.code
        case "urut":
            return f"{values.sequence:0{part.size or PADDING}d}"
        case "unit":
            return values.unit
        case "wilayah":
            return ".".join(values.area.split(".")[-part.size :])
        case "jenis":
            return values.kind
        case "sifat":
            return values.secrecy
        case "bulan":
            return roman_month(values.day)
        case "bulan_angka":
            return f"{values.day.month:02d}"
    return str(values.day.year)


def register_of(book: Book, *, code: str, kind: str) -> str:
    """The name of the book within a unit, as letters keep it."""
    match book:
        case Book.CODE:
            return code
        case Book.KIND:
            return f"jenis:{kind}"
    return str(book.value)


def short_of_kind(title: str, taken: set[str]) -> str:
    """A short form of a kind of letter that no other has, compared without case:
    ``Surat Keterangan Tidak Mampu`` → ``SKTM``. ``taken`` are the others', in capitals."""
    words = re.findall(r"[A-Z0-9]+", title.upper())
    usual = "".join(word[0] for word in words)[:8] or "S"
    for number in range(1, 10_000):
        found = usual if number == 1 else f"{usual}{number}"
        if found not in taken:
            return found
    raise RuleBroken(f"Tidak ada singkatan yang masih bebas untuk {title}.")


def _wrong(words: str) -> RuleBroken:
    return RuleBroken(words, field="pattern")
