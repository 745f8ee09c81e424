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
INSTEAD = gettext_noop("%(who)s membenarkan, menggantikan %(whom)s")
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
