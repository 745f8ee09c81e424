"""Which decrees let Camat decide cases of a service themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from kernel.tanggal import long_date
from services.applications.deciding import strike_out
from services.catalogue import delegations
from services.catalogue.authority import proof
from services.catalogue.explaining import value_words
from services.catalogue.models import Delegation
from services.setup.authority_forms import DelegationForm, EndForm
from services.setup.service_page import Bench, bench_of
from services.web.access import today
from ui.forms import explain
from ui.page import Audience, page


def _bench(slug: str) -> Bench:
    """A published service whose decision can be delegated. Raises NotThere."""
    bench = bench_of(slug)
    if bench.service.current is None or bench.service.current.blueprint.authority is None:
        raise NotThere("Layanan ini tidak punya bagian yang dapat dilimpahkan kepada Camat.")
    return bench


@page(Audience.ADMIN)
def authority(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """The decrees of a service; another one is noted here."""
    bench = _bench(slug)
    assert bench.service.current is not None
    blueprint = bench.service.current.blueprint
    form = DelegationForm(blueprint, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            delegations.note(service=bench.service, limits=form.limits(), by=user, **form.told())
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Pelimpahan tercatat. Berlaku untuk permohonan berikutnya.")
            return redirect("setup-authority", slug)
    rows = delegations.noted(bench.service)
    context = {
        **bench.context("authority"),
        "form": form,
        "rows": [(row, _limits(row, bench), _ending(row)) for row in rows],
        "today": today(),
        "faults": proof(blueprint, None),
    }
    status = 422 if form.errors else 200
    return render(request, "setup/service/authority.html", context, status=status)


def _ending(row: Delegation) -> EndForm:
    known = {"until": f"{row.until:%d-%m-%Y}" if row.until else ""}
    return EndForm(initial=known, auto_id=f"id_%s_{row.pk}")


def _limits(row: Delegation, bench: Bench) -> list[str]:
    return value_words("steps.*.when", row.limits, bench.definition).splitlines()


@page(Audience.ADMIN)
def end(request: HttpRequest, user: User, slug: str, pk: int) -> HttpResponse:
    """The last day of a decree, or that it was noted by mistake."""
    service = _bench(slug).service
    if request.method != "POST":
        return redirect("setup-authority", slug)
    if request.POST.get("do") == "coret":
        gone = strike_out(service=service, pk=pk, by=user)
        messages.success(request, f"{gone.decree} dicoret.")
        return redirect("setup-authority", slug)
    form = EndForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("Tulis hari terakhir berlakunya, misalnya 31-12-2026.")
    row = delegations.end(service=service, pk=pk, until=form.cleaned_data["until"], by=user)
    until = f"sampai {long_date(row.until)}" if row.until else "tanpa hari terakhir"
    messages.success(request, f"{row.decree} berlaku {until}.")
    return redirect("setup-authority", slug)
