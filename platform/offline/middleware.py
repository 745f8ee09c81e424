"""Forms that devices send under a key of their own go through ``once``."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase

from accounts.models import User
from kernel.registry import Registry
from offline.once import is_known, key_of, once
from ui import views
from ui.middleware import is_lost, refusal
from ui.page import leads_elsewhere
from ui.problems import problem

View = Callable[..., HttpResponseBase]
# Entered before the transaction that does a form: for what takes long and writes nothing.
Preparation = Callable[[HttpRequest], AbstractContextManager[None]]
preparations: Registry[Preparation] = Registry(
    "preparations of forms", "what is done with a form before the transaction of its key"
)

NOT_YOURS = "Jabatan atau akun Anda tidak berwenang melakukan ini (lagi)."
SIGNED_OUT = "Anda sudah keluar. Masuk lagi; kiriman ini lalu dikirim sendiri."
ANOTHER_FIRST = (
    "Halamannya meminta langkah lain lebih dulu. Buka halamannya, lanjutkan di sana, lalu kirim "
    "isian ini lagi."
)


class OnceMiddleware:
    """Runs the view of a form with a key inside ``once``. The last of the middlewares: those
    before it have let the request in.

    To a device that sends what was pressed earlier, 204 says that it was done, and nothing else
    does: a redirect could as well lead to a page that comes first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        key = key_of(request)
        if key is None:
            return None
        if not isinstance(request.user, User):
            return _problem(401, SIGNED_OUT, "belum-masuk") if _is_device(request) else None
        try:
            with ExitStack() as prepared:
                if not is_known(key=key, by=request.user):
                    for prepare in preparations:
                        prepared.enter_context(prepare(request))
                response = once(
                    key=key, by=request.user, path=request.path,
                    act=lambda: view(request, *args, **kwargs),
                )  # fmt: skip
        except Exception as error:  # Django asks no middleware about errors raised here
            return _answer_to(request, error)
        return _answer(request, response)


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
        if is_in_background(request):
            response.cookies.clear()
        return response


def is_in_background(request: HttpRequest) -> bool:
    """Whether a device fetches this by itself, and nobody looks at it."""
    return bool(request.headers.get("X-In-Background"))


def _is_device(request: HttpRequest) -> bool:
    """Whether a device asks that sends what was pressed earlier, and no person at a page."""
    return "application/problem+json" in request.headers.get("Accept", "")


def _answer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not _is_device(request):
        return response
    if leads_elsewhere(response):
        return _problem(409, ANOTHER_FIRST, "langkah-lain")
    return HttpResponse(status=204) if isinstance(response, HttpResponseRedirect) else response


def _answer_to(request: HttpRequest, error: Exception) -> HttpResponse:
    """A page for a person, a problem for a device. Raises the error again that is no refusal."""
    refused = refusal(error)
    if refused is not None:
        if _is_device(request):
            return _problem(refused.status, refused.message, refused.code)
        return views.rule_broken(request, refused)
    if isinstance(error, PermissionDenied):
        if _is_device(request):
            return _problem(403, NOT_YOURS, "tidak-berwenang")
        return views.forbidden(request)
    if is_lost(error):
        return views.unavailable(request)
    raise error


def _problem(status: int, words: str, code: str) -> HttpResponse:
    body = problem(status, words, code=code)
    return JsonResponse(body, status=status, content_type="application/problem+json")
