"""Files of imports at rest: sealed piece by piece, so that none is ever whole in memory.

A file lives until its import is over. Each piece is sealed with the city's key and bound to its
number and to whether it is the last: a file that was cut off or rearranged does not open.
"""

import io
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import File as StoredFile
from django.core.files.storage import default_storage

from kernel.ids import secret_code
from services.residents.sealing import seal_key
from tenants.registry.current import city

FOLDER = "impor"  # below the city's
PIECE = 1 << 20
_NONCE = 12
_LENGTH = struct.Struct("<I")


class Damaged(OSError):
    """A kept file is not as it was written."""


def keep(chunks: Iterable[bytes], folder: str = FOLDER) -> str:
    """Store the bytes sealed; the path."""
    path = str(PurePosixPath(city().schema_name, folder, secret_code()))
    return default_storage.save(path, _Pieces(_sealed(chunks)))


def opened(path: str) -> IO[bytes]:
    """The bytes of a kept file, from the beginning. Raises FileNotFoundError, or Damaged while
    reading."""
    return io.BufferedReader(_Unsealed(default_storage.open(path)), PIECE)


def forget(path: str) -> None:
    """Delete a kept file, if there is one."""
    if path:
        default_storage.delete(path)


class _Pieces(StoredFile):  # type: ignore[type-arg]
    """What a storage takes for a file; it asks for the pieces alone."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__(None)
        self._pieces = pieces

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return self._pieces


def _bound_to(number: int, is_last: bool) -> bytes:
    return b"%d:%d" % (number, is_last)


def _sealed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    cipher = AESGCM(seal_key())

    def sealed(number: int, piece: bytes, is_last: bool) -> bytes:
        nonce = os.urandom(_NONCE)
        content = nonce + cipher.encrypt(nonce, piece, _bound_to(number, is_last))
        return _LENGTH.pack(len(content)) + content

    number, waiting = 0, bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > PIECE:
            yield sealed(number, bytes(waiting[:PIECE]), False)
            del waiting[:PIECE]
            number += 1
    yield sealed(number, bytes(waiting), True)


class _Unsealed(io.RawIOBase):
    """Reads a sealed file as its bytes."""

    def __init__(self, sealed: IO[Any]) -> None:
        self._sealed = sealed
        self._cipher = AESGCM(seal_key())
        self._number, self._piece, self._is_over = 0, memoryview(b""), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._piece and not self._is_over:
            self._next()
        count = min(len(buffer), len(self._piece))
        buffer[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count

    def _next(self) -> None:
        head = self._sealed.read(_LENGTH.size)
        content = self._sealed.read(_LENGTH.unpack(head)[0]) if len(head) == 4 else b""
        for is_last in (False, True):
            try:
                found = self._cipher.decrypt(
                    content[:_NONCE], content[_NONCE:], _bound_to(self._number, is_last)
                )
            except (InvalidTag, ValueError):
                continue
            self._number, self._piece, self._is_over = self._number + 1, memoryview(found), is_last
            return
        raise Damaged("a kept file of an import is damaged")

    def close(self) -> None:
        self._sealed.close()
        super().close()
