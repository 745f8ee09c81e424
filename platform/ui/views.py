"""Error pages, and the few things every host serves: its colour, logo and offline page."""

import errno
import hashlib
import json
import sys
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import RuleBroken
from ui import brand, device, robots, rules
from ui.language import COOKIE, listeners, reads_in
from ui.page import Audience, page
from ui.paths import own_path


def _page(request: HttpRequest, status: int, **words: Any) -> HttpResponse:
    """An error page. Rendered without context processors: nothing here may touch a database."""
    city = getattr(request, "tenant", None)
    context = {"place": city.name if city is not None else "Balai", "status": status, **words}
    context["coloured"] = city is not None and status < 500
    context["in_city"] = city is not None
    context["kiosk"] = getattr(request, "kiosk", None) is not None
    return HttpResponse(render_to_string("ui/error.html", context), status=status)


def rule_broken(request: HttpRequest, error: RuleBroken) -> HttpResponse:
    """A refusal in the words of the rule that refused."""
    if error.status == 404:
        return _page(
            request,
            404,
            title=gettext("Tidak ditemukan"),
            text=gettext(error.message),
            icon="search-x",
        )
    title = gettext("Sudah berubah") if error.status == 409 else gettext("Belum bisa dilanjutkan")
    return _page(
        request, error.status, title=title, text=gettext(error.message), icon="info", back=True
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        400,
        title=gettext("Permintaan tidak dapat dibaca"),
        text=gettext(
            "Sesuatu di alamat atau kiriman ini tidak kami mengerti. "
            "Kembali ke halaman sebelumnya dan coba sekali lagi."
        ),
        icon="info",
        back=True,
    )


