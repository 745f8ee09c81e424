"""People who sign in. Operators live in the public schema, a city's people in its own."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import sealing
from accounts.fields import EmailAddressField, LoginField


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login=username or "")

    def create_user(self, login: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(login=login, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One person's key to one city (or to the platform).

    ``login`` is the e-mail address in lower case for staff and operators, and
    ``nik:<keyed hash>`` for residents: the NIK itself is never stored here.
    """

    login = LoginField(max_length=254, unique=True)
    name = models.CharField(max_length=150)
    email = EmailAddressField(blank=True)
    # The address whose mailbox this person has shown to be theirs; another one is not proven.
    proven_email = EmailAddressField(blank=True, default="", db_default="")
    phone = models.CharField(max_length=20, blank=True)
    # In which this person last chose to read; empty: Indonesian.
    language = models.CharField(max_length=3, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(login=Lower("login")), name="user_login_lower"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_unproven_email(self) -> bool:
        """Whether links that open the account must not go to the address yet. A login is proven
        by the invitation that came to it."""
        return bool(self.email) and self.email not in (self.proven_email, self.login)


class Phone(TOTPDevice):
    """A phone that shows codes. Its key is stored sealed; one that is not yet is read all the same,
    and sealed when next saved."""

    key: str  # the library has no types

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        return sealing.unseal(self.key, owner=self.user_id)[0]

    def save(self, *args: Any, **kwargs: Any) -> None:
        secret, is_todays = sealing.unseal(self.key, owner=self.user_id)
        if not is_todays:
            self.key = sealing.seal(secret, owner=self.user_id)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "key"}
        super().save(*args, **kwargs)
