"""Telling a person of a change of their own account, so that a stranger's change is seen."""

from typing import Any

from accounts.models import User
from kernel.clock import now
from kernel.identities import folded
from messaging.channels import email
from messaging.notices import Notice, notice, tell, write_to

PASSWORD_CHANGED = notice(
    "accounts/password-changed", "the password of an account was changed",
    fields="name", essential=True, english=True,
)  # fmt: skip
EMAIL_CHANGED = notice(
    "accounts/email-changed", "the e-mail address of an account was changed",
    fields="name", essential=True, english=True,
)  # fmt: skip
MFA_ON = notice(
    "accounts/mfa-on", "the second step was switched on",
    fields="name", essential=True, english=True,
)  # fmt: skip
MFA_OFF = notice(
    "accounts/mfa-off", "the second step was switched off",
    fields="name", essential=True, english=True,
)  # fmt: skip
DEVICE_REMOVED = notice(
    "accounts/device-removed", "somebody took the device of the second step away",
    fields="name by reason", essential=True,
)  # fmt: skip
RESET_LINK = notice(
    "accounts/reset-link", "a link to choose a new password",
    fields="whom link", essential=True, english=True,
)  # fmt: skip
PROVE_ADDRESS = notice(
    "accounts/prove-address", "a link that proves an e-mail address",
    fields="forgotten link", essential=True, english=True,
)  # fmt: skip


def tell_of_change(user: User, about: Notice, *, key: str, also: str = "", **values: Any) -> None:
    """Tell the person, and ``also`` (an earlier e-mail address), of a change of their account.

    Call in the transaction that changes the account. Whoever cannot be reached is told nothing.
    """
    key = f"account:{user.pk}:{key}:{now().isoformat()}"
    tell(about, user, key=f"{key}:0", name=user.name, **values)
    if also and folded(also) != folded(email.address_of(user)):
        write_to(folded(also), about, key=f"{key}:1", language=user.language, name=user.name,
                 **values)  # fmt: skip
