"""What follows for letters when units get new codes."""

from functools import reduce
from operator import or_

from django.db.models import Q

from services.letters.models import Counter

# Kinds of series whose scope names a unit by its code: letters, answers of RT and RW, and the
# agenda of incoming letters.
COUNTED = ("surat", "vouch", "masuk")


def keep_counting(new_codes: dict[str, str]) -> None:
    """A unit's numbers of this year go on under its new code: none is given twice."""
    changed = []
    ours = reduce(or_, (Q(scope__startswith=f"{kind}:") for kind in COUNTED))
    for counter in Counter.objects.select_for_update().filter(ours):
        kind, code, rest = counter.scope.split(":", 2)
        if code in new_codes:
            changed.append((counter.scope, f"{kind}:{new_codes[code]}:{rest}"))
    for old, new in changed:
        Counter.objects.filter(scope=old).update(scope=new)
