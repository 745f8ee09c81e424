"""Why a desk was passed over, as the case keeps it: always in Indonesian."""

from django.utils.translation import gettext, gettext_noop

VACANT = gettext_noop("Belum ada yang menjabat; diteruskan ke langkah berikutnya.")
NO_UNIT = gettext_noop("Alamat pemohon tidak punya RT, RW, atau dusun ini; diteruskan.")
ONESELF = gettext_noop("Pemohon sendiri yang menjabat; diteruskan ke langkah berikutnya.")
ERT_OFF = gettext_noop("e-RT belum dibuka di sini; diteruskan ke langkah berikutnya.")
UNANSWERED = gettext_noop("Tidak dijawab sampai batas waktu; diteruskan.")
TAKEN_BACK = gettext_noop("Dibatalkan pemohon.")
VOUCH_TAKEN_BACK = gettext_noop("Ditarik kembali oleh yang membenarkan.")
DECIDED_AT = gettext_noop("Diputuskan di %(unit)s.")


def in_words(note: str) -> str:
    """Such a reason in the reader's language."""
    before, after = DECIDED_AT.split("%(unit)s")
    if note.startswith(before) and note.endswith(after):
        return gettext(DECIDED_AT) % {"unit": note.removeprefix(before).removesuffix(after)}
    return gettext(note)
