"""What several of a resident's pages show of an application and of a service."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from kernel.errors import RuleBroken
from services.applications import actions, corrections, queries, staffed
from services.applications.models import Application
from services.cases import queries as desks
from services.cases.models import Step
from services.catalogue.models import Service
from services.catalogue.rules import acting
from services.residents.models import Person
from services.web.access import today
from services.web.language import chosen, in_words_of

State = Application.State

EDITABLE = {State.DRAFT, State.RETURNED}


def cards_of(request: HttpRequest, applications: Iterable[Application]) -> list[dict[str, object]]:
    """What a card says about each of these applications, which have not ended."""
    cards: list[dict[str, object]] = []
    for application in applications:
        in_words_of(application, chosen(request))
        steps = list(application.steps.all())
        done = sum(s.state in (Step.State.APPROVED, Step.State.SKIPPED) for s in steps)
        total = max(len(acting(application.blueprint)), done + 1)
        cards.append(
            {
                "application": application,
                "step": desks.open_step(application),
                "done": done,
                "total": total,
                "percent": round(100 * done / total),
            }
        )
    return cards


def why_closed(entry: Service, person: Person | None) -> str:
    """Why this resident cannot begin this service, or ""; one draft that is begun goes on."""
    if person is None or queries.draft_of(person, entry) is not None:
        return ""
    try:
        staffed.refuse_closed(entry, person, today=today())
    except RuleBroken as closed:
        return gettext(closed.message)
    return ""


def address_of_mistake(application: Application, returned: Step) -> str:
    """Where correcting begins: at the first question the desk named; else at the form when it is
    one page, at the list of all answers when it is longer."""
    form = reverse("application-fill", args=[application.pk])
    first = next(iter(corrections.asked_for(application)), None)
    if first is not None:
        return f"{form}?start={first.key}#id_{first.key}"
    if returned.about:
        return f"{form}?start={returned.about}&ubah#id_{returned.about}"
    if len(actions.pages(application)) == 1:
        return form
    return reverse("application-check", args=[application.pk])
