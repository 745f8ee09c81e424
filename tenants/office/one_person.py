"""Offices at which one person may check and complete the same case: switched by administrators."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel import once
from tenants.office import queries
from tenants.office.models import OnePersonAt, Unit


def offices() -> list[Unit]:
    """Every dinas of this city. One query."""
    found = Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True)
    return list(found.order_by("name", "pk"))


@transaction.atomic
def switch(*, on: Collection[int], by: User) -> None:
    """From now on one person may do both at these offices, and at no other."""
    wanted = {unit.pk for unit in offices()} & set(on)
    if wanted == queries.one_person():
        return
    OnePersonAt.objects.exclude(unit__in=wanted).delete()
    known = set(OnePersonAt.objects.values_list("unit", flat=True))
    OnePersonAt.objects.bulk_create(OnePersonAt(unit_id=pk) for pk in sorted(wanted - known))
    once.forget()
    audit.record(
        "one_person.switched", actor=by, subject="office", subject_id="",
        detail={"units": sorted(wanted)},
    )  # fmt: skip
