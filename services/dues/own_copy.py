"""Dues of a household in the copies of its members."""

from services.applications.own_data import Part, Rows, iso, parts
from services.dues.models import Exemption, Receipt
from services.residents.models import Person


def receipts(person: Person) -> Rows:
    found = Receipt.objects.filter(household=person.household_id).select_related("kind", "unit")
    return [
        {
            "kuitansi": one.code, "di": one.unit.name, "iuran": one.kind.name,
            "pembayar": one.payer, "jumlah": one.amount, "dibayar": iso(one.paid_on),
            "dibatalkan": iso(one.voided_at),
        }
        for one in found.order_by("pk")
    ]  # fmt: skip


def exemptions(person: Person) -> Rows:
    """Without the reason: it may be about another member of the household."""
    found = Exemption.objects.filter(household=person.household_id).select_related("kind")
    return [
        {"iuran": one.kind.name, "sejak": iso(one.since), "sampai": iso(one.until)}
        for one in found.order_by("pk")
    ]


parts.add("iuran", Part(receipts, ("dues.Receipt.household",)))
parts.add("bebas_iuran", Part(exemptions, ("dues.Exemption.household",)))
