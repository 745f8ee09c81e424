"""Where finished letters lie: below the files folder, one folder a city, never overwritten with
other content."""

import hashlib
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tenants.registry.current import city


def store(code: str, pdf: bytes) -> tuple[str, str]:
    """Keep the bytes; returns (path, sha256 hex). Storing the same again is harmless."""
    digest = hashlib.sha256(pdf).hexdigest()
    path = str(PurePosixPath(city().schema_name, "surat", code[:2], f"{code}-{digest[:16]}.pdf"))
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(pdf))
    return path, digest


def read(path: str) -> bytes:
    with default_storage.open(path) as file:
        content = file.read()
    assert isinstance(content, bytes)
    return content
