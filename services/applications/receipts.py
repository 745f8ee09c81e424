"""The receipt of an application on the small paper of a counter, and the page its QR code leads to:
whoever holds the paper reads how it stands, and nothing about whom."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from kernel.ids import normalize_code, secret_code
from kernel.tanggal import day_date, moment_text
from kernel.text import in_capitals_and_small
from services.applications import loading
from services.applications.models import Application, TrackingCode
from services.cases.expected import expected_at
from tenants.registry.current import city
from typeset import pdf

LAYOUT = Path(__file__).parent / "layouts" / "tanda-terima.typ"


@transaction.atomic
def code_of(application: Application, *, at: datetime) -> str:
    """The code of an application's receipt, made once."""
    made, _ = TrackingCode.objects.get_or_create(
        application=application, defaults={"code": secret_code(), "made_at": at}
    )
    return made.code


def address_of(application: Application, *, at: datetime) -> str:
    """Where the receipt's QR code leads."""
    return city().page("track", code_of(application, at=at))


def by_code(code: str) -> Application | None:
    """The application whose receipt somebody holds."""
    found = TrackingCode.objects.filter(code=normalize_code(code)).first()
    return loading.read(found.application_id) if found is not None else None


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt as PDF."""

    content: bytes
    name: str


def as_pdf(application: Application, *, office: str, at: datetime) -> Paper:
    """The receipt, 80 mm wide. Equal applications give equal bytes at one moment."""
    assert application.submitted_at is not None
    zone = city().timezone
    expected = expected_at(application)
    address = address_of(application, at=at)
    rows = [
        ("Pemohon", in_capitals_and_small(application.applicant.name)),
        ("Layanan", application.version.service.title),
        ("Dikirim", moment_text(application.submitted_at, zone)),
    ]
    if application.checked == Application.FROM_PAPER:
        received = application.paper_form.received_on
        rows.append(("Formulir kertas diterima", day_date(received)))
    if expected is not None:
        day = expected.astimezone(city().tz).date()
        rows.append(("Selesai paling lambat", day_date(day)))
    rows.append(("Petugas", application.opened_by.name))
    data = {
        "city": city().name, "office": office, "number": application.number or "", "rows": rows,
        "address": address, "title": f"Tanda terima {application.number}",
    }  # fmt: skip
    content = pdf.compile(
        LAYOUT, data, at=at.replace(microsecond=0), pictures={"qr": pdf.qr_svg(address)}
    )
    return Paper(content, f"tanda-terima-{application.number}.pdf")
