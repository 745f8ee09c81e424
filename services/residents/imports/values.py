"""Reading single cells of the register import. Each function raises RuleBroken with the cure.

Plain Python: the processes that clean an import load it without an application.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from kernel import text
from kernel.errors import RuleBroken
from kernel.nik import Nik, parse_kk, parse_nik
from kernel.tanggal import read_date
from services.residents import codes
from services.residents.imports.columns import HEADINGS, Cell, as_text

BLANK = ("-", "–", "—", "")


def typed(cell: Cell) -> str:
    """A cell as one line of text; "" when blank or a dash."""
    found = as_text(cell)
    return "" if found in BLANK else found


# --- NIK and KK numbers ---------------------------------------------------------------------------

_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)


def nik(cell: Cell) -> Nik:
    """The NIK in a cell. A number cell is refused: spreadsheets keep 15 digits."""
    digits = sixteen("NIK", "nik", cell)
    try:
        return parse_nik(digits)
    except RuleBroken as wrong:
        raise RuleBroken(
            "NIK ini tidak mungkin benar: angka tanggal lahir di dalamnya keliru. Salin lagi 16 "
            "angkanya dari KTP atau KK orang itu"
        ) from wrong


def kk_number(cell: Cell) -> str:
    """The family card number in a cell, likewise."""
    return parse_kk(sixteen("Nomor KK", "no_kk", cell))


def sixteen(what: str, column: str, cell: Cell) -> str:
    """The sixteen digits of a number."""
    digits = digits_of(what, column, cell)
    if digits.strip("0") == "":
        raise RuleBroken(f"{what} terdiri dari 16 angka; di sini belum ada")
    if not digits.isdigit():
        raise RuleBroken(f"{what} terdiri dari 16 angka; di sini ada tanda lain. Hapus tanda itu")
    if len(digits) != 16:
        raise RuleBroken(f"{what} terdiri dari 16 angka; di sini {len(digits)} angka")
    return digits


def digits_of(what: str, column: str, cell: Cell) -> str:
    """The digits in the cell of a number, without the signs that files put around them. Raises
    RuleBroken for a number that a spreadsheet has rounded."""
    if isinstance(cell, int | float) and abs(cell) >= 1e11:
        raise RuleBroken(_damaged(what, column))
    written = as_text(cell).strip(f"{text.APOSTROPHES} ")
    formula = re.fullmatch(r'="([^"]*)"', written)
    written = formula[1] if formula else written
    if _SCIENTIFIC.fullmatch(written):
        raise RuleBroken(_damaged(what, column))
    return text.digits(written)


def has_no_nik(cell: Cell) -> bool:
    """Whether a cell says that there is no NIK yet: blank, a dash, 0, or a temporary number, which
    OpenSID begins with 0 (no area does)."""
    if isinstance(cell, str) and len(cell) == 16 and cell[0] != "0" and cell.isdigit():
        return False
    digits = digits_of("NIK", "nik", cell)
    return digits.strip("0") == "" or (len(digits) == 16 and digits.startswith("0"))


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
    if is_name and (sign := text.not_latin(found)):
        raise RuleBroken(
            f"kolom {column} berisi {text.show_sign(sign)}. Tulis nama dengan huruf Latin"
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


def _blood_key(label: str) -> str:
    """Blood groups differ by a sign alone."""
    return label.casefold().replace(" ", "").replace("−", "-").replace("–", "-")


_VARIANTS: dict[str, dict[str, int]] = {
    "sex": {"l": 1, "lk": 1, "pria": 1, "p": 2, "pr": 2, "wanita": 2},
    "religion": {
        "kristenprotestan": 2, "protestan": 2, "katolik": 3, "katholik": 3, "budha": 5,
        "budhha": 5, "konghucu": 6, "konghuchu": 6, "khonghuchu": 6,
        "kepercayaan": 7, "kepercayaankepadatuhanyme": 7, "penghayatkepercayaan": 7,
        "kepercayaanterhadaptuhanyangmahaesa": 7, "kepercayaanterhadaptuhanymelainnya": 7,
    },
    # The register does not tell recorded marriages from others, as letters do not either.
    "marital": {
        "bk": 1, "k": 2, "ch": 3, "cm": 4,
        "belummenikah": 1, "lajang": 1, "kawintercatat": 2, "kawinbelumtercatat": 2, "menikah": 2,
        "ceraihiduptercatat": 3, "ceraihidupbelumtercatat": 3, "ceraimatitercatat": 4,
        "kawintidaktercatat": 2, "ceraimatibelumtercatat": 4, "janda": 4, "duda": 4,
    },
    "relation": {"kepala": 1, "kk": 1, "isteri": 3, "anakkandung": 4, "famili": 9,
                 "pembanturumahtangga": 10, "asistenrumahtangga": 10, "lain": 11},
    "education": {
        "belumsekolah": 1, "tidaksekolah": 1, "sd": 3, "tamatsd": 3, "smp": 4, "sltp": 4,
        "sma": 5, "smk": 5, "slta": 5, "d1": 6, "d2": 6, "d3": 7, "diplomaiii": 7,
        "akademidiplomaiiismuda": 7, "akademidiplomaiiisarjanamuda": 7, "d4": 8, "s1": 8,
        "stratai": 8, "s2": 9, "s3": 10, "tidakbelumtamatsd": 2, "tidaktamatsd": 2,
    },
    "occupation": {
        "tidakbekerja": 1, "belumbekerja": 1, "irt": 2, "iburumahtangga": 2, "pelajar": 3,
        "mahasiswa": 3, "pns": 5, "asn": 5, "tni": 6, "polri": 7, "petani": 9, "pekebun": 9,
        "nelayan": 11, "karyawanbumn": 16, "dprri": 48, "dpd": 49, "bpk": 50,
        "penterjemah": 40, "walikota": 60, "wakilwalikota": 61,
    },
    "citizenship": {"indonesia": 1, "asing": 2},
    "status": {"meninggal": 2, "meninggaldunia": 2, "wafat": 2, "pindahkeluar": 3},
    "studying": {"belummasuktk": 1, "sedangtk": 2, "sedangsd": 4, "tidaktamatsd": 5,
                 "sedangsltp": 6, "sedangsmp": 6, "sedangslta": 7, "sedangsma": 7,
                 "sedangd1": 8, "sedangd2": 9, "sedangd3": 10, "sedangs1": 11, "sedangs2": 12,
                 "sedangs3": 13, "tdkth": 17},
    "blood": {"tidaktahu": 13, "tdkth": 13, "tdktahu": 13},
    "disability": {"fisik": 1, "netra": 2, "buta": 2, "runguwicara": 3, "rungu": 3, "mental": 4,
                   "jiwa": 4, "mentaljiwa": 4, "fisikdanmental": 5, "lainnya": 6, "tidakada": 7},
    "contraception": {"susuk": 5, "implan": 5, "spiral": 2, "sterilwanita": 6, "sterilpria": 7,
                      "mow": 6, "mop": 7},
    "insurance": {"tidakpunya": 1, "belumpunya": 1, "pbi": 2, "bpjspbi": 2, "nonpbi": 3,
                  "bpjsnonpbi": 3, "lainnya": 99},
    "card_state": {"belum": 1, "sudah": 2, "ektp": 2},
    "recording": {"belumwajib": 1, "belum": 2, "sudah": 3},
    "residency": {},
    "pregnant": {"ya": 1, "hamil": 1, "tidak": 2, "tidakhamil": 2},
}  # fmt: skip

CHOICES: dict[str, list[tuple[int, str]]] = {
    "sex": list(codes.Sex.choices),
    "religion": list(codes.Religion.choices),
    "marital": list(codes.Marital.choices),
    "relation": list(codes.Relation.choices),
    "education": list(codes.Education.choices),
    "occupation": list(codes.OCCUPATIONS.items()),
    "citizenship": list(codes.Citizenship.choices),
    "status": list(codes.Status.choices),
    "studying": list(codes.Studying.choices),
    "blood": list(codes.Blood.choices),
    "disability": list(codes.Disability.choices),
    "contraception": list(codes.Contraception.choices),
    "insurance": list(codes.Insurance.choices),
    "card_state": list(codes.CardState.choices),
    "recording": list(codes.Recording.choices),
    "residency": list(codes.Residency.choices),
    "pregnant": [(1, "Ya"), (2, "Tidak")],
}


def _key_of(label: str, field: str) -> str:
    return _blood_key(label) if field == "blood" else _key(label)


_KNOWN: dict[str, Mapping[str, int]] = {
    field: {
        **_VARIANTS[field],
        **{str(value): value for value, _ in choices},
        **{_key_of(label, field): value for value, label in choices},
    }
    for field, choices in CHOICES.items()
}


def coded(typed: str, field: str) -> int:
    """The code of a label or code number, in any usual spelling."""
    found = _KNOWN[field].get(_key_of(typed, field))
    if found is None:
        heading = HEADINGS[field]
        raise RuleBroken(f"{heading} “{typed[:60]}” tidak dikenal{_perhaps(typed, field)}")
    return found


def _perhaps(typed: str, field: str) -> str:
    labels = {_key(label): label for _, label in CHOICES[field]}
    wanted = _key(typed)
    near = [key for key in labels if len(wanted) > 3 and wanted in key]
    near = near or get_close_matches(wanted, labels, n=1, cutoff=0.7)
    meant = labels[near[0]] if near else ""
    return f"; maksudnya “{meant}”?" if meant else "; lihat daftar isian di halaman Penduduk"


# --- dates ----------------------------------------------------------------------------------------


_LATEST = date(2100, 1, 1)
_NO_DAY = re.compile(r"0{1,4}[-/. ]?0{1,2}[-/. ]?0{1,4}( 0?0:00(:00)?)?")


def is_no_day(typed: str) -> bool:
    """Whether a text is what databases write for "no date": 0000-00-00."""
    return _NO_DAY.fullmatch(typed) is not None


def day(typed: str, what: str, *, today: date = _LATEST) -> date:
    """A date not after today and not before 1900."""
    found = read_date(re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", typed))
    if found is None:
        raise RuleBroken(f"{what} “{typed[:40]}” tidak terbaca; tulis seperti 14-03-1989")
    if found > today:
        raise RuleBroken(f"{what} {found:%d-%m-%Y} masih di masa depan; periksa tahunnya")
    if found < codes.EARLIEST:
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


# --- the rest -------------------------------------------------------------------------------------


def phone(typed: str) -> str:
    """A telephone number as it is dialled: digits, perhaps a + in front."""
    bare = re.sub(r"[ .()/-]", "", typed)
    if not re.fullmatch(r"\+?[0-9]{6,16}", bare):
        raise RuleBroken(
            f"telepon “{typed[:30]}” harus angka saja, misalnya 081234567890; satu nomor per sel"
        )
    return bare


def postal_code(typed: str) -> str:
    """Five digits."""
    if not re.fullmatch(r"[0-9]{5}", typed):
        raise RuleBroken(f"kode_pos “{typed[:20]}” harus lima angka")
    return typed


def degrees(typed: str, field: str) -> Decimal | None:
    """A latitude or longitude in degrees; 0 is what programs write for "not set"."""
    limit = 90 if field == "latitude" else 180
    try:
        found = Decimal(typed.replace(",", "."))
    except InvalidOperation:
        found = Decimal(999)
    if not found.is_finite() or abs(found) > limit:
        raise RuleBroken(
            f"{HEADINGS[field]} “{typed[:30]}” bukan derajat; tulis seperti "
            f"{'-7.150970' if field == 'latitude' else '110.140259'}"
        )
    return round(found, 6) or None
