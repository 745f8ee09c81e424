"""Books in the open export: agendas as rows, scans beside them; files of books are left out."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from services.records import files, making, paper_files
from services.records.models import EntryScan, PaperScan
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.path("records_entryscan", "path")
columns.path("records_paperscan", "path")
columns.path("records_paperimport", "path")
columns.path("records_bookfile", "path")
columns.leave_out(making.FOLDER, "Buku yang dibuat untuk diunduh; tersegel, dihapus seminggu.")
columns.leave_out(paper_files.FOLDER, "Berkas register lama yang sedang diproses; tersegel.")
columns.holds_rotation(paper_files.hold_rotation)
columns.after_rotation(making.forget_all)


def scans() -> Iterator[Item]:
    """Scans of letters in agendas and of old registers, by office and number."""
    kept = EntryScan.objects.exclude(path="").select_related("entry__unit")
    for one in kept.order_by("pk").iterator(500):
        entry = one.entry
        number = safe_name(entry.agenda_number or entry.number)
        yield Item(
            path=one.path,
            name=f"{safe_name(entry.unit.code)}/{entry.year}/{number}_{one.pk}"
            f"{PurePosixPath(one.path).suffix}",
            about={"kantor": entry.unit.name, "nomor": entry.number, "perihal": entry.subject},
        )
    of_papers = PaperScan.objects.exclude(path="").select_related("record__unit")
    for scan in of_papers.order_by("pk").iterator(500):
        record = scan.record
        yield Item(
            path=scan.path,
            name=f"{safe_name(record.unit.code)}/{record.year}/lama_{safe_name(record.number)}_"
            f"{scan.pk}{PurePosixPath(scan.path).suffix}",
            about={"kantor": record.unit.name, "nomor": record.number, "perihal": record.about},
        )


columns.shelf("Pindaian arsip", files.FOLDER, ("kantor", "nomor", "perihal"), scans)
