"""The city's front door: find a service, ask for it, follow it. Pages for residents."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kernel.errors import NotThere
from services.applications import queries, requirements, staffed
from services.catalogue import plain, statements
from services.catalogue import queries as catalogue
from services.catalogue.desks import spoken
from services.catalogue.rules import with_initials
from services.catalogue.translation import missing
from services.mall import queries as mall
from services.neighbourhood import announcements
from services.portal.cards import cards_of, why_closed
from services.portal.deciding import deciding
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


# --- account, texts -------------------------------------------------------------------------------


@page(Audience.ANYONE, support="look")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    heads = " / ".join(vouching_heads())
    return render(request, "portal/privacy.html", {"heads": heads})
