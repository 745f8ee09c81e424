"""What is known of a case in clear."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cases.models import Case, CaseFact
from tenants.office.models import Unit

LONGEST = 250  # letters of a text
PLACES = Decimal("0.000001")  # of a degree: a tenth of a metre


@dataclass(frozen=True, slots=True)
class Point:
    """In degrees."""

    latitude: Decimal
    longitude: Decimal


Value = Decimal | date | str | Unit | Point


def keep(case: Case, facts: Mapping[str, Value]) -> None:
    """Write these facts of a case instead of those before. Call with the case locked."""
    case.facts.all().delete()
    CaseFact.objects.bulk_create(
        CaseFact(case=case, key=key, **_columns(value)) for key, value in facts.items()
    )


def _columns(value: Value) -> dict[str, Decimal | date | str | Unit]:
    match value:
        case Point(latitude, longitude):
            return {
                "latitude": latitude.quantize(PLACES), "longitude": longitude.quantize(PLACES),
            }  # fmt: skip
        case Unit():
            return {"unit": value}
        case str():
            return {"text": value[:LONGEST]}
        case date():
            return {"date": value}
        case Decimal():
            return {"number": value}
