"""Support reads, and only what pages declare; every page it opens is noted in the city's audit."""

from collections.abc import Callable

from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from tenants.support import inside
from tenants.support.backend import PATH, is_support, visit_of
from ui.page import Audience, page_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SupportMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = page_of(request)
        support = declared.support if declared is not None else "look"
        # Pages that never look at the session show the same to everybody: nothing to guard, and
        # asking here would spoil their caching.
        if getattr(request, "city", None) is None or support == "always":
            return self.get_response(request)
        if request.method in SAFE and support == "look":
            response = self.get_response(request)
            is_guarded = declared is not None and declared.audience is not Audience.ANYONE
            if (request.session.accessed or is_guarded) and self._is_support(request):
                self._note(request, response.status_code)
            return response
        if not self._is_support(request):
            return self.get_response(request)
        refused = render(request, "support/refused.html", status=403)
        self._note(request, refused.status_code)
        return refused

    def _is_support(self, request: HttpRequest) -> bool:
        return request.session.get(BACKEND_SESSION_KEY) == PATH and is_support(request.user)

    def _note(self, request: HttpRequest, status: int) -> None:
        """The address without its query: search words are somebody's name."""
        user = request.user
        assert isinstance(user, User)
        visit = visit_of(user)
        number = visit.pk if visit is not None else user.login.rpartition(":")[2]
        audit.record(
            "support.page",
            actor=user,
            subject="visit",
            subject_id=number,
            detail={"method": str(request.method), "path": request.path[:300], "status": status},
        )
        if visit is not None and visit.expires_at is not None and now() < visit.expires_at:
            inside.note(visit.pk, visit.operator_name, visit.expires_at)
