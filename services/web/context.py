"""What every template of a city's pages may use without asking."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from services.applications.queries import waiting_for
from services.dues import books
from services.residents.queries import person_of
from tenants.office.access import visitor_or_none
from tenants.registry.current import city_or_none


def _waiting(request: HttpRequest) -> int:
    login = getattr(request.user, "login", "")
    if city_or_none() is None or "@" in login or not login:
        return 0
    person = person_of(request.user)
    return waiting_for(person) if person is not None else 0


def page(request: HttpRequest) -> dict[str, Any]:
    """``waiting_for_me``: how many applications the signed-in resident has to correct; one or two
    queries when a template prints it, none otherwise. ``is_voucher``, ``keeps_book``: whether this
    person answers for neighbours, and keeps the cash book of a neighbourhood."""
    return {
        "waiting_for_me": SimpleLazyObject(lambda: _waiting(request)),
        "is_voucher": SimpleLazyObject(lambda: _is_voucher(request)),
        "keeps_book": SimpleLazyObject(lambda: _keeps_book(request)),
    }


def _is_voucher(request: HttpRequest) -> bool:
    who = visitor_or_none(request)
    return who is not None and bool(who.vouching)


def _keeps_book(request: HttpRequest) -> bool:
    who = visitor_or_none(request)
    return who is not None and bool(books.keeping(who.treasuring))
