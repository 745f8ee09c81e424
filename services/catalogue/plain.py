"""What a service's page says more plainly than its definition: each thing needed once, what
abbreviations mean, what a page of a form is about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from kernel.text import fold
from services.catalogue.blueprint import Blueprint, DocumentSpec
from services.catalogue.rules import acting

SAME = 0.6  # of the shorter text's words, for a requirement and a file to be the same thing
_SMALL = frozenset("surat yang dari atau untuk".split())


@dataclass(frozen=True, slots=True)
class Needed:
    """One thing an applicant needs: a condition, or a file to hand in."""

    text: str
    document: DocumentSpec | None = None


def needed(blueprint: Blueprint, shown: Blueprint) -> list[Needed]:
    """What is required, each thing once: conditions first, then files. A file that a requirement
    describes at greater length reads like that. ``shown`` is the service in another language."""
    described: dict[str, int] = {}  # by file: the requirement that says the same
    pairs = sorted(
        (
            (_likeness(line, document.label), -number, document.key)
            for number, line in enumerate(blueprint.requirements)
            for document in blueprint.documents
        ),
        reverse=True,
    )
    for likeness, minus, key in pairs:
        if likeness >= SAME and key not in described and -minus not in described.values():
            described[key] = -minus
    lines = shown.requirements
    if len(lines) != len(blueprint.requirements):  # a translation with other lines
        described, lines = {}, shown.requirements
    found = [Needed(line) for n, line in enumerate(lines) if n not in described.values()]
    for document in shown.documents:
        line = lines[described[document.key]] if document.key in described else ""
        found.append(Needed(max(line, document.label, key=len), document))
    return found


def _likeness(one: str, other: str) -> float:
    ours, theirs = _words(one), _words(other)
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))


def _words(text: str) -> set[str]:
    return {word for word in fold(text).split() if len(word) > 2} - _SMALL


LONG_FORMS = {
    "AD/ART": "Anggaran Dasar dan Anggaran Rumah Tangga",
    "AJB": "Akta Jual Beli",
    "BBM": "Bahan Bakar Minyak",
    "BPJS": "Badan Penyelenggara Jaminan Sosial",
    "BPKB": "Buku Pemilik Kendaraan Bermotor",
    "BPN": "Badan Pertanahan Nasional",
    "DPMPTSP": "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    "DTSEN": "Data Tunggal Sosial dan Ekonomi Nasional",
    "Disdukcapil": "Dinas Kependudukan dan Pencatatan Sipil",
    "F-1.01": "formulir biodata keluarga",
    "F-1.02": "formulir pendaftaran peristiwa kependudukan",
    "F-1.03": "formulir pendaftaran perpindahan penduduk",
    "F-1.04": "formulir pernyataan tidak memiliki dokumen kependudukan",
    "F-1.05": "formulir pernyataan perkawinan belum tercatat",
    "F-1.06": "formulir pernyataan perubahan elemen data",
    "F-1.07": "formulir surat kuasa",
    "F-2.01": "formulir pelaporan pencatatan sipil",
    "F-2.12": "formulir keterangan perkawinan",
    "IMB": "Izin Mendirikan Bangunan",
    "KIP": "Kartu Indonesia Pintar",
    "KIS": "Kartu Indonesia Sehat",
    "KPR": "Kredit Pemilikan Rumah",
    "KUA": "Kantor Urusan Agama",
    "N1": "formulir pengantar nikah",
    "N2": "formulir permohonan kehendak nikah",
    "N6": "formulir keterangan kematian suami atau istri",
    "NIB": "Nomor Induk Berusaha",
    "NOP": "Nomor Objek Pajak",
    "NPWP": "Nomor Pokok Wajib Pajak",
    "PBB": "Pajak Bumi dan Bangunan",
    "PBG": "Persetujuan Bangunan Gedung",
    "PBI": "Penerima Bantuan Iuran",
    "PDAM": "Perusahaan Daerah Air Minum",
    "PIP": "Program Indonesia Pintar",
    "PKH": "Program Keluarga Harapan",
    "PLN": "Perusahaan Listrik Negara",
    "PMI": "Pekerja Migran Indonesia",
    "PPATS": "Pejabat Pembuat Akta Tanah Sementara",
    "Polri": "Kepolisian Negara Republik Indonesia",
    "SIMBG": "Sistem Informasi Manajemen Bangunan Gedung",
    "SKCK": "Surat Keterangan Catatan Kepolisian",
    "SKPLN": "Surat Keterangan Pindah Luar Negeri",
    "SKPWNI": "Surat Keterangan Pindah Warga Negara Indonesia",
    "SKTM": "Surat Keterangan Tidak Mampu",
    "SMP": "Sekolah Menengah Pertama",
    "SPK": "Surat Perintah Kerja",
    "SPMB": "Sistem Penerimaan Murid Baru",
    "SPMK": "Surat Perintah Mulai Kerja",
    "SPPT": "Surat Pemberitahuan Pajak Terutang",
    "SPTJM": "Surat Pernyataan Tanggung Jawab Mutlak",
    "STNK": "Surat Tanda Nomor Kendaraan",
    "TNI": "Tentara Nasional Indonesia",
    "TPU": "Tempat Pemakaman Umum",
    "UKT": "Uang Kuliah Tunggal",
}
_SHORT = re.compile(
    r"(?<![\w-])("
    + "|".join(sorted(map(re.escape, LONG_FORMS), key=len, reverse=True))
    + r")(?![\w-])"
)


def long_forms(texts: Iterable[str]) -> list[tuple[str, str]]:
    """What the abbreviations in these texts stand for, in the order they are met; those whose
    long form stands there anyway are left out."""
    whole = "\n".join(texts)
    met = dict.fromkeys(match[1] for match in _SHORT.finditer(whole))
    return [
        (short, LONG_FORMS[short])
        for short in met
        if LONG_FORMS[short].casefold() not in whole.casefold()
    ]


def texts_of(shown: Blueprint) -> list[str]:
    """What a service's page says in the service's own words."""
    labels = [document.label for document in shown.documents]
    steps = [step.title for step in acting(shown)]
    return [shown.title, shown.summary, *shown.requirements, *labels, *steps, shown.after]


MOST = 60  # letters of a topic that names all questions of its page


def topic(shown: Blueprint, keys: Sequence[str]) -> str:
    """What a page of the form is about, in the words of its questions."""
    files = {document.key: document.label for document in shown.documents}
    labels = {spec.key: spec.label for spec in shown.fields} | files
    if all(key in files for key in keys):
        return labels[keys[0]] if len(keys) == 1 else gettext("Berkas")
    names = [labels[key] for key in keys]
    together = ", ".join(names[:1] + [name[:1].lower() + name[1:] for name in names[1:]])
    return together if len(together) <= MOST else f"{names[0]}, …"
