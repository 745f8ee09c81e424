"""Handing out stored files: only after the caller was checked, and never as a page of ours."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def send(content: bytes, *, media_type: str, name: str, download: bool) -> HttpResponse:
    """Bytes as a response that no browser runs or keeps."""
    response = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(download, name)
    assert disposition is not None
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def name_of(name: str, media_type: str) -> str:
    """What a kept document is called when it is handed out: photos were drawn anew as JPEG."""
    suffix = "pdf" if media_type == "application/pdf" else "jpg"
    return f"{name.rsplit('.', 1)[0]}.{suffix}"
