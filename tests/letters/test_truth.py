"""No letter of a shipped service says that somebody vouched where nobody did."""

import re
from dataclasses import asdict

import pytest

from services.applications.letter_text import draft_from
from services.catalogue import samples
from services.catalogue.blueprint import Blueprint
from services.catalogue.outputs import Output
from services.catalogue.shipped import shipped
from services.catalogue.statements import samples as statements
from services.letters.actions import Signer
from tests.factories import MONDAY

# Whoever vouches, and the papers and knowledge of theirs that a letter could lean on.
CLAIM = re.compile(
    r"(ketua|pengurus|kepala|sekretaris)\s+(rt|rw|dusun|lingkungan)\b|\bpengantar\s+(dari\s+)?"
    r"(rt|rw)\b|\b(keterangan|diketahui|mengetahui|disetujui|dibenarkan)\s+(oleh\s+)?(rt|rw)\b",
    re.IGNORECASE,
)
VOUCHER = "Ketua RT"
SIGNER = Signer("Nurhayati", ["Lurah,"], "Lurah", "Kelurahan Sukasari", "", "")
LETTERS = [(blueprint, output) for blueprint in shipped() for output in blueprint.outputs]


def words(blueprint: Blueprint, output: Output, voucher: str) -> str:
    facts = {**samples.applicant("Bontang"), "kelurahan": "Sukasari", "kecamatan": "Utara",
             "kota": "Bontang", "provinsi": "Kalimantan Timur"}  # fmt: skip
    answers = samples.answers(
        blueprint, today=MONDAY.date(), born_in="Bontang", **samples.meeting(output.when)
    )
    draft = draft_from(
        blueprint, answers, output, facts=facts, number="26-11-000482", signer=SIGNER,
        today=MONDAY.date(), voucher=voucher,
    )  # fmt: skip
    return str(asdict(draft))


def vouched_at(blueprint: Blueprint, output: Output) -> bool:
    return blueprint.desk(output.step).level in ("rt", "rw", "dusun")


@pytest.mark.parametrize(
    ("blueprint", "output"), LETTERS, ids=[f"{b.slug}.{o.key}" for b, o in LETTERS]
)
def test_a_letter_names_who_vouched_only_when_somebody_did(
    blueprint: Blueprint, output: Output
) -> None:
    without = words(blueprint, output, "")
    if not vouched_at(blueprint, output):  # a letter the RT signs names it in its subject
        assert not CLAIM.search(without), without
    leans_on_vouch = any("{keterangan_rt}" in text for text in output.texts())
    assert ("keterangan Ketua RT" in words(blueprint, output, VOUCHER)) == leans_on_vouch
    assert ("pernyataan pemohon" in without) >= leans_on_vouch


def test_no_sample_of_a_statement_speaks_for_who_vouches() -> None:
    for place, statement in statements().items():
        for text in (statement.title, *statement.body, statement.signed_by):
            assert not CLAIM.search(text), place


@pytest.mark.parametrize(
    "claim", ["Menurut Ketua RT, benar.", "berdasarkan pengantar RT 005", "diketahui oleh RW 002"]
)
def test_the_pattern_finds_a_claim(claim: str) -> None:
    assert CLAIM.search(claim)
