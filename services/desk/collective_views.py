"""Applications for many people from one spreadsheet: uploaded and looked at, begun, and watched;
their finished letters are printed together."""

import csv
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import collective
from services.applications.collective_columns import example as example_of
from services.applications.collective_columns import fits
from services.applications.collective_looking import MOST, Fault, look
from services.cases.models import Step
from services.cases.queries import at_desks
from services.catalogue.models import Service
from services.desk.frame import frame
from services.desk.people_views import seeing
from services.desk.print_views import PrintForm, printable
from services.web.access import today
from tenants.office.models import Post
from tenants.office.roles import Can, can
from ui.forms import Form, TanggalField, explain
from ui.page import Audience, page

MOST_FAULTS = 200  # that are shown at once
LARGEST = 2 * 1024 * 1024  # bytes of a spreadsheet of 500 lines


class CollectiveForm(Form):
    service = forms.ChoiceField(label="Layanan")
    received_on = TanggalField(
        label="Kapan daftarnya diterima lengkap?",
        help_text="Waktu penyelesaian dihitung sejak tanggal ini.",
    )
    scan = forms.FileField(
        label="Pindaian daftar yang ditandatangani",
        help_text="PDF atau foto, paling besar 1 MB. Tanda tangan di daftar itu adalah persetujuan "
        "setiap warga, dan pindaiannya ikut di setiap permohonan.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    file = forms.FileField(
        label="Lembar kerja",
        help_text=f"XLSX, XLS, ODS, atau CSV; paling banyak {MOST} orang.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv", "data-limit": LARGEST}),
    )

    def __init__(self, *args: Any, services: dict[str, Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        titles = {slug: one.title for slug, one in services.items()}
        field.choices = [("", "Pilih layanan"), *titles.items()]

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError("Lembar kerja ini lebih dari 2 MB. Bagi menjadi beberapa.")
        return file


def _counter(request: HttpRequest) -> tuple[Any, list[Post]]:
    """Who asks, and their desks. Raises NotThere for whoever serves nobody at a counter."""
    user, posts, _ = seeing(request)
    if not any(can(post.role, Can.COUNTER) for post in posts):
        raise NotThere("Halaman ini untuk petugas loket.")
    return user, posts


def _services() -> dict[str, Service]:
    """Those that can be asked for by a list, by slug."""
    active = Service.objects.filter(is_active=True, current__isnull=False)
    return {
        one.slug: one
        for one in active.select_related("current").order_by("title", "pk")
        if one.current is not None and not one.card.get("filed_by") and fits(one.current.blueprint)
    }


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Upload a spreadsheet and a signed list. With any fault nothing is kept, and all are shown."""
    user, posts = _counter(request)
    services = _services()
    form = CollectiveForm(request.POST or None, request.FILES or None, services=services)
    faults = list[Fault]()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        service = services[given["service"]]
        try:
            looked = look(given["file"].read(), service, by=user, today=today())
            faults = looked.faults
            if not faults:
                made = collective.keep(
                    looked.entries, service, scan=collective.scan_of(given["scan"].read()),
                    received_on=given["received_on"], by=user, at=now(), today=today(),
                )  # fmt: skip
                return redirect("desk-collective", made.pk)
        except RuleBroken as broken:
            explain(form, broken)
    context = {
        **frame(posts, "layani"), "form": form, "services": services,
        "faults": faults[: MOST_FAULTS], "more": len(faults) - MOST_FAULTS,
        "count": len(faults), "latest": collective.latest(user),
    }  # fmt: skip
    status = 422 if form.errors or faults else 200
    return render(request, "desk/collective.html", context, status=status)


@page(Audience.DESK)
@require_safe
def example(request: HttpRequest, slug: str) -> HttpResponse:
    """The headings of a service's file, with one invented line."""
    _counter(request)
    service = _services().get(slug)
    if service is None or service.current is None:
        raise NotThere("Layanan ini tidak bisa diajukan kolektif.")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="kolektif-{slug}.csv"'
    answer.write("\ufeff")
    csv.writer(answer, delimiter=";").writerows(example_of(service.current.blueprint, today()))
    return answer


@page(Audience.DESK)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """What was looked at; once begun, how far it is and what became of each line."""
    user, posts = _counter(request)
    found = collective.collective_of(user, pk)
    far = collective.progress(found)
    # While it runs the page asks each second: it is told numbers only.
    rows = collective.shown(found, today=today()) if found.started_at and far.is_over else []
    cases = [one.row.application_id for one in rows if one.person and one.row.application_id]
    context = {
        "collective": found, "progress": far, "rows": rows, "kept": collective.KEPT.days,
        "waiting": _waiting(posts, cases),
        "printable": printable(cases), "print_form": PrintForm(),
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(request, "desk/collective_progress.html", context)
    return render(request, "desk/collective_one.html", {**frame(posts, "layani"), **context})


def _waiting(posts: list[Post], cases: list[int]) -> list[int]:
    """Their steps that lie at these desks: what may be approved together."""
    steps = Step.objects.filter(at_desks(posts), case__in=cases, state=Step.State.OPEN)
    return list(steps.order_by("pk").values_list("pk", flat=True))


@page(Audience.DESK)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Every application of the file is ordered."""
    user, _ = _counter(request)
    collective.begin(pk=pk, by=user, at=now())
    return redirect("desk-collective", pk)
