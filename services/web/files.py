"""Handing out stored files: only after the caller was checked, and never as a page of ours."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop

from kernel.errors import NotThere
from services.letters.models import Letter
from services.residents.models import WalletDocument
from tenants.registry import stored_files


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


LOST = gettext_noop("Berkas ini hilang dari penyimpanan.")
DESTROYED = gettext_noop(
    "Berkas ini sudah dimusnahkan karena masa simpannya habis. Catatannya masih ada di arsip."
)
LOST_DOCUMENT = gettext_noop(
    "Berkas dokumen ini hilang dari penyimpanan. Hapus dari dompet, lalu unggah lagi di "
    "permohonan berikutnya."
)


def send_stored(path: str, *, media_type: str, name: str, lost: str = LOST) -> HttpResponse:
    """A stored file, shown in the browser. Raises NotThere with the words ``lost``."""
    if not path:
        raise NotThere(DESTROYED)
    try:
        content = stored_files.read(path)
    except FileNotFoundError:
        raise NotThere(lost) from None
    return send(content, media_type=media_type, name=name, download=False)


def send_kept(document: WalletDocument) -> HttpResponse:
    """A document of a wallet, shown in the browser. Raises NotThere."""
    name = name_of(document.name, document.media_type)
    return send_stored(document.path, media_type=document.media_type, name=name, lost=LOST_DOCUMENT)


def send_letter(letter: Letter, *, download: bool) -> HttpResponse:
    """A finished letter: the archived bytes and nothing else."""
    if letter.destroyed_at is not None:
        raise NotThere(DESTROYED)
    name = f"{letter.subject} {letter.number}.pdf".replace("/", "-")
    content = stored_files.read(letter.file)
    return send(content, media_type="application/pdf", name=name, download=download)
