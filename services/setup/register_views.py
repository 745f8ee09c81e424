"""The register of residents: its size, and importing a spreadsheet."""

import csv

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from kernel import tables
from kernel.errors import NotThere
from services.applications.preview import town_name
from services.residents import queued
from services.residents.imports import columns, values
from services.residents.imports.problems import ImportDoubtful, ImportRefused, Outcome
from services.residents.imports.writing import import_people
from services.residents.models import Household, Person
from services.setup.forms import ImportForm
from services.setup.views import page_of
from tenants.registry import regions
from tenants.registry.current import city
from ui.forms import explain
from ui.page import Audience, page

SHOWN = 50  # rows to correct on a page; the download has all
EXAMPLE = {  # birthplace and kelurahan are the city's own
    "nik": "CONTOH (hapus baris ini)", "no_kk": "6474010101100045", "nama": "Siti Aminah",
    "jenis_kelamin": "Perempuan", "tempat_lahir": "", "tanggal_lahir": "14-03-1989",
    "alamat": "Jalan Melati 7", "rt": "001", "rw": "002", "kelurahan": "",
    "agama": "Islam", "status_kawin": "Kawin", "hubungan": "Istri", "pendidikan": "SLTA/sederajat",
    "pekerjaan": "Wiraswasta", "kewarganegaraan": "WNI", "penduduk_sejak": "01-02-2010",
    "status_dasar": "Hidup",
}  # fmt: skip


@page(Audience.ADMIN)
def residents(request: HttpRequest, user: User) -> HttpResponse:
    """The register's size, and taking a spreadsheet in."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context = {
        "people": Person.objects.living_here().count(),
        "households": Household.objects.count(),
        "required": columns.REQUIRED,
        "optional": columns.OPTIONAL,
        "choices": values.CHOICES,
    }
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        name, content = file.name or "Berkas", bytes(file.read())
        if len(content) > queued.AT_ONCE:
            return redirect("setup-import", queued.begin(name=name, content=content, actor=user))
        try:
            outcome = import_people(name=name, content=content, actor=user)
        except ImportDoubtful as doubtful:
            code = queued.ask(name=name, content=content, doubtful=doubtful)
            return redirect("setup-import", code)
        except ImportRefused as refused:
            explain(form, refused)
            context["problems"] = refused.problems[:SHOWN]
            context["count"] = len(refused.problems)
            context["code"] = queued.note_refused(refused) if refused.problems else ""
        else:
            return _done(request, outcome)
    return page_of(request, "residents", form, **context)


def _done(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    messages.success(request, outcome.sentence)
    return redirect("setup-neighbourhoods" if outcome.new_rts else "setup-residents")


def _job(code: str) -> queued.Job:
    job = queued.job(code)
    if job is None:
        raise NotThere("Keadaan impor ini tidak tercatat lagi. Lihat jumlah penduduknya.")
    return job


@page(Audience.ADMIN, support="no")
@require_http_methods(["GET", "HEAD", "POST"])
def residents_import(request: HttpRequest, user: User, code: str) -> HttpResponse:
    """How an import stands, polled by htmx as a part of the page, else by reloading; a doubtful
    one is confirmed by sending the form."""
    if request.method == "POST":
        queued.confirm(code, actor=user)
        return redirect("setup-import", code)
    job = _job(code)
    part = bool(request.headers.get("HX-Request"))
    context = {"job": job, "code": code, "problems": job.problems[:SHOWN],
               "count": len(job.problems)}  # fmt: skip
    return page_of(request, "parts/import" if part else "import", **context)


@page(Audience.ADMIN, support="no")
@require_safe
def residents_problems(request: HttpRequest, user: User, code: str) -> HttpResponse:
    """Every row to correct or to check as CSV, with the reason."""
    response = _csv("penduduk-perbaiki.csv")
    table = csv.writer(response, delimiter=";", lineterminator="\r\n")
    table.writerow(["baris", "nama", "kolom", "yang_perlu_diperbaiki"])
    for problem in _job(code).problems:
        cells = (problem.name, problem.column, problem.text)
        table.writerow([problem.line, *map(tables.as_text, cells)])
    return response


@page(Audience.ADMIN)
@require_safe
def residents_template(request: HttpRequest, user: User) -> HttpResponse:
    """A CSV with the right first row and an example."""
    response = _csv("penduduk.csv")
    table = csv.DictWriter(response, columns.COLUMNS, delimiter=";", lineterminator="\r\n")
    table.writeheader()
    village = regions.villages(city().code)[0]
    table.writerow({**EXAMPLE, "tempat_lahir": town_name(), "kelurahan": village.code})
    return response


def _csv(name: str) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
