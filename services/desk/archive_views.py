"""The archive: searching it, one item, holds, and destroying what reached its fate."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere
from kernel.ids import row_id
from services.desk.record_archive_forms import ArchiveForm, BasisForm, FindForm, ReasonForm
from services.desk.record_frame import Reader, page_number, part, reader, typed
from services.letters.models import Letter
from services.records import archive, destroying, holding, minutes, registers
from services.records.access import NOT_YOURS
from services.records.models import ArchiveItem, Destruction, LegalHold, RetentionClass
from services.web.access import today
from services.web.files import send, send_letter
from services.web.reads import note_read
from tenants.office.models import Unit
from ui.forms import Form, explained
from ui.page import Audience, page

DUE_SHOWN = 100  # of one page
# What is asked before something is done about an item.
ASKED = {
    "hold": "Mengapa ditahan?",
    "keep": "Mengapa disimpan permanen?",
    "lift": "Mengapa penahanan dicabut?",
}


@page(Audience.OFFICE, when_suspended="open")
@never_cache
@sensitive_post_parameters("q", "name")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """One search over everything that ended. Names by form only."""
    who = reader(request)
    asked = part(request, "arsip", reach=who.reach, every_office=True)
    said = request.POST if request.method == "POST" else request.GET
    kind = said.get("kind", "") if said.get("kind", "") in ArchiveItem.Kind.values else ""
    year = asked.year if said.get("year", "0") not in ("", "0") else 0
    units = [asked.unit] if asked.unit else None if who.reach.whole_city else who.reach.ids
    form = FindForm(request.POST or None)
    text = name = ""
    named = archive.Named([])
    if request.method == "POST" and form.is_valid():
        text, name = form.cleaned_data["q"], form.cleaned_data["name"]
        if name:
            with explained(form):
                named = archive.named(name, who.reach.posts, units, who.user)
    filters = archive.Filters(units, year, kind, asked.topic, text, named.people, name)
    number = page_number(request) if not (text or name) else 1
    fields = {**typed(asked), "year": str(year), "kind": kind}
    topics = list(registers.titles().items())
    context = {
        **who.context, "page": archive.page(filters, number), "searched": text or name,
        "too_common": named.more,
        "form": ArchiveForm(fields, reach=who.reach, topics=topics), "find_form": form,
        "typed": fields, "names": {unit.pk: unit.name for unit in who.reach.units},
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "desk/records/archive.html", context, status=status)


def _item(request: HttpRequest, pk: int) -> tuple[Reader, ArchiveItem]:
    who = reader(request)
    found = archive.get(pk, who.reach.ids)
    if found is None:
        raise NotThere(NOT_YOURS)
    return who, found


def _page(request: HttpRequest, pk: int, failed: ReasonForm | None = None) -> HttpResponse:
    who, item = _item(request, pk)
    if item.person_id is not None:
        note_read(request, item.person_id, purpose="arsip")
    keeps = who.reach.writes(item.unit_id) or who.reach.whole_city
    forms = {act: ReasonForm(act, asked) for act, asked in ASKED.items()}
    if failed is not None:
        forms[failed.act] = failed
    context = {
        **who.context, "item": item, "keeps": keeps, "failed": failed,
        "hold_form": forms["hold"], "keep_form": forms["keep"], "lift_form": forms["lift"],
        "is_due": item.fate in archive.DUE and item.fate_on is not None
        and item.fate_on <= today(),
        "reviews": item.fate == RetentionClass.Fate.REVIEW,
    }  # fmt: skip
    status = 422 if failed is not None else 200
    return render(request, "desk/records/item.html", context, status=status)


@page(Audience.OFFICE)
@never_cache
@require_safe
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what it is, how long it is kept, who holds it."""
    return _page(request, pk)


@page(Audience.OFFICE)
@never_cache
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The archived PDF of a letter; its reading is noted."""
    who, found = _item(request, pk)
    if found.letter is None:
        raise NotThere(NOT_YOURS)
    audit.record_read(actor=who.user, person_id=found.letter.person_id, purpose="arsip")
    return send_letter(Letter.objects.get(pk=found.letter.pk), download=False)


def _with_reason(
    request: HttpRequest, who: Reader, item_id: int, act: str, done: str,
    write: Callable[..., object],
) -> HttpResponse:  # fmt: skip
    """Do something about an item for which a reason is given; the action judges who may."""
    form = ReasonForm(act, ASKED[act], request.POST)
    if form.is_valid():
        with explained(form):
            write(reason=form.cleaned_data["reason"], reach=who.reach, by=who.user, at=now())
            messages.success(request, done)
            return redirect("desk-book-item", item_id)
    return _page(request, item_id, form)


@page(Audience.OFFICE)
@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on it is not destroyed."""
    done = "Arsip ini ditahan. Tidak ada yang dapat memusnahkannya."
    return _with_reason(
        request, reader(request), pk, "hold", done, partial(holding.hold, item_id=pk)
    )


