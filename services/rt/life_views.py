"""What a head tells the residents: announcements, and numbers to call."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.clock import now
from kernel.errors import RuleBroken
from services.neighbourhood import announcements, audiences, contacts
from services.rt.life_forms import ContactForm
from services.rt.sure import sure
from services.web.access import today
from services.web.announcing import (
    AnnouncementForm,
    attached,
    published,
    sheet,
    units_or_not_there,
)
from tenants.office.access import visitor
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.VOUCHER)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Announcements of the own units, and how many opened each."""
    posts = visitor(request).vouching
    found = Paginator(announcements.written(posts), announcements.PER_PAGE)
    context = {"tab": "announcements", "page": found.get_page(request.GET.get("page"))}
    return render(request, "rt/life/announcements.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write one."""
    posts = visitor(request).vouching
    units = units_or_not_there(posts)
    form = AnnouncementForm(request.POST or None, request.FILES or None, units=units)
    if request.method == "POST" and form.is_valid():
        found = published(form, request, posts)
        if found is not None:
            messages.success(request, "Pengumuman sudah tampil bagi warga.")
            return redirect("rt-announcement", found.pk)
    status = 422 if form.errors else 200
    return render(request, "rt/life/announcement_new.html", {"form": form}, status=status)


@page(Audience.VOUCHER)
@require_GET
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """One announcement and how many of how many opened it."""
    found = announcements.of_area(visitor(request).vouching, pk)
    context = {
        "announcement": found,
        "audience": audiences.named(found.audience),
        "reads": announcements.reads_of(found, today()),
    }
    return render(request, "rt/life/announcement.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Residents read it no more."""
    who = visitor(request)
    if request.method != "POST":
        found = announcements.of_area(who.vouching, pk)
        return sure(
            request, title="Tarik pengumuman ini?", button="Ya, tarik pengumuman",
            words=f"Warga tidak membaca “{found.title}” lagi. Yang sudah membaca tidak dikabari.",
            back=reverse("rt-announcement", args=[pk]),
        )  # fmt: skip
    announcements.withdraw(announcement_id=pk, posts=who.vouching, by=who.user, at=now())
    messages.success(request, "Pengumuman ditarik. Warga tidak membacanya lagi.")
    return redirect("rt-announcement", pk)


@page(Audience.VOUCHER)
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet for the notice board, with a QR code to the residents' page."""
    found = announcements.of_area(visitor(request).vouching, pk)
    return render(request, "rt/life/announcement_sheet.html", sheet(found))


@page(Audience.VOUCHER)
@never_cache
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What is attached."""
    return attached(announcements.of_area(visitor(request).vouching, pk))


@page(Audience.VOUCHER)
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """The numbers that residents see."""
    found = contacts.listed(visitor(request).vouching, today=today())
    return render(request, "rt/life/contacts.html", {"tab": "contacts", "contacts": found})


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def number_new(request: HttpRequest) -> HttpResponse:
    """Share one more."""
    who = visitor(request)
    form = ContactForm(request.POST or None, units=units_or_not_there(who.vouching))
    if request.method == "POST" and form.is_valid():
        unit_id, told = form.chosen()
        try:
            contacts.add(unit_id=unit_id, posts=who.vouching, by=who.user, **told)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Nomor ditambahkan.")
            return redirect("rt-contacts")
    status = 422 if form.errors else 200
    return render(request, "rt/life/contact_new.html", {"form": form}, status=status)


@page(Audience.VOUCHER)
@require_POST
def number_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one earlier."""
    who = visitor(request)
    contacts.move_up(contact_id=pk, posts=who.vouching, by=who.user)
    return redirect("rt-contacts")


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def number_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Share one no longer."""
    who = visitor(request)
    if request.method != "POST":
        found = contacts.of_area(who.vouching, pk)
        return sure(
            request, title="Hapus nomor ini?", button="Ya, hapus nomor",
            words=f"{found.name}, {found.phone}, tidak tampil lagi bagi warga.",
            back=reverse("rt-contacts"),
        )  # fmt: skip
    contacts.remove(contact_id=pk, posts=who.vouching, by=who.user)
    messages.success(request, "Nomor dihapus dari daftar warga.")
    return redirect("rt-contacts")
