"""The sheet of a hand-over as PDF: what, to whom, how it was proven, with the signature."""

import base64
import io
from datetime import datetime
from pathlib import Path

from PIL import Image

from kernel.tanggal import moment_text
from kernel.text import in_capitals_and_small
from services.cases.kinds import kind_of
from services.cases.models import Case
from services.results.models import HandOver
from tenants.registry import stored_files
from tenants.registry.current import city
from typeset import pdf

LAYOUT = Path(__file__).parent / "layouts" / "serah-terima.typ"


def as_pdf(act: HandOver, case: Case, *, at: datetime) -> bytes:
    """The sheet of one hand-over that was done."""
    assert act.ended_at is not None
    person = kind_of(case).person(case)
    applicant = in_capitals_and_small(person.name) if person is not None else ""
    taker = applicant if act.to == HandOver.To.APPLICANT else act.name
    what = act.result.label if act.result is not None else ""
    rows = [("Permohonan", str(case.number)), ("Yang diserahkan", what)]
    if act.result is not None and act.result.number:
        rows.append(("Nomor", act.result.number))
    rows += [("Pemohon", applicant), ("Diterima oleh", taker)]
    if act.relation:
        rows.append(("Hubungan dengan pemohon", act.relation))
    if act.carrier:
        rows.append(("Diantar oleh", act.carrier))
    rows += [
        ("Bukti", str(HandOver.Proof(act.proof).label)),
        ("Waktu", moment_text(act.ended_at, city().timezone)),
    ]
    signed = bool(act.signature)
    data = {
        "title": f"Tanda serah terima {case.number}", "city": city().name,
        "office": act.result.unit.name if act.result is not None else city().name,
        "rows": [[str(label), str(text)] for label, text in rows], "taker": taker,
        "official": act.by.name, "post": act.title, "signed": signed,
    }  # fmt: skip
    pictures = {"signature": _drawn(act.signature)} if signed else {}
    return pdf.compile(LAYOUT, data, at=at.replace(microsecond=0), pictures=pictures)


def _drawn(path: str) -> str:
    """A stored signature as SVG, the form in which pictures reach the layout."""
    with Image.open(io.BytesIO(stored_files.read(path))) as picture:
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PNG")
        width, height = picture.size
    data = base64.b64encode(out.getvalue()).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" xlink:href="data:image/png;base64,{data}"/>'
        "</svg>"
    )
