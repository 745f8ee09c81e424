"""Operators who have passed both steps, for tests of what lies behind."""

from django.conf import settings
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp

from accounts.models import Phone, User
from tenants.backend.scope import in_public

PASSWORD = "melati-di-tepi-laut"


def operator(login: str = "op@example.com", name: str = "Operator Satu") -> User:
    with in_public():
        return User.objects.create_user(login, PASSWORD, name=name, email=login, is_operator=True)


def phone(user: User) -> Phone:
    """A device set up earlier. Call where the user lives."""
    return Phone.objects.create(user=user, name="Ponsel", confirmed=True)


def code(device: Phone, ahead: int = 0) -> str:
    """What the phone shows now, or so many half minutes later."""
    t0 = device.t0 - ahead * device.step
    return f"{totp(device.bin_key, device.step, t0, device.digits):06}"


def wrong(device: Phone) -> str:
    right = {code(device, ahead) for ahead in range(-3, 4)}
    return next(text for n in range(20) if (text := f"{n:06}") not in right)


def pause(device: Phone) -> None:
    """Let the wait after wrong codes pass."""
    type(device).objects.filter(pk=device.pk).update(throttling_failure_count=0)


def enter(client: Client, user: User) -> Client:
    """Sign in with both steps."""
    with in_public():
        client.force_login(user, backend="accounts.backends.LoginBackend")
        device = Phone.objects.filter(user=user, confirmed=True).first() or phone(user)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


def console(user: User | None = None) -> Client:
    """A browser at the platform's host, an operator signed in."""
    return enter(Client(HTTP_HOST=settings.BASE_DOMAIN), user or operator())
