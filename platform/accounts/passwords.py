"""Links by which somebody chooses a password: forgotten, or invited and never had one."""

from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from messaging import mail

MAILS_PER_HOUR = 5
ASKED_PER_HOUR = 60  # from one address: a whole kelurahan may sit behind it


def set_password_path(user: User) -> str:
    """The address where this person chooses a password; works once, for three days."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return f"/sandi/{uid}/{default_token_generator.make_token(user)}/"


def user_of_link(uid: str, token: str) -> User | None:
    """Whose link this is; None when it is used up, too old or made up."""
    try:
        pk = int(urlsafe_base64_decode(uid).decode())
    except (ValueError, OverflowError, UnicodeDecodeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, token):
        return None
    return user


def send_reset(*, email: str, host_url: str, remote: str) -> None:
    """Mail a link to whoever has this address here; silent when nobody does.

    ``host_url`` is the address of this host without a path. Raises RuleBroken when asked too
    often.
    """
    address = email.strip().lower()
    limits = {f"reset:{address}": MAILS_PER_HOUR, f"reset-from:{remote}": ASKED_PER_HOUR}
    for key, limit in limits.items():
        cache.add(key, 0, 3600)
        if cache.incr(key) > limit:
            raise RuleBroken("Terlalu sering diminta. Tunggu satu jam, lalu coba lagi.")
    with transaction.atomic():
        people = User.objects.filter(Q(login=address) | Q(email__iexact=address), is_active=True)
        for user in people[:5]:
            path = set_password_path(user)
            mail.send(
                address,
                "Atur ulang kata sandi",
                "Buka tautan ini untuk memilih kata sandi baru:\n\n"
                f"{host_url}{path}\n\nTautan berlaku 3 hari dan hanya sekali pakai. "
                "Jika Anda tidak memintanya, abaikan e-mail ini.\n",
                key=f"sandi:{path}",
                essential=True,
            )


def choose_password(*, user: User, password: str) -> None:
    """Set a new password; every older link and session of this person ends."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.set_password(password)
        locked.save(update_fields=["password"])
        audit.record("password.chosen", actor=user, subject="user", subject_id=user.pk)


def change_contact(*, user: User, email: str, phone: str) -> None:
    """How the city reaches this person. A staff member's login stays as it is."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.email = email.strip()
        locked.phone = phone.strip()
        locked.save(update_fields=["email", "phone"])
        audit.record("contact.changed", actor=user, subject="user", subject_id=user.pk)
