"""Whose telephone or address is also somebody else's: for a desk to look at, nothing is decided."""

from django.db.models import Value

from services.residents.models import Household, Person
from services.residents.models.people import Phone


def warnings(person: Person) -> list[str]:
    """What a desk should look at, in Indonesian. At most two queries."""
    found = []
    phones = _with_phone(person) if person.phone else 0
    if phones:
        found.append(
            f"Nomor telepon pemohon juga tercatat untuk {phones} orang lain di luar kartu "
            "keluarganya."
        )
    cards = _at_address(person.household) if person.household.address else 0
    if cards:
        found.append(f"Di alamat pemohon tercatat {cards} kartu keluarga lain.")
    return found


def _with_phone(person: Person) -> int:
    """How many people of other households have this number; one whose row was merged is none."""
    same = Person.objects.alias(digits=Phone("phone")).filter(
        digits=Phone(Value(person.phone)), merged_into=None
    )
    return same.exclude(phone="").exclude(household_id=person.household_id).count()


def _at_address(household: Household) -> int:
    """How many other households stand at this address in the same RT."""
    same = Household.objects.filter(rt_id=household.rt_id, address_key=household.address_key)
    return same.exclude(pk=household.pk).count()
