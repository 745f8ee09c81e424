"""“Usulan bantuan”: for what somebody was proposed, the answer, and one objection to it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.aid import answering
from services.web.access import resident
from ui.forms import Form, explain
from ui.page import Audience, page


class ObjectForm(Form):
    words = forms.CharField(
        label=gettext_lazy("Keberatan Anda"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Dibaca petugas kelurahan. Hanya bisa sekali."),
    )


@page(Audience.RESIDENT)
@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Every proposal about oneself."""
    _, person = resident(request)
    return render(request, "portal/aid/own.html", {"candidates": answering.own(person)[:50]})


@page(Audience.RESIDENT)
@never_cache
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    """Say to the kelurahan why its answer is wrong."""
    user, person = resident(request)
    found = answering.own(person).filter(pk=pk).first()
    if found is None:
        raise NotThere("Usulan ini tidak ditemukan.")
    form = ObjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answering.object_to(
                candidate_id=pk, words=form.cleaned_data["words"], person=person, by=user, at=now()
            )
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, gettext("Keberatan Anda terkirim ke kelurahan."))
            return redirect("own-aid")
    context = {"candidate": found, "form": form}
    return render(request, "portal/aid/contest.html", context, status=422 if form.errors else 200)
