"""What every template may use without asking."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ui import banner, brand, menu


def current_city() -> Any:
    """The City of this request, or None on the platform's own host."""
    tenant = getattr(connection, "tenant", None)
    return tenant if tenant is not None and getattr(tenant, "pk", None) else None


def page(request: HttpRequest) -> dict[str, Any]:
    """``city``, ``profile`` (a ui.brand.Brand), ``demo``, ``embedded``, ``public_url``,
    ``seller`` (who stands behind this installation),
    ``areas`` (menu links) and ``banners`` (what has to be known on every page)."""
    city = current_city()
    return {
        "city": city,
        "profile": SimpleLazyObject(brand.current),
        "demo": bool(settings.DEMO and (city is None or city.is_demo)),
        "embedded": bool(settings.EMBEDDED),
        "public_url": settings.PUBLIC_URL,
        "seller": settings.SELLER,
        "areas": SimpleLazyObject(lambda: menu.links(request)),
        "banners": SimpleLazyObject(lambda: banner.banners(request)),
    }
