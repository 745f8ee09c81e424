"""“Kas RT”: what the own household paid, and the statements of the own neighbourhood."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from services.dues import owing, receipts, statement
from services.dues.models import DuesKind, Receipt
from services.residents.models import Person
from services.web.access import resident, today
from services.web.cash_statement import tables
from services.web.dues_receipt import shown
from tenants.office.models import Unit
from tenants.office.queries import lineage
from tenants.office.roles import NEIGHBOURHOOD
from ui.page import Audience, page

SHOWN = 24  # statements and receipts


def _units(person: Person) -> list[Unit]:
    """The RT, RW and dusun somebody lives in; none for who does not live here."""
    found = lineage(person.place) if person.lives_here else []
    return [unit for unit in found if unit.kind in NEIGHBOURHOOD]


@page(Audience.RESIDENT)
@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Which months are paid, receipts, and statements."""
    _, person = resident(request)
    units = _units(person)
    homes = owing.homes(units[0], person.household_id) if units else []
    kinds = list(DuesKind.objects.filter(unit__in=units).select_related("unit"))
    found = owing.accounts(homes, kinds, today()) if homes else {}
    given = Receipt.objects.filter(household=person.household_id).select_related("kind")
    context = {
        "accounts": [one for one in found.get(person.household_id, []) if one.dues],
        "receipts": given.order_by("-paid_on", "-pk")[:SHOWN],
        "statements": statement.closed(units)[:SHOWN],
    }
    return render(request, "portal/cash/own.html", context)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of a month."""
    _, person = resident(request)
    found = statement.of_units(_units(person), pk)
    context = {"closed": found, **tables(found.figures)}
    return render(request, "portal/cash/statement.html", context)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """A receipt of the own household."""
    _, person = resident(request)
    found = receipts.own(person.household_id, pk)
    return render(request, "portal/cash/receipt.html", shown(found))
