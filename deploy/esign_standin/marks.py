"""Visible marks of the stand-in: the picture that was sent, as the appearance of the signature."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from services.signing.pades.by_pyhanko import Look


@dataclass(frozen=True)
class Picture:
    """A visible mark, where a call puts it, in points."""

    page: int
    x: float
    y: float
    width: float
    height: float
    image: bytes


def look_of(mark: Picture, pdf: bytes, name: str, *, y_from: str) -> "Look":
    """The field and appearance of a mark. ``y_from``: the edge of the page that ``y`` is counted
    from, "top" or "bottom"."""
    from pyhanko.pdf_utils.images import PdfImage
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko.stamp import StaticStampStyle

    from services.signing.pades.by_pyhanko import Look

    page = PdfFileReader(io.BytesIO(pdf), strict=False).root["/Pages"]["/Kids"][mark.page - 1]
    box = page.get_object()["/MediaBox"]
    low = mark.y if y_from == "bottom" else float(box[3]) - mark.y - mark.height
    edges = [round(one) for one in (mark.x, low, mark.x + mark.width, low + mark.height)]
    field = SigFieldSpec(name, on_page=mark.page - 1, box=(edges[0], edges[1], edges[2], edges[3]))
    picture = PdfImage(Image.open(io.BytesIO(mark.image)))
    return Look(field, StaticStampStyle(background=picture, border_width=0, background_opacity=1))
