"""People of the register at the desks: finding them, and opening a record for a purpose."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.nik import names_a_number
from services.desk import person_reading
from services.desk.act_forms import offered
from services.desk.frame import frame
from services.desk.views import posts_of
from services.residents import keeping
from services.residents.models import Person
from services.residents.queries import lives_in, people
from services.residents.search.actions import search
from services.residents.wallet import queries as in_wallet
from services.web.files import send_kept
from services.web.opened import Opened
from tenants.office.models import Post
from tenants.office.roles import Can, can
from ui.forms import Form, explain
from ui.page import Audience, Elsewhere, page

OPENED = Opened("people_opened")

# Why a record is opened, as the official chooses it; what its person reads is in the portal.
PURPOSES = {
    "layanan": "Melayani orangnya di loket",
    "berkas": "Memeriksa permohonannya atau permohonan keluarganya",
    "catat": "Mencatat atau memperbaiki data penduduk",
    "tugas": "Tugas lain",
}


class SearchForm(Form):
    q = forms.CharField(label="Cari penduduk", required=False, max_length=100)


class PurposeForm(Form):
    purpose = forms.ChoiceField(
        label="Untuk apa data ini dibuka?", choices=list(PURPOSES.items()),
        widget=forms.RadioSelect,
    )  # fmt: skip
    words = forms.CharField(
        label="Tugas apa?",
        required=False,
        max_length=120,
        help_text="Wajib untuk tugas lain, misalnya nomor surat tugas. Dibaca oleh orangnya.",
    )

    def clean(self) -> dict[str, object]:
        cleaned = self.cleaned_data
        words = cleaned.get("words", "").strip()
        if cleaned.get("purpose") == "tugas" and len(words) < 5:
            self.add_error("words", "Tulis tugasnya, misalnya nomor surat tugas.")
        if names_a_number(words):
            self.add_error("words", "Jangan tulis NIK atau nomor KK di sini.")
        return cleaned


class UndoForm(Form):
    """Why an entry of the history is given back."""

    basis = forms.CharField(
        label="Atas dasar apa?", min_length=5, max_length=150,
        error_messages={"min_length": "Tulis dasarnya, misalnya nomor surat atau akta."},
    )  # fmt: skip


def seeing(request: HttpRequest) -> tuple[User, list[Post], list[str]]:
    """Who asks, their desks, and the areas whose people they may see. Raises NotThere."""
    user, posts = posts_of(request)
    areas = keeping.seen(posts)
    if not areas:
        raise NotThere("Halaman ini untuk petugas yang melayani penduduk suatu wilayah.")
    return user, posts, areas


def seen_person(posts: list[Post], pk: int) -> Person:
    """Somebody whom these posts may see. Raises NotThere."""
    person = people().single().select_related("source").filter(pk=pk).first()
    if person is None or not keeping.sees(posts, person):
        raise NotThere("Orang ini tidak ditemukan di wilayah Anda.")
    return person


@page(Audience.DESK, when_suspended="open")
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Search for people of the own area. By form only: a name or NIK stands in no address."""
    user, posts, areas = seeing(request)
    form = SearchForm(request.POST or None)
    context: dict[str, object] = {"form": form, **frame(posts, "penduduk")}
    context["keeps"] = bool(keeping.areas(posts))
    if request.method == "POST" and form.is_valid():
        context["typed"] = form.cleaned_data["q"]
        try:
            context["found"] = search(text=form.cleaned_data["q"], areas=areas, by=user)
        except RuleBroken as broken:
            explain(form, broken)
    return render(request, "desk/people.html", context, status=422 if form.errors else 200)


@page(Audience.DESK, when_suspended="open")
@never_cache
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: first the purpose is asked, then everything is shown for a quarter of an hour."""
    user, posts, _ = seeing(request)
    found = seen_person(posts, pk)
    if request.method == "GET" and OPENED.has(request, pk):
        return person_page(request, posts, found)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why, words = form.cleaned_data["purpose"], form.cleaned_data["words"]
        more = {"words": words} if words else {}
        audit.record_read(actor=user, person_id=pk, purpose=f"penduduk-{why}", **more)
        OPENED.note(request, pk)
        return redirect("desk-person", pk)
    context = {"person": found, "form": form, **frame(posts, "penduduk")}
    return render(request, "desk/person_purpose.html", context, status=422 if form.errors else 200)


@page(Audience.DESK, when_suspended="open")
@never_cache
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show NIK and KK number in full, or what the law calls specific data; each is noted."""
    user, posts, _ = seeing(request)
    found = opened(request, posts, pk)
    sensitive = request.POST.get("what") == "sensitive"
    audit.record_read(actor=user, person_id=pk, purpose="penduduk-peka" if sensitive else "nik")
    return person_page(request, posts, found, full_numbers=not sensitive, sensitive=sensitive)


@page(Audience.DESK)
@never_cache
@require_safe
def document(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """A document of the wallet of somebody whose record is open; its opening is noted."""
    user, posts, _ = seeing(request)
    found = in_wallet.document_of(opened(request, posts, pk), document)
    audit.record_read(actor=user, person_id=pk, purpose="penduduk-dokumen")
    return send_kept(found)


def opened(request: HttpRequest, posts: list[Post], pk: int) -> Person:
    """Somebody whose record is open; where it is not, the purpose is asked. Raises NotThere."""
    found = seen_person(posts, pk)
    if not OPENED.has(request, pk):
        raise Elsewhere(redirect("desk-person", pk))
    return found


def person_page(
    request: HttpRequest, posts: list[Post], found: Person, *, full_numbers: bool = False,
    sensitive: bool = False,
) -> HttpResponse:  # fmt: skip
    record = person_reading.read(found, full_numbers=full_numbers, sensitive=sensitive)
    keeps = keeping.keeps(posts, found)
    undos = {
        line.event.pk: UndoForm(auto_id=f"id_%s_{line.event.pk}")
        for line in record.history
        if keeps and line.can_be_undone
    }
    context = {
        "person": found, "record": record, "full_numbers": full_numbers, "sensitive": sensitive,
        "keeps": keeps, "serves": at_counter(posts, found),
        "acts": offered(found), "undos": undos, **frame(posts, "penduduk"),
    }  # fmt: skip
    return render(request, "desk/person.html", context)


def at_counter(posts: list[Post], person: Person) -> bool:
    """Whether one of these posts is a counter where this person lives."""
    return (
        any(can(post.role, Can.COUNTER) and lives_in(person, post.unit.code) for post in posts)
        and person.lives_here
    )
