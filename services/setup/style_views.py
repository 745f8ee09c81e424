"""On which paper letters are set, how they look, what they say, and who signs them."""

import base64
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from services.applications import preview
from services.catalogue.models import Service
from services.catalogue.overrides import Definition
from services.letters import styles
from services.letters.models import LetterStyle
from services.letters.pictures import pages_as_png
from services.letters.render import RenderFailed
from services.letters.styles import Told
from services.setup.service_page import with_letters
from services.setup.style_forms import StyleForm, signers
from ui.forms import explain, explained
from ui.page import Audience, page


def _letters(services: dict[str, Service]) -> dict[str, str]:
    """What a letter of a service is called, by ``slug`` or ``slug/key``."""
    found = {}
    for slug, service in services.items():
        assert service.current is not None
        found[slug] = service.title
        outputs = service.current.blueprint.outputs
        if len(outputs) > 1:
            found |= {f"{slug}/{one.key}": f"{service.title}: {one.subject}" for one in outputs}
    return found


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def letter_styles(request: HttpRequest, user: User) -> HttpResponse:
    """Every word of the city and its units about letters; another is kept here. ``do=look`` draws
    a letter with what is typed and keeps nothing."""
    services = with_letters()
    typed = request.POST if request.method == "POST" else None
    form = StyleForm(typed, letters=_letters(services))
    looks = request.POST.get("do") == "look"
    if request.method == "POST" and not looks and form.is_valid():
        told = form.told()
        with explained(form):
            styles.keep(told, definition=_definition(services, told), by=user, at=now())
            messages.success(request, "Tersimpan. Surat berikutnya memakai pengaturan ini.")
            return redirect("setup-letters")
    pictures, why = list[str](), ""
    if looks and form.is_valid():
        try:
            pictures = _pictures(form.told(), services)
        except RuleBroken as broken:
            explain(form, broken)
            why = broken.message
    roles = dict(signers())
    titles = _letters(services)
    context = {
        "form": form, "pictures": pictures, "why": why,
        "rows": [_row(row, titles, roles) for row in
                 LetterStyle.objects.select_related("unit").order_by("unit__code", "topic", "pk")],
    }  # fmt: skip
    status = 422 if form.errors and not looks else 200
    return render(request, "setup/letters.html", context, status=status)


def _definition(services: dict[str, Service], told: Told) -> Definition | None:
    service = services.get(told.topic)
    return service.current.definition if service is not None and service.current else None


def _pictures(told: Told, services: dict[str, Service]) -> list[str]:
    """The pages of a letter as it would be. Raises RuleBroken."""
    styles.refuse(told, _definition(services, told))
    service = services.get(told.topic) or next(iter(services.values()), None)
    if service is None or service.current is None:
        raise RuleBroken("Belum ada layanan yang menerbitkan surat.")
    blueprint = service.current.blueprint
    output = next(
        (one for one in blueprint.outputs if one.key == told.output), blueprint.outputs[0]
    )
    try:
        made = preview.letter(blueprint, output, at=now(), near=told.unit, told=told)
    except RenderFailed as failed:
        raise RuleBroken("Suratnya belum bisa digambar.") from failed
    return [f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in pages_as_png(made)]


def _row(row: LetterStyle, titles: dict[str, str], roles: dict[str, str]) -> dict[str, Any]:
    """One line of the list, in words."""
    letter = f"{row.topic}/{row.output}" if row.output else row.topic
    said = [
        row.get_paper_display() if row.paper else "",
        row.get_style_display().partition(":")[0] if row.style else "",
        f"Penandatangan: {roles.get(row.signer, row.signer)}" if row.signer else "",
        f"Kata-kata: {', '.join(_CALLED[name] for name in row.words)}" if row.words else "",
    ]
    return {
        "pk": row.pk,
        "unit": row.unit.name if row.unit is not None else "Semua unit",
        "within": row.within,
        "letter": titles.get(letter) or titles.get(row.topic, row.topic)
        if row.topic
        else "Semua layanan",
        "said": [text for text in said if text],
    }


_CALLED = {"opening": "pembuka", "body": "isi", "closing": "penutup", "copies": "tembusan"}


@page(Audience.ADMIN)
@require_POST
def drop(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One is taken away: a wider one counts again."""
    styles.drop(pk=pk, by=user)
    messages.success(request, "Pengaturan dihapus. Surat berikutnya ikut yang lebih luas.")
    return redirect("setup-letters")
