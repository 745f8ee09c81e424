"""Pages of the Ketua RT: on a phone, two taps."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import actions, queries
from services.applications.models import Step
from services.pages.access import signed_in, today
from tenants.office import queries as office
from tenants.office.models import Post

ROLES = {Post.Role.KETUA_RT, Post.Role.KETUA_RW}


def _posts(request: HttpRequest) -> tuple[User, list[Post]]:
    """The RT and RW posts of whoever is signed in. Raises NotThere for anybody else."""
    user = signed_in(request)
    posts = [post for post in office.posts_of(user, today()) if post.role in ROLES]
    if not posts:
        raise NotThere("Halaman ini untuk Ketua RT dan Ketua RW.")
    return user, posts


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Who is waiting for this Ketua RT."""
    _, posts = _posts(request)
    context = {
        "posts": posts,
        "steps": queries.inbox(posts)[:50],
        "decided": queries.decided(posts)[:10],
    }
    return render(request, "rt/inbox.html", context)


def _step(posts: list[Post], pk: int) -> Step:
    step = queries.at_posts(posts, pk)
    if step is None:
        raise NotThere("Permohonan ini tidak ada di RT Anda.")
    return step


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One neighbour's request."""
    user, posts = _posts(request)
    step = _step(posts, pk)
    application = queries.get_for(user, step.application_id, today=today())
    audit.record_read(actor=user, person_id=application.applicant_id, purpose="rt")
    context = {
        "step": step,
        "application": application,
        "answers": [row for row in queries.answered(application) if not row.sensitive],
    }
    return render(request, "rt/case.html", context)


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Vouch, or refuse with a reason."""
    user, posts = _posts(request)
    step = _step(posts, pk)
    problem = ""
    if request.method == "POST":
        decision = {"benar": "approve", "tolak": "refuse"}.get(request.POST.get("keputusan", ""))
        if decision is None:
            raise RuleBroken("Pilih dulu: benar warga Anda, atau ada yang tidak cocok.")
        try:
            actions.decide(
                step_id=pk,
                by=user,
                decision="refuse" if decision == "refuse" else "approve",
                note=request.POST.get("note", ""),
                at=now(),
            )
        except RuleBroken as broken:
            if broken.field != "note":
                raise
            problem = broken.message
        else:
            done = "Terima kasih. Permohonan sudah Anda benarkan dan diteruskan."
            refused = "Alasan Anda sudah disampaikan kepada pemohon."
            messages.success(request, refused if decision == "refuse" else done)
            return redirect("rt-inbox")
    application = queries.get_for(user, step.application_id, today=today())
    context = {
        "step": step,
        "application": application,
        "problem": problem,
        "note": request.POST.get("note", ""),
    }
    return render(request, "rt/refuse.html", context, status=422 if problem else 200)
