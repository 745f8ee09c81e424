"""Somebody of the own area, found by what a head types."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from kernel.errors import RuleBroken
from services.neighbourhood import areas
from services.residents.search.actions import Hits, search
from services.rt.book_forms import SearchForm
from tenants.office.access import visitor
from ui.forms import explain


@dataclass(frozen=True, slots=True)
class Searched:
    """What was typed, and whom it finds; ``hits`` is None where nothing was asked or the form says
    what is wrong."""

    form: SearchForm
    typed: str = ""
    hits: Hits | None = None

    @property
    def status(self) -> int:
        """Of the answer."""
        return 422 if self.form.errors else 200

    def to_choose_from(self) -> Mapping[str, object]:
        """What a page shows on which one of the found people is chosen: those who live here."""
        people = self.hits.people if self.hits else []
        return {
            "form": self.form, "typed": self.typed,
            "found": [hit for hit in people if hit.person.lives_here],
            "more": self.hits is not None and self.hits.more,
        }  # fmt: skip


def searched(request: HttpRequest) -> Searched:
    """Search the own area for what the form says."""
    who = visitor(request)
    form = SearchForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return Searched(form)
    typed = form.cleaned_data["q"]
    try:
        hits = search(text=typed, areas=areas.codes_of(who.vouching), by=who.user)
    except RuleBroken as broken:
        explain(form, broken)
        return Searched(form, typed)
    return Searched(form, typed, hits)
