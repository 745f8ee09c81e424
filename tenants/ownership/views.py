"""Data kota: taking everything along, and ending it. Open in a suspended city too."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from tenants.backend.scope import in_public
from tenants.ownership import actions, archive, closing, people, rules
from tenants.ownership.forms import AskForm
from tenants.ownership.models import DataExport
from tenants.registry.current import city
from ui.forms import explain
from ui.page import Audience, page

PART = 256 * 1024  # bytes a write


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def home(request: HttpRequest, user: User) -> HttpResponse:
    """What there is, how far a new copy is. Polled by htmx as a part of the page."""
    here = city()
    with in_public():
        exports = list(DataExport.objects.filter(city_id=here.pk)[:10])
    at = now()
    running = next((export for export in exports if export.is_under_way), None)
    # The first failed or finished one tells how the last order went.
    context = {
        "running": running,
        "latest": exports[0] if exports else None,
        "ready": [
            e for e in exports
            if e.state == DataExport.State.READY and e.expires_at and e.expires_at > at
        ],
        "old": [e for e in exports if e.state == DataExport.State.EXPIRED],
        "fingerprint": archive.own_fingerprint(),
        "keep_days": rules.KEEP.days,
        "deletion": closing.open_request(here),
    }  # fmt: skip
    part = bool(request.headers.get("HX-Request"))
    return render(
        request, "ownership/parts/copies.html" if part else "ownership/home.html", context
    )


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_POST
def ask_export(request: HttpRequest, user: User) -> HttpResponse:
    try:
        actions.ask(city=city(), by=user)
    except RuleBroken as error:
        messages.warning(request, error.message)
    return redirect("ownership")


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def download(request: HttpRequest, user: User, code: str) -> HttpResponseBase:
    """The file in parts; a broken download goes on where it stopped (``Range``)."""
    here = city()
    export = actions.downloadable(here, code, at=now())
    try:
        wanted = rules.byte_range(request.headers.get("Range", ""), export.size)
    except ValueError:
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{export.size}"
        return answer
    first, last = wanted or (0, export.size - 1)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type="application/zip")
    else:
        actions.begin_download(export, by=user, anew=first == 0)
        response = StreamingHttpResponse(
            _parts(export, first, last), content_type="application/zip",
            status=206 if wanted else 200,
        )  # fmt: skip
    if wanted:
        response["Content-Range"] = f"bytes {first}-{last}/{export.size}"
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{export.code}"'
    day = export.taken_at.astimezone(here.tz).date() if export.taken_at else ""
    name = f"{rules.safe_name(here.name.lower())}-{day}.zip"
    disposition = content_disposition_header(True, name)
    assert disposition is not None
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _parts(export: DataExport, first: int, last: int) -> Iterator[bytes]:
    with default_storage.open(export.path) as stored:
        stored.seek(first)
        left = last - first + 1
        while left and (part := stored.read(min(PART, left))):
            left -= len(part)
            yield part
    if not left and last == export.size - 1:
        actions.finish_download(export.pk, at=now())


# --- deletion ------------------------------------------------------------------------------------


@page(Audience.ADMIN, when_suspended="open", support="no")
def delete(request: HttpRequest, user: User) -> HttpResponse:
    """The page of the deletion: what it takes, where it stands; asking for it by POST."""
    here, at = city(), now()
    open_one = closing.open_request(here)
    form = AskForm(request.POST if request.method == "POST" else None, city_name=here.name)
    if request.method == "POST" and form.is_valid():
        try:
            closing.ask(city=here, reason=form.cleaned_data["reason"], by=user, at=at)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, "Permintaan tercatat. Semua admin diberi tahu lewat e-mail.")
            return redirect("ownership-delete")
    context: dict[str, Any] = {
        "form": form,
        "deletion": open_one,
        "export": closing.usable_export(here, at=at),
        "grace_days": rules.GRACE.days,
        "settled_days": rules.SETTLED.days,
    }
    if open_one is not None:
        others = people.others(open_one, here, at=at)
        seconds = [person for person, begins in others if begins <= at]
        context |= {
            "seconds": seconds,
            "later": [(person, begins) for person, begins in others if begins > at],
            "may_confirm": user.pk in [person.pk for person in seconds],
            "mine": user.pk == open_one.asked_by_id,
        }
        if open_one.export.taken_at is not None:
            context["changes"] = closing.changes_since(here, open_one.export.taken_at)
    status = 422 if form.errors else 200
    return render(request, "ownership/delete.html", context, status=status)


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_POST
def confirm(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    try:
        closing.confirm(request_id=pk, city=city(), by=user, at=now())
    except RuleBroken as error:
        if error.status == 404:
            raise
        messages.warning(request, error.message)
    else:
        messages.success(request, "Disetujui. Masa tenggang 14 hari dimulai.")
    return redirect("ownership-delete")


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_POST
def cancel(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    try:
        closing.cancel(request_id=pk, city=city(), by=user, at=now())
    except RuleBroken as error:
        if error.status == 404:
            raise
        messages.warning(request, error.message)
    else:
        messages.success(request, "Penghapusan dibatalkan. Tidak ada yang dihapus.")
    return redirect("ownership-delete")
