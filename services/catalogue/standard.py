"""The 14 items of a published service standard (PermenPANRB 15/2014).

What the definition says elsewhere (requirements, desks, clocks, fee, letters, legal basis) is put
into words here and never typed twice. What an office says, or is known of it, comes from whoever
asks. An item that nobody filled in has no text: it is not published, and nothing stands in for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from kernel.rupiah import format_rupiah
from services.catalogue.blueprint import Blueprint
from services.catalogue.plain import needed
from services.catalogue.rules import acting
from services.catalogue.tariff import Tariff
from ui.language import reads_in
from ui.templatetags.ui import period_words

# In the order of the regulation; the first six must be published.
ITEMS = {
    "requirements": gettext_noop("Persyaratan"),
    "procedure": gettext_noop("Sistem, mekanisme, dan prosedur"),
    "term": gettext_noop("Jangka waktu penyelesaian"),
    "fee": gettext_noop("Biaya atau tarif"),
    "product": gettext_noop("Produk pelayanan"),
    "complaints": gettext_noop("Penanganan pengaduan"),
    "legal_basis": gettext_noop("Dasar hukum"),
    "facilities": gettext_noop("Sarana, prasarana, dan fasilitas"),
    "competence": gettext_noop("Kompetensi pelaksana"),
    "supervision": gettext_noop("Pengawasan internal"),
    "staff": gettext_noop("Jumlah pelaksana"),
    "guarantee": gettext_noop("Jaminan pelayanan"),
    "safety": gettext_noop("Jaminan keamanan dan keselamatan"),
    "evaluation": gettext_noop("Evaluasi kinerja pelaksana"),
}
# What an office may say itself: nothing else knows it, or not all of it.
SAID = (
    "complaints", "facilities", "competence", "supervision", "guarantee", "safety", "evaluation"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One item; ``text`` is "" where nobody filled it in."""

    key: str
    label: str
    text: str


def _tariff_words(tariff: Tariff) -> str:
    rows = "; ".join(
        f"{row.label}: {format_rupiah(row.amount, reads_in())}"
        + (f" / {row.unit}" if row.unit else "")
        for row in tariff.rows
    )
    return gettext("Retribusi menurut %(law)s: %(rows)s") % {"law": tariff.law, "rows": rows}


def _fee_words(blueprint: Blueprint) -> str:
    if blueprint.tariff:
        return _tariff_words(blueprint.tariff)
    if not blueprint.fee:
        return gettext("Gratis")
    fee = format_rupiah(blueprint.fee, reads_in())
    return gettext("%(fee)s, dibayar di loket") % {"fee": fee}


def _of_definition(blueprint: Blueprint) -> dict[str, str]:
    """What follows from the service itself."""
    own = blueprint.standard
    wanted = [need.text for need in needed(blueprint, blueprint)]
    made = [*(one.subject for one in blueprint.outputs), *(one.label for one in blueprint.results)]
    maybe = gettext("(bila diperlukan)")
    steps = "; ".join(
        f"{step.title} {maybe}" if step.when else step.title for step in acting(blueprint)
    )
    none = gettext("Tidak ada, selain data yang sudah tercatat")
    return {
        "requirements": "; ".join(wanted) or none,
        "procedure": own.procedure or gettext("Pemohon mengajukan; %(steps)s") % {"steps": steps},
        "term": "; ".join(
            f"{step.title}: {period_words(step.clock)}" for step in acting(blueprint)
        ),
        "fee": _fee_words(blueprint),
        "product": own.product or "; ".join(dict.fromkeys(made)) or blueprint.title,
        "legal_basis": "; ".join(blueprint.legal_basis),
        **{key: getattr(own, key) for key in SAID},
    }


def _of_the_system(blueprint: Blueprint) -> dict[str, str]:
    """What this application does for every service, whatever the office; and staff as the service
    says it."""
    safety = gettext(
        "NIK dan nomor KK disimpan terkunci; setiap pembacaan data tercatat dan terlihat "
        "pemiliknya."
    )
    if blueprint.outputs:
        safety += " " + gettext("Keaslian surat dapat dicek siapa pun lewat kode QR.")
    return {
        "staff": blueprint.standard.staff,  # where nobody is known to hold a post
        "guarantee": gettext(
            "Batas waktu setiap langkah dihitung dan terlihat oleh pemohon; yang lewat waktu "
            "terlihat petugasnya."
        ),
        "safety": safety,
        "evaluation": gettext(
            "Waktu setiap langkah tercatat dan dapat dilihat pemohon dan petugas."
        ),
    }


def items(blueprint: Blueprint, said: Mapping[str, str], known: Mapping[str, str]) -> list[Item]:
    """All 14. ``said`` is what the office says itself; ``known`` what is known of it, which stands
    where nobody says more. Facilities that are known are always named."""
    of_service, usual = _of_definition(blueprint), _of_the_system(blueprint)
    found = []
    for key, label in ITEMS.items():
        text = said.get(key) or of_service.get(key) or known.get(key) or usual.get(key, "")
        if key == "facilities" and known.get(key) and text != known[key]:
            text = f"{text} {known[key]}"
        found.append(Item(key, gettext(label), text.strip()))
    return found
