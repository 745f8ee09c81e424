"""What a case keeps about its steps in words, always in Indonesian: why a desk was passed over,
and that another head vouched."""

import re

from django.utils.translation import gettext, gettext_noop

VACANT = gettext_noop("Belum ada yang menjabat; diteruskan ke langkah berikutnya.")
NO_UNIT = gettext_noop("Alamat pemohon tidak punya RT, RW, atau dusun ini; diteruskan.")
ONESELF = gettext_noop("Pemohon sendiri yang menjabat; diteruskan ke langkah berikutnya.")
ERT_OFF = gettext_noop("e-RT belum dibuka di sini; diteruskan ke langkah berikutnya.")
UNANSWERED = gettext_noop("Tidak dijawab sampai batas waktu; diteruskan.")
TAKEN_BACK = gettext_noop("Dibatalkan pemohon.")
VOUCH_TAKEN_BACK = gettext_noop("Ditarik kembali oleh yang membenarkan.")
RECALLED = gettext_noop("Ditarik kembali oleh yang meneruskan.")
TERM_ENDED = gettext_noop(
    "Batas waktu menurut hukum sudah lewat; diteruskan ke pejabat yang memutuskan."
)
ISSUED_BY_SYSTEM = gettext_noop(
    "Diterbitkan oleh sistem elektronik karena batas waktu menurut hukum sudah lewat (Pasal 53 "
    "Undang-Undang Nomor 30 Tahun 2014 sebagaimana diubah dengan Undang-Undang Nomor 6 Tahun 2023)."
)
INSTEAD = gettext_noop("%(who)s membenarkan, menggantikan %(whom)s")
FREE = gettext_noop("Tidak dikenai biaya.")
PAID_BEFORE = gettext_noop("Sudah dibayar sebelumnya.")
PAID_LATER = gettext_noop("Boleh dibayar kemudian; diteruskan ke langkah berikutnya.")
PAID = gettext_noop("Lunas.")
SIGNED = gettext_noop("Sudah ditandatangani.")
NOT_SIGNED_HERE = gettext_noop("Tidak perlu tanda tangan elektronik di sini; diteruskan.")
NOT_PAID = gettext_noop("Tidak dibayar sampai batas waktu.")
DECIDED_AT = gettext_noop("Diputuskan di %(unit)s.")


def in_words(note: str) -> str:
    """Such a reason in the reader's language."""
    before, after = DECIDED_AT.split("%(unit)s")
    if note.startswith(before) and note.endswith(after):
        return gettext(DECIDED_AT) % {"unit": note.removeprefix(before).removesuffix(after)}
    return gettext(note)


def title_in_words(title: str) -> str:
    """The title of a step at which another head vouched, in the reader's language; "" of every
    other title."""
    pattern = re.sub(r"%\((\w+)\)s", r"(?P<\1>.+)", INSTEAD)
    found = re.fullmatch(pattern, title)
    if found is None:
        return ""
    heads = {name: gettext(head) for name, head in found.groupdict().items()}
    return gettext(INSTEAD) % heads
