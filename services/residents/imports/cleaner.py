"""A process that cleans rows beside the one that talks to the database.

It loads neither the application nor a connection: what it needs (which column is what, the
villages, the keys that seal numbers) comes as a ``Plan`` on stdin, the rows follow in chunks, and
each chunk is answered with lines of COPY.
"""

import marshal
import pickle
import struct
import sys
from collections.abc import Iterator
from typing import IO

from services.residents.imports.cleaning import Cleaner, Plan, Row

_LENGTH = struct.Struct("<Q")


def send(stream: IO[bytes], content: bytes) -> None:
    """Write one message."""
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read one message; None at the end."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


def pack_plan(plan: Plan) -> bytes:
    return pickle.dumps(plan)


def pack_rows(rows: list[Row]) -> bytes:
    return marshal.dumps(rows)


_COUNTS = struct.Struct("<QQQ")


def unpack(answer: bytes) -> tuple[int, int, int, bytes]:
    """What ``Cleaner.clean`` gave, from the answer of a process."""
    rows, numbers, in_zero = _COUNTS.unpack_from(answer)
    return rows, numbers, in_zero, answer[_COUNTS.size :]


def _chunks(stream: IO[bytes]) -> Iterator[list[Row]]:
    while (content := receive(stream)) is not None:
        yield marshal.loads(content)  # noqa: S302 - from the process that started this one


def main() -> None:
    """Entry point of the process: a plan, then chunks, each answered in turn."""
    first = receive(sys.stdin.buffer)
    if first is None:
        return
    cleaner = Cleaner(pickle.loads(first))  # noqa: S301 - from the process that started this one
    for rows in _chunks(sys.stdin.buffer):
        *counts, lines = cleaner.clean(rows)
        send(sys.stdout.buffer, _COUNTS.pack(*counts) + lines)


if __name__ == "__main__":
    main()
