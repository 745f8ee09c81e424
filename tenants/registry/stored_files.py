"""Files of a city: kept whole under names that cannot be guessed, below the city's own folder."""

from pathlib import Path, PurePosixPath

from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop

from kernel.errors import RuleBroken
from kernel.files import half_of, whole_file
from kernel.ids import secret_code
from tenants.registry.current import city
from tenants.registry.entitlements import require_room


def keep(folder: str, content: bytes, suffix: str) -> str:
    """Store below this folder of the city's, whole or not at all; returns the path. Raises
    RuleBroken when there is no room."""
    code = secret_code()
    path = PurePosixPath(city().schema_name, folder, code[:2], f"{code}.{suffix}")
    target = Path(default_storage.path(str(path)))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(target) as out:
            out.write(content)
    except OSError as full:
        half_of(target).unlink(missing_ok=True)
        raise RuleBroken(
            gettext_noop(
                "Berkas ini belum tersimpan karena ada gangguan di tempat penyimpanan. Isian lain "
                "tetap tersimpan. Coba unggah lagi nanti."
            )
        ) from full
    return str(path)


def keep_within_plan(folder: str, content: bytes, suffix: str) -> str:
    """The same for a new file that somebody hands in. Raises LimitReached when the city's plan has
    no room for it."""
    require_room("storage", len(content))
    return keep(folder, content, suffix)


def read(path: str) -> bytes:
    with default_storage.open(path) as file:
        content = file.read()
    assert isinstance(content, bytes)
    return content


def forget(path: str) -> None:
    """Delete a stored file; nothing happens where it is gone, or where the path is empty."""
    if path:
        default_storage.delete(path)
