"""One service before and after it is published: draft, walk, history, file."""

import json
from datetime import timedelta

from csp.constants import NONE, SELF
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import preview
from services.applications.forms import AnswersForm
from services.catalogue import actions, editor_inputs, explaining, samples, simulator
from services.catalogue.desks import spoken
from services.catalogue.models import Service, ServiceVersion
from services.catalogue.queries import places_here
from services.catalogue.rules import with_initials
from services.letters.pictures import pages_as_png
from services.questions.kind import kind_of
from services.setup.draft_forms import Asked, CompareForm, PublishForm, WalkForm
from services.setup.service_page import PER_PAGE, bench_of, edition_of, findings_of
from services.web.access import today
from services.web.files import send
from tenants.office import queries as office
from tenants.registry.current import city
from ui.page import Audience, page

SPEEDS = (
    ("penuh", "Setiap meja memakai seluruh waktunya", None),
    ("sejam", "Setiap meja memutuskan dalam satu jam", timedelta(hours=1)),
    ("sehari", "Setiap meja memutuskan dalam satu hari", timedelta(days=1)),
)


@page(Audience.ADMIN)
def draft(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """What changed, what the linter says, the form and the letters; publish or throw away."""
    bench = bench_of(slug)
    problem, status = "", 200
    publishing = PublishForm(request.POST or None)
    if request.method == "POST":
        if request.POST.get("do") == "buang":
            if bench.published is None:
                raise RuleBroken("Layanan ini belum pernah diterbitkan, jadi drafnya disimpan.")
            if edition_of(request) != bench.service.draft_edition:
                messages.error(request, "Draf ini baru saja diubah orang lain. Periksa lagi.")
                return redirect("setup-draft", slug)
            actions.discard_draft(slug=slug, by=user)
            messages.success(request, "Draf dibuang. Yang terbit tidak berubah.")
            return redirect("setup-service", slug)
        status = 422
        if publishing.is_valid():
            note, edition = publishing.cleaned_data["note"], edition_of(request)
            try:
                actions.publish_draft(slug=slug, edition=edition, by=user, note=note)
            except RuleBroken as broken:
                problem, bench = broken.message, bench_of(slug)
                status = broken.status
            else:
                messages.success(request, "Diterbitkan. Permohonan baru memakai versi ini.")
                return redirect("setup-service", slug)
    blueprint = bench.blueprint
    findings = findings_of(blueprint, slug)
    form = AnswersForm(
        blueprint, house=samples.house(today(), preview.town_name()), typed={}, kept={}
    )
    context = {
        **bench.context("draft"),
        "problem": problem,
        "changes": explaining.changes(bench.published, bench.definition) if bench.published else [],
        "findings": findings,
        "errors": [f for f in findings if f.level == "error"],
        "form": form,
        "outputs": blueprint.outputs,
        "publishing": publishing,
    }
    return render(request, "setup/service/draft.html", context, status=status)


@page(Audience.ADMIN)
@require_safe
def letter(request: HttpRequest, user: User, slug: str, key: str) -> HttpResponse:
    """One letter as it would be, with invented people."""
    bench = bench_of(slug)
    blueprint = bench.blueprint
    output = next((output for output in blueprint.outputs if output.key == key), None)
    if output is None:
        raise NotThere("Surat ini tidak ada.")
    content = preview.letter(blueprint, output, at=now())
    if "gambar" in request.GET:  # for phones, which show no PDF inside a page
        first = pages_as_png(content, most=1)[0]
        return send(first, media_type="image/png", name=f"{slug}.png", download=False)
    response = send(
        content, media_type="application/pdf", name=f"pratinjau-{slug}.pdf", download=False
    )
    # Shown inside our own page; everywhere else no page of ours may be framed.
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = {"default-src": [NONE], "frame-ancestors": [SELF]}  # type: ignore[attr-defined]
    return response


@page(Audience.ADMIN)
@require_safe
def walk(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """A sample request desk by desk, with dates over nights, weekends and holidays."""
    bench = bench_of(slug)
    blueprint = with_initials(spoken(bench.blueprint, places_here()), office.initials())
    deciding = {c.field for step in blueprint.steps for c in step.when}
    if blueprint.authority is not None:
        deciding |= set(blueprint.authority.measures)
    deciding |= {c.field for output in blueprint.outputs for c in output.when}
    deciding |= {c.field for result in blueprint.results for c in result.when}
    rows = blueprint.tariff.rows if blueprint.tariff else []
    deciding |= {c.field for row in rows for c in row.when} | {row.per for row in rows if row.per}
    answers = samples.answers(blueprint, today=today(), born_in=preview.town_name())
    asked = [
        Asked(
            spec.key,
            spec.label,
            kind_of(spec).options(spec),
            str(answers.get(spec.key) or ""),
        )
        for spec in blueprint.fields
        if spec.key in deciding
    ]
    speeds = [(key, label) for key, label, _ in SPEEDS]
    here = now().astimezone(city().tz)
    form = WalkForm(request.GET, now=here, asked=asked, speeds=speeds)
    answers |= form.answers()
    start, calendar = form.start(), office.calendar()
    speed = form.cleaned_data.get("speed")
    spent = next((after for key, _, after in SPEEDS if key == speed), None)
    after = {step.key: spent for step in blueprint.steps} if spent is not None else None
    found = simulator.walk(blueprint, answers, start=start, calendar=calendar, decided_after=after)
    days = (found.done.astimezone(city().tz).date() - start.date()).days
    off = sum(not calendar.is_workday(start.date() + timedelta(days=n)) for n in range(days + 1))
    typed_at = request.GET.get("step", "")
    at = min(int(typed_at), len(found.stops)) if typed_at.isdecimal() and len(typed_at) < 4 else 0
    query = request.GET.copy()

    def to(number: int) -> str:
        query["step"] = str(number)
        return f"?{query.urlencode()}"

    context = {
        **bench.context("walk"),
        "form": form,
        "start": start,
        "stops": [
            (number, stop, "done" if number < at else "now" if number == at else "todo", to(number))
            for number, stop in enumerate(found.stops)
        ],
        "found": found,
        "off": off,
        "at": at,
        "finished": at >= len(found.stops),
        "back": to(at - 1) if at else "",
        "next": to(at + 1) if at < len(found.stops) else "",
        "timeouts": dict(editor_inputs.TIMEOUTS),
    }
    return render(request, "setup/service/walk.html", context)


def _version(service: Service, typed: str) -> ServiceVersion | None:
    if not typed.isdecimal() or len(typed) > 9:
        return None
    return service.versions.filter(pk=int(typed)).first()


@page(Audience.ADMIN)
def history(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Every published version; compare two, take one back."""
    bench = bench_of(slug)
    service = bench.service
    if request.method == "POST":
        version = _version(service, request.POST.get("version", ""))
        if version is None:
            raise NotThere("Versi ini tidak ada.")
        try:
            if request.POST.get("do") == "kembali":
                actions.roll_back(slug=slug, version_id=version.pk, by=user)
                messages.success(request, "Versi itu berlaku lagi untuk permohonan baru.")
                return redirect("setup-history", slug)
            if service.draft is not None:
                raise RuleBroken("Ada draf yang belum diterbitkan. Terbitkan atau buang dulu.")
            actions.restore(slug=slug, version_id=version.pk, by=user, at=now())
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return redirect("setup-history", slug)
        messages.success(request, "Versi itu sekarang menjadi draf. Periksa, lalu terbitkan.")
        return redirect("setup-draft", slug)
    versions = service.versions.select_related("published_by").defer("definition")
    page = Paginator(versions.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    comparing = CompareForm(list(page.object_list), request.GET) if page.object_list else None
    changes = None
    if comparing is not None and comparing.is_valid():
        one, other = (service.versions.get(pk=pk) for pk in comparing.cleaned_data.values())
        changes = explaining.changes(one.definition, other.definition)
    context = {
        **bench.context("history"),
        "page": page,
        "comparing": comparing,
        "changes": changes,
    }
    return render(request, "setup/service/history.html", context)


@page(Audience.ADMIN)
@require_safe
def export(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """The definition as a file another city can take in."""
    text = json.dumps(bench_of(slug).definition, ensure_ascii=False, indent=2)
    return send(text.encode(), media_type="application/json", name=f"{slug}.json", download=True)
