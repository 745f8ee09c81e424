"""A service's texts in another language, beside the Indonesian ones."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from services.catalogue import explaining, translation
from services.catalogue.blueprint import LISTS, text_limit
from services.setup.draft_forms import Text, TranslationsForm
from services.setup.service_page import bench_of, edition_of, save
from tenants.office import queries as office
from tenants.office.languages import NAMES
from ui.page import Audience, page


@page(Audience.ADMIN)
def translations(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """All texts residents read, each with its translation; saved into the draft."""
    bench = bench_of(slug)
    known = dict(office.languages()[1:])
    known |= {code: NAMES.get(code, code) for code in bench.definition.get("translations", {})}
    language = request.GET.get("language", "") or next(iter(known), "")
    if language and language not in known:
        raise NotThere("Bahasa ini tidak dipakai di kota kita.")
    blueprint = bench.blueprint
    kept = blueprint.translations.get(language, {})
    texts = [
        Text(
            place=place,
            label=explaining.place_words(place, bench.definition),
            source=source,
            kept=kept.get(place, ""),
            limit=4000 if place in LISTS else text_limit(place),
            is_changed=f"translations.{language}.{place}" in bench.changes,
        )
        for place, source in translation.places(blueprint).items()
    ]
    form = TranslationsForm(texts, language, request.POST or None)
    problem, status, done = "", 200, sum(bool(text.kept) for text in texts)
    if language and form.is_bound and form.is_valid():
        typed = form.typed()
        others = {c: t for c, t in bench.definition.get("translations", {}).items()
                  if c != language}  # fmt: skip
        whole = {**others, language: typed} if typed else others
        try:
            save(bench, {**bench.definition, "translations": whole}, edition_of(request), user)
        except RuleBroken as broken:
            problem, status, done = broken.message, broken.status, len(typed)
            if isinstance(broken, Stale):
                bench = bench_of(slug)  # its edition: saving again is a decision now
        else:
            messages.success(request, "Terjemahan tersimpan sebagai draf.")
            return redirect(f"{reverse('setup-translations', args=[slug])}?language={language}")
    context = {
        **bench.context("translations"),
        "languages": list(known.items()),
        "language": language,
        "name": known.get(language, ""),
        "form": form,
        "changed": form.changed(),
        "done": done,
        "gone": translation.gone(blueprint, language),
        "problem": problem,
    }
    return render(request, "setup/service/translations.html", context, status=status)
