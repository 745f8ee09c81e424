"""Signing in the official who confirmed a sign-up on the new city's host, once, without a password.

The public host issues a token to the browser whose press confirmed the address; the city's host
redeems it. Only the token's SHA-256 is kept. It works once, for two minutes, in that city alone.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from kernel.clock import now
from kernel.identities import folded
from tenants.backend.scope import in_public
from tenants.registry.models import City, Signup

LASTS = timedelta(minutes=2)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(signup_id: int, *, at: datetime | None = None) -> str | None:
    """The absolute address on the city's host that signs in; None while the city is not ready.

    The caller has made sure that this browser confirmed the sign-up.
    """
    with in_public(), transaction.atomic():
        signup = Signup.objects.select_for_update().filter(pk=signup_id).first()
        if signup is None or signup.state != Signup.State.DONE or signup.city is None:
            return None
        token = secrets.token_urlsafe(32)
        signup.handover_digest = _digest(token)
        signup.handover_expires_at = (at or now()) + LASTS
        signup.save(update_fields=["handover_digest", "handover_expires_at"])
        return signup.city.page("signup-enter", token)


def redeem(token: str, *, city: City, at: datetime | None = None) -> User | None:
    """The person of this city whom the token signs in; None when it is used, old or foreign."""
    with in_public(), transaction.atomic():
        signup = (
            Signup.objects.select_for_update()
            .filter(
                handover_digest=_digest(token),
                handover_expires_at__gt=at or now(),
                city_id=city.pk,
            )
            .first()
        )
        if signup is None:
            return None
        signup.handover_digest = ""
        signup.save(update_fields=["handover_digest"])
    return User.objects.filter(login=folded(signup.email), is_active=True).first()
