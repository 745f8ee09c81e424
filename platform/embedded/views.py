"""The mailbox page. Its addresses exist in embedded installations only (see urls)."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from embedded.models import Mail

PER_PAGE = 30


def mailbox(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("cari", "").strip()
    mails = Mail.objects.all()
    if wanted:
        mails = mails.filter(Q(to__icontains=wanted) | Q(subject__icontains=wanted))
    page = Paginator(mails, PER_PAGE).get_page(request.GET.get("hal"))
    return render(request, "embedded/mailbox.html", {"page": page, "wanted": wanted})


def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "embedded/mail.html", {"mail": get_object_or_404(Mail, pk=pk)})
