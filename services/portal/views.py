"""The city's front door: find a service, ask for it, follow it. Pages for residents."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.errors import NotThere
from services.applications import queries, requirements, staffed
from services.catalogue import plain, statements
from services.catalogue import queries as catalogue
from services.catalogue.desks import spoken
from services.catalogue.rules import with_initials
from services.catalogue.translation import missing
from services.dues import receipts
from services.letters import queries as letters
from services.letters.rules import initials
from services.mall import queries as mall
from services.neighbourhood import announcements
from services.payments import queries as fees
from services.portal.cards import cards_of, why_closed
from services.portal.checking import headline_of
from services.portal.deciding import deciding
from services.portal.forms import CodeForm, SameFileForm
from services.portal.mall_views import listed
from services.portal.standard_views import offices_of
from services.residents import family
from services.residents.queries import facts_of, person_of
from services.web.access import today
from services.web.language import chosen, marked
from tenants.office import readiness
from tenants.office.queries import initials as switched_on_here
from tenants.office.queries import vouching_heads
from ui.page import Audience, page

ON_HOME = 3  # cards of applications under way, and new announcements


# --- finding a service ------------------------------------------------------------------------


@page(Audience.ANYONE, support="look")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()[:100]
    person = person_of(request.user)
    services = listed(chosen(request), person)
    running = [] if person is None else cards_of(request, queries.under_way(person)[:20])
    village = staffed.village_of(person) if person is not None else ""
    ready = not village or readiness.is_ready(village, today())
    return render(
        request,
        "portal/home.html",
        {
            "wanted": wanted,
            "found": catalogue.search(wanted, services) if wanted else None,
            "categories": catalogue.categories(services),
            "services": services,
            "person": person,
            "closed": "" if ready else staffed.come_in_person(village),
            "announcements": announcements.unread(person, today())[:ON_HOME] if person else [],
            "running": running[:ON_HOME],
            "more_running": max(0, len(running) - ON_HOME),
        },
    )


@page(Audience.ANYONE, support="look")
@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    services = listed(chosen(request), person_of(request.user))
    entry = next((c for c in catalogue.categories(services) if c.slug == slug), None)
    if entry is None:
        raise NotThere("Belum ada layanan di kelompok ini.")
    found = catalogue.in_group(services, slug)
    said = [text for service in found for text in (service.title, service.card["summary"])]
    context = {"category": entry, "services": found, "long_forms": plain.long_forms(said)}
    return render(request, "portal/category.html", context)


@page(Audience.ANYONE, support="look")
@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    entry = catalogue.service(slug)
    assert entry.current is not None
    blueprint = entry.current.blueprint
    language = chosen(request)
    person = person_of(request.user)
    switched_on = switched_on_here()
    blueprint = with_initials(blueprint, switched_on)
    places = catalogue.places_at(person.household.rt.code) if person else catalogue.places_here()
    shown = spoken(with_initials(entry.current.read_in(language), switched_on), places)
    context = {
        "service": entry, "blueprint": shown, "offices": offices_of(blueprint, person),
        "deciding": deciding(request, entry, shown, person),
    }  # fmt: skip
    context |= {"needed": plain.needed(blueprint, shown)}
    context |= {"long_forms": plain.long_forms(plain.texts_of(shown))}
    context |= {"samples": [d.key for d in blueprint.documents if statements.sample(slug, d.key)]}
    context["closed"] = why_closed(entry, person)
    context["ready"] = (
        requirements.ready(person, blueprint, blueprint.keys(), today=today()) if person else {}
    )
    # With a request for it under way, the page before the form says so.
    may_choose = person is not None and (
        queries.sent_before(person, entry).exists() or family.may_act_for(person, today=today())
    )
    context["begins"] = person is not None and not may_choose
    context["lang"] = marked(shown, language)
    context["continues"] = mall.before(slug, mall.offered(language, person))
    context["is_partly"] = language in shown.translations and bool(missing(blueprint, language))
    return render(request, "portal/service.html", context)


@page(Audience.ANYONE, support="look")
@require_safe
def statement(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A sample of a statement this service asks for, to print; filled in for who is signed in."""
    entry = catalogue.service(slug)
    assert entry.current is not None
    sample = statements.sample(slug, key)
    found = next((d for d in entry.current.blueprint.documents if d.key == key), None)
    if sample is None or found is None:
        raise NotThere("Untuk berkas ini tidak ada contohnya.")
    person = person_of(request.user)
    written = statements.write(sample, facts_of(person) if person else {})
    page = render(
        request,
        "portal/statement.html",
        {"service": entry, "written": written, "help": found.help},
    )
    page["Cache-Control"] = "private, no-store"
    return page


# --- asking for it ----------------------------------------------------------------------------


# --- following it -----------------------------------------------------------------------------


# --- is this letter genuine? --------------------------------------------------------------------


@page(Audience.ANYONE, when_suspended="open", support="look")
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("verify", "".join(form.cleaned_data["code"].split()).replace("/", ""))
    return render(request, "portal/verify_form.html", {"form": form})


@page(Audience.ANYONE, when_suspended="open", support="look")
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    found = letters.check(code, today=today())
    if found is None and (receipt := receipts.by_code(code)) is not None:
        context = {"receipt": receipt, "payer": initials(receipt.payer)}
        return render(request, "portal/verify_receipt.html", context)
    if found is None and (payment := fees.receipt_by_code(code)) is not None:
        context = {
            "payment": payment, "payer": initials(payment.order.payer),
            "back": fees.given_back(payment),
        }  # fmt: skip
        return render(request, "portal/verify_fee.html", context)
    if found is None:
        context = {"code": code[:60], "form": CodeForm()}
        return render(request, "portal/verify_unknown.html", context, status=404)
    form = SameFileForm(request.POST or None, request.FILES or None)
    same: bool | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        same = letters.same_file(code, bytes(file.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)))
    headline = headline_of(found, same=same, refused_on=queries.refused_after(code))
    context = {"letter": found, "form": form, "headline": headline}
    return render(request, "portal/verify.html", context, status=422 if form.errors else 200)


# --- account, texts -------------------------------------------------------------------------------


@page(Audience.ANYONE, support="look")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    heads = " / ".join(vouching_heads())
    return render(request, "portal/privacy.html", {"heads": heads})
