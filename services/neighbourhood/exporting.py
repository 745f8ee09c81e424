"""The neighbourhood's tables in the open export: sealed columns in clear, and files of
announcements and activities."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from services.neighbourhood import activities, announcements
from services.neighbourhood.models import Announcement, Outcome
from services.residents.sealing import seal, unseal
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.sealed("neighbourhood_mark", "note_sealed", as_="keterangan", open=unseal, seal=seal)
columns.sealed("neighbourhood_guest", "nik_sealed", as_="nik", open=unseal, seal=seal)
columns.path("neighbourhood_announcement", "path")
columns.path("neighbourhood_outcome", "path")


def files() -> Iterator[Item]:
    """What is attached to announcements."""
    found = Announcement.objects.exclude(path="").select_related("unit").order_by("pk")
    for one in found.iterator(chunk_size=500):
        suffix = PurePosixPath(one.path).suffix
        yield Item(
            path=one.path,
            name=f"{safe_name(one.unit.name)}/pengumuman_{one.pk}{suffix}",
            about={"wilayah": one.unit.name, "judul": one.title, "nama_asli": one.file_name},
        )


columns.shelf("Pengumuman", announcements.FOLDER, ("wilayah", "judul", "nama_asli"), files)


def photos() -> Iterator[Item]:
    """Photos of activities."""
    found = Outcome.objects.exclude(path="").select_related("activity__unit").order_by("pk")
    for one in found.iterator(chunk_size=500):
        unit = one.activity.unit.name
        yield Item(
            path=one.path,
            name=f"{safe_name(unit)}/kegiatan_{one.pk}{PurePosixPath(one.path).suffix}",
            about={"wilayah": unit, "kegiatan": one.activity.title, "tanggal": f"{one.on}"},
        )


columns.shelf("Kegiatan", activities.FOLDER, ("wilayah", "kegiatan", "tanggal"), photos)
