"""Which posts put their initials to drafts before the head signs: switched by administrators."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel import once
from services.catalogue.actions import renew_cards
from services.catalogue.shorthand import INITIALS
from tenants.office import queries as office
from tenants.office.models import InitialsAt

# Level, role and what the step says, in the order in which a draft passes them.
POSSIBLE = [
    (str(step["level"]), str(step["role"]), str(step["title"]))
    for steps in INITIALS.values()
    for step in steps
]


@transaction.atomic
def switch(*, on: Collection[tuple[str, str]], by: User) -> None:
    """From now on drafts pass these levels and roles before they are signed, and no others. Cases
    that are under way keep what stood when they were sent."""
    wanted = {(level, role) for level, role, _ in POSSIBLE} & set(on)
    if wanted == office.initials():
        return
    InitialsAt.objects.all().delete()
    InitialsAt.objects.bulk_create(InitialsAt(level=a, role=b) for a, b in sorted(wanted))
    once.forget()
    renew_cards(all_of_them=True)
    audit.record(
        "initials.switched", actor=by, subject="initials", subject_id="",
        detail={"on": [f"{level}:{role}" for level, role in sorted(wanted)]},
    )  # fmt: skip
