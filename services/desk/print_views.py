"""Finished letters of several cases as one file to print."""

from collections.abc import Iterable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from services.applications import queries
from services.applications.models import IssuedLetter
from services.desk.views import posts_of
from services.letters import archive, printing
from services.letters.models import Letter
from services.letters.render import PAPERS
from services.web.access import today
from services.web.files import send
from ui.forms import Form
from ui.page import Audience, page

MOST = 200  # letters of one file


class PrintForm(Form):
    """On which paper, and how many pages on a sheet."""

    paper = forms.ChoiceField(label="Kertas printer", choices=list(PAPERS.items()))
    per_sheet = forms.ChoiceField(
        label="Per lembar", choices=[("1", "Satu halaman"), ("2", "Dua halaman bersebelahan")]
    )


def printable(cases: Iterable[int]) -> list[int]:
    """Of these cases those with a letter that can be printed. One query."""
    found = IssuedLetter.objects.filter(
        application__in=list(cases), letter__state=Letter.State.READY
    )
    return sorted(set(found.values_list("application_id", flat=True)))


@page(Audience.DESK)
@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """The letters of these cases that this official may read, in the order of their numbers; each
    reading is recorded. Those that are revoked are left out."""
    user, _ = posts_of(request)
    form = PrintForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("Pilih kertas dan berapa halaman di setiap lembar.")
    ids = [pk for typed in request.POST.getlist("case") if (pk := row_id(typed))]
    issued = IssuedLetter.objects.filter(
        application__in=dict.fromkeys(ids), letter__state=Letter.State.READY
    )
    wanted = list(issued.order_by("letter__number", "pk").values_list("letter_id", flat=True))
    if not wanted:
        raise RuleBroken("Belum ada surat yang sudah jadi di antara yang dipilih.")
    if len(wanted) > MOST:
        raise RuleBroken(f"Paling banyak {MOST} surat sekali cetak. Kurangi pilihannya.")
    found = list[Letter]()
    for pk in wanted:
        try:
            found.append(queries.letter_for(user, pk, today=today()))
        except NotThere:
            continue
    if not found:
        raise NotThere("Surat-surat ini tidak ditemukan.")
    made = printing.together(
        [archive.read(letter.file) for letter in found],
        paper=form.cleaned_data["paper"], per_sheet=int(form.cleaned_data["per_sheet"]),
    )  # fmt: skip
    for letter in found:
        audit.record_read(actor=user, person_id=letter.person_id, purpose="surat")
    return send(made, media_type="application/pdf", name="surat.pdf", download=True)
