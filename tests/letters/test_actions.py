"""Numbers without gaps or twins, and what a check of a letter says."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import User
from kernel.errors import RuleBroken
from services.applications import issuing
from services.letters import comparing, numbering, queries
from services.letters.comparing import Same
from services.letters.models import Counter, Letter
from tenants.backend.scope import in_city
from tenants.registry import stored_files
from tests.factories import MONDAY, approve, make_cast, submitted

TODAY = MONDAY.date()


@pytest.fixture
def letter(in_bontang) -> Letter:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    return Letter.objects.get()


def test_a_number_is_only_taken_in_a_transaction(committed, bontang) -> None:
    with in_city(bontang), pytest.raises(RuntimeError, match="inside a transaction"):
        numbering.next_number("x")


@pytest.mark.django_db
def test_a_rolled_back_number_is_given_out_again(in_bontang) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert numbering.next_number("x") == 1
        raise ZeroDivisionError
    with transaction.atomic():
        assert numbering.next_number("x") == 1


def test_numbers_under_load_have_no_gap_and_no_twin(committed, bontang) -> None:
    """Eight threads, a quarter of their transactions failing after they took a number."""
    taken: list[int] = []

    def worker(seed: int) -> None:
        with in_city(bontang):
            for turn in range(12):
                try:
                    with transaction.atomic():
                        number = numbering.next_number("beban")
                        if (seed + turn) % 4 == 0:
                            raise LookupError
                except LookupError:
                    continue
                taken.append(number)
        connection.close()

    threads = [threading.Thread(target=worker, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 73))


@pytest.mark.django_db
def test_a_check_says_no_more_than_the_paper(letter) -> None:
    found = queries.check(letter.code, today=TODAY)
    assert found is not None
    assert found.verdict == "genuine"
    assert letter.person.name not in repr(found)
    assert letter.person.nik not in repr(found)
    assert found.holder.startswith(letter.person.name[0])


@pytest.mark.django_db
def test_a_code_typed_from_paper_is_understood(letter) -> None:
    typed = f" {letter.code[:5].lower()} - {letter.code[5:]}".replace("0", "o").replace("1", "I")
    assert queries.check(typed, today=TODAY) is not None
    assert queries.check(letter.code[:-1] + "?", today=TODAY) is None


@pytest.mark.django_db
def test_expired_and_revoked_are_told_apart(letter) -> None:
    later = TODAY + timedelta(days=40)
    expired = queries.check(letter.code, today=later)
    assert expired is not None
    assert expired.verdict == "expired"
    Letter.objects.update(
        state=Letter.State.REVOKED, revoked_at=MONDAY, revoked_by=User.objects.first(),
        revoked_for="Nama pemohon tertulis salah.",
    )  # fmt: skip
    revoked = queries.check(letter.code, today=TODAY)
    assert revoked is not None
    assert revoked.verdict == "revoked"


@pytest.mark.django_db
def test_a_letter_without_its_pdf_is_not_final(in_bontang) -> None:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    found = queries.check(Letter.objects.get().code, today=TODAY)
    assert found is not None
    assert (found.verdict, found.subject, found.holder) == ("not_final", "", "")


@pytest.mark.django_db
def test_the_archived_file_is_recognised_and_a_changed_one_is_not(letter) -> None:
    pdf = stored_files.read(letter.file)
    assert pdf.startswith(b"%PDF")
    assert comparing.compare(pdf, code=letter.code).same is Same.SAME
    assert comparing.compare(pdf + b" ", code=letter.code).same is Same.EXTENDED


@pytest.mark.django_db
def test_another_citys_code_is_unknown_here(letter, blitar) -> None:
    with in_city(blitar):
        assert queries.check(letter.code, today=TODAY) is None


@pytest.mark.django_db
def test_content_at_rest_is_sealed(letter) -> None:
    assert letter.person.nik.encode() not in bytes(letter.content_sealed)
    assert letter.content.number == letter.number


@pytest.mark.django_db
def test_a_number_that_another_letter_has_is_refused(in_bontang) -> None:
    """For example when a unit's short form was used by another unit before."""
    cast = make_cast()
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    Counter.objects.filter(scope__startswith="surat:").delete()
    again = submitted(cast)
    with pytest.raises(RuleBroken, match="sudah dipakai surat lain"):
        approve(again, cast.hasan, cast.rina, cast.lurah)
    assert Letter.objects.count() == 1
