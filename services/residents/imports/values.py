"""Reading single cells of the register import. Each function raises RuleBroken with the cure."""

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches

from kernel import text
from kernel.errors import RuleBroken
from kernel.nik import Nik, parse_kk, parse_nik
from kernel.tanggal import read_date
from services.residents import codes
from services.residents.imports.columns import as_text
from services.residents.imports.sheets import Cell

EARLIEST = date(1900, 1, 1)

# --- NIK and KK numbers ---------------------------------------------------------------------------

_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)


def nik(cell: Cell) -> Nik:
    """The NIK in a cell. A number cell is refused: spreadsheets keep 15 digits."""
    digits = _sixteen("NIK", "nik", cell)
    try:
        return parse_nik(digits)
    except RuleBroken as wrong:
        raise RuleBroken(
            "NIK ini tidak mungkin benar: angka tanggal lahir di dalamnya keliru. Salin lagi 16 "
            "angkanya dari KTP atau KK orang itu"
        ) from wrong


def kk_number(cell: Cell) -> str:
    """The family card number in a cell, likewise."""
    return parse_kk(_sixteen("Nomor KK", "no_kk", cell))


def _sixteen(what: str, column: str, cell: Cell) -> str:
    if isinstance(cell, int | float) and abs(cell) >= 1e11:
        raise RuleBroken(_damaged(what, column))
    typed = as_text(cell).strip(f"{text.APOSTROPHES} ")
    formula = re.fullmatch(r'="([^"]*)"', typed)
    typed = formula[1] if formula else typed
    if _SCIENTIFIC.fullmatch(typed):
        raise RuleBroken(_damaged(what, column))
    digits = text.digits(typed)
    if digits.strip("0") == "":
        raise RuleBroken(
            f"{what} terdiri dari 16 angka; di sini belum ada. Hapus baris ini, lalu impor lagi "
            "sesudah nomornya terbit"
        )
    if not digits.isdigit():
        raise RuleBroken(f"{what} terdiri dari 16 angka; di sini ada tanda lain. Hapus tanda itu")
    if len(digits) != 16:
        raise RuleBroken(f"{what} terdiri dari 16 angka; di sini {len(digits)} angka")
    return digits


def _damaged(what: str, column: str) -> str:
    return (
        f"{what} tersimpan sebagai bilangan, jadi angka terakhirnya sudah rusak. Jadikan kolom "
        f"{column} teks, lalu isi lagi dari sumbernya"
    )


# --- words ----------------------------------------------------------------------------------------


def words(cell: Cell, column: str, *, limit: int, is_name: bool = False) -> str:
    """Text in one line, in characters a letter can print, not longer than the register keeps."""
    found = as_text(cell)
    found = text.name(found) if is_name else found
    sign = text.unprintable(found)
    if sign:
        raise RuleBroken(
            f"kolom {column} berisi tanda {text.show_sign(sign)} yang tidak bisa dicetak di surat. "
            "Hapus atau ganti tanda itu"
        )
    if len(found) > limit:
        raise RuleBroken(
            f"kolom {column} terlalu panjang ({len(found)} huruf). Singkat menjadi paling banyak "
            f"{limit} huruf"
        )
    return found


# --- code lists -----------------------------------------------------------------------------------


def _key(label: str) -> str:
    """For comparing labels: without case, spaces, punctuation, and abbreviations in brackets."""
    bare = re.sub(r"\([^)]*\)", "", label)
    return text.squeeze(bare) or text.squeeze(label)


