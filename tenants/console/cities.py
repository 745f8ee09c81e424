"""Cities in the console: the list, one city's page, and what an operator may do to it.

The list reads what a periodic task counted (tenants.registry.health): a fixed number of queries,
however many cities there are.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import RuleBroken
from messaging.models import Outbox
from tenants.backend.scope import in_city
from tenants.console import extensions, steering, work
from tenants.console.extensions import city_of
from tenants.console.forms import CitiesFilter, LimitsForm, TrialForm, WhyForm
from tenants.console.trail import deeds, told
from tenants.console.views import operator_of
from tenants.registry import backups, entitlements, health
from tenants.registry.models import Backup, City, Health
from ui.forms import Form, explain
from ui.page import Audience, page

PER_PAGE = 50
SORTS = {
    "nama": ("Nama", ("name",)),
    "keadaan": ("Keadaan", ("status", "name")),
    "pemakaian": ("Pemakaian", ("-health__fullest", "name")),
    "masalah": ("Masalah", ("-health__troubles", "name")),
    "cadangan": ("Cadangan terlama", ("last_backup", "name")),
    "baru": ("Terbaru", ("-created_at",)),
}
OLD = timedelta(hours=3)  # a count this old says that the workers stand still


@page(Audience.OPERATOR)
@never_cache
@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    chosen = CitiesFilter(request.GET, sorts=[(key, label) for key, (label, _) in SORTS.items()])
    wanted, status = chosen.cleaned_data.get("q", ""), chosen.cleaned_data.get("state", "")
    sort = chosen.cleaned_data.get("sort") or "nama"
    made = Q(backups__problem="")
    found: QuerySet[City] = City.objects.annotate(
        last_backup=Max("backups__made_at", filter=made),
        failed_backup=Max("backups__made_at", filter=~made),
    )
    if wanted:
        found = found.filter(name__icontains=wanted) | found.filter(code__startswith=wanted)
    if status:
        found = found.filter(status=status)
    page = Paginator(_sorted(found, sort), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    counted = {row.city_id: row for row in Health.objects.filter(city__in=rows)}
    extra = extensions.columns(rows)
    at = now()
    context = {
        "page": page,
        "rows": [
            {
                "city": city,
                "unsaved": _newer(city.failed_backup, city.last_backup),
                "health": counted.get(city.pk),
                "stale": city.pk in counted and counted[city.pk].taken_at + OLD < at,
                "extra": [(label, words.get(city.pk, "–")) for label, words in extra],
            }
            for city in rows
        ],
        "extra_labels": [label for label, _ in extra],
        "filter": chosen,
    }
    return render(request, "console/cities.html", context)


def _newer(failed: datetime | None, made: datetime | None) -> bool:
    return failed is not None and (made is None or made < failed)


def _sorted(found: QuerySet[City], sort: str) -> QuerySet[City]:
    """Cities never counted, or never written away, come first where that is the trouble."""
    from django.db.models import F

    fields: list[Any] = []
    for name in SORTS[sort][1]:
        if name == "last_backup":
            fields.append(F(name).asc(nulls_first=True))
        elif name.startswith("-health"):
            fields.append(F(name[1:]).desc(nulls_last=True))
        else:
            fields.append(name)
    return found.order_by(*fields, "pk")


# --- one city -----------------------------------------------------------------------------------

METERS: tuple[tuple[entitlements.MeterName, str], ...] = (
    ("letters", "Surat bulan ini"),
    ("seats", "Kursi petugas"),
    ("storage", "Ruang berkas"),
    ("messages", "E-mail bulan ini"),
)


def _failed(city: City) -> list[dict[str, Any]]:
    with in_city(city):
        return work.failed_rows()


def _meters(city: City, counted: Health | None) -> list[dict[str, Any]]:
    limits = entitlements.limits_of(city)
    found = []
    for name, label in METERS:
        used, limit = getattr(counted, name, 0), limits.of(name)
        percent = None if limit is None else 100 if not limit else min(100, 100 * used // limit)
        found.append(
            {"label": label, "used": used, "limit": limit, "percent": percent,
             "bytes": name == "storage"}
        )  # fmt: skip
    return found


def _page(request: HttpRequest, city: City, **more: Any) -> HttpResponse:
    counted = health.of(city)
    has_schema = city.status != City.Status.PROVISIONING
    sections = extensions.sections(request, city) if has_schema else []
    context = {
        "city_row": city,
        "health": counted,
        "stale": counted is not None and counted.taken_at + OLD < now(),
        "probes": [
            (label, (counted.probes if counted else {}).get(name, 0))
            for name, label in health.labels().items()
        ],
        "meters": _meters(city, counted),
        "history": list(deeds(city).filter(what="city.status")[:20]),
        "statuses": dict(City.Status.choices),
        "domains": list(city.domains.order_by("-is_primary", "domain")),
        "backups": list(Backup.objects.filter(city_id=city.pk)[:5]),
        "daily_backups": backups.folder() is not None,
        "failed": _failed(city) if has_schema else [],
        "sections": sections,
        "shows_use": any(shows for _, _, shows in sections),
        "deeds": told(deeds(city)[:15]),
        "actions": steering.possible(city),
        **more,
    }
    return render(request, "console/city.html", context)


@page(Audience.OPERATOR)
@never_cache
@require_safe
def city(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, city_of(code))


@page(Audience.OPERATOR)
@require_POST
def examine(request: HttpRequest, code: str) -> HttpResponse:
    """Count this city now instead of at the next full hour."""
    found = city_of(code)
    if not found.is_live:
        raise RuleBroken(f"{found.name} tidak sedang berjalan.")
    health.take(found)
    messages.success(request, "Sudah dihitung ulang.")
    return redirect("console-city", code)


@page(Audience.OPERATOR)
@never_cache
@require_POST
def administrators(request: HttpRequest, code: str) -> HttpResponse:
    """Show who administers a city: asked for, noted here and in the city's own record."""
    from tenants.registry.people import administrators_of

    found = city_of(code)
    by = operator_of(request)
    people = administrators_of(found)
    audit.record(
        "city.admins_shown", actor=by, subject="city", subject_id=code, detail={"n": len(people)}
    )
    with in_city(found):
        audit.record(
            "city.admins_shown", actor=None, subject="city", subject_id=code, detail={"by": by.name}
        )
    return _page(request, found, people=people)


