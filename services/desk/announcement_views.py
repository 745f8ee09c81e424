"""Announcements of a kelurahan or desa to its residents."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.clock import now
from services.desk.frame import frame
from services.neighbourhood import announcements, audiences
from services.web.access import today
from services.web.announcing import (
    AnnouncementForm,
    attached,
    published,
    sheet,
    units_or_not_there,
)
from tenants.office.access import visitor
from ui.page import Audience, page


@page(Audience.DESK)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Those of the own kelurahan, and how many opened each."""
    posts = visitor(request).desks
    units_or_not_there(posts)
    found = Paginator(announcements.written(posts), announcements.PER_PAGE)
    shown = found.get_page(request.GET.get("page"))
    return render(request, "desk/announcements.html", {**frame(posts, "pengumuman"), "page": shown})


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write one."""
    posts = visitor(request).desks
    units = units_or_not_there(posts)
    form = AnnouncementForm(request.POST or None, request.FILES or None, units=units)
    if request.method == "POST" and form.is_valid():
        found = published(form, request, posts)
        if found is not None:
            messages.success(request, "Pengumuman sudah tampil bagi warga.")
            return redirect("desk-announcement", found.pk)
    status = 422 if form.errors else 200
    return render(
        request,
        "desk/announcement_new.html",
        {**frame(posts, "pengumuman"), "form": form},
        status=status,
    )


@page(Audience.DESK)
@require_GET
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """One announcement, how many of how many opened it, and its sheet to print."""
    posts = visitor(request).desks
    found = announcements.of_area(posts, pk)
    context = {
        **frame(posts, "pengumuman"), "audience": audiences.named(found.audience),
        "reads": announcements.reads_of(found, today()), **sheet(found),
    }  # fmt: skip
    return render(request, "desk/announcement.html", context)


@page(Audience.DESK)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Residents read it no more."""
    who = visitor(request)
    announcements.withdraw(announcement_id=pk, posts=who.desks, by=who.user, at=now())
    messages.success(request, "Pengumuman ditarik. Warga tidak membacanya lagi.")
    return redirect("desk-announcement", pk)


@page(Audience.DESK)
@never_cache
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What is attached."""
    return attached(announcements.of_area(visitor(request).desks, pk))
