"""Which language a visitor reads services in."""

from django.http import HttpRequest

from services.applications.models import Application
from services.applications.planning import plan_of
from services.cases import reasons
from services.catalogue.blueprint import Blueprint
from services.catalogue.translation import ORIGINAL
from tenants.office.queries import languages
from tenants.registry.current import city_or_none
from ui.language import ENGLISH, is_office, reads_in, wished


def chosen(request: HttpRequest) -> str:
    """The visitor's choice while the city offers it, else Indonesian. No query without a choice,
    one per request with it."""
    cached: str | None = getattr(request, "_bahasa", None)
    if cached is None:
        wanted = wished(request)
        original = not wanted or wanted == ORIGINAL or wanted not in dict(languages())
        cached = ORIGINAL if original else wanted
        request._bahasa = cached  # type: ignore[attr-defined]
    return cached


def around(request: HttpRequest) -> str:
    """The language of the page around a service: English where it was chosen, else Indonesian."""
    if wished(request) != ENGLISH or is_office(request):
        return ORIGINAL
    return ENGLISH if city_or_none() is None else chosen(request)


def marked(shown: Blueprint, language: str) -> str:
    """The ``lang`` of a service's texts where they, or the page, are not Indonesian; else empty."""
    written = language if language in shown.translations else ORIGINAL
    return "" if written == reads_in() == ORIGINAL else written


def in_words_of(application: Application, language: str) -> Blueprint:
    """The case's blueprint in this language; its title and the titles of its steps, as pages
    show them, are replaced with it (not saved)."""
    shown = application.read_in(language)
    if language in shown.translations:
        application.version.service.title = shown.title
        steps = plan_of(application, shown, language).definition.steps
        titles = {spec.key: spec.title for spec in steps}
        for step in application.steps.all():
            instead = reasons.title_in_words(step.title)
            step.title = instead or titles.get(step.key, step.title)
    return shown
