"""Reading facts of residents by a rule of sharing, for offices that the people do not belong to."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kernel.errors import RuleBroken
from services.desk.frame import frame
from services.desk.views import posts_of
from services.residents import sharing
from services.residents.fields import FIELDS
from services.residents.models import SharingRule
from services.web.access import today
from ui.forms import Form, NikField, explain
from ui.page import Audience, page


class ReadForm(Form):
    rule = forms.ModelChoiceField(
        label="Menurut aturan", queryset=SharingRule.objects.none(), empty_label=None
    )
    nik = NikField(label="NIK", help_text="16 angka di KTP-nya.")


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters("nik")
@require_http_methods(["GET", "POST"])
def shared(request: HttpRequest) -> HttpResponse:
    """Choose a rule of the own office, type a NIK, see what the rule shares."""
    user, posts = posts_of(request)
    rules = sharing.rules_of(posts, today())
    form = ReadForm(request.POST or None)
    form.fields["rule"].queryset = rules  # type: ignore[attr-defined]
    context = frame(posts, "data")
    if request.method == "POST" and form.is_valid():
        rule = form.cleaned_data["rule"]
        try:
            found = sharing.read(
                rule=rule, nik=form.cleaned_data["nik"], actor=user, reader=str(user.pk)
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            context |= {"rule": rule, "facts": [(FIELDS[k].label, v) for k, v in found.items()]}
    context |= {"form": form, "rules": rules}
    return render(request, "desk/shared.html", context, status=422 if form.errors else 200)
