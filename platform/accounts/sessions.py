"""How long somebody stays signed in: not beyond a day's work, and not on a computer left alone."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

BEGAN, SEEN = "masuk_sejak", "terlihat"  # in the session, seconds since the epoch
NOTE_EVERY = 300  # seconds: a session is not written for every page


def begin(sender: Any, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Receives ``user_logged_in``."""
    if request is not None:
        request.session[BEGAN] = request.session[SEEN] = int(time.time())


user_logged_in.connect(begin, dispatch_uid="balai_session_begins")


def is_over(session: Any, moment: float) -> bool:
    """Whether a session has lasted too long, or nobody has used it for too long."""
    began, seen = session.get(BEGAN, moment), session.get(SEEN, moment)
    return bool(
        moment - began > settings.SESSION_HOURS * 3600 or moment - seen > settings.IDLE_MINUTES * 60
    )


class SessionLimitMiddleware:
    """Signs out whoever has been away too long, and says so. After MessageMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            moment = time.time()
            if is_over(request.session, moment):
                logout(request)
                messages.info(
                    request,
                    gettext("Anda sudah dikeluarkan karena lama tidak dipakai. Masuk lagi."),
                )
            elif moment - request.session.get(SEEN, 0) > NOTE_EVERY:
                request.session.setdefault(BEGAN, int(moment))
                request.session[SEEN] = int(moment)
        return self.get_response(request)
