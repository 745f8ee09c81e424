"""Which files of a signed letter are kept: the one that counts, and none once it is destroyed."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from messaging import outbox
from services.applications import signing_on
from services.applications.issuing import finish_letters
from services.letters import actions, archive
from services.letters.models import Letter
from services.signing import ordering
from services.signing.models import Attempt
from tests.factories import MONDAY, official
from tests.signing.conftest import Desk

pytestmark = pytest.mark.django_db


def files_of(letter: Letter) -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob(f"{letter.code}*"))


def test_the_unsigned_file_goes_once_the_signed_one_is_written(local: Desk) -> None:
    letter = local.letter()
    [unsigned] = files_of(letter)
    local.sign(letter)
    letter.refresh_from_db()
    assert files_of(letter) == sorted([unsigned, letter.file])
    outbox.run_due()
    assert files_of(letter) == [letter.file]
    outbox.run_due()
    assert archive.is_whole(letter.file, letter.sha256)


def test_a_letter_that_is_written_anew_leaves_no_earlier_file(local: Desk) -> None:
    deputy = official("sekretaris-lurah", local.cast.village, "sekretaris")
    letter = local.letter()
    before = files_of(letter)
    row = letter.signatures.get()
    signing_on.reassign(
        signature_id=row.pk, to=deputy, by=local.lurah, reason="Saya dinas luar", at=MONDAY
    )
    assert files_of(letter) == before
    finish_letters(application_id=letter.issued_from.application_id, at=MONDAY)
    outbox.run_due()
    letter.refresh_from_db()
    assert files_of(letter) == [letter.file] != before


def test_a_file_that_is_the_letters_again_stays(local: Desk) -> None:
    letter = local.letter()
    with transaction.atomic():
        payload = {"letter_id": letter.pk, "path": letter.file}
        outbox.enqueue("letters.forget", payload, key="again")
    outbox.run_due()
    assert files_of(letter) == [letter.file]


def test_a_destroyed_letter_leaves_no_file(local: Desk) -> None:
    letter, other = local.letter(), local.letter()
    local.sign(letter)
    returned, _ = archive.store(letter.code, b"%PDF-1.7 yang kembali dari gateway")
    Attempt.objects.update(returned=returned)
    assert len(files_of(letter)) == 3
    ordering.forget_files(letter.pk)
    gone = actions.destroy(letter.pk, at=MONDAY)
    assert sorted(gone) == files_of(letter)
    assert not Attempt.objects.exclude(returned="").exists()
    assert not set(gone) & set(files_of(other))