def not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    """An address that only receives forms was opened, or the other way round."""
    response = _page(
        request,
        405,
        title=gettext("Alamat ini tidak bisa dibuka langsung"),
        text=gettext(
            "Alamat ini hanya menerima kiriman dari sebuah formulir. "
            "Kembali ke halaman sebelumnya, lalu lanjutkan dari sana."
        ),
        icon="info",
        back=True,
    )
    response["Allow"] = methods
    return response


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        403,
        title=gettext("Halaman ini bukan untuk akun Anda"),
        text=gettext(
            "Anda sudah masuk, tetapi jabatan atau akun Anda tidak berwenang membuka halaman ini. "
            "Jika menurut Anda seharusnya boleh, hubungi admin kota."
        ),
        icon="lock",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        title=gettext("Halaman tidak ditemukan"),
        text=gettext("Alamatnya mungkin salah ketik, atau halamannya sudah dipindahkan."),
        icon="search-x",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]  # Django asks for this page while it handles the exception
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room(request)
    return _page(
        request,
        500,
        title=gettext("Maaf, ada yang salah di sistem kami"),
        text=gettext(
            "Kejadian ini sudah tercatat. Kiriman terakhir Anda mungkin belum tersimpan; yang "
            "sebelumnya tetap ada. Tunggu sebentar, lalu muat ulang halaman ini."
        ),
        icon="wrench",
        again=True,
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    response = _page(
        request,
        503,
        title=gettext("Layanan sedang tidak tersambung"),
        text=gettext(
            "Sistem kami sedang tidak dapat membaca data. Tidak ada yang hilang. "
            "Tunggu satu menit, lalu muat ulang halaman ini."
        ),
        icon="wifi-off",
        again=True,
    )
    response["Retry-After"] = "60"
    return response


def no_room(request: HttpRequest) -> HttpResponse:
    """The disk is full: the transaction was undone, so nothing of this request was kept."""
    return _page(
        request,
        507,
        title=gettext("Belum bisa disimpan"),
        text=gettext(
            "Tempat penyimpanan kami penuh, jadi kiriman ini belum tersimpan. Yang sudah tersimpan "
            "sebelumnya tetap aman. Simpan berkas Anda, lalu coba lagi nanti."
        ),
        icon="wrench",
        back=True,
    )


def too_large(request: HttpRequest, status: int) -> HttpResponse:
    return _page(
        request,
        status,
        title=gettext("Kiriman ini terlalu besar"),
        text=gettext(
            "Satu kiriman paling besar 16 MB. Kecilkan berkasnya, atau kirim satu per satu. "
            "Kembali ke halaman sebelumnya untuk mencoba lagi."
        ),
        icon="info",
        back=True,
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        title=gettext("Halaman ini sudah terlalu lama terbuka"),
        text=gettext(
            "Demi keamanan, kiriman Anda belum kami proses. Kembali, muat ulang halamannya, "
            "lalu kirim sekali lagi. Pastikan peramban Anda mengizinkan kuki."
        ),
        icon="clock",
        back=True,
    )


@page(Audience.ANYONE, when_suspended="open", support="look")
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember in which of this host's languages the visitor reads, and go back to the page."""
    answer = HttpResponseRedirect(own_path(request.POST.get("back", "")) or "/")
    wanted = request.POST.get("language", "")
    if wanted in dict(brand.current().languages):
        answer.set_cookie(
            COOKIE, wanted, max_age=365 * 86400, samesite="Lax", httponly=True,
            secure=request.is_secure(),
        )  # fmt: skip
        for listener in listeners:
            listener(request, wanted)
    return answer


@page(Audience.ANYONE, support="always")
@require_safe
@cache_control(public=True, max_age=86400)
def colour(request: HttpRequest) -> HttpResponse:
    """The current city's accent as a stylesheet."""
    accent = brand.current().accent
    try:
        css = rules.accent_css(accent)
    except RuleBroken:
        css = rules.accent_css(brand.DEFAULT_ACCENT)
    return HttpResponse(css, content_type="text/css; charset=utf-8")


@page(Audience.ANYONE, support="always")
@require_safe
@cache_control(public=True, max_age=300)
def logo(request: HttpRequest) -> HttpResponse:
    """The current city's logo, PNG."""
    picture = brand.logo()
    if not picture:
        return HttpResponseNotFound(content_type="image/png")
    return HttpResponse(bytes(picture), content_type="image/png")


@page(Audience.ANYONE, support="always")
@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The installable app of this host, named after the city."""
    face = brand.current()
    body = {
        "name": f"Layanan {face.name}",
        "short_name": face.name.removeprefix("Kota ").removeprefix("Kabupaten ")[:12],
        "lang": "id",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": rules.PAPER,
        "theme_color": face.accent,
        "icons": [
            {"src": static("ui/app-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("ui/app-512.png"), "sizes": "512x512", "type": "image/png"},
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json")


@page(Audience.ANYONE)
@require_safe
@cache_control(public=True, max_age=3600)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Which pages of this host search engines may read."""
    city = getattr(request, "tenant", None)
    body = robots.text(in_city=city is not None, is_demo=city is not None and city.is_demo)
    return HttpResponse(body, content_type="text/plain; charset=utf-8")


@page(Audience.ANYONE, support="always")
@require_safe
@cache_control(public=True, max_age=86400)
def offline(request: HttpRequest) -> HttpResponse:
    """What an installed app shows without a connection; kept by the service worker."""
    context = {
        "place": "Balai",
        "title": gettext("Tidak ada sambungan"),
        "text": gettext(
            "Ponsel Anda sedang tidak terhubung ke internet. Yang sudah terkirim aman."
        ),
    }
    area = device.area.value
    if area is not None and getattr(request, "tenant", None) is not None:
        context["outbox"] = reverse(area.outbox)
    return HttpResponse(render_to_string("ui/offline.html", context))


@page(Audience.ANYONE, support="always")
@require_safe
@cache_control(max_age=0, must_revalidate=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its text changes when a kept file does, which renews the cache."""
    area = device.area_of(request)
    files = device.USUAL if area is None else device.FILES
    alone = device.alone_of(request)
    more = alone.files if alone is not None else ()
    kept = [static(f"ui/{name}") for name in (*files, "device-worker.js", *more)]
    # The offline page it keeps is in the visitor's language: another language, another cache.
    version = hashlib.sha256(" ".join([*kept, reads_in()]).encode()).hexdigest()[:10]
    context = {
        "version": version,
        "kept": [
            reverse("ui-offline"),
            reverse("ui-colour"),
            *([reverse(alone.page)] if alone is not None else []),
            *kept,
        ],
        "alone": json.dumps(alone.places()) if alone is not None else "",
        "device": json.dumps(area.places()) if area is not None else "",
    }
    text = render_to_string("ui/sw.js", context)
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    patch_vary_headers(response, ["Cookie"])
    return response
