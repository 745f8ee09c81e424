"""The signed record in the QR code: what it says, that it cannot be changed, that it can be read
from a copy."""

import hashlib
import random
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from services.letters import record
from services.letters.record import Facts, NotARecord
from services.letters.render import render_pdf
from tests.letters.test_render import PLAIN

KEY = ec.generate_private_key(ec.SECP256R1())
KID = bytes.fromhex("0a1b2c3d")
FACTS = Facts(
    number="400.9.14.5/0001/Kel-BLM/XI/2026",
    kind="SURAT KETERANGAN TIDAK MAMPU",
    day=date(2026, 11, 30),
    valid_until=date(2027, 5, 30),
    about="S3 A8",
    words=hashlib.sha256(b"").digest()[:16],
    city="6474",
    unit="Kelurahan Bontang Kuala",
)
CODE = PLAIN.code


def signed(facts: Facts = FACTS, code: str = CODE) -> str:
    return record.signed(facts, code=code, key=KEY, kid=KID)


def test_it_says_what_was_signed() -> None:
    digits = signed()
    assert digits.isdigit() and len(digits) < 560
    assert record.key_of(digits) == KID
    assert record.read(digits, code=CODE, key=KEY.public_key()) == FACTS
    forever = replace(FACTS, valid_until=None)
    assert record.read(signed(forever), code=CODE, key=KEY.public_key()) == forever


def test_it_belongs_to_one_code_and_one_key() -> None:
    digits = signed()
    with pytest.raises(NotARecord):
        record.read(digits, code=CODE[:-1] + "0", key=KEY.public_key())
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(NotARecord):
        record.read(digits, code=CODE, key=other)


@given(st.data())
def test_no_digit_can_be_changed(data: st.DataObject) -> None:
    digits = signed()
    at = data.draw(st.integers(0, len(digits) - 1))
    new = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[at]]))
    with pytest.raises(NotARecord):
        record.read(digits[:at] + new + digits[at + 1 :], code=CODE, key=KEY.public_key())


@given(st.text(max_size=80) | st.text("0123456789", max_size=80))
def test_anything_else_is_no_record(text: str) -> None:
    with pytest.raises(NotARecord):
        record.key_of(text)
    with pytest.raises(NotARecord):
        record.read(text, code=CODE, key=KEY.public_key())


def test_long_words_are_cut_so_that_the_code_stays_small() -> None:
    long = replace(FACTS, number="9" * 80, kind="K" * 200, unit="U" * 100)
    found = record.read(signed(long), code=CODE, key=KEY.public_key())
    assert (len(found.number), len(found.kind), len(found.unit)) == (60, 48, 40)
    assert record.shortened(["Sari Anggraini", "Budi"]) == "S3 A8, B3"
    assert len(record.shortened(["Sari Anggraini"] * 9)) <= 40


def _copied(pdf: bytes, *, angle: float, blur: float, threshold: int) -> Image.Image:
    """The page as a copier of 150 dpi writes it: black and white, askew, a little blurred, with
    specks."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[len(document) - 1]
    drawn = page.render(scale=300 / 72).to_pil().convert("L")
    turned = drawn.rotate(angle, fillcolor=255, resample=Image.Resampling.BICUBIC)
    soft = turned.filter(ImageFilter.GaussianBlur(blur * 2))
    small = soft.resize((soft.width // 2, soft.height // 2), Image.Resampling.BOX)
    copy = small.point([255 if value > threshold else 0 for value in range(256)])
    specks = random.Random(7)
    for _ in range(copy.width * copy.height // 1000):
        copy.putpixel((specks.randrange(copy.width), specks.randrange(copy.height)), 0)
    return copy


@pytest.mark.parametrize(("angle", "blur", "threshold"), [(0, 0.4, 128), (1.5, 0.6, 110)])
@pytest.mark.parametrize("tight", [False, True])
def test_it_is_read_from_a_copy_of_150_dpi(angle, blur, threshold, tight) -> None:
    long = ["Kata-kata yang memenuhi baris ini sampai ke ujung halaman. " * 4] * 8
    letter = replace(
        PLAIN, record=signed(), body=long if tight else PLAIN.body,
        check_url=f"https://bontang.balai.id/v/{CODE}",
    )  # fmt: skip
    copy = _copied(render_pdf(letter), angle=angle, blur=blur, threshold=threshold)
    found = [one.text for one in zxingcpp.read_barcodes(copy)]
    assert letter.qr in found


def test_letters_without_a_record_are_as_they_were() -> None:
    assert PLAIN.qr == PLAIN.check_url
