"""Which language a visitor reads services in."""

from django.http import HttpRequest

from services.catalogue.translation import ORIGINAL
from tenants.office.queries import languages

COOKIE = "bahasa"


def chosen(request: HttpRequest) -> str:
    """The visitor's choice while the city offers it, else Indonesian. No query without a choice."""
    wanted = request.COOKIES.get(COOKIE, "")
    if not wanted or wanted == ORIGINAL:
        return ORIGINAL
    return wanted if wanted in dict(languages()) else ORIGINAL
