"""A service standard as PDF, to be signed and put up at the office."""

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext

from kernel.tanggal import long_date
from services.web.unit_standard import Standard
from tenants.office.models import Profile
from tenants.registry.current import city
from typeset import pdf
from ui.language import reads_in

LAYOUT = Path(__file__).parent / "layouts" / "standar-pelayanan.typ"


def as_pdf(found: Standard, *, title: str, at: datetime) -> bytes:
    """``title`` is that of the service in the language of whoever reads."""
    here, language = city(), reads_in()
    profile = Profile.objects.first() or Profile(government=f"Pemerintah {here.name}")
    decree = ""
    if found.decree and found.decree_on:
        decree = gettext("%(decree)s, %(day)s") % {
            "decree": found.decree, "day": long_date(found.decree_on, language)
        }  # fmt: skip
    data = {
        "lang": language,
        "heading": gettext("Standar Pelayanan"),
        "government": profile.government,
        "unit": found.unit.name,
        "title": title,
        "decree": decree,
        "rows": [[item.label, item.text] for item in found.filled],
        "foot": gettext("Dicetak %(day)s dari %(host)s") % {
            "day": long_date(at.astimezone(here.tz).date(), language), "host": here.host
        },
    }  # fmt: skip
    return pdf.compile(LAYOUT, data, at=at.replace(microsecond=0))
