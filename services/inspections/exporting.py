"""Visits in the open export: answers in clear, and the photos."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from services.inspections import actions
from services.inspections.models import InspectionPhoto
from services.residents.sealing import seal, unseal
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.sealed("inspections_inspection", "answers_sealed", as_="jawaban", open=unseal, seal=seal)
columns.sealed("inspections_inspection", "note_sealed", as_="catatan", open=unseal, seal=seal)
columns.path("inspections_inspectionphoto", "path")


def photos() -> Iterator[Item]:
    """Photos of visits, by the number of the case."""
    found = InspectionPhoto.objects.select_related("inspection__step__case").order_by("pk")
    for one in found.iterator(500):
        number = one.inspection.step.case.number or ""
        yield Item(
            path=one.path,
            name=f"{safe_name(number)}/foto_{one.pk}{PurePosixPath(one.path).suffix}",
            about={"permohonan": number},
        )


columns.shelf("Foto pemeriksaan lapangan", actions.FOLDER, ("permohonan",), photos)
