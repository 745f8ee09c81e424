"""A city's own administration: what is left to do, its face, its units, its people in office."""

from typing import Any, ParamSpec

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST, require_safe

from accounts import mfa
from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.cases.waiting import unattended
from services.catalogue.queries import places_here
from services.residents import officials
from services.residents.place_codes import place_code
from services.residents.places import ensure_rts
from services.setup.decree_forms import offered
from services.setup.forms import (
    EndForm,
    FaceForm,
    NeighbourhoodForm,
    OfficialNikForm,
    UnitForm,
)
from services.setup.state import state_of_city
from services.web.access import today
from tenants.console.forms import WhyForm
from tenants.office import actions as office
from tenants.office import calling, decrees, describing, queries, readiness, structure
from tenants.office.models import Decree, Holding, Post, Profile, Unit
from tenants.office.roles import NEIGHBOURHOOD, Can, having, level_of
from tenants.registry.current import city
from ui.forms import explain
from ui.page import Audience, page

P = ParamSpec("P")
AREAS = (Unit.Kind.CITY, Unit.Kind.DINAS, Unit.Kind.KECAMATAN, Unit.Kind.KELURAHAN, Unit.Kind.DESA)
BELOW_VILLAGES = (Unit.Kind.DUSUN, Unit.Kind.RW, Unit.Kind.RT)
PER_PAGE = 50
MOST_PARTS = 200


def page_of(request: HttpRequest, name: str, form: Any = None, /, **context: Any) -> HttpResponse:
    status = 422 if form is not None and form.errors else 200
    context = {"form": form, "places": SimpleLazyObject(places_here), **context}
    return render(request, f"setup/{name}.html", context, status=status)


@page(Audience.ADMIN)
@require_safe
def home(request: HttpRequest, user: User) -> HttpResponse:
    """What is left to do; once nothing is, how the city stands (``?daftar`` shows the list)."""
    tasks = list(readiness.checklist(city()).values())
    done = sum(task.done for task in tasks)
    if done == len(tasks) and "daftar" not in request.GET:
        return page_of(request, "state", state=state_of_city(at=now(), today=today()))
    context = {"tasks": tasks, "done": done, "percent": round(100 * done / len(tasks))}
    context["unattended"] = unattended(today()).count()
    return page_of(request, "home", **context)


@page(Audience.ADMIN)
def face(request: HttpRequest, user: User) -> HttpResponse:
    """Name, colour, logo and contact."""
    profile = Profile.objects.first() or Profile(government=f"Pemerintah {city().name}")
    initial = {key: getattr(profile, key) for key in ("government", "accent", "contact", "website")}
    initial["languages"] = profile.languages.split(",")
    form = FaceForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        office.dress(**form.cleaned_data, by=user)
        messages.success(request, "Tampilan kota tersimpan.")
        return redirect("setup-face")
    return page_of(request, "face", form)


@page(Audience.ADMIN)
@require_safe
def units(request: HttpRequest, user: User) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    found = Unit.objects.filter(kind__in=AREAS).select_related("parent")
    if not wanted:  # a search finds closed ones and those to come too
        found = found.filter(is_active=True)
    else:
        found = found.filter(Q(name__icontains=wanted) | Q(parent__name__icontains=wanted))
    page = Paginator(found.order_by("code"), PER_PAGE).get_page(request.GET.get("page"))
    return page_of(request, "units", page=page, wanted=wanted)


def unit_of(pk: int) -> Unit:
    found = Unit.objects.filter(pk=pk).select_related("parent").first()
    if found is None:
        raise NotThere("Unit ini tidak ditemukan.")
    return found


def with_holders(found: QuerySet[Post]) -> QuerySet[Post]:
    """Posts with ``now``: who holds them today."""
    holdings = queries.current_holdings(today()).select_related("user").order_by("is_acting")
    return found.select_related("unit").prefetch_related(
        Prefetch("holdings", holdings, to_attr="now")
    )


