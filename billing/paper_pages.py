"""Papers to download: receipts, and what a procurement needs."""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from billing import actions, papers, plans, queries
from billing.forms import PaperForm
from billing.models import Account
from billing.plans import Interval, Plan
from billing.rules import pretty_npwp
from kernel.clock import now
from tenants.backend.scope import in_public
from tenants.registry.current import city
from tenants.registry.models import City
from ui.page import Audience, page

Paper = Callable[[Account, City, Plan, Interval, datetime], bytes]


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def receipt(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The kuitansi of one of this city's paid invoices."""
    account = actions.open_account(city())
    with in_public():
        invoice = queries.invoices(account).filter(pk=pk).first()
    if invoice is None or not papers.has_receipt(invoice):
        raise Http404
    return _pdf(papers.receipt(account, invoice, city()), f"kuitansi-{invoice.number or pk}")


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def documents(request: HttpRequest, user: User) -> HttpResponse:
    """Which papers, for which plan; what stands on them."""
    account = actions.open_account(city())
    running = queries.current(account)
    live = running if running is not None and running.is_live else None
    form = PaperForm(
        initial={
            "plan": live.plan if live else plans.plans()[0].code,
            "interval": live.interval if live else "year",
        }
    )
    context = {"form": form, "account": account, "npwp": pretty_npwp(account.npwp)}
    return render(request, "billing/documents.html", context)


def _paper(request: HttpRequest, make: Paper, name: str) -> HttpResponse:
    plan = plans.plan(request.GET.get("plan", ""))
    interval = plans.interval(request.GET.get("interval", ""))
    account = actions.open_account(city())
    return _pdf(make(account, city(), plan, interval, now()), f"{name}-{plan.code}-{interval}")


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def quotation(request: HttpRequest, user: User) -> HttpResponse:
    return _paper(request, papers.quotation, "penawaran")


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def contract(request: HttpRequest, user: User) -> HttpResponse:
    return _paper(request, papers.contract, "perjanjian")
