"""Errors of the API as RFC 9457 problem details, titled in Indonesian."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from kernel.errors import RuleBroken

TITLES = {
    400: "Permintaan tidak dapat dibaca",
    401: "Belum masuk",
    403: "Tidak berwenang",
    404: "Tidak ditemukan",
    405: "Metode tidak didukung",
    406: "Bentuk jawaban tidak tersedia",
    409: "Sudah berubah",
    415: "Bentuk isi tidak didukung",
    422: "Tidak dapat diproses",
    429: "Terlalu banyak permintaan",
    500: "Kesalahan di sistem kami",
}


# What the framework says of these in English, and how to mend it.
DETAILS = {
    401: "Kunci tidak ada atau tidak dikenal. Sertakan kunci yang berlaku.",
    405: "Alamat ini tidak menerima metode itu. Lihat yang diterimanya di /api/v1/skema/.",
    406: "Bentuk jawaban itu tidak tersedia. Minta application/json.",
    415: "Bentuk isi itu tidak dikenal. Kirim application/json.",
    429: "Terlalu banyak permintaan. Tunggu sebentar (lihat Retry-After), lalu coba lagi.",
}


def problem(status: int, detail: str, *, code: str, **extra: Any) -> dict[str, Any]:
    """The body of one problem; ``type`` is a relative address that names the kind."""
    title = TITLES.get(status, "Permintaan gagal")
    body = {"type": f"/api/masalah/{code}", "title": title, "status": status, "detail": detail}
    return body | extra


def _text(detail: Any) -> str:
    if isinstance(detail, list):
        return " ".join(_text(item) for item in detail)
    if isinstance(detail, dict):
        return " ".join(_text(item) for item in detail.values())
    return str(detail)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None lets Django answer (a 500 page without details)."""
    if isinstance(error, RuleBroken):
        extra: dict[str, Any] = {"field": error.field} if error.field else {}
        body = problem(error.status, error.message, code=error.code, **extra)
        return Response(body, error.status, content_type="application/problem+json")
    response = exception_handler(error, context)
    if response is None:
        return None
    extra = {}
    if isinstance(error, exceptions.ValidationError):
        code, detail = "isian", "Ada isian yang belum benar."
        if isinstance(error.detail, dict):
            extra["errors"] = {
                name: [_text(item) for item in (items if isinstance(items, list) else [items])]
                for name, items in error.detail.items()
            }
        else:
            extra["errors"] = [_text(item) for item in error.detail]
    elif isinstance(error, Http404 | exceptions.NotFound):
        code, detail = "tidak-ditemukan", "Data ini tidak ada, atau bukan untuk Anda."
    elif isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        code, detail = "tidak-berwenang", "Kunci atau akun ini tidak boleh melakukannya."
    elif isinstance(error, exceptions.APIException):
        code = error.default_code.replace("_", "-")
        detail = DETAILS.get(response.status_code) or _text(error.detail)
    else:
        code, detail = "gagal", TITLES.get(response.status_code, "Permintaan gagal")
    body = problem(response.status_code, detail, code=code, **extra)
    kept = {k: v for k, v in response.headers.items() if k in ("WWW-Authenticate", "Retry-After")}
    return Response(
        body, response.status_code, headers=kept, content_type="application/problem+json"
    )
