"""Who an official is in the population register, so that nobody decides on their own request."""

import re

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from kernel.text import squeeze
from services.residents.models import OfficialIdentity, Person, PersonQuerySet
from services.residents.models.people import squeezed
from services.residents.queries import people
from services.residents.sealing import fingerprint, prints, seal, unseal
from tenants.backend.scope import once_here

# Before a name: Drs., Dr., H., Hj., Ir., Prof., R. and the like, with or without a dot.
_BEFORE = re.compile(r"^(?:(?:prof|drs|dra|dr|ir|hj|h|kh|r)\b\.?\s*)+", re.IGNORECASE)


def bare_name(name: str) -> str:
    """A name without titles, folded for comparing: ``Drs. H. Ma'ruf, M.Si.`` gives ``maruf``."""
    first = name.partition(",")[0].strip()
    return squeeze(_BEFORE.sub("", first) or first)


def candidates(name: str) -> PersonQuerySet:
    """Residents who have an official's name; the administrator says which of them it is."""
    return (
        people()
        .living_here()
        .alias(squeezed=squeezed())
        .filter(squeezed=bare_name(name))
        .order_by("birth_date", "pk")
    )


@transaction.atomic
def identify(*, user: User, nik: str, by: User | None) -> OfficialIdentity:
    """Note the NIK of an official's account. Raises RuleBroken for a malformed NIK, or when the
    account already has another."""
    digits = parse_nik(nik).digits
    known = OfficialIdentity.objects.select_for_update().filter(user=user).first()
    if known is not None:
        if bytes(known.nik_print) not in prints(digits):
            raise RuleBroken(
                f"Akun {user.name} sudah tercatat dengan NIK lain. Periksa lagi; bila yang dahulu "
                "keliru, akhiri jabatannya dan tunjuk lagi dengan e-mail lain.",
                field="nik",
            )
        return known
    found = OfficialIdentity.objects.create(
        user=user, nik_sealed=seal(digits), nik_print=fingerprint(digits)
    )
    audit.record("official.identified", actor=by, subject="user", subject_id=user.pk)
    return found


def nik_prints(user: User) -> set[bytes]:
    """Fingerprints of the NIK this user is known by: of a resident's account, or noted for an
    official. One query, and none a second time (``kernel.once``); empty for somebody of unknown
    NIK."""
    return once_here(("officials.nik_prints", user.pk), lambda: _nik_prints(user))


def _nik_prints(user: User) -> set[bytes]:
    noted = OfficialIdentity.objects.filter(user=user).values_list("nik_sealed", flat=True)
    own = Person.objects.filter(account__user=user, nik_sealed__isnull=False)
    sealed = noted.union(own.values_list("nik_sealed", flat=True))
    return {print_ for one in sealed for print_ in prints(unseal(one))}


def own_people(user: User) -> set[int]:
    """Rows of the register that are this user."""
    found = Person.objects.filter(nik_print__in=nik_prints(user))
    rows = found.values_list("pk", "merged_into")
    return {pk for row in rows for pk in row if pk is not None}


def are_one_person(one: User, other: User) -> bool:
    """Whether two accounts belong to the same person, by NIK; False where one is not known."""
    return bool(nik_prints(one) & nik_prints(other))


def may_be(user: User, person: Person) -> bool:
    """Whether an official of unknown NIK has this person's name."""
    return bare_name(user.name) == bare_name(person.name) and not nik_prints(user)
