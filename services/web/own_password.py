"""A form that only who knows the account's password may send: an open session is not enough."""

from django.forms import ValidationError

from accounts.forms import WithCurrentPassword
from kernel.errors import RuleBroken
from services.residents import guesses

TRIES, MINUTES = 5, 15


class OwnPasswordForm(WithCurrentPassword):
    """Give it ``user``; wrong passwords are counted."""

    def clean_current(self) -> str:
        assert self.user is not None
        key = f"own-password:{self.user.pk}"
        try:
            guesses.count(key, TRIES, minutes=MINUTES)
        except RuleBroken as many:
            raise ValidationError(many.message) from None
        current = super().clean_current()
        guesses.take_back(key)
        return current
