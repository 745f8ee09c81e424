"""What whoever vouches may say besides yes: ready reasons, in the words of the head who chooses one
and in those the applicant reads. Kept by key in ``Vouch.reason``."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

OTHER = "other"
LEAST = 5  # characters of a written reason


@dataclass(frozen=True, slots=True)
class Answer:
    """One ready reason."""

    label: str  # for the head who chooses
    words: str  # for the applicant; "" where only their own words are read
    about: str = ""  # the question of the service it is about, where it has one of this key


REFUSALS = {
    "moved": Answer(
        "Sudah tidak tinggal di sini.",
        gettext_noop("Menurut yang menjawab, Anda sudah tidak tinggal di sini."),
    ),
    "unknown": Answer(
        "Saya tidak mengenal orang ini sebagai warga di sini.",
        gettext_noop("Anda tidak dikenal sebagai warga di sini."),
    ),
    "untrue": Answer(
        "Isian permohonannya tidak sesuai dengan keadaan yang saya ketahui.",
        gettext_noop("Isian permohonan tidak sesuai dengan keadaan yang diketahui di sini."),
    ),
    OTHER: Answer("Alasan lain", ""),
}
QUESTIONS = {
    "purpose": Answer(
        "Untuk keperluan apa tepatnya?",
        gettext_noop("Tulis lebih jelas untuk keperluan apa surat ini."),
        about="keperluan",
    ),
    "address": Answer(
        "Sekarang tinggal di rumah yang mana?",
        gettext_noop("Sebutkan di rumah mana Anda sekarang tinggal, dan bersama siapa."),
    ),
    "mistake": Answer(
        "Ada isian yang keliru.", gettext_noop("Ada isian yang keliru. Periksa dan perbaiki.")
    ),
    OTHER: Answer("Pertanyaan lain", ""),
}


def known(key: str) -> Answer:
    """A ready reason by its key; an empty one where there is none."""
    return REFUSALS.get(key) or QUESTIONS.get(key) or Answer("", "")


def sentence(key: str, note: str) -> str:
    """What the applicant reads, as the case keeps it: in Indonesian."""
    return " ".join(part for part in (known(key).words, note.strip()) if part)


def in_words(said: str) -> str:
    """Such a sentence with its ready part in the reader's language."""
    for answer in (*REFUSALS.values(), *QUESTIONS.values()):
        if answer.words and said.startswith(answer.words):
            return gettext(answer.words) + said.removeprefix(answer.words)
    return said
