"""Aid at the kelurahan's desk: programmes, the lists of the RT, and an answer for each person."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.aid import answering, programmes, proposing
from services.aid.models import Candidate
from services.desk.frame import frame
from services.desk.views import posts_of
from services.web.access import today
from services.web.aid_forms import ProgrammeForm
from tenants.office.access import visitor
from tenants.office.models import Post
from ui.forms import Form, explain
from ui.page import Audience, page

PER_PAGE = 50


class AnswerForm(Form):
    state = forms.ChoiceField(
        label="Jawaban", widget=forms.RadioSelect,
        choices=[
            (Candidate.State.ACCEPTED.value, "Diterima"),
            (Candidate.State.REFUSED.value, "Tidak diterima"),
            (Candidate.State.ASKED.value, "Tanyakan kembali kepada RT"),
        ],
    )  # fmt: skip
    words = forms.CharField(
        label="Alasan atau pertanyaan", required=False, max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Wajib bila tidak diterima atau ditanyakan. Dibaca RT dan orangnya.",
    )  # fmt: skip


def _posts(request: HttpRequest) -> list[Post]:
    """The desks of who asks. Raises NotThere where none answers aid lists."""
    _, posts = posts_of(request)
    if not programmes.desk_posts(posts):
        raise NotThere("Halaman ini untuk petugas kelurahan atau desa.")
    return posts


@page(Audience.DESK)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Programmes of the kelurahan and of its RT."""
    posts = _posts(request)
    shown = Paginator(programmes.for_desk(posts), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/aid/listed.html", {**frame(posts, "bantuan"), "page": shown})


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a programme for the RT."""
    posts = _posts(request)
    form = ProgrammeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, _ = posts_of(request)
        made = programmes.open_by_desk(
            facts=programmes.Facts(**form.cleaned_data), posts=posts, by=user, at=now()
        )
        messages.success(request, "Program dibuka. RT dapat mengusulkan warganya.")
        return redirect("desk-aid-programme", made.pk)
    context = {**frame(posts, "bantuan"), "form": form}
    return render(request, "desk/aid/new.html", context, status=422 if form.errors else 200)


@page(Audience.DESK)
@never_cache
@require_GET
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was sent for it, RT by RT."""
    posts = _posts(request)
    found = programmes.one_of(programmes.for_desk(posts), pk)
    rows = Paginator(answering.sent(posts, found), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "desk/aid/programme.html",
        {**frame(posts, "bantuan"), "programme": found, "page": rows},
    )


@page(Audience.DESK)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """No more proposals."""
    user, posts = posts_of(request)
    programmes.close(programme_id=pk, posts=posts, by=user, at=now())
    messages.success(request, "Program ditutup. Usulan yang sudah dikirim tetap dijawab.")
    return redirect("desk-aid-programme", pk)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: the reason, what the register says, and the answer."""
    posts = _posts(request)
    user, _ = posts_of(request)
    found = answering.at_desk(posts, pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answering.answer(
                candidate_id=pk, **form.cleaned_data, posts=posts, by=user, at=now(),
                mine=visitor(request).people,
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Jawaban disimpan. RT dan orangnya dapat membacanya.")
            return redirect("desk-aid-programme", found.programme_id)
    else:
        audit.record_read(
            actor=user, person_id=found.person_id, purpose="bantuan",
            office=programmes.desk_posts(posts)[0].title,
        )  # fmt: skip
    can_answer = found.state == Candidate.State.SENT or found.objects_to_the_answer
    context = {
        **frame(posts, "bantuan"), "candidate": found, "form": form if can_answer else None,
        "facts": proposing.facts_of(found.person, today()),
        "told": proposing.warnings(found.person, found.programme),
    }  # fmt: skip
    return render(request, "desk/aid/candidate.html", context, status=422 if form.errors else 200)
