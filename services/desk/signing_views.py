"""An official's electronic signatures: what waits, one confirmation for many, what came of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id, secret_code
from kernel.once import reading_once
from services.applications import signing_on
from services.desk.frame import frame
from services.desk.signing_forms import HandOnForm, RefuseForm, SignForm
from services.desk.views import posts_of
from services.signing import accounts, confirming, queries, refusing, rules
from services.signing.models import Signature
from services.signing.ordering import is_turn_of
from services.signing.providers import providers
from services.signing.signers import may_sign, posts_today
from services.web.access import today
from services.web.files import send_stored
from services.web.reads import note_read
from tenants.office.models import Post
from ui.forms import explain, explained
from ui.page import Audience, page

TAB = "tanda-tangan"
PER_PAGE = 50


def _by_provider(rows: list[Signature]) -> dict[str, list[Signature]]:
    """Letters by who signs them now: a passphrase is for one of them."""
    by = {name: accounts.now_by(name) for name in {row.provider for row in rows}}
    found: dict[str, list[Signature]] = {}
    for row in rows:
        found.setdefault(by[row.provider], []).append(row)
    return found


def _may_lock() -> bool:
    """Whether too many wrong passphrases have consequences elsewhere."""
    row = accounts.in_force()
    return row is not None and not providers[row.provider].is_own


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters("passphrase")
@require_http_methods(["GET", "POST"])
@reading_once()
def waiting(request: HttpRequest) -> HttpResponse:
    """Letters that wait for this official; ticked, they are signed with one confirmation."""
    user, posts = posts_of(request)
    account = accounts.in_force()
    groups = _by_provider(list(queries.waiting_for(user)[: confirming.MOST]))
    chosen = request.GET.get("provider", "")
    if chosen not in groups:
        chosen = next(iter(groups), account.provider if account is not None else "")
    provider = providers.get(chosen)
    label = provider.types if provider is not None else "Frasa sandi"
    form = SignForm(label, request.POST or None, initial={"key": secret_code()})
    ticked = {pk for typed in request.POST.getlist("step") if (pk := row_id(typed))}
    if request.method == "POST" and form.is_valid():
        try:
            batch = confirming.begin(
                key=form.cleaned_data["key"], signature_ids=sorted(ticked),
                passphrase=form.cleaned_data["passphrase"], by=user, at=now(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("desk-signing-batch", batch.pk)
    rows = groups.pop(chosen, [])
    for row in rows:
        row.is_ticked = row.pk in ticked
    context = {
        **frame(posts, TAB),
        "form": form,
        "rows": rows,
        "all": queries.count_waiting(user),
        "of_others": signing_on.of_others(user, today()),
        "in_doubt": list(queries.in_doubt(user)[:20]),
        "being_made": queries.being_made(user),
        "is_on": account is not None,
        "provider": provider.label if provider is not None else "",
        "others": [
            (name, providers[name].label, len(some))
            for name, some in groups.items()
            if name in providers
        ],
        "wrong": queries.wrong_in_a_row(user),
        "many": rules.WRONG_MANY,
        "may_lock": _may_lock(),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/signing/waiting.html", context, status=status)


def _seen(user: User, pk: int) -> Signature:
    found = queries.seen(user, pk)
    if found is None:
        raise NotThere("Surat ini tidak menunggu tanda tangan Anda.")
    return found


@page(Audience.DESK)
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF that would be signed, or that was."""
    user, _ = posts_of(request)
    found = _seen(user, pk)
    note_read(request, found.letter.person_id, purpose="tanda-tangan")
    name = f"{found.letter.number}.pdf".replace("/", "-")
    return send_stored(found.letter.file, media_type="application/pdf", name=name)


def _one(request: HttpRequest, posts: list[Post], found: Signature, **forms: Any) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    people = _others(found, user)
    shown = {"refusing": RefuseForm(), "handing": _hand_on_form(people, user), **forms}
    context = {
        **frame(posts, TAB), "row": found, "attempts": list(found.attempts.order_by("-pk")),
        "others": bool(people), "is_asked": found.is_waiting
        and may_sign(found, user, posts_today(user))
        and is_turn_of(found),
        "is_own": found.signer_id == user.pk, **shown,
    }  # fmt: skip
    failed = any(form.errors for form in shown.values())
    return render(request, "desk/signing/one.html", context, status=422 if failed else 200)


def _others(found: Signature, user: User) -> dict[int, User]:
    """To whom this official may give it."""
    if not found.is_waiting or not signing_on.may_reassign(found, user, today()):
        return {}
    return signing_on.others(found, on=today())


def _hand_on_form(people: Mapping[int, User], user: User, data: Any = None) -> HandOnForm:
    names = {
        pk: f"Saya sendiri ({one.name})" if pk == user.pk else one.name
        for pk, one in people.items()
    }
    return HandOnForm(names, data)


@page(Audience.DESK)
@never_cache
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: read, refused, or handed on; and what was tried."""
    user, posts = posts_of(request)
    return _one(request, posts, _seen(user, pk))


@page(Audience.DESK)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """This official does not sign."""
    user, posts = posts_of(request)
    found = _seen(user, pk)
    form = RefuseForm(request.POST)
    if form.is_valid():
        with explained(form):
            refusing.refuse(signature_id=pk, by=user, reason=form.cleaned_data["reason"], at=now())
            messages.success(
                request, f"Surat {found.letter.number} tidak jadi. Petugas berkasnya diberi tahu."
            )
            return redirect("desk-signing")
    return _one(request, posts, found, refusing=form)


@page(Audience.DESK)
@require_POST
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Another official signs in this one's stead, or this one in another's."""
    user, posts = posts_of(request)
    found = _seen(user, pk)
    people = _others(found, user)
    form = _hand_on_form(people, user, request.POST)
    if form.is_valid():
        with explained(form):
            to = people[int(form.cleaned_data["to"])]
            signing_on.reassign(
                signature_id=pk, to=to, by=user, reason=form.cleaned_data["why"], at=now()
            )
            messages.success(
                request,
                f"Surat {found.letter.number} dibuat atas nama Anda, lalu menunggu tanda tangan."
                if to.pk == user.pk
                else f"Surat {found.letter.number} diserahkan kepada {to.name}.",
            )
            return redirect("desk-signing")
    return _one(request, posts, found, handing=form)


@page(Audience.DESK)
@never_cache
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a confirmation is, and what came of each letter."""
    user, posts = posts_of(request)
    found = queries.batch_of(user, pk)
    if found is None:
        raise NotThere("Konfirmasi ini tidak ditemukan.")
    context = {
        "batch": found, "progress": queries.progress(found), "attempts": queries.results(found),
        "wrong": queries.wrong_in_a_row(user), "many": rules.WRONG_MANY,
        "may_lock": _may_lock(),
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(request, "desk/signing/progress.html", context)
    return render(request, "desk/signing/batch.html", {**frame(posts, TAB), **context})


@page(Audience.DESK)
@never_cache
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What this official has signed."""
    user, posts = posts_of(request)
    shown = Paginator(queries.log_of(user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/signing/log.html", {**frame(posts, TAB), "page": shown})
