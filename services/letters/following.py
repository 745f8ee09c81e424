"""What follows for letters when units get new codes."""

from django.db.models import Q

from services.letters.models import Counter


def keep_counting(new_codes: dict[str, str]) -> None:
    """A unit's numbers of this year go on under its new code: none is given twice."""
    changed = []
    ours = Q(scope__startswith="surat:") | Q(scope__startswith="vouch:")
    for counter in Counter.objects.select_for_update().filter(ours):
        kind, code, rest = counter.scope.split(":", 2)
        if code in new_codes:
            changed.append((counter.scope, f"{kind}:{new_codes[code]}:{rest}"))
    for old, new in changed:
        Counter.objects.filter(scope=old).update(scope=new)
