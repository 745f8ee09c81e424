"""What letterheads and numbers of letters say of a unit."""

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.identities import folded
from tenants.office.models import Unit
from tenants.office.naming import check_short_form, printed, short_form


@transaction.atomic
def describe_unit(
    *,
    unit_id: int,
    abbreviation: str,
    address: str,
    post_code: str,
    phone: str,
    email: str,
    by: User,
) -> Unit:
    """What a letterhead and a letter's number say of a unit. Its name and code are official.

    A blank ``abbreviation`` is made by rule. Raises RuleBroken for one that another unit has.
    """
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    address = printed(address, "address", 200)
    others = Unit.objects.exclude(pk=unit.pk).exclude(abbreviation="")
    taken = {folded(short): name for short, name in others.values_list("abbreviation", "name")}
    if abbreviation and folded(abbreviation) in taken:
        raise RuleBroken(
            f"{abbreviation} sudah dipakai {taken[folded(abbreviation)]}. Dua unit dengan "
            "singkatan sama menghasilkan surat bernomor sama. Pilih singkatan lain.",
            field="abbreviation",
        )
    unit.abbreviation = check_short_form(abbreviation) or _free_short_form(unit)
    unit.address, unit.post_code = address, post_code
    unit.phone, unit.email = phone, email
    unit.save(update_fields=["abbreviation", "address", "post_code", "phone", "email"])
    audit.record("unit.described", actor=by, subject="unit", subject_id=unit.code)
    return unit


def short_form_of(unit: Unit) -> str:
    """What stands for a unit in the numbers of its letters; made and kept when it has none."""
    if not unit.abbreviation:
        with transaction.atomic():
            unit.abbreviation = _free_short_form(unit)
            unit.save(update_fields=["abbreviation"])
    return unit.abbreviation


def _free_short_form(unit: Unit) -> str:
    others = Unit.objects.exclude(pk=unit.pk).exclude(abbreviation="")
    taken = {form.upper() for form in others.values_list("abbreviation", flat=True)}
    return short_form(unit.kind, unit.name, taken)
