"""One letter of one page with its QR code: Typst as shipped, against WeasyPrint.

The control is not a dependency of Balai: ``uv sync --group bench`` brings it.
"""

import html
import logging
import sys
from dataclasses import replace

from services.letters.render import NEWEST, Content, render_pdf
from tests.benchmarks.harness import Bench
from typeset.pdf import qr_svg

LETTER = Content(
    revision=NEWEST,
    title="SURAT KETERANGAN TIDAK MAMPU",
    number="400.12.2.2/0042/Kel-BLM/XI/2026",
    code="0" * 26,
    check_url="http://bontang.localhost:8000/v/" + "0" * 26,
    government="Pemerintah Kota Bontang",
    unit="Kelurahan Belimbing",
    letterhead=["Pemerintah Kota Bontang", "Kecamatan Bontang Barat", "Kelurahan Belimbing"],
    address="Jl. Soekarno-Hatta No. 1, Bontang 75313",
    opening="Yang bertanda tangan di bawah ini menerangkan dengan sebenarnya bahwa:",
    blocks=[
        {
            "intro": "",
            "rows": [
                ["Nama", "Siti Rahmawati"],
                ["NIK", "6474014107900001"],
                ["Tempat, tanggal lahir", "Bontang, 1 Juli 1990"],
                ["Pekerjaan", "Mengurus rumah tangga"],
                ["Alamat", "Jl. Merpati No. 7, RT 005 RW 002"],
            ],
        }
    ],
    body=[
        "Orang tersebut di atas adalah benar warga Kelurahan Belimbing dan menurut keterangan "
        "Ketua RT setempat tergolong keluarga tidak mampu.",
        "Surat keterangan ini dibuat untuk keperluan pengajuan beasiswa.",
    ],
    closing="Demikian surat keterangan ini dibuat untuk dipergunakan sebagaimana mestinya.",
    place="Belimbing",
    date="21 November 2026",
    signer_title=["Lurah Belimbing"],
    signer_name="Andi Saputra, S.Sos.",
    signer_rank="Penata Tingkat I",
    signer_nip="198001012005011001",
    approval=["Disetujui secara elektronik.", "Pindai kode ini untuk mengecek keaslian surat."],
    footer=["Dokumen ini dibuat secara elektronik."],
)


def _page(letter: Content) -> str:
    """The same letter as HTML."""
    text = html.escape
    head = "".join(f"<div>{text(line.upper())}</div>" for line in letter.letterhead)
    rows = "".join(
        f"<tr><td>{text(label)}</td><td>:</td><td>{text(value)}</td></tr>"
        for block in letter.blocks
        for label, value in block["rows"]
    )
    paragraphs = "".join(f"<p>{text(p)}</p>" for p in [*letter.body, letter.closing])
    signed = "<br>".join(map(text, letter.signer_title))
    return f"""<!doctype html><html lang="id"><head><title>{text(letter.title)}</title><style>
      @page {{ size: A4; margin: 1.6cm 2.2cm 3cm 2.5cm }}
      body {{ font: 11pt/1.5 serif; text-align: justify }}
      header, h1, .no {{ text-align: center }} header {{ border-bottom: 3px double }}
      h1 {{ font-size: 12.5pt; text-decoration: underline; margin: 12pt 0 0 }}
      .sign {{ margin-left: 8cm; text-align: left }} svg {{ width: 2.5cm; height: 2.5cm }}
      </style></head><body><header>{head}<small>{text(letter.address)}</small></header>
      <h1>{text(letter.title)}</h1><div class="no">Nomor: {text(letter.number)}</div>
      <p>{text(letter.opening)}</p><table>{rows}</table>{paragraphs}
      <div class="sign">{text(letter.place)}, {text(letter.date)}<br>{signed}<br>
      {qr_svg(letter.check_url)}<br><u><b>{text(letter.signer_name)}</b></u><br>
      NIP {text(letter.signer_nip)}</div></body></html>"""


def bench_letters(bench: Bench) -> None:
    try:
        from weasyprint import HTML
    except ImportError:
        sys.exit("WeasyPrint is the control of this benchmark: uv sync --group bench")
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    counter = iter(range(10**6))

    def ours() -> bytes:
        # Another number each time: nothing may be answered from a cache.
        return render_pdf(replace(LETTER, number=f"400.12.2.2/{next(counter):04d}/Kel-BLM"))

    def theirs() -> bytes:
        page = _page(replace(LETTER, number=f"400.12.2.2/{next(counter):04d}/Kel-BLM"))
        pdf: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/a-2b")
        return pdf

    assert ours().startswith(b"%PDF") and theirs().startswith(b"%PDF")
    bench.compare(
        "letter, PDF/A-2a and PDF/UA-1", ours, control="WeasyPrint, PDF/A-2b", against=theirs,
        n=max(20, bench.cities), unit="ms", scale=1000,
    )  # fmt: skip
