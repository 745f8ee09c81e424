"""How the current city presents itself on every page; see ui.brand."""

from django.db.models import Q
from django.db.models.expressions import ExpressionWrapper
from django.db.models.fields import BooleanField
from django.urls import reverse

from kernel.errors import RuleBroken
from services.cases import documents
from tenants.office.languages import offered
from tenants.office.models import Profile
from tenants.registry.current import city_or_none
from ui.brand import Brand

MAX_LOGO_FILE = 4 * 1024 * 1024  # bytes


def current() -> Brand | None:
    """The city's brand; None on the platform's own host. One query, without the logo's bytes."""
    city = city_or_none()
    if city is None:
        return None
    profile = (
        Profile.objects.defer("logo")
        .annotate(
            has_logo=ExpressionWrapper(
                Q(logo__isnull=False) & ~Q(logo=b""), output_field=BooleanField()
            )
        )
        .first()
    )
    if profile is None:
        return Brand(name=city.name, government=f"Pemerintah {city.name}")
    return Brand(
        name=city.name,
        government=profile.government,
        accent=profile.accent,
        logo=reverse("ui-logo") if profile.has_logo else "",
        website=profile.website,
        contact=profile.contact,
        languages=offered(profile.languages),
    )


def logo() -> bytes | None:
    """The city's logo as PNG."""
    if city_or_none() is None:
        return None
    found = Profile.objects.values_list("logo", flat=True).first()
    return bytes(found) if found else None


def clean_logo(content: bytes) -> bytes:
    """An uploaded picture as a small PNG without hidden data. Raises RuleBroken with the cure."""
    if len(content) > MAX_LOGO_FILE:
        raise RuleBroken("Logo ini lebih dari 4 MB. Kecilkan gambarnya dulu.", field="logo")
    return documents.accept_logo(content)