@page(Audience.OFFICE)
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """A hold ends."""
    who = reader(request)
    known = LegalHold.objects.filter(pk=pk, item__unit__in=who.reach.ids).first()
    if known is None:
        raise NotThere(NOT_YOURS)
    deed = partial(holding.lift, hold_id=pk)
    return _with_reason(request, who, known.item_id, "lift", "Penahanan dicabut.", deed)


@page(Audience.OFFICE)
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """What was to be reviewed is kept for good."""
    deed = partial(holding.keep_for_good, item_id=pk)
    done = "Arsip ini disimpan permanen."
    return _with_reason(request, reader(request), pk, "keep", done, deed)


# --- destroying ---------------------------------------------------------------------------------


def _unit(request: HttpRequest, who: Reader) -> Unit:
    asked = part(request, "musnah", reach=who.reach)
    if not asked.unit:
        raise NotThere(NOT_YOURS)
    return who.reach.unit(asked.unit)


@page(Audience.OFFICE)
@never_cache
@require_http_methods(["GET", "POST"])
def due(request: HttpRequest) -> HttpResponse:
    """What reached its fate at an office; some of it is proposed to be destroyed here."""
    who = reader(request)
    unit = _unit(request, who)
    if request.method == "POST":
        ids = [row_id(one) for one in request.POST.getlist("step")]
        if "all" in request.POST:
            ids = archive.free(unit.pk, today(), destroying.MOST)
        made = destroying.propose(
            unit_id=unit.pk, item_ids=ids, reach=who.reach, by=who.user, at=now()
        )
        messages.success(request, "Usulan dikirim. Orang lain yang memutuskannya.")
        return redirect("desk-book-destruction", made.pk)
    rows = archive.due(unit.pk, today())
    context = {
        **who.context, "unit": unit, "writes": who.reach.writes(unit.pk),
        "page": Paginator(rows, DUE_SHOWN).get_page(request.GET.get("page")),
        "waiting": archive.due_counts(who.reach.ids, today()), "units": who.reach.units,
        "acts": archive.destructions(who.reach.ids)[:30],
    }  # fmt: skip
    return render(request, "desk/records/due.html", context)


def _act(request: HttpRequest, pk: int) -> tuple[Reader, Destruction]:
    who = reader(request)
    found = archive.destructions(who.reach.ids).filter(pk=pk).first()
    if found is None:
        raise NotThere(NOT_YOURS)
    return who, found


def _act_page(request: HttpRequest, pk: int, failed: Form | None = None) -> HttpResponse:
    who, act = _act(request, pk)
    rows = archive.listed(ArchiveItem.objects.filter(destruction=act)).order_by("pk")
    decides = (
        act.state == Destruction.State.PROPOSED
        and destroying.may_decide(who.reach, act.unit_id)
        and act.proposed_by_id != who.user.pk
    )
    context = {
        **who.context, "act": act, "decides": decides, "failed": failed,
        "page": Paginator(rows, DUE_SHOWN).get_page(request.GET.get("page")),
        "basis_form": failed if isinstance(failed, BasisForm) else BasisForm(),
        "refuse_form": failed
        if isinstance(failed, ReasonForm)
        else ReasonForm("refuse", "Mengapa tidak disetujui?"),
    }  # fmt: skip
    status = 422 if failed is not None else 200
    return render(request, "desk/records/destruction.html", context, status=status)


@page(Audience.OFFICE)
@never_cache
@require_safe
def destruction(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal to destroy, what was decided, and what came of it."""
    return _act_page(request, pk)


@page(Audience.OFFICE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree: a worker destroys it."""
    who, _ = _act(request, pk)
    form = BasisForm(request.POST)
    if form.is_valid():
        with explained(form):
            destroying.approve(
                pk=pk, basis=form.cleaned_data["basis"], reach=who.reach, by=who.user, at=now()
            )
            messages.success(request, "Disetujui. Pemusnahan sedang berjalan.")
            return redirect("desk-book-destruction", pk)
    return _act_page(request, pk, form)


@page(Audience.OFFICE)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not agree."""
    who, _ = _act(request, pk)
    form = ReasonForm("refuse", "Mengapa tidak disetujui?", request.POST)
    if form.is_valid():
        with explained(form):
            destroying.refuse(
                pk=pk, reason=form.cleaned_data["reason"], reach=who.reach, by=who.user, at=now()
            )
            messages.success(request, "Usulan ditolak. Arsipnya tetap disimpan.")
            return redirect("desk-book-destruction", pk)
    return _act_page(request, pk, form)


@page(Audience.OFFICE)
@never_cache
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of a destruction that was done, to be signed and filed."""
    who, act = _act(request, pk)
    if act.state != Destruction.State.DONE:
        raise NotThere("Berita acara ada sesudah pemusnahan selesai.")
    pdf = minutes.as_pdf(act, at=now())
    audit.record(
        "records.exported", actor=who.user, subject="destruction", subject_id=act.pk,
        detail={"format": "pdf", "lines": act.destroyed},
    )  # fmt: skip
    name = f"berita-acara-pemusnahan-{act.pk}.pdf"
    return send(pdf, media_type="application/pdf", name=name, download=False)
