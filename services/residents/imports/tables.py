"""A table that somebody uploaded: kept sealed while it is under way, and read by a worker."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.residents.imports import files
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import File, Sniffer

GONE = "Berkas ini sudah tidak tersimpan. Unggah lagi."
FAULT = "Terhenti karena gangguan di sistem kami. Unggah lagi; hubungi pengelola bila berulang."


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a table lies, and how its bytes are read: an encoding, or ``sheets.WORKBOOK``."""

    path: str
    encoding: str

    @property
    def file(self) -> File:
        return File(lambda: files.opened(self.path), self.encoding)


@contextmanager
def keeping(chunks: Iterable[bytes], folder: str = files.FOLDER) -> Iterator[Kept]:
    """Keep a table, and forget it where what follows fails. Raises ImportRefused for what is no
    table."""
    sniffer = Sniffer()
    path = files.keep(_passed_by(chunks, sniffer), folder)
    try:
        yield Kept(path, sniffer.encoding)
    except BaseException:
        files.forget(path)
        raise


def _passed_by(chunks: Iterable[bytes], sniffer: Sniffer) -> Iterator[bytes]:
    for chunk in chunks:
        sniffer.feed(chunk)
        yield chunk


@contextmanager
def ending(fail: Callable[[str], None]) -> Iterator[None]:
    """Read a table; what keeps it from being read is told to ``fail``, in words."""
    try:
        yield
    except FileNotFoundError:
        fail(GONE)
    except ImportRefused as refused:
        fail(refused.message)
