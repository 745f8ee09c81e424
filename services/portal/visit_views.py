"""An applicant who cannot come asks that somebody comes to their home."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from kernel.clock import now
from services.applications import queries
from services.applications.models import Application
from services.visits import actions
from services.visits.models import VisitWish
from services.visits.queries import may_be_visited
from ui.forms import Form
from ui.page import Audience, page


class WishForm(Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Mengapa tidak bisa datang?"), choices=VisitWish.Reason.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip


def may_wish(application: Application) -> bool:
    """Whether an office that visits people at home has something to do for the case: one with
    results."""
    return bool(application.blueprint.results) and may_be_visited(application)


@page(Audience.RESIDENT)
@require_POST
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a visit, or no longer."""
    user = signed_in(request)
    found = queries.own(user, pk)
    reason = request.POST.get("reason", "")
    actions.wish(case=found, reason=reason, by=user, at=now())
    said = gettext("Permintaan Anda tersimpan.") if reason else gettext("Permintaan dibatalkan.")
    messages.success(request, said)
    return redirect("application", pk)
