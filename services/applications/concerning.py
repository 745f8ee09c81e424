"""Of whom a desk reads a case: the applicant, or whom a head of a neighbourhood reported about."""

from services.applications.models import Application
from services.residents.models import Person


def concerned(application: Application) -> Person:
    """Of a report whom it is about, of anything else the applicant. The report of somebody's death
    is a case of the family, and yet not about them."""
    report = getattr(application, "report", None)
    about: Person | None = getattr(report, "about", None)
    return about or application.applicant


def reporter(application: Application) -> str:
    """The post that reported it; "" where nobody did."""
    return str(getattr(getattr(application, "report", None), "title", ""))
