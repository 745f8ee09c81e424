"""What migrations do to rows that were written before them."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from services.letters.models import Letter, LetterStyle
from services.records.models import ArchiveItem
from tests.factories import MONDAY, Cast, approve, make_cast, submitted

pytestmark = pytest.mark.django_db
move: Any = import_module("services.letters.migrations.0007_codes_and_words")
of_archive: Any = import_module("services.records.migrations.0003_codes_of_letters")


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    ("register", "code"),
    [("400.9.14.1", "400.9.14.1"), ("keluar", ""), ("agenda", ""), ("vouch", ""),
     ("jenis:SKTM", "")],
)  # fmt: skip
def test_letters_of_a_book_of_one_code_get_that_code(cast: Cast, register: str, code: str) -> None:
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    Letter.objects.update(register=register, classification="")
    move.copy_codes(apps, None)
    letter = Letter.objects.get()
    assert letter.classification == code
    item = ArchiveItem.objects.create(
        kind="letter", letter=letter, unit=letter.unit, closed_on=letter.issued_on,
        number=letter.number, title="Surat", code=register,
    )  # fmt: skip
    of_archive.forget_names_of_books(apps, None)
    item.refresh_from_db()
    assert item.code == code


def test_words_of_a_service_become_words_of_its_first_letter(cast: Cast) -> None:
    def row(**told: Any) -> LetterStyle:
        return LetterStyle.objects.create(changed_by=cast.lurah, changed_at=MONDAY, **told)

    row(topic="sktm", words={"closing": "Demikian."}, paper="f4", unit=cast.village)
    row(topic="domisili", words={"closing": "Sekian."})
    row(topic="sktm", output="surat", signer="sekretaris")
    move.give_words_to_one_letter(apps, None)
    found = LetterStyle.objects.values_list("unit", "topic", "output", "paper", "signer", "words")
    assert sorted(found, key=str) == [
        (cast.village.pk, "sktm", "", "f4", "", {}),
        (cast.village.pk, "sktm", "surat", "", "", {"closing": "Demikian."}),
        (None, "domisili", "surat", "", "", {"closing": "Sekian."}),
    ]
