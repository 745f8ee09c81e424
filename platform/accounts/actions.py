"""Writers of accounts that belong to no city."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.identities import parse_email


@transaction.atomic
def create_operator(*, email: str, name: str, password: str) -> User:
    """A platform operator. Call in the public schema. Raises RuleBroken."""
    email, name = parse_email(email), " ".join(name.split())
    if not name:
        raise RuleBroken("Tulis nama operator.", field="name")
    try:
        validate_password(password, User(login=email, name=name, email=email))
    except ValidationError as fault:
        raise RuleBroken(" ".join(fault.messages), field="password") from None
    if User.objects.filter(login=email).exists():
        raise RuleBroken(f"{email} sudah punya akun.", field="email")
    user = User.objects.create_user(email, password, name=name, email=email, is_operator=True)
    audit.record("operator.created", actor=None, subject="user", subject_id=user.pk)
    return user
