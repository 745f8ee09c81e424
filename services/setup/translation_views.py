"""A service's texts in another language, beside the Indonesian ones."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from services.catalogue import translation, words
from services.catalogue.blueprint import LISTS, text_limit
from services.setup.bench import bench_of, edition_of, save
from tenants.office import queries as office
from tenants.office.languages import NAMES
from ui.page import Audience, page


@dataclass(frozen=True, slots=True)
class Text:
    """One text to translate."""

    place: str
    label: str
    source: str
    typed: str
    limit: int
    rows: int
    is_changed: bool


@page(Audience.ADMIN)
def translations(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """All texts residents read, each with its translation; saved into the draft."""
    bench = bench_of(slug)
    known = dict(office.languages()[1:])
    known |= {code: NAMES.get(code, code) for code in bench.definition.get("translations", {})}
    language = request.GET.get("bahasa", "") or next(iter(known), "")
    if language and language not in known:
        raise NotThere("Bahasa ini tidak dipakai di kota kita.")
    blueprint = bench.blueprint
    kept = blueprint.translations.get(language, {})
    there = translation.places(blueprint)
    typed, problem, status = dict(kept), "", 200
    if request.method == "POST" and language:
        sent = {place: request.POST.get(f"t.{place}", "") for place in there}
        typed = {place: text.replace("\r\n", "\n").strip() for place, text in sent.items()}
        texts = {place: text for place, text in typed.items() if text}
        others = {c: t for c, t in bench.definition.get("translations", {}).items()
                  if c != language}  # fmt: skip
        whole = {**others, language: texts} if texts else others
        try:
            save(bench, {**bench.definition, "translations": whole}, edition_of(request), user)
        except RuleBroken as broken:
            problem, status = broken.message, broken.status
            if isinstance(broken, Stale):
                bench = bench_of(slug)  # its edition: saving again is a decision now
        else:
            messages.success(request, "Terjemahan tersimpan sebagai draf.")
            return redirect(f"{reverse('setup-translations', args=[slug])}?bahasa={language}")
    texts_shown = [
        Text(
            place=place,
            label=words.place_words(place, bench.definition),
            source=source,
            typed=typed.get(place, ""),
            limit=4000 if place in LISTS else text_limit(place),
            rows=max(1, min(6, len(source) // 60 + 1) + source.count("\n")),
            is_changed=f"translations.{language}.{place}" in bench.changes,
        )
        for place, source in there.items()
    ]
    context = {
        **bench.context("translations"),
        "languages": list(known.items()),
        "language": language,
        "name": known.get(language, ""),
        "texts": texts_shown,
        "done": sum(bool(text.typed) for text in texts_shown),
        "gone": translation.gone(blueprint, language),
        "problem": problem,
    }
    return render(request, "setup/service/translations.html", context, status=status)
