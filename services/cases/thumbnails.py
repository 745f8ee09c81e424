"""Pictures of what was handed in, as pages show them: small for lists, turned for reading."""

import io

from PIL import Image

from kernel.errors import NotThere
from services.cases.models import Document
from tenants.registry import stored_files

SIDE = 360  # pixels, the longer side


def thumbnail(document: Document) -> bytes:
    """A photo as a small JPEG. Raises NotThere for a PDF."""
    if not document.media_type.startswith("image/"):
        raise NotThere("Berkas ini tidak punya gambar kecil.")
    out = io.BytesIO()
    with Image.open(io.BytesIO(stored_files.read(document.path))) as photo:
        photo.draft("RGB", (SIDE * 2, SIDE * 2))  # decodes a part of the pixels only
        photo.thumbnail((SIDE, SIDE))
        photo.convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


_TURNS = {
    90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90,
}  # fmt: skip


def turned(jpeg: bytes, degrees: int) -> bytes:
    """A JPEG of ours turned clockwise by 0, 90, 180 or 270 degrees."""
    if not degrees:
        return jpeg
    out = io.BytesIO()
    with Image.open(io.BytesIO(jpeg)) as photo:
        photo.transpose(_TURNS[degrees]).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()
