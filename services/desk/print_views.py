"""Finished letters of several cases as one file to print."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.models import User
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
SHARED = "shared"


class PrintForm(Form):
    """On which paper, and how many pages on a sheet."""

    paper = forms.ChoiceField(label="Kertas printer", choices=list(PAPERS.items()))
    per_sheet = forms.ChoiceField(
        label="Per lembar",
        choices=[
            ("1", "Satu halaman"),
            ("2", "Dua halaman bersebelahan"),
            (SHARED, "Dua surat bersebelahan, bila suratnya satu halaman"),
        ],
    )


@dataclass(frozen=True, slots=True)
class Pile:
    """What goes into one file: its cases, and the places of its letters among all."""

    cases: tuple[int, ...]
    first: int
    last: int

    @property
    def ids(self) -> str:
        """The cases as a button sends them."""
        return " ".join(map(str, self.cases))


def printable(cases: Iterable[int]) -> list[Pile]:
    """The finished letters of these cases in piles of at most ``MOST``, in the order in which they
    are printed; the letters of one case stay together. One query."""
    rows = _finished(cases).values_list("application_id", flat=True)
    piles, pile, first, last = list[Pile](), list[int](), 1, 0
    for case, count in Counter(rows).items():
        if pile and last - first + 1 + count > MOST:
            piles.append(Pile(tuple(pile), first, last))
            pile, first = [], last + 1
        pile.append(case)
        last += count
    return [*piles, Pile(tuple(pile), first, last)] if pile else piles


def _finished(cases: Iterable[int]) -> QuerySet[IssuedLetter]:
    """Those that can be printed, as they stand in the books of their units."""
    found = IssuedLetter.objects.filter(
        application__in=list(cases), letter__state=Letter.State.READY, letter__destroyed_at=None
    )
    return found.order_by(
        "letter__unit__code", "letter__register", "letter__year", "letter__sequence", "pk"
    )


@page(Audience.DESK)
@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """The letters of these cases that this official may read, in the order of their books; each
    reading is recorded. Those that are revoked are left out, and those whose file cannot be read,
    which the next page names."""
    user, _ = posts_of(request)
    form = PrintForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("Pilih kertas dan berapa halaman di setiap lembar.")
    typed = " ".join(request.POST.getlist("case")).split()
    ids = dict.fromkeys(pk for one in typed if (pk := row_id(one)))
    wanted = list(_finished(ids).values_list("letter_id", flat=True))
    if not wanted:
        raise RuleBroken("Belum ada surat yang sudah jadi di antara yang dipilih.")
    if len(wanted) > MOST:
        raise RuleBroken(f"Paling banyak {MOST} surat sekali cetak. Kurangi pilihannya.")
    found, lost = _read([letter for pk in wanted if (letter := _readable(user, pk)) is not None])
    per_sheet = form.cleaned_data["per_sheet"]
    made = printing.together(
        [pdf for _, pdf in found], paper=form.cleaned_data["paper"],
        per_sheet=1 if per_sheet == "1" else 2, is_shared=per_sheet == SHARED,
    )  # fmt: skip
    for letter, _ in found:
        audit.record_read(actor=user, person_id=letter.person_id, purpose="surat")
    if lost:
        messages.warning(request, f"Tidak ikut di berkas cetak: {_unread(lost)}")
    return send(made, media_type="application/pdf", name="surat.pdf", download=True)


def _readable(user: User, pk: int) -> Letter | None:
    try:
        return queries.letter_for(user, pk, today=today())
    except NotThere:
        return None


def _read(letters: Sequence[Letter]) -> tuple[list[tuple[Letter, bytes]], list[str]]:
    """Letters with their files, and the numbers of those whose file cannot be read. Raises NotThere
    without any letter, RuleBroken where no file can be read."""
    if not letters:
        raise NotThere("Surat-surat ini tidak ditemukan.")
    found, lost = list[tuple[Letter, bytes]](), list[str]()
    for letter in letters:
        try:
            found.append((letter, archive.read(letter.file)))
        except OSError:
            lost.append(letter.number)
    if not found:
        raise RuleBroken(_unread(lost))
    return found, lost


def _unread(numbers: Sequence[str]) -> str:
    shown = ", ".join(numbers[:10]) + (f", dan {len(numbers) - 10} lagi" * (len(numbers) > 10))
    return (
        f"berkas surat {shown} tidak terbaca di penyimpanan. Cetak lagi nanti, atau beri tahu "
        "admin kota."
    )
