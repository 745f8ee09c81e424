"""Proving an e-mail address: a link to it, opened by whoever is signed in to the account.

A mistyped address belongs to a stranger, whom the link alone gives nothing: they are not signed in.
Links that choose a password go to proven addresses only (``accounts.passwords``).
"""

import hashlib

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.notices import PROVE_ADDRESS
from audit import actions as audit
from kernel.errors import RuleBroken
from messaging.notices import write_to

MAILS_PER_HOUR = 5


class _Tokens(PasswordResetTokenGenerator):
    """Valid for one address of one account, until it is proven; as long as links for passwords."""

    key_salt = "accounts.addresses"

    def _make_hash_value(self, user: object, timestamp: int) -> str:
        assert isinstance(user, User)
        return f"{user.pk}:{user.email}:{user.proven_email}:{timestamp}"


_tokens = _Tokens()


def link_digest(path: str) -> str:
    """Tells one link from another in the outbox without being the link."""
    return hashlib.sha256(path.encode()).hexdigest()[:16]


def proving_path(user: User) -> str:
    """The address where this person proves theirs; works once, for three days."""
    return reverse("prove-address", args=[_tokens.make_token(user)])


@transaction.atomic
def ask_for_proof(user: User, *, host_url: str, forgotten: bool = False) -> bool:
    """Mail the link to the stored address, if that is not proven; whether it was sent: not when
    asked too often.

    ``forgotten``: somebody asked for a new password, which this address does not get yet.
    """
    key = f"prove:{user.pk}"
    cache.add(key, 0, 3600)
    if not user.has_unproven_email or cache.incr(key) > MAILS_PER_HOUR:
        return False
    path = proving_path(user)
    write_to(
        user.email, PROVE_ADDRESS, key=f"address-link:{user.pk}:{link_digest(path)}",
        language=user.language, forgotten=forgotten, link=f"{host_url}{path}",
    )  # fmt: skip
    return True


def is_link_of(user: User, token: str) -> bool:
    """Whether this link proves the address that the account has now."""
    return user.has_unproven_email and _tokens.check_token(user, token)


@transaction.atomic
def prove(*, user: User, token: str) -> None:
    """The address is this person's. Raises RuleBroken for a link of another account, of an
    earlier address, used up or too old."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not is_link_of(locked, token):
        raise RuleBroken(
            "Tautan ini tidak berlaku lagi, atau untuk akun lain. Minta tautan baru di Akun saya."
        )
    locked.proven_email = locked.email
    locked.save(update_fields=["proven_email"])
    audit.record("address.proven", actor=user, subject="user", subject_id=user.pk)
