"""Links by which somebody chooses a password: forgotten, or invited and never had one."""

from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.addresses import ask_for_proof, link_digest
from accounts.models import User
from accounts.notices import EMAIL_CHANGED, PASSWORD_CHANGED, RESET_LINK, tell_of_change
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.identities import folded, is_same, parse_email
from messaging.notices import write_to
from ui.templatetags.ui import greeting_name

MAILS_PER_HOUR = 5
ASKED_PER_HOUR = 60  # from one address: a whole kelurahan may sit behind it


def set_password_path(user: User) -> str:
    """The address where this person chooses a password; works once, for three days."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("new-password", args=[uid, default_token_generator.make_token(user)])


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
    """Mail a link to whoever has this address here; silent when nobody does. An address that
    is not proven gets the way to prove it instead.

    ``host_url`` is the address of this host without a path. The mail goes to the address stored
    with the account, never to the one typed. Raises RuleBroken when asked too often.
    """
    address = folded(email)
    limits = {f"reset:{address}": MAILS_PER_HOUR, f"reset-from:{remote}": ASKED_PER_HOUR}
    for key, limit in limits.items():
        cache.add(key, 0, 3600)
        if cache.incr(key) > limit:
            raise RuleBroken("Terlalu sering diminta. Tunggu satu jam, lalu coba lagi.")
    with transaction.atomic():
        people = User.objects.filter(Q(login=address) | Q(email=address), is_active=True)
        for user in people.order_by("pk"):
            if is_same(user.login, address):
                _send_reset_link(user, to=user.login, host_url=host_url)
            elif user.has_unproven_email:
                ask_for_proof(user, host_url=host_url, forgotten=True)
            else:
                _send_reset_link(user, to=user.email, host_url=host_url)


def _send_reset_link(user: User, *, to: str, host_url: str) -> None:
    path = set_password_path(user)
    # Several people of a family may share one address: each mail says whose link it holds.
    words = [word for word in user.name.split() if not word.endswith(".")]  # no "dr.", "H."
    whom = greeting_name(" ".join(words)) or "Anda"
    write_to(
        to, RESET_LINK, key=f"password-link:{user.pk}:{link_digest(path)}", language=user.language,
        whom=whom, link=f"{host_url}{path}",
    )  # fmt: skip


def choose_by_link(*, uid: str, token: str, password: str) -> User | None:
    """Set the password of the person this link is for; None when the link opens nothing.

    The link is judged again under the lock: of two requests with the same link one counts.
    """
    with transaction.atomic():
        found = user_of_link(uid, token)
        if found is None:
            return None
        User.objects.select_for_update().get(pk=found.pk)
        found = user_of_link(uid, token)
        if found is not None:
            choose_password(user=found, password=password)
            found.refresh_from_db()
    return found


def choose_password(*, user: User, password: str) -> None:
    """Set a new password; every older link and session of this person ends."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        had_one = locked.has_usable_password()
        locked.set_password(password)
        locked.save(update_fields=["password"])
        audit.record("password.chosen", actor=user, subject="user", subject_id=user.pk)
        if had_one:
            tell_of_change(locked, PASSWORD_CHANGED, key="password")


def change_contact(*, user: User, email: str, phone: str, host_url: str) -> None:
    """How the city reaches this person; a new address is asked to be proven. A staff member's
    login stays as it is. ``host_url`` is the address of this host without a path."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        before = locked.email
        locked.email = parse_email(email) if email.strip() else ""
        locked.phone = phone.strip()
        locked.save(update_fields=["email", "phone"])
        audit.record("contact.changed", actor=user, subject="user", subject_id=user.pk)
        if folded(before) != locked.email:
            tell_of_change(locked, EMAIL_CHANGED, key="email", also=before)
            ask_for_proof(locked, host_url=host_url)
