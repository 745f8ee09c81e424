"""The counter opens an application for somebody who stands there."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kernel.errors import NotThere, RuleBroken
from services.applications import counter
from services.catalogue import queries as catalogue
from services.desk.people_views import at_counter, frame, opened, seeing
from services.web.access import today
from ui.forms import Form, explain
from ui.page import Audience, page


class ServiceForm(Form):
    service = forms.ChoiceField(label="Layanan")
    checked = forms.ChoiceField(
        label="Apa yang Anda periksa?", choices=counter.PROOFS, widget=forms.RadioSelect,
        help_text="Permohonan hanya dibuat atas permintaan orangnya sendiri.",
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        offered = sorted((one.title, one.slug) for one in catalogue.offered())
        field.choices = [("", "Pilih layanan"), *((slug, title) for title, slug in offered)]


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the service; the form then opens filled from the register."""
    user, posts, _ = seeing(request)
    person = opened(request, posts, pk)
    if not at_counter(posts, person):
        raise NotThere("Permohonan diisikan petugas loket di wilayah tempat orang ini tinggal.")
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = counter.begin(
                service=catalogue.service(form.cleaned_data["service"]), applicant=person, by=user,
                checked=form.cleaned_data["checked"], today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("application-fill", draft.pk)
    context = {"form": form, "person": person, **frame(posts)}
    return render(request, "desk/person_apply.html", context, status=422 if form.errors else 200)