@page(Audience.OPERATOR)
@never_cache
@require_safe
def trail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything the platform did to a city."""
    found = city_of(code)
    page = Paginator(deeds(found), 100).get_page(request.GET.get("page"))
    context = {"city_row": found, "page": page, "deeds": told(page)}
    return render(request, "console/trail.html", context)


@page(Audience.OPERATOR)
@require_POST
def retry(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Give work that failed for good a fresh set of attempts."""
    _on_row(request, code, pk, "outbox.retried", work.try_again)
    messages.success(request, "Dikirim ulang. Hasilnya tampil setelah hitungan berikutnya.")
    return redirect("console-city", code)


@page(Audience.OPERATOR)
@require_POST
def happened(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Note that an effect whose outcome was not known did happen."""
    _on_row(request, code, pk, "outbox.settled", work.settle)
    messages.success(request, "Dicatat: pekerjaan ini sudah terjadi dan tidak diulang.")
    return redirect("console-city", code)


def _on_row(
    request: HttpRequest, code: str, pk: int, what: str, do: Callable[[int], Outbox]
) -> None:
    """Do something with a row of this city's outbox, recorded there and on the platform."""
    found = city_of(code)
    by = operator_of(request)
    with in_city(found):
        row = do(pk)
        audit.record(what, actor=None, subject="outbox", subject_id=pk, detail={"by": by.name})
    audit.record(
        what, actor=by, subject="city", subject_id=code, detail={"row": pk, "kind": row.kind}
    )


# --- deeds --------------------------------------------------------------------------------------


def _deed(
    request: HttpRequest,
    code: str,
    slug: str,
    make: Callable[[City], Form],
    do: Callable[[City, dict[str, Any], User], str],
) -> HttpResponse:
    """A page that says what will happen and asks why; then the deed."""
    found = city_of(code)
    form = make(found)
    if form.is_bound and form.is_valid():
        try:
            done = do(found, form.cleaned_data, operator_of(request))
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, done)
            return redirect("console-city", code)
    context = {
        "city_row": found,
        "form": form,
        "deed": steering.DEEDS[slug],
        "possible": slug in {deed.slug for deed in steering.possible(found)},
    }
    return render(request, "console/deed.html", context, status=422 if form.errors else 200)


@page(Audience.OPERATOR)
@never_cache
def suspend(request: HttpRequest, code: str) -> HttpResponse:
    return _deed(
        request,
        code,
        "hentikan",
        lambda _city: WhyForm(request.POST or None),
        lambda city, data, by: steering.suspend(city, reason=data["reason"], by=by),
    )


@page(Audience.OPERATOR)
@never_cache
def resume(request: HttpRequest, code: str) -> HttpResponse:
    return _deed(
        request,
        code,
        "lanjutkan",
        lambda _city: WhyForm(request.POST or None),
        lambda city, data, by: steering.resume(city, reason=data["reason"], by=by),
    )


@page(Audience.OPERATOR)
@never_cache
def extend(request: HttpRequest, code: str) -> HttpResponse:
    def do(city: City, data: dict[str, Any], by: User) -> str:
        until = datetime.combine(data["until"], time(23, 59), tzinfo=city.tz)
        return steering.extend_trial(city, until=until, reason=data["reason"], by=by)

    return _deed(request, code, "perpanjang", lambda _city: TrialForm(request.POST or None), do)


@page(Audience.OPERATOR)
@never_cache
def limits(request: HttpRequest, code: str) -> HttpResponse:
    def make(city: City) -> Form:
        present = entitlements.limits_of(city)
        initial = {
            "letters": present.letters,
            "seats": present.seats,
            "storage_mb": present.storage_mb,
            "messages": present.messages,
        }
        return LimitsForm(request.POST or None, initial=initial)

    def do(city: City, data: dict[str, Any], by: User) -> str:
        reason = data.pop("reason")
        back = data.pop("back")
        wanted = None if back else entitlements.Limits(**data)
        return steering.change_limits(city, wanted, reason=reason, by=by)

    return _deed(request, code, "batas", make, do)