_VARIANTS: dict[str, dict[str, int]] = {
    "jenis_kelamin": {"l": 1, "lk": 1, "pria": 1, "p": 2, "pr": 2, "wanita": 2},
    "agama": {
        "kristenprotestan": 2, "protestan": 2, "katolik": 3, "budha": 5, "konghucu": 6,
        "kepercayaan": 7, "kepercayaankepadatuhanyme": 7, "penghayatkepercayaan": 7,
        "kepercayaanterhadaptuhanyangmahaesa": 7,
    },
    # The register does not tell recorded marriages from others, as letters do not either.
    "status_kawin": {
        "belummenikah": 1, "lajang": 1, "kawintercatat": 2, "kawinbelumtercatat": 2, "menikah": 2,
        "ceraihiduptercatat": 3, "ceraihidupbelumtercatat": 3, "ceraimatitercatat": 4,
    },
    "hubungan": {"kepala": 1, "isteri": 3, "anakkandung": 4, "famili": 9,
                 "pembanturumahtangga": 10, "asistenrumahtangga": 10},
    "pendidikan": {
        "belumsekolah": 1, "tidaksekolah": 1, "sd": 3, "tamatsd": 3, "smp": 4, "sltp": 4,
        "sma": 5, "smk": 5, "slta": 5, "d1": 6, "d2": 6, "d3": 7, "diplomaiii": 7,
        "akademidiplomaiiismuda": 7, "akademidiplomaiiisarjanamuda": 7, "d4": 8, "s1": 8,
        "stratai": 8, "s2": 9, "s3": 10,
    },
    "pekerjaan": {
        "tidakbekerja": 1, "belumbekerja": 1, "irt": 2, "iburumahtangga": 2, "pelajar": 3,
        "mahasiswa": 3, "pns": 5, "asn": 5, "tni": 6, "polri": 7, "petani": 9, "pekebun": 9,
        "nelayan": 11, "karyawanbumn": 16,
    },
    "kewarganegaraan": {"indonesia": 1, "asing": 2},
    "status_dasar": {"meninggal": 2, "meninggaldunia": 2, "pindahkeluar": 3},
}  # fmt: skip

CHOICES: dict[str, list[tuple[int, str]]] = {
    "jenis_kelamin": list(codes.Sex.choices),
    "agama": list(codes.Religion.choices),
    "status_kawin": list(codes.Marital.choices),
    "hubungan": list(codes.Relation.choices),
    "pendidikan": list(codes.Education.choices),
    "pekerjaan": list(codes.OCCUPATIONS.items()),
    "kewarganegaraan": list(codes.Citizenship.choices),
    "status_dasar": list(codes.Status.choices),
}
_KNOWN: dict[str, Mapping[str, int]] = {
    column: {
        **_VARIANTS[column],
        **{str(value): value for value, _ in choices},
        **{_key(label): value for value, label in choices},
    }
    for column, choices in CHOICES.items()
}


def coded(typed: str, column: str) -> int:
    """The code of a label or code number, in any usual spelling."""
    found = _KNOWN[column].get(_key(typed))
    if found is None:
        raise RuleBroken(f"{column} “{typed[:60]}” tidak dikenal{_perhaps(typed, column)}")
    return found


def _perhaps(typed: str, column: str) -> str:
    labels = {_key(label): label for _, label in CHOICES[column]}
    wanted = _key(typed)
    near = [key for key in labels if len(wanted) > 3 and wanted in key]
    near = near or get_close_matches(wanted, labels, n=1, cutoff=0.7)
    meant = labels[near[0]] if near else ""
    return f"; maksudnya “{meant}”?" if meant else "; lihat daftar isian di halaman Penduduk"


# --- dates ----------------------------------------------------------------------------------------


def day(typed: str, what: str, *, today: date) -> date:
    """A date not after today and not before 1900."""
    found = read_date(re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", typed))
    if found is None:
        raise RuleBroken(f"{what} “{typed[:40]}” tidak terbaca; tulis seperti 14-03-1989")
    if found > today:
        raise RuleBroken(f"{what} {found:%d-%m-%Y} masih di masa depan; periksa tahunnya")
    if found < EARLIEST:
        raise RuleBroken(f"{what} “{typed[:40]}” sebelum tahun 1900; periksa tahunnya")
    return found


# --- RT and RW ------------------------------------------------------------------------------------


def neighbourhood(typed: str, what: str) -> str:
    """``005`` from "5", "RT 005" or "5.0"; "" when there is none ("-", "0", blank)."""
    bare = re.sub(rf"^{what}\b[ .:]*", "", typed, flags=re.IGNORECASE)
    bare = re.sub(r"[.,]0+$", "", bare)
    if not re.fullmatch(r"[0-9]{0,6}", bare):
        raise RuleBroken(f"{what} “{typed[:20]}” harus angka 1 sampai 999")
    digits = bare.lstrip("0")
    if len(digits) > 3:
        raise RuleBroken(f"{what} “{typed[:20]}” harus angka 1 sampai 999")
    return digits.zfill(3) if digits else ""
