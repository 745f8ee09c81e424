"""How the current city presents itself on every page; see ui.brand."""

import io

from django.db.models import Q
from django.db.models.expressions import ExpressionWrapper
from django.db.models.fields import BooleanField
from PIL import Image, UnidentifiedImageError

from kernel.errors import RuleBroken
from tenants.office.languages import offered
from tenants.office.models import Profile
from tenants.registry.current import city_or_none
from ui.brand import Brand

MAX_LOGO = 200_000  # bytes
LOGO_EDGE = 512  # pixels


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
        logo="/ui/logo.png" if profile.has_logo else "",
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
    if len(content) > 4 * 1024 * 1024:
        raise RuleBroken("Logo ini lebih dari 4 MB. Kecilkan gambarnya dulu.", field="logo")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            if picture.width * picture.height > 25_000_000:
                raise RuleBroken("Gambar ini terlalu besar. Kecilkan dulu.", field="logo")
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as broken:
        raise RuleBroken("Logo harus gambar PNG yang tidak rusak.", field="logo") from broken
    if min(drawn.size) < 64:
        raise RuleBroken("Logo ini terlalu kecil; paling sedikit 64 piksel.", field="logo")
    for edge in (LOGO_EDGE, 320, 200, 128):
        drawn.thumbnail((edge, edge))
        out = io.BytesIO()
        drawn.save(out, "PNG", optimize=True)
        if out.tell() <= MAX_LOGO:
            return out.getvalue()
    raise RuleBroken("Logo ini terlalu rumit. Pakai versi yang sederhana.", field="logo")
