"""The counter: somebody is found, a service chosen, and an application opened for them."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import counter, paper
from services.cases import documents
from services.catalogue import queries as catalogue
from services.desk.frame import frame
from services.desk.people_views import (
    OPENED,
    SearchForm,
    at_counter,
    opened,
    seeing,
    seen_person,
)
from services.queueing import queries as queue
from services.residents.search.actions import search
from services.web.access import today
from ui.forms import Form, TanggalField, explain
from ui.page import Audience, page


class ServiceForm(Form):
    service = forms.ChoiceField(label="Layanan")
    checked = forms.ChoiceField(
        label="Apa yang Anda periksa?", choices=counter.PROOFS, widget=forms.RadioSelect,
        help_text="Permohonan hanya dibuat atas permintaan orangnya sendiri.",
    )  # fmt: skip

    def __init__(self, *args: object, first: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, first)


class PaperForm(Form):
    """What is on the paper form itself is typed on the pages that follow."""

    service = forms.ChoiceField(label="Layanan")
    received_on = TanggalField(
        label="Kapan formulir dan syaratnya diterima lengkap?",
        help_text="Waktu penyelesaian dihitung sejak tanggal ini.",
    )
    scan = forms.FileField(
        label="Pindaian formulir yang ditandatangani",
        help_text="PDF atau foto. Tanda tangannya adalah persetujuan warga.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, [])


def _offer(form: Form, first: list[str]) -> None:
    """The services, those of the line that is served now before the others."""
    field = form.fields["service"]
    assert isinstance(field, forms.ChoiceField)
    offered = sorted((one.slug not in first, one.title, one.slug) for one in catalogue.offered())
    field.choices = [("", "Pilih layanan"), *((slug, title) for _, title, slug in offered)]


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Where serving somebody begins: whose number is at the window, and finding the person. By
    form only: a name or NIK stands in no address."""
    user, posts, areas = seeing(request)
    form = SearchForm(request.POST or None)
    context: dict[str, object] = {"form": form, **frame(posts, "layani")}
    context["ticket"] = queue.serving_of(user, today())
    if request.method == "POST" and form.is_valid():
        context["typed"] = form.cleaned_data["q"]
        try:
            found = search(text=form.cleaned_data["q"], areas=areas, by=user)
            context["found"] = found
            context["serves"] = [
                hit.person.pk for hit in found.people if at_counter(posts, hit.person)
            ]
        except RuleBroken as broken:
            explain(form, broken)
    return render(request, "desk/counter.html", context, status=422 if form.errors else 200)


@page(Audience.DESK)
@require_POST
def serve(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody found at the counter is served: that is the purpose for which the data is opened."""
    user, posts, _ = seeing(request)
    person = seen_person(posts, pk)
    if not at_counter(posts, person):
        raise NotThere("Permohonan diisikan petugas loket di wilayah tempat orang ini tinggal.")
    audit.record_read(actor=user, person_id=pk, purpose="penduduk-layanan")
    OPENED.note(request, pk)
    return redirect("desk-person-apply", pk)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the service; the form then opens filled from the register."""
    user, posts, _ = seeing(request)
    person = opened(request, posts, pk)
    if not at_counter(posts, person):
        raise NotThere("Permohonan diisikan petugas loket di wilayah tempat orang ini tinggal.")
    ticket = queue.serving_of(user, today())
    form = ServiceForm(request.POST or None, first=ticket.waits_in.services if ticket else [])
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
    context = {"form": form, "person": person, "ticket": ticket, **frame(posts, "penduduk")}
    return render(request, "desk/person_apply.html", context, status=422 if form.errors else 200)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def from_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A signed paper form: its scan and the day on which it came; its answers are typed next."""
    user, posts, _ = seeing(request)
    person = opened(request, posts, pk)
    if not at_counter(posts, person):
        raise NotThere("Formulir dimasukkan petugas loket di wilayah tempat orang ini tinggal.")
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        scan = form.cleaned_data["scan"]
        assert isinstance(scan, UploadedFile)
        try:
            draft = paper.begin(
                service=catalogue.service(form.cleaned_data["service"]), applicant=person,
                content=bytes(scan.read(documents.MAX_BYTES + 1)),
                received_on=form.cleaned_data["received_on"], by=user, at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("application-fill", draft.pk)
    context = {"form": form, "person": person, **frame(posts, "penduduk")}
    return render(request, "desk/person_paper.html", context, status=422 if form.errors else 200)
