"""The correct letter in the place of a wrong one: answers corrected, what changes, the reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from services.applications import replacing
from services.applications.forms import form_for
from services.desk.forms import ReplaceForm
from services.desk.frame import frame
from services.desk.views import at_desk, posts_of
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.DESK, when_suspended="open")
@never_cache
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """First what would change is shown; pressed again, the letter is issued."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    if "letter" not in request.GET:
        return redirect("desk-case", pk=pk)
    letter_id = row_id(request.GET.get("letter", ""))
    issued = [one for one in application.issued.all() if one.letter_id == letter_id]
    if not issued:
        raise NotThere("Surat ini tidak ditemukan.")
    if request.method == "POST" and request.POST.get("sure"):
        replacement = getattr(issued[0].letter, "replacement", None)
        if replacement is not None:  # the second half of a double click
            return redirect("desk-case", pk=pk)
    elif letter_id not in replacing.replaceable(application, posts):
        raise NotThere("Surat ini tidak dapat diganti.")
    typed = {key: str(value) for key, value in request.POST.items()}
    form = ReplaceForm(request.POST or None)
    proposal = None
    if request.method == "POST":
        application, proposal = replacing.propose(
            letter_id=letter_id, typed=typed, by=user, at=now()
        )
        if form.is_valid() and not proposal.problems and "sure" in request.POST:
            try:
                replacing.replace_letter(
                    letter_id=letter_id, typed=typed, reason=form.cleaned_data["reason"],
                    by=user, at=now(),
                )  # fmt: skip
            except RuleBroken as broken:
                if broken.field is None:
                    raise
                explain(form, broken)
            else:
                messages.success(
                    request,
                    "Surat yang benar sedang dibuat. Begitu jadi, yang lama dicabut dan pemohon "
                    "diberi tahu.",
                )
                return redirect("desk-case", pk=pk)
    problems = proposal.problems if proposal is not None else {}
    questions = form_for(
        application, typed=typed or None, problems=problems,
        only={field.key for field in application.blueprint.fields},
    )  # fmt: skip
    context = {
        **frame(posts), "application": application, "letter": issued[0].letter, "form": form,
        "questions": questions, "proposal": None if problems else proposal,
    }  # fmt: skip
    status = 422 if problems or form.errors else 200
    return render(request, "desk/replace.html", context, status=status)
