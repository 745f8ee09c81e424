"""The catalogue's texts about desks, in the words of the place where the desk stands. Plain Python.

Blueprints are shared by every city, so they say “Lurah” and “kecamatan”. Where a village is led
by a Wali Nagari, its people read “Wali Nagari menyetujui”. Only texts that read exactly as the
catalogue has them are changed: a city's own wording stays as the city wrote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.catalogue.blueprint import Blueprint
from services.catalogue.outputs import Output
from services.catalogue.steps import DeskStep, StepSpec
from tenants.office.kinds import Words

KETUA_RT = Words("RT", "Ketua RT")


@dataclass(frozen=True, slots=True)
class Places:
    """What the units around a request are called, and their heads."""

    village: Words
    district: Words
    voucher: Words = KETUA_RT  # the unit whose head vouches

    def values(self) -> dict[str, str]:
        """What may stand in a text below."""
        return {
            "village": self.village.word.lower(),
            "Village": self.village.word,
            "village_head": self.village.head,
            "district": self.district.word.lower(),
            "district_head": self.district.head,
            "voucher_head": self.voucher.head,
        }


USUAL = Places(Words("Kelurahan", "Lurah"), Words("Kecamatan", "Camat"))

# Every text of the catalogue that names a unit or its head by the usual word.
TEXTS = (
    "{voucher_head} membenarkan",
    "Loket {village} memeriksa",
    "{Village} memeriksa laporan",
    "{village_head} menyetujui",
    "{Village} memeriksa lokasi",
    "Loket {district} memeriksa",
    "{district_head} menyetujui",
    "Kasi {district} memeriksa dan memaraf",
    "Sekretaris {district} memaraf",
    "Lengkap, teruskan ke {district_head}",
    "Sesuai, teruskan ke {district}",
    "Rekomendasi {district_head}",
    "Dispensasi Nikah {district_head}",
    "Dispensasi Nikah ({district_head})",
    "Berdasarkan permohonan nomor {nomor_berkas}, {keterangan_rt}, dan pemeriksaan {village}, "
    "{penandatangan} memberikan rekomendasi kepada:",
    "Berdasarkan permohonan nomor {nomor_berkas} dan rekomendasi {district_head}, {penandatangan} "
    "memberikan izin kepada:",
)


# The English text is changed only where somebody else than the head of an RT vouches.
_OTHER_VOUCHER = {"The head of the RT confirms": "The {voucher_head} confirms"}


def said(text: str, places: Places) -> str:
    """A text of the catalogue in the words of a place; any other text as it is."""
    known = _TEXTS.get(text)
    if places.voucher.head != USUAL.voucher.head:
        known = known or _OTHER_VOUCHER.get(text)
    return _put(known, places) if known else text


def said_step(step: StepSpec, places: Places) -> StepSpec:
    """A step whose title and button speak of its own place."""
    texts = {"title": said(step.title, places)}
    if isinstance(step, DeskStep):
        texts["approve"] = said(step.approve, places)
    return step.model_copy(update=texts)


def spoken(blueprint: Blueprint, places: Places) -> Blueprint:
    """The service for people of one place: to read, never to keep."""
    return blueprint.model_copy(
        update={
            "title": said(blueprint.title, places),
            "steps": [said_step(step, places) for step in blueprint.steps],
        }
    )


def said_output(output: Output, places: Places) -> Output:
    """A letter whose subject and opening speak of its own place."""
    return output.model_copy(
        update={
            "subject": said(output.subject, places),
            "opening": said(output.opening, places),
        }
    )


def _put(text: str, places: Places) -> str:
    for name, word in places.values().items():
        text = text.replace(f"{{{name}}}", word)
    return text


_TEXTS: Mapping[str, str] = {_put(text, USUAL): text for text in TEXTS}
