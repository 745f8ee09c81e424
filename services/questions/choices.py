"""What there is to choose from in every service: fixed lists, and what a person is told by."""

from django.utils.translation import gettext, gettext_noop, override

from kernel.tanggal import DAYS
from services.residents import codes

YES, NO = "ya", "tidak"
YES_OR_NO = [(YES, gettext_noop("Ya")), (NO, gettext_noop("Tidak"))]

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


def in_language(options: list[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """Values with their labels, ours, in a reader's language."""
    if language == "id":
        return options
    with override(language):
        return [(value, gettext(label)) for value, label in options]
