"""The audit entries of a city in an operator's words."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.models import Entry
from tenants.registry.models import City
from ui.templatetags.ui import grouped, short_moment


def deeds(city: City) -> QuerySet[Entry]:
    """The platform's own record about a city, newest first. Evaluate in public."""
    return Entry.objects.filter(subject="city", subject_id=city.code)


ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


WORDS = {
    "city.status": "Keadaan berubah",
    "city.trial": "Masa coba dipindahkan",
    "city.limits": "Batas berubah",
    "city.limits_by_hand": "Batas diatur operator",
    "city.admins_shown": "Nama admin dibuka",
    "console.suspended": "Dijadikan hanya baca",
    "console.resumed": "Dilanjutkan",
    "console.trial_extended": "Masa coba diperpanjang",
    "console.limits_changed": "Batas diubah",
    "outbox.retried": "Pekerjaan diulangi",
    "outbox.settled": "Pekerjaan dinyatakan sudah terjadi",
    "support.asked": "Dukungan meminta izin",
    "support.granted": "Dukungan diizinkan kota",
    "support.refused": "Dukungan ditolak kota",
    "support.revoked": "Izin dukungan dicabut kota",
    "support.ended": "Dukungan selesai",
    "question.answered": "Pertanyaan kota dijawab",
    "support.link": "Tautan masuk dukungan dibuat",
    "support.entered": "Dukungan masuk",
    "city.founded": "Kota didirikan",
    "city.imported": "Kota dibawa masuk dari salinan",
    "data.exported": "Salinan data dibuat",
    "deletion.asked": "Penghapusan kota diminta",
    "deletion.confirmed": "Penghapusan kota dikuatkan",
    "deletion.cancelled": "Penghapusan kota dibatalkan",
    "deletion.done": "Kota dihapus",
}


# Of the details of an entry; a key that is not here says nothing to a person and is left out.
DETAILS = {
    "": "", "alasan": "alasan", "reason": "alasan", "visit": "kunjungan", "before": "dulu",
    "after": "sekarang", "n": "jumlah", "kind": "jenis", "row": "nomor", "until": "sampai",
    "export": "salinan", "request": "permintaan", "from": "dari", "letters": "surat per bulan",
    "seats": "kursi", "storage_mb": "ruang (MB)", "messages": "e-mail per bulan",
    "operator": "operator",
}  # fmt: skip


def in_words(value: object) -> str:
    """A detail of an entry as a person reads it."""
    if isinstance(value, dict):
        pairs = [
            f"{DETAILS[key]} {'tanpa batas' if one is None else in_words(one)}"
            for key, one in value.items()
            if key in DETAILS
        ]
        return ", ".join(pairs)
    if value is None:
        return "tidak ada"
    if isinstance(value, int) and not isinstance(value, bool):
        return grouped(value)
    text = str(value)
    if ISO_MOMENT.match(text):
        return str(short_moment(datetime.fromisoformat(text)))
    return text


def told(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Entries as a person reads them."""
    states = dict(City.Status.choices)
    found = []
    for entry in entries:
        detail = dict(entry.detail)
        by = entry.actor_name or str(detail.pop("by", "")) or "sistem"
        if entry.what == "city.status":
            detail = {
                "": f"{states.get(detail['before'], '?')} → {states.get(detail['after'], '?')}",
                "alasan": detail.get("reason", ""),
            }
        rest = " · ".join(
            f"{DETAILS[key]}: {in_words(value)}" if key else in_words(value)
            for key, value in detail.items()
            if key in DETAILS and value != ""
        )
        found.append(
            {"at": entry.at, "what": WORDS.get(entry.what, entry.what), "by": by, "rest": rest}
        )
    return found
