"""What administrators and heads of an office see of its standards: form, and what is missing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere
from services.catalogue import standards
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.web.access import today
from services.web.standard_forms import StandardForm
from services.web.unit_standard import Standard, standards_at
from tenants.office.models import Unit
from ui.forms import explained


def services_of(unit: Unit) -> list[Standard]:
    """The standard of each service that is given at an office. Six queries."""
    return standards_at(unit, _defined(unit), today())


def _defined(unit: Unit) -> list[tuple[Service, Blueprint]]:
    rows = (
        Service.objects.filter(is_active=True, current__isnull=False)
        .select_related("current").order_by("title", "pk")
    )  # fmt: skip
    said = [(row, row.current.blueprint) for row in rows if row.current is not None]
    return [(row, one) for row, one in said if not one.filed_by and standards.gives(one, unit)]


def edited(request: HttpRequest, unit: Unit, user: User) -> HttpResponse | dict[str, Any]:
    """What an office says of all its services, or of one (``?service=``): written, or what the page
    around the form shows. Raises NotThere."""
    slug = request.GET.get("service", "")
    service = Service.objects.filter(slug=slug).defer("draft").first() if slug else None
    if slug and service is None:
        raise NotThere("Layanan ini tidak ditemukan.")
    form = StandardForm(standards.own_row(unit, service), request.POST or None)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            standards.say(unit=unit, service=service, by=user, at=now(), **form.said())
            messages.success(request, f"Standar pelayanan {unit.name} tersimpan.")
            return redirect(request.get_full_path())
    return {
        "unit": unit, "service": service, "form": form,
        "standards": services_of(unit) if service is None else [],
    }  # fmt: skip
