"""Leads whoever must sign in first to the sign-in page and back."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from services.pages.access import SignInFirst


class SignInMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return error.response if isinstance(error, SignInFirst) else None
