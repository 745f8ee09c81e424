"""What was noted and photographed at somebody's home goes with the archive of the case."""

from services.cases.destroying import parts
from services.cases.models import Case
from services.visits.models import Stop, StopPhoto, VisitWish


def destroy(case: Case) -> list[str]:
    """Photos, signatures, notes and why a visit was wished for; that and when there was one stays.
    The paths of the files."""
    stops = Stop.objects.filter(case=case)
    photos = StopPhoto.objects.filter(stop__in=stops)
    paths = list(photos.values_list("path", flat=True))
    paths += stops.exclude(signature="").values_list("signature", flat=True)
    photos.delete()
    stops.update(signature="", note_sealed=b"")
    VisitWish.objects.filter(case=case).delete()
    return paths


parts.add("visits", destroy)
