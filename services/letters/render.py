"""From a letter's content to PDF bytes, by the shared typesetter.

Pure: equal content gives equal bytes, so rendering again after a crash changes nothing.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kernel.text import LATIN
from services.letters.pictures import pages_of
from typeset import pdf
from typeset.pdf import RenderFailed as RenderFailed

FITS = 3  # ways to set a letter, from loose to tight
LAYOUTS = Path(__file__).parent / "layouts"
NEWEST = 4  # the layout of new letters; older ones stay, so that their letters can be made again
PAPERS = {"a4": "A4 (210 × 297 mm)", "f4": "F4 (215 × 330 mm)"}
STYLES = {
    "resmi": "Resmi: judul di tengah, ruang lega",
    "ringkas": "Ringkas: kop kecil, lebih banyak muat di satu halaman",
    "dinas": "Surat dinas: nomor dan hal di kiri, tanggal dan tujuan di kanan",
    "tabel": "Bertabel: data di tabel bergaris, seperti surat pengantar dan nota",
}


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a letter says, already in its final words."""

    title: str
    number: str
    code: str  # verification code
    check_url: str
    government: str
    unit: str
    letterhead: list[str]
    address: str
    opening: str
    blocks: list[dict[str, Any]]  # {"intro": text, "rows": [[label, text], …]}
    closing: str
    place: str
    date: str
    signer_title: list[str]
    signer_name: str
    approval: list[str]
    footer: list[str]
    layout: str = "keterangan"
    revision: int = 1  # of the layout file; letters written before there was a second have none
    about: list[str] = field(default_factory=list)  # whom it is about, by name; may be empty
    subject: str = ""
    addressed_to: str = ""
    body: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)  # intro, head, rows
    valid: str = ""
    signer_rank: str = ""
    signer_nip: str = ""
    applicant_signs: str = ""
    applicant_name: str = ""
    witnesses: list[str] = field(default_factory=list)
    witnesses_as: str = "Saksi-saksi"
    copies: list[str] = field(default_factory=list)
    watermark: str = ""
    logo: str = ""  # SVG text
    paper: str = "a4"  # or "f4": 215 × 330 mm
    style: str = "resmi"  # of STYLES
    contact: str = ""  # a second line below the letterhead's names
    initials: list[str] = field(default_factory=list)  # who looked through the draft, a line each
    issued_at: str = "1970-01-01T00:00:00+00:00"  # ISO; the PDF's own date
    record: str = ""  # what the QR code says besides its address, signed: see ``record``

    @property
    def qr(self) -> str:
        """What the QR code says."""
        return f"{self.check_url}#{self.record}" if self.record else self.check_url

    @property
    def subjects(self) -> list[str]:
        """Names of those the letter is about: as it says, or the first name among its facts."""
        if self.about:
            return self.about
        rows = [row for block in self.blocks for row in block["rows"]]
        return [text for label, text in rows if label.split(" ")[0] == "Nama"][:1]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Content":
        return cls(**json.loads(text))


def render_pdf(content: Content) -> bytes:
    """The finished letter. Raises RenderFailed.

    On one page where it fits there, set as loosely as it does; a longer one in the tightest way.
    """
    layout = LAYOUTS / f"surat-{content.revision}.typ"
    at = datetime.fromisoformat(content.issued_at)
    data = asdict(content)
    if content.revision < 3:  # those measured by themselves, and broke no word
        pictures = {"logo": content.logo, "qr": pdf.qr_svg(content.check_url)}
        return pdf.compile(layout, data, at=at, pictures=pictures, signs=LATIN, long=None)
    drawn = {"logo": content.logo, "qr": pdf.qr_pixels(content.qr)}

    def made_in(fit: int, pages: int) -> bytes:
        said = {**data, "fit": fit, "pages": pages}
        return pdf.compile(layout, said, at=at, pictures=drawn)

    for fit in range(FITS):
        made = made_in(fit, 1)
        pages = pages_of(made)
        if pages == 1:
            return made
    return made_in(FITS - 1, pages)
