"""Columns for what identifies a person; look-ups and writes go through one normalisation."""

from typing import TYPE_CHECKING, Any

from django.db import models

from kernel.errors import RuleBroken
from kernel.identities import ONLY_ASCII, folded

if TYPE_CHECKING:  # generic for the type checker alone
    _CharField = models.CharField[str, str]
    _EmailField = models.EmailField[str, str]
else:
    _CharField, _EmailField = models.CharField, models.EmailField


class _Identity:
    """Stored and looked up as ``kernel.identities.folded``; nothing but ASCII is stored.

    To migrations these are Django's own fields: the column is the same.
    """

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)  # type: ignore[misc]
        return folded(prepared) if isinstance(prepared, str) else prepared

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        prepared = super().get_db_prep_save(value, connection)  # type: ignore[misc]
        if isinstance(prepared, str) and not prepared.isascii():
            raise RuleBroken(ONLY_ASCII, field="email")
        return prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)  # type: ignore[misc]
        if isinstance(value, str):
            value = folded(value)
            setattr(model_instance, self.attname, value)  # type: ignore[attr-defined]
        return value


class LoginField(_Identity, _CharField):
    """What somebody signs in with: an e-mail address, or ``nik:`` and a hash."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class EmailAddressField(_Identity, _EmailField):
    """An e-mail address that mail is sent to."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs
