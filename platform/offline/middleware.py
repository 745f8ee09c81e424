"""Forms that devices send under a key of their own go through ``once``."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from accounts.models import User
from kernel.errors import RuleBroken
from offline.once import key_of, once
from ui import views
from ui.problems import problem

View = Callable[..., HttpResponseBase]


class OnceMiddleware:
    """Runs the view of a form with a key inside ``once``. The last of the middlewares: those
    before it have let the request in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        key = key_of(request)
        if key is None or not isinstance(request.user, User):
            return None
        try:
            return once(
                key=key, by=request.user, path=request.path,
                act=lambda: view(request, *args, **kwargs),
            )  # fmt: skip
        except RuleBroken as error:  # Django asks no middleware about errors raised here
            return _refused(request, error.status, error.message, error.code, error)
        except PermissionDenied:
            return _refused(request, 403, NOT_YOURS, "tidak-berwenang", None)


class BackgroundMiddleware:
    """Sets no cookie in the answer to a request that nobody pressed for. Stands before the
    middlewares that set one.

    Such an answer may arrive after its reader has signed in anew: a cookie of the session before
    would make the next form fail.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("X-In-Background"):
            response.cookies.clear()
        return response


NOT_YOURS = "Jabatan atau akun Anda tidak berwenang melakukan ini (lagi)."


def _refused(
    request: HttpRequest, status: int, words: str, code: str, error: RuleBroken | None
) -> HttpResponse:
    """A page for a person, a problem for a device that sends what was pressed earlier."""
    if "application/problem+json" in request.headers.get("Accept", ""):
        body = problem(status, words, code=code)
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return views.forbidden(request) if error is None else views.rule_broken(request, error)
