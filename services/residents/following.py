"""What follows for residents' addresses when a unit is closed."""

from services.residents.models import Household
from tenants.office.decrees import Closing
from tenants.office.models import Unit


def move_households(closing: Closing) -> None:
    """Whoever lived in the closed unit itself lives in its successor."""
    if closing.successor is not None:
        Household.objects.filter(rt=closing.unit).update(rt=closing.successor)


def people_live_there(unit: Unit) -> str:
    """Why a unit cannot be closed without a successor, or ""."""
    found = Household.objects.filter(rt=unit).exists()
    return "Masih ada penduduk yang tercatat di sini." if found else ""