@page(Audience.ADMIN)
def unit(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    found = unit_of(pk)
    fields = ("abbreviation", "address", "post_code", "phone", "email")
    form = UnitForm(request.POST or None, initial={key: getattr(found, key) for key in fields})
    if request.method == "POST" and form.is_valid():
        try:
            describing.describe_unit(unit_id=pk, **form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"{found.name} tersimpan.")
            return redirect("setup-unit", pk)
    context = {
        "posts": with_holders(found.posts.all()),
        "is_called": found.kind in calling.CALLED,
        "has_hours": level_of(found.kind) not in NEIGHBOURHOOD,
        "may_add": structure.may_add(found) and found.is_active,
        "history": found.decrees.select_related("target"),
        "changes": offered(found),
        "opens": decrees.kinds_below(found),
        "coming": Decree.objects.filter(
            unit__parent=found, change=Decree.Change.OPEN, applied_at=None
        ).select_related("unit"),
        "parts": found.children.filter(is_active=True).order_by("code")[:MOST_PARTS],
    }
    return page_of(request, "unit", form, unit=found, **context)


@page(Audience.ADMIN)
@require_safe
def posts(request: HttpRequest, user: User) -> HttpResponse:
    """Every post and who holds it; the vacant ones on request."""
    wanted, vacant = request.GET.get("q", "").strip(), "vacant" in request.GET
    found = Post.objects.filter(having(Can.TAKES_SEAT))
    if wanted:
        found = found.filter(
            Q(title__icontains=wanted)
            | Q(unit__name__icontains=wanted)
            | Q(holdings__user__name__icontains=wanted)
        ).distinct()
    if vacant:
        found = found.filter(pk__in=queries.vacant_posts(today()))
    page = Paginator(with_holders(found).order_by("unit__code", "pk"), PER_PAGE)
    context = {"page": page.get_page(request.GET.get("page")), "wanted": wanted, "vacant": vacant}
    return page_of(request, "posts", **context)


@page(Audience.ADMIN)
def end_holding(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    holding = Holding.objects.select_related("user", "post__unit").filter(pk=pk).first()
    if holding is None:
        raise NotThere("Jabatan ini tidak ditemukan.")
    form = EndForm(request.POST or None, initial={"until": today()})
    if request.method == "POST" and form.is_valid():
        try:
            office.end_holding(holding=holding, until=form.cleaned_data["until"], by=user)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, f"Jabatan {holding.user.name} diakhiri.")
            return redirect("setup-post", holding.post_id)
    return page_of(request, "end_holding", form, holding=holding)


@page(Audience.ADMIN, when_suspended="open")
def second_step(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Take the device of an official who lost their phone away; they are told."""
    holding = queries.current_holdings(today()).select_related("user", "post").filter(pk=pk).first()
    if holding is None or not mfa.is_enrolled(holding.user):
        raise NotThere("Orang ini tidak memakai verifikasi dua langkah.")
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mfa.reset(holding.user_id, reason=form.cleaned_data["reason"], by=user)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, f"Perangkat {holding.user.name} dilepas. Ia diberi tahu.")
            return redirect("setup-post", holding.post_id)
    return page_of(request, "second_step", form, holding=holding, own=holding.user_id == user.pk)


@page(Audience.ADMIN)
def official_nik(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Note who an official is in the register, after the appointment."""
    holding = Holding.objects.select_related("user", "post").filter(pk=pk).first()
    if holding is None or officials.nik_prints(holding.user):
        raise NotThere("NIK orang ini sudah dicatat.")
    form = OfficialNikForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            officials.identify(user=holding.user, nik=form.cleaned_data["nik"], by=user)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, f"NIK {holding.user.name} tercatat.")
            return redirect("setup-post", holding.post_id)
    return page_of(request, "official_nik", form, holding=holding)


@page(Audience.ADMIN)
@require_POST
def invite_again(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A fresh link for somebody who has not chosen a password yet."""
    holding = Holding.objects.select_related("user").filter(pk=pk).first()
    if holding is None or holding.user.has_usable_password():
        raise NotThere("Orang ini sudah punya kata sandi.")
    office.send_invitation(user=holding.user, by=user)
    messages.success(request, f"Tautan baru dikirim ke {holding.user.login}.")
    return redirect("setup-post", holding.post_id)


@page(Audience.ADMIN)
def neighbourhoods(request: HttpRequest, user: User) -> HttpResponse:
    """Every RT, and every dusun without one, its head and its residents; and adding one."""
    form = NeighbourhoodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        code = place_code(data["village"].code, rw=data["rw"], rt=data["rt"], dusun=data["dusun"])
        if Unit.objects.filter(code=code).exists():
            form.add_error("rt", "RT atau dusun ini sudah ada di sana.")
        else:
            created = ensure_rts({code})[code]
            post = office.head_post(unit=created)
            messages.success(request, f"{created.name} dibuat. Sekarang tunjuk ketuanya.")
            return redirect("setup-post", post.pk)
    wanted = request.GET.get("q", "").strip()
    kind = Unit.Kind.RW if request.GET.get("kind") == Unit.Kind.RW else ""
    rws = Unit.objects.filter(kind=Unit.Kind.RW, is_active=True)
    found = rws if kind else queries.vouched_units()
    if wanted:
        villages = Unit.objects.filter(name__icontains=wanted).values_list("code", flat=True)
        inside = Q(pk__in=[])
        for code in villages[:200]:
            inside |= Q(code__startswith=code)
        found = found.filter(inside)
    found = found.select_related("parent__parent__parent").annotate(families=Count("households"))
    page = Paginator(found.order_by("code"), PER_PAGE).get_page(request.GET.get("page"))
    heads = {
        holding.post.unit_id: holding
        for holding in queries.current_holdings(today())
        .filter(having(Can.HEADS, "post__role"), post__unit__in=page.object_list)
        .select_related("user", "post")
    }
    rows = [(rt, _village_of(rt), heads.get(rt.pk)) for rt in page.object_list]
    return page_of(
        request, "neighbourhoods", form, page=page, rows=rows, wanted=wanted, kind=kind,
        has_rw=kind or rws.exists(),
    )  # fmt: skip


def _village_of(rt: Unit) -> str:
    """The name of the village an RT lies in, with or without an RW between (prefetched)."""
    above = rt.parent
    while above is not None and above.kind in BELOW_VILLAGES:
        above = above.parent
    return above.name if above is not None else ""


@page(Audience.ADMIN)
@require_safe
def head_of(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """To the post of the head of an RT, RW or dusun. Posts of imported ones are opened on first
    use."""
    found = unit_of(pk)
    if found.kind not in BELOW_VILLAGES:
        raise NotThere("Unit ini bukan RT, RW, atau dusun.")
    return redirect("setup-post", office.head_post(unit=found).pk)
