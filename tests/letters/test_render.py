"""The PDF: archival, the same bytes each time, and nothing a person typed is markup."""

import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.letters.render import LAYOUTS, NEWEST, Content, render_pdf
from typeset.pdf import legible

PLAIN = Content(
    title="SURAT KETERANGAN TIDAK MAMPU",
    number="400.9.14.1/0001/Kel-BLM/XI/2026",
    code="7Q2M9K4T6W8X1Z3C5V7B9N2M4K",
    check_url="http://bontang.localhost/v/7Q2M9K4T6W8X1Z3C5V7B9N2M4K",
    government="Pemerintah Kota Bontang",
    unit="Kelurahan Belimbing",
    letterhead=["Pemerintah Kota Bontang", "Kecamatan Bontang Barat", "Kelurahan Belimbing"],
    address="Jalan Contoh 1",
    opening="Menerangkan bahwa:",
    blocks=[{"intro": "", "rows": [["Nama", "Sari Anggraini"]]}],
    body=["Orang tersebut benar penduduk kami."],
    closing="Demikian.",
    place="Belimbing",
    date="24 November 2026",
    signer_title=["Lurah Belimbing,"],
    signer_name="Rahmat Hidayat, S.Sos.",
    approval=["Disetujui secara elektronik."],
    footer=["Cek keasliannya dengan kode ini."],
    revision=NEWEST,
)


def words(pdf: bytes) -> str:
    return "".join(
        "".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages
    )


def test_equal_content_gives_equal_bytes() -> None:
    assert render_pdf(PLAIN) == render_pdf(PLAIN)


def test_it_is_archival_and_accessible() -> None:
    pdf = render_pdf(PLAIN)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Lang"].startswith("id")


HOSTILE = [
    "#panic()", '#read("/etc/passwd")', "$ x^2 $", "*tebal* _miring_", "= Judul", "@ref <label>",
    "\\u{41}", "#import \"x\": *", "<script>alert(1)</script>", "`raw`", "{nama}", "//komentar",
    "/* */", "https://example.com", "- daftar", "#{1+1}", "~", "[isi]",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_it_stands(text) -> None:
    blocks = [{"intro": text, "rows": [["Nama", text]]}]
    content = replace(PLAIN, blocks=blocks, body=[text], signer_name=text)
    assert words(render_pdf(content)).count("".join(text.split())) >= 3


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=200))
def test_any_text_can_be_printed(text) -> None:
    blocks = [{"intro": text, "rows": [[text, text]]}]
    tables = [{"intro": text, "head": [text], "rows": [[text]]}]
    content = replace(PLAIN, body=[text], blocks=blocks, tables=tables)
    assert render_pdf(content).startswith(b"%PDF-1.7")


def test_what_the_font_lacks_is_shown_as_missing_not_dropped() -> None:
    assert legible("Toko 😀 Barokah") == "Toko ? Barokah"
    assert legible("Ｓari Ānggraini é") == "Sari Ānggraini é"
    assert legible("a\u200bb\nc") == "ab c"


def test_a_demonstration_never_looks_real() -> None:
    assert "CONTOH" in words(render_pdf(replace(PLAIN, watermark="CONTOH")))
    assert "CONTOH" not in words(render_pdf(PLAIN))


def test_letters_of_every_earlier_layout_can_be_made_again() -> None:
    for revision in range(1, NEWEST + 1):
        assert (LAYOUTS / f"surat-{revision}.typ").exists()
        assert "RahmatHidayat" in words(render_pdf(replace(PLAIN, revision=revision)))
    assert Content.from_json(replace(PLAIN, revision=1).as_json().replace('"revision": 1, ', ""))


SENTENCE = "Kalimat ini mengisi halaman dengan kata-kata yang panjang. "


@pytest.mark.parametrize("paragraphs", range(2, 42, 3))
def test_the_signature_is_never_without_the_closing_words_and_each_page_is_numbered(
    paragraphs,
) -> None:
    content = replace(PLAIN, body=[SENTENCE * 2] * paragraphs, closing="Demikian dibuat.")
    pages = PdfReader(io.BytesIO(render_pdf(content))).pages
    for place, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert ("Rahmat Hidayat" in text) == ("Demikian dibuat." in text)
        assert f"Nomor {PLAIN.number}" in text.replace("Nomor:", "")
        assert f"Halaman {place} dari {len(pages)}" in text


def test_long_names_and_addresses_are_measured_not_counted() -> None:
    """Every value at its limit: the letter still stands on one page."""
    address = "Perumahan Griya Bukit Permai Asri Tahap Dua Blok Anggrek Nomor 127, utara lapangan "
    rows = [
        ["Nama", "Raden Mas Panji Suryaningrat Kusumadiningrat Hadiwijaya Prawirodirdjo " * 2],
        *[[label, "Pendek"] for label in ("NIK", "Lahir", "Agama", "Pekerjaan", "Kelamin")],
        ["Alamat", address * 2],
    ]
    content = replace(
        PLAIN,
        blocks=[{"intro": "", "rows": rows}],
        body=[address * 3, f"Keperluan: {SENTENCE * 5}"],
        valid="Surat ini berlaku sampai dengan tanggal 23 Mei 2027.",
        closing="Demikian surat keterangan ini dibuat dengan sebenarnya.",
    )
    assert len(PdfReader(io.BytesIO(render_pdf(content))).pages) == 1
