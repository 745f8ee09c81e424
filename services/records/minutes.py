"""The record of a destruction (berita acara pemusnahan), with the list of what was destroyed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from kernel.tanggal import day_date, moment_text
from services.records import printing
from services.records.books import Book, Cell, Column, Section, numbered
from services.records.models import ArchiveItem, Destruction
from services.records.printing import Signs
from tenants.registry.current import city


def as_pdf(act: Destruction, *, at: datetime) -> bytes:
    """Of a destruction that was done."""
    book = of(act)
    assert act.done_at is not None
    signs = Signs(act.proposed_title, act.proposed_by.name, "", "")
    day = act.done_at.astimezone(city().tz).date()
    return printing.single(book, day=day, at=at, beside=signs)


def of(act: Destruction) -> Book:
    """What is printed: nobody is named, for the files of whom are gone."""
    assert act.done_at is not None and act.decided_by is not None
    zone = city().timezone
    columns = [
        Column("No.", 1, "number"), Column("Jenis", 3), Column("Nomor", 4), Column("Isi", 6),
        Column("Klasifikasi", 3), Column("Selesai", 2, "date"), Column("Jatuh tempo", 2, "date"),
        Column("Dasar retensi", 4),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[Cell]]:
        items = ArchiveItem.objects.filter(destruction=act, destroyed_at__isnull=False)
        for item in items.select_related("retention").order_by("pk").iterator(500):
            yield [
                item.get_kind_display(), item.number, item.title, item.code, item.closed_on,
                item.fate_on, item.retention.source if item.retention is not None else "",
            ]  # fmt: skip

    spared = (
        f" {act.spared} arsip dikeluarkan karena ditahan sesudah persetujuan." if act.spared else ""
    )
    notes = (
        f"Pada {day_date(act.done_at.astimezone(city().tz).date())} telah dimusnahkan "
        f"{act.destroyed} arsip dengan {act.files} berkas, yang masa simpannya habis. Berkas dan "
        f"isinya dihapus dan tidak dapat dikembalikan; baris daftarnya tetap disimpan.{spared}",
        f"Diusulkan oleh {act.proposed_by.name} ({act.proposed_title}) pada "
        f"{moment_text(act.proposed_at, zone)}.",
        f"Disetujui oleh {act.decided_by.name} ({act.decided_title}) pada "
        f"{moment_text(act.decided_at or act.done_at, zone)}, berdasarkan {act.basis}.",
    )
    return Book(
        "Berita acara pemusnahan arsip", f"Nomor usul {act.pk}", act.unit,
        [Section(columns, lambda: numbered(rows()))], act.destroyed, notes,
    )  # fmt: skip
