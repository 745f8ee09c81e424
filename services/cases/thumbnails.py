"""Small pictures of photos that were handed in, for lists."""

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
