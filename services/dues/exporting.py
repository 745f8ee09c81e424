"""The dues in the open export: sealed reasons in clear, and the photos of bills."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from services.dues import cash
from services.dues.models import Entry
from services.residents.sealing import seal, unseal
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.sealed("dues_exemption", "reason_sealed", as_="alasan", open=unseal, seal=seal)
columns.path("dues_entry", "path")


def bills() -> Iterator[Item]:
    """Photos of bills in the cash books."""
    found = Entry.objects.exclude(path="").select_related("unit").order_by("pk")
    for one in found.iterator(chunk_size=500):
        yield Item(
            path=one.path,
            name=f"{safe_name(one.unit.name)}/nota_{one.pk}{PurePosixPath(one.path).suffix}",
            about={"wilayah": one.unit.name, "baris": one.words, "tanggal": f"{one.on}"},
        )


columns.shelf("Nota kas", cash.FOLDER, ("wilayah", "baris", "tanggal"), bills)
