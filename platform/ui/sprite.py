"""Makes static/ui/icons.svg, one sprite of the Lucide icons named in icons.txt.

    npm install lucide-static && python platform/ui/sprite.py node_modules/lucide-static

Icons are ISC-licensed (static/ui/lucide.LICENSE.txt).
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ICONS = (HERE / "icons.txt").read_text("utf-8").split()


def symbol(name: str, svg: str) -> str:
    """One icon file as a ``<symbol>``; stroke and size come from the stylesheet."""
    body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    if body is None:
        raise ValueError(f"{name}: not an SVG")
    inner = re.sub(r"\s+", " ", body[1]).replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


def build(package: Path) -> str:
    symbols = [symbol(n, (package / "icons" / f"{n}.svg").read_text("utf-8")) for n in ICONS]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    (HERE / "static/ui/icons.svg").write_text(build(Path(sys.argv[1])), "utf-8")
