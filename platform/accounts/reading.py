"""In which language an account is written to: the one last chosen on a page."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts.models import User
from ui.language import listeners, wished


def remember(request: HttpRequest, language: str) -> None:
    """Keep what the person who is signed in chose."""
    user = getattr(request, "user", None)
    if isinstance(user, User) and user.language != language:
        user.language = language
        user.save(update_fields=["language"])


def _at_sign_in(
    sender: Any, request: HttpRequest | None = None, user: Any = None, **_kwargs: Any
) -> None:
    """Receives ``user_logged_in``: what was chosen before signing in counts too."""
    wanted = wished(request) if request is not None else ""
    if wanted and isinstance(user, User) and not user.language:
        user.language = wanted[:3]
        user.save(update_fields=["language"])


listeners.add("accounts", remember)
user_logged_in.connect(_at_sign_in, dispatch_uid="balai_language_of_account")
