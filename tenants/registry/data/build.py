"""Make ``regions.txt.xz`` from the CSV files of the npm package idn-area-data."""

import csv
import lzma
import sys
from pathlib import Path


def main(source: Path) -> None:
    rows: list[tuple[str, str]] = []
    for kind in ("provinces", "regencies", "districts", "villages"):
        with (source / f"{kind}.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                name = " ".join(row["name"].replace('"', "'").split())
                rows.append((row["code"], name[:1].upper() + name[1:]))
    text = "".join(f"{code}\t{name}\n" for code, name in sorted(rows))
    target = Path(__file__).with_name("regions.txt.xz")
    target.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
