"""What there is to choose from in every service: fixed lists, and the shapes of numbers."""

from django.utils.translation import gettext, gettext_noop, override

from kernel.tanggal import DAYS
from services.catalogue.blueprint import FieldSpec
from services.residents import codes

YES, NO = "ya", "tidak"

# A person the register does not know is written down with these.
OUTSIDE_FACTS = (
    ("nama", gettext_noop("Nama lengkap")),
    ("nik", gettext_noop("NIK")),
    ("tempat_lahir", gettext_noop("Tempat lahir")),
    ("tanggal_lahir", gettext_noop("Tanggal lahir")),
    ("jenis_kelamin", gettext_noop("Jenis kelamin")),
    ("agama", gettext_noop("Agama")),
    ("pekerjaan", gettext_noop("Pekerjaan")),
    ("alamat", gettext_noop("Alamat")),
)

CODE_LISTS: dict[str, list[tuple[str, str]]] = {
    "jenis_kelamin": [(str(v), label) for v, label in codes.Sex.choices],
    "agama": [(str(v), label) for v, label in codes.Religion.choices],
    "status_kawin": [(str(v), label) for v, label in codes.Marital.choices],
    "hubungan": [(str(v), label) for v, label in codes.Relation.choices],
    "pendidikan": [(str(v), label) for v, label in codes.Education.choices],
    "pekerjaan": [(str(v), label) for v, label in codes.OCCUPATIONS.items()],
    "kewarganegaraan": [(str(v), label) for v, label in codes.Citizenship.choices],
    "hari": [(str(n), name) for n, name in enumerate(DAYS, start=1)],
}

FORMATS: dict[str, tuple[str, str]] = {
    "nib": (r"\d{13}", gettext_noop("13 angka")),
    "npwp": (r"\d{15,16}", gettext_noop("15 atau 16 angka")),
    "nop": (r"\d{18}", gettext_noop("18 angka")),
    "telepon": (r"(\+62|0)\d{8,13}", gettext_noop("nomor telepon, misalnya 0812 3456 7890")),
    "nopol": (r"[A-Z]{1,2}\d{1,4}[A-Z]{0,3}", gettext_noop("nomor polisi, misalnya KT 1234 AB")),
}


def options(spec: FieldSpec) -> list[tuple[str, str]]:
    """Values and labels to choose from."""
    if spec.type == "yesno":
        return [(YES, gettext_noop("Ya")), (NO, gettext_noop("Tidak"))]
    if spec.type == "list":
        return CODE_LISTS[spec.code_list]
    return [(option.key, option.label) for option in spec.options]


def shown_options(spec: FieldSpec, language: str) -> list[tuple[str, str]]:
    """The same for a reader: a service's own options are translated with it, ours here."""
    found = options(spec)
    if spec.type == "choice" or language == "id":
        return found
    with override(language):
        return [(value, gettext(label)) for value, label in found]
