"""What was found and photographed at a visit goes with the archive of its case."""

from services.cases.destroying import parts
from services.cases.models import Case
from services.inspections.models import Inspection, InspectionPhoto


def destroy(case: Case) -> list[str]:
    """Photos, answers, place and words; that and when there was a visit stays."""
    photos = InspectionPhoto.objects.filter(inspection__step__case=case)
    paths = list(photos.values_list("path", flat=True))
    photos.delete()
    Inspection.objects.filter(step__case=case).update(
        answers_sealed=b"", note_sealed=b"", latitude=None, longitude=None
    )
    return paths


parts.add("inspections", destroy)
