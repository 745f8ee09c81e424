"""The mailbox page. Its addresses exist in embedded installations only (see urls)."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any, TypeAlias

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from deploy.local.models import Mail
from ui.page import Audience, page

View: TypeAlias = Callable[..., HttpResponse]

PER_PAGE = 30


def _only_here(view: View) -> View:
    """Mails hold links that let their reader in: other machines are told there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@page(Audience.ANYONE, is_office=True)
@_only_here
def mailbox(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    mails = Mail.objects.all()
    if wanted:
        mails = mails.filter(Q(to__icontains=wanted) | Q(subject__icontains=wanted))
    page = Paginator(mails, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "local/mailbox.html", {"page": page, "wanted": wanted})


@page(Audience.ANYONE, is_office=True)
@_only_here
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "local/mail.html", {"mail": get_object_or_404(Mail, pk=pk)})
