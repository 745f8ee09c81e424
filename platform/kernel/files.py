"""Files that hold people's data."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def half_of(target: Path) -> Path:
    """Where a file is written until it is whole; what an interrupted writer leaves behind."""
    return target.with_name(f"{target.name}.part")


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A file to write and read, for nobody but its owner; in its place only once it is whole.

    A writer that fails, for example because the disk is full, leaves nothing behind.
    """
    half = half_of(target)
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC
    try:
        with os.fdopen(os.open(half, flags, 0o600), "w+b") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        half.replace(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # without it a power loss may undo the rename
    finally:
        os.close(folder)
