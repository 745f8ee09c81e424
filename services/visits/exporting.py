"""Visits in the open export: notes and reasons in clear, photos and signatures beside them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from services.residents.sealing import seal, unseal
from services.visits.actions import FOLDER
from services.visits.models import Stop, StopPhoto
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.sealed("visits_visitwish", "reason_sealed", as_="alasan", open=unseal, seal=seal)
columns.sealed("visits_stop", "note_sealed", as_="catatan", open=unseal, seal=seal)
columns.path("visits_stop", "signature")
columns.path("visits_stopphoto", "path")


def files() -> Iterator[Item]:
    """Photos and signatures, by the number of the case."""
    photos = StopPhoto.objects.select_related("stop__case").order_by("pk")
    for one in photos.iterator(500):
        yield _item(str(one.stop.case.number), one.path, "foto")
    signed = Stop.objects.exclude(signature="").select_related("case").order_by("pk")
    for stop in signed.iterator(500):
        yield _item(str(stop.case.number), stop.signature, "tanda tangan")


def _item(number: str, path: str, what: str) -> Item:
    name = f"{safe_name(number)}/{PurePosixPath(path).name}"
    return Item(path=path, name=name, about={"permohonan": number, "isi": what})


columns.shelf("Kunjungan ke rumah", FOLDER, ("permohonan", "isi"), files)
