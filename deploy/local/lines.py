"""Templates are read by people: no line of theirs is longer than 120 characters."""

import sys
from collections.abc import Iterable
from pathlib import Path

MOST = 120


def too_long(folders: Iterable[Path]) -> list[str]:
    """Every line that is too long, with its place and its length."""
    return [
        f"{page}:{number}: {len(line)} characters, {MOST} at most"
        for folder in folders
        for page in sorted(folder.rglob("*.html"))
        for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1)
        if len(line) > MOST
    ]


def main() -> int:
    found = too_long(Path(folder) for folder in sys.argv[1:])
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
