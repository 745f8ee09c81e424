"""Files people hand in: judged by content, made harmless, stored under unguessable names."""

import atexit
import hashlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext, gettext_noop

from kernel.errors import RuleBroken
from services.cases import judge
from tenants.registry import stored_files

FOLDER = "dokumen"  # below the city's
MAX_BYTES = 8 * 1024 * 1024
WAIT = 30  # seconds for the files of others to be judged first

_COMMON = {
    "empty": gettext_noop("Berkas ini kosong. Pilih berkas lain."),
    "busy": gettext_noop("Sedang banyak berkas yang diperiksa. Coba lagi sebentar."),
    "no_document": gettext_noop("Berkas ini bukan PDF atau foto (JPG, PNG). Pilih berkas lain."),
    "office_file": gettext_noop(
        "Ini berkas Word, Excel, atau ZIP. Simpan sebagai PDF, lalu unggah PDF-nya."
    ),
    "other_picture": gettext_noop(
        "Gambar ini berjenis TIFF, BMP, atau GIF. Simpan sebagai JPG atau PDF, lalu unggah lagi."
    ),
    "too_complex": gettext_noop(
        "Berkas ini terlalu rumit untuk diperiksa. Foto atau pindai ulang halamannya, lalu unggah "
        "hasilnya."
    ),
    "picture_too_large": gettext_noop(
        "Foto ini terlalu besar. Foto ulang dengan ukuran gambar yang lebih kecil."
    ),
    "picture_broken": gettext_noop("Foto ini rusak dan tidak bisa dibuka. Foto ulang."),
    "pdf_broken": gettext_noop("PDF ini rusak dan tidak bisa dibuka. Simpan ulang."),
    "pdf_locked": gettext_noop(
        "PDF ini terkunci kata sandi. Simpan dulu tanpa kata sandi, lalu unggah."
    ),
    "pdf_active": gettext_noop(
        "PDF ini berisi program atau lampiran. Cetak ke PDF biasa, lalu unggah."
    ),
    "pdf_too_complex": gettext_noop(
        "PDF ini terlalu rumit untuk diperiksa. Cetak ke PDF biasa, lalu unggah."
    ),
    "logo_no_png": "Logo harus gambar PNG yang tidak rusak.",
    "logo_too_small": "Logo ini terlalu kecil; paling sedikit 64 piksel.",
    "logo_too_complex": "Logo ini terlalu rumit. Pakai versi yang sederhana.",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file fit to keep."""

    content: bytes
    media_type: str
    suffix: str
    pages: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def accept(content: bytes) -> Accepted:
    """Judge a file by what it is, not by its name. Raises RuleBroken with the cure.

    Photos are drawn anew on white: that drops hidden data (place, camera, comments, anything
    appended) and turns them upright. PDFs are opened and refused when locked or active. Call it
    outside a transaction: it waits for the files of others, and takes up to
    ``judge.WALL_SECONDS``.
    """
    if not content:
        raise RuleBroken(_COMMON["empty"])
    if len(content) > MAX_BYTES:
        raise RuleBroken(_too_large(content))
    known = (_before.get() or {}).get(hashlib.sha256(content).digest())
    if isinstance(known, RuleBroken):
        raise RuleBroken(known.message)
    return known or _judged(b"D", content)


# By SHA-256: what was found about files before the transaction of the form that brought them.
_before: ContextVar[dict[bytes, Accepted | RuleBroken] | None] = ContextVar("before", default=None)


@contextmanager
def judged_before(contents: Iterable[bytes]) -> Iterator[None]:
    """Judge these files at once: ``accept`` inside takes no time for them."""
    found: dict[bytes, Accepted | RuleBroken] = {}
    for content in contents:
        try:
            found[hashlib.sha256(content).digest()] = accept(content)
        except RuleBroken as refused:
            found[hashlib.sha256(content).digest()] = refused
    token = _before.set(found)
    try:
        yield
    finally:
        _before.reset(token)


def accept_logo(content: bytes) -> bytes:
    """An uploaded picture as a small PNG without hidden data. Raises RuleBroken."""
    try:
        return _judged(b"L", content).content
    except RuleBroken as refused:
        words = {
            _COMMON["picture_too_large"]: "Gambar ini terlalu besar. Kecilkan dulu.",
            _COMMON["picture_broken"]: _COMMON["logo_no_png"],
        }
        raise RuleBroken(words.get(refused.message, refused.message), field="logo") from refused


def page_as_jpeg(pdf: bytes, number: int) -> bytes:
    """One page of a kept PDF as a picture, drawn with bounded memory and time. Raises RuleBroken
    when it cannot be drawn."""
    return _judged(b"P", struct.pack(">H", number) + pdf).content


def _too_large(content: bytes) -> str:
    limit = {"limit": MAX_BYTES // 1024 // 1024}
    if judge.is_picture(content):
        return (
            gettext(
                "Foto ini terlalu besar; paling besar %(limit)s MB. Foto ulang dengan mutu lebih "
                "rendah, lalu unggah lagi."
            )
            % limit
        )
    return (
        gettext(
            "Berkas ini terlalu besar; paling besar %(limit)s MB. Pindai ulang dengan mutu lebih "
            "rendah, atau bagi menjadi beberapa berkas."
        )
        % limit
    )


def _judged(task: bytes, content: bytes) -> Accepted:
    head, kept = _judge.ask(task, content)
    code = head.get("refused")
    if code is None:
        return Accepted(kept, head["media_type"], head["suffix"], head["pages"])
    if code == "pdf_pages":
        raise RuleBroken(
            gettext("PDF ini %(pages)s halaman; paling banyak %(limit)s halaman.")
            % {"pages": head["pages"], "limit": judge.MAX_PAGES}
        )
    raise RuleBroken(_COMMON[code])


class _Judge:
    """The judging program of this process: started at the first file, one file at a time."""

    def __init__(self) -> None:
        self.alone = threading.Lock()
        self.program: subprocess.Popen[bytes] | None = None
        self.started_by = 0
        atexit.register(self.stop)

    def ask(self, task: bytes, content: bytes) -> tuple[dict[str, Any], bytes]:
        """The reply of ``judge.judge``. Raises RuleBroken when others keep it busy."""
        if not self.alone.acquire(timeout=WAIT):
            raise RuleBroken(_COMMON["busy"])
        try:
            try:
                return self._exchange(task, content)
            except (OSError, EOFError):  # the program was ended from outside: start it once more
                self.stop()
                return self._exchange(task, content)
        finally:
            self.alone.release()

    def _exchange(self, task: bytes, content: bytes) -> tuple[dict[str, Any], bytes]:
        program = self._running()
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(struct.pack(">Q", len(content)) + task + content)
        program.stdin.flush()
        length = struct.unpack(">I", _exactly(program.stdout, 4))[0]
        head = json.loads(_exactly(program.stdout, length))
        size = struct.unpack(">Q", _exactly(program.stdout, 8))[0]
        return head, _exactly(program.stdout, size)

    def _running(self) -> subprocess.Popen[bytes]:
        # After a fork the pipes belong to the parent: this process needs a program of its own.
        if self.program is None or self.started_by != os.getpid():
            self.program = subprocess.Popen(  # noqa: S603 - our own file, no shell
                [sys.executable, "-I", judge.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd="/",
                env={"LC_ALL": "C.UTF-8"},  # none of our secrets
            )
            self.started_by = os.getpid()
        return self.program

    def stop(self) -> None:
        if self.program is not None and self.started_by == os.getpid():
            self.program.kill()
            self.program.wait()
            for pipe in (self.program.stdin, self.program.stdout):
                assert pipe is not None
                try:
                    pipe.close()
                except OSError:  # what was still to be written goes nowhere
                    continue
        self.program = None


def _exactly(source: IO[bytes], length: int) -> bytes:
    found = source.read(length)
    if len(found) != length:
        raise EOFError
    return found


_judge = _Judge()


def keep(accepted: Accepted) -> str:
    """Store a file of a case; returns the path. Raises RuleBroken when there is no room."""
    return stored_files.keep(FOLDER, accepted.content, accepted.suffix)
