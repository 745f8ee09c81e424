"""Where finished letters lie: below the files folder, one folder a city, never overwritten with
other content."""

import hashlib
from pathlib import Path, PurePosixPath
from typing import Literal

from django.core.files.storage import default_storage

from kernel.files import whole_file
from tenants.registry.current import city


def store(code: str, pdf: bytes) -> tuple[str, str]:
    """Keep the bytes; returns (path, sha256 hex). Storing the same again is harmless.

    A file that is there is kept only if its bytes have the digest. Raises OSError.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    path = f"{_folder(code)}/{code}-{digest[:16]}.pdf"
    if not is_whole(path, digest):
        put_back(path, pdf)
    return path, digest


def paths_of(code: str) -> list[str]:
    """Every file that lies here of the letter with this code."""
    folder = _folder(code)
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in sorted(files) if name.startswith(f"{code}-")]


def _folder(code: str) -> str:
    return str(PurePosixPath(city().schema_name, "surat", code[:2]))


def read(path: str) -> bytes:
    """The bytes of a stored letter. Raises FileNotFoundError."""
    with default_storage.open(path) as file:
        content: bytes = file.read()
        return content


def put_back(path: str, pdf: bytes) -> None:
    """Write a letter's bytes to its place, over whatever is there. Raises OSError."""
    target = Path(default_storage.path(path))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_file(target) as out:
        out.write(pdf)


def is_whole(path: str, sha256: str) -> bool:
    """Whether the stored file exists and has this digest."""
    try:
        with default_storage.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def condition(path: str, sha256: str) -> Literal["whole", "altered", "away"]:
    """How the stored file is; ``away`` where it cannot be read now."""
    try:
        with default_storage.open(path) as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return "away"
    return "whole" if same else "altered"
