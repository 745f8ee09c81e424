"""Where a signed-in operator works: the console, on the platform's own host."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from tenants.registry.current import city_or_none
from ui.menu import Link


def links(request: HttpRequest) -> Iterator[Link]:
    """The console, for operators."""
    user = request.user
    if isinstance(user, User) and user.is_operator and city_or_none() is None:
        yield Link("Konsol operator", reverse("console"), "layout-dashboard", 10)
