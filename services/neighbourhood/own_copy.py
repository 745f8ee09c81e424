"""What the book of an RT holds of a resident, in their copy of the own data."""

from django.db.models import Q

from services.applications.own_data import Part, Rows, iso, parts
from services.neighbourhood.models import (
    BoardingHouse,
    Contact,
    Guest,
    Mark,
    Opening,
    Reply,
    Report,
    WatchMember,
    WatchSwap,
)
from services.residents.models import Person


def marks(person: Person) -> Rows:
    return [
        {
            "tanda": one.get_kind_display(), "catatan": one.note, "sejak": iso(one.since),
            "berakhir": iso(one.ended_at),
        }
        for one in Mark.objects.filter(person=person).order_by("pk")
    ]  # fmt: skip


def reports(person: Person) -> Rows:
    """What heads reported of them, or with them as the applicant."""
    theirs = Q(about=person) | Q(application__applicant=person)
    found = Report.objects.filter(theirs).select_related("application__version__service", "unit")
    return [
        {
            "laporan": one.application.version.service.title, "nomor": one.application.number,
            "dari": one.title, "tentang_tanggal": iso(one.on),
        }
        for one in found.order_by("pk")
    ]  # fmt: skip


def guests(person: Person) -> Rows:
    """Whom they host, and where they stay themselves."""
    found = Guest.objects.filter(Q(host=person) | Q(person=person)).select_related("unit", "house")
    return [
        {
            "peran": "tuan rumah" if one.host_id == person.pk else "tamu", "nama": one.name,
            "di": one.house.name if one.house is not None else one.unit.name,
            "datang": iso(one.arrived_on), "sampai": iso(one.stays_until),
            "pergi": iso(one.left_on),
        }
        for one in found.order_by("pk")
    ]  # fmt: skip


def houses(person: Person) -> Rows:
    return [
        {
            "jenis": one.get_kind_display(), "nama": one.name, "alamat": one.address,
            "kamar": one.rooms, "pemilik": one.owner_name, "telepon_pemilik": one.owner_phone,
            "dicatat": iso(one.noted_at), "tutup": iso(one.closed_at),
        }
        for one in BoardingHouse.objects.filter(keeper=person).order_by("pk")
    ]  # fmt: skip


def openings(person: Person) -> Rows:
    found = Opening.objects.filter(person=person).select_related("announcement")
    return [{"pengumuman": one.announcement.title, "dibuka": iso(one.at)} for one in found]


def replies(person: Person) -> Rows:
    found = Reply.objects.filter(person=person).select_related("activity")
    return [
        {"kegiatan": one.activity.title, "hari": iso(one.on), "datang": one.comes} for one in found
    ]


def watches(person: Person) -> Rows:
    found = WatchMember.objects.filter(person=person).select_related("group")
    return [{"kelompok": one.group.name, "malam": one.group.night_name} for one in found]


def swaps(person: Person) -> Rows:
    """Nights they exchanged; with whom is the other's own matter."""
    found = WatchSwap.objects.filter(Q(asker=person) | Q(other=person))
    return [
        {
            "malam_saya": iso(one.on if one.asker_id == person.pk else one.other_on),
            "malam_lain": iso(one.other_on if one.asker_id == person.pk else one.on),
            "keadaan": one.get_state_display(), "diminta": iso(one.asked_at),
        }
        for one in found
    ]  # fmt: skip


def contacts(person: Person) -> Rows:
    """Their own numbers that a unit shares with its residents."""
    found = Contact.objects.filter(holder__resident__person=person).select_related("unit")
    return [{"di": one.unit.name, "nama": one.name, "nomor": one.phone} for one in found]


for name, told, columns in (
    ("tanda_rt", marks, ("neighbourhood.Mark.person",)),
    ("laporan_rt", reports, ("neighbourhood.Report.about", "neighbourhood.Report.application")),
    (
        "buku_tamu", guests,
        (
            "neighbourhood.Guest.host", "neighbourhood.Guest.person",
            "neighbourhood.Guest.application",
        ),
    ),
    ("rumah_kos", houses, ("neighbourhood.BoardingHouse.keeper",)),
    ("pengumuman_dibuka", openings, ("neighbourhood.Opening.person",)),
    ("kegiatan", replies, ("neighbourhood.Reply.person",)),
    ("ronda", watches, ("neighbourhood.WatchMember.person",)),
    ("tukar_ronda", swaps, ("neighbourhood.WatchSwap.asker", "neighbourhood.WatchSwap.other")),
    ("nomor_dibagikan", contacts, ("neighbourhood.Contact.holder",)),
):  # fmt: skip
    parts.add(name, Part(told, columns))
