"""What was answered stands in the letter, also where a letter has a word of its own for it."""

from datetime import date

import pytest

from services.applications.letter_text import draft_from
from services.catalogue import samples
from services.catalogue.blueprint import LETTER_FACTS, Blueprint
from services.catalogue.shipped import shipped
from services.letters.actions import Signer

TODAY = date(2026, 11, 23)
SIGNER = Signer("Lurah", ["Lurah,"], "Lurah Belimbing", "Kelurahan Belimbing", "", "")
ASKING = [b for b in shipped() if b.outputs and LETTER_FACTS & {field.key for field in b.fields}]


def test_some_services_ask_for_a_date() -> None:
    assert {"kelahiran", "kematian"} <= {blueprint.slug for blueprint in ASKING}


@pytest.mark.parametrize("blueprint", ASKING, ids=lambda blueprint: blueprint.slug)
def test_a_date_that_was_asked_is_not_the_day_of_signing(blueprint: Blueprint) -> None:
    given = samples.answers(blueprint, today=TODAY, tanggal="1999-02-03")
    said = []
    for output in blueprint.outputs:
        draft = draft_from(
            blueprint, given, output, facts=samples.applicant(), number="1", signer=SIGNER,
            today=TODAY, voucher="Ketua RT",
        )  # fmt: skip
        said += [draft.opening, *draft.body, draft.closing]
        said += [text for block in draft.blocks for _, text in block.rows]
    assert "3 Februari 1999" in " ".join(said)
    assert "23 November 2026" not in " ".join(said)
