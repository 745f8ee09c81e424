"""A correct letter in the place of a wrong one: by whom, what changes, what both say afterwards."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.applications import issuing, replacing, revoking
from services.applications.models import Application, IssuedLetter
from services.letters import published, queries, watching
from services.letters.models import Letter
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, submitted
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
WHY = "Keperluannya tertulis salah."
NEW = {"keperluan": "Keringanan biaya kuliah"}
LATER = MONDAY + timedelta(days=2)


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def application(cast: Cast) -> Application:
    found = submitted(cast)
    approve(found, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=found.pk, at=MONDAY)
    return found


@pytest.fixture
def letter(application: Application) -> Letter:
    return Letter.objects.get()


def replaced(letter: Letter, by: User, typed: dict[str, str] = NEW, reason: str = WHY) -> Letter:
    return replacing.replace_letter(
        letter_id=letter.pk, typed=typed, reason=reason, by=by, at=LATER
    )


def test_both_letters_point_at_each_other(
    cast: Cast, application: Application, letter: Letter
) -> None:
    right = replaced(letter, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=LATER)
    old = queries.check(letter.code, today=LATER.date())
    new = queries.check(right.code, today=LATER.date())
    assert old is not None and new is not None
    assert (old.verdict, old.replaced_by, old.subject) == ("replaced", right.code, "")
    assert (new.verdict, new.replaces) == ("genuine", letter.number)
    assert right.number != letter.number and right.issued_on == LATER.date()
    words = str(right.content.body) + str(right.content.blocks)
    assert NEW["keperluan"] in words and "Beasiswa anak" not in words
    assert published.revoked(LATER)["revoked"][0][2] == "replaced"


def test_the_wrong_letter_counts_until_the_right_one_is_ready(
    cast: Cast, application: Application, letter: Letter
) -> None:
    right = replaced(letter, cast.lurah)
    found = queries.check(letter.code, today=LATER.date())
    assert found is not None and (found.verdict, found.replaced_by) == ("genuine", "")
    assert published.revoked(LATER)["revoked"] == []
    assert replaced(letter, cast.lurah, {"keperluan": "Lain lagi"}) == right  # one at a time
    issuing.finish_letters(application_id=application.pk, at=LATER)
    letter.refresh_from_db()
    assert (letter.revoked_by, letter.revoked_for) == (cast.lurah, WHY)
    right.refresh_from_db()
    assert right.state == Letter.State.READY


def test_a_letter_is_replaced_again_where_the_right_one_was_given_up(
    cast: Cast, application: Application, letter: Letter
) -> None:
    before = Application.objects.get(pk=application.pk).answers
    right = replaced(letter, cast.lurah)
    revoking.void(letter_id=right.pk, by=cast.lurah, reason=WHY, at=LATER)
    tell_subscribers()
    letter.refresh_from_db()
    right.refresh_from_db()
    assert (letter.state, right.state) == (Letter.State.READY, Letter.State.REVOKED)
    found = queries.check(letter.code, today=LATER.date())
    assert found is not None and found.verdict == "genuine"
    assert Application.objects.get(pk=application.pk).answers == before
    assert not Outbox.objects.filter(key__contains=f"revoked:{right.pk}").exists()
    assert not published.revoked(LATER)["revoked"][1:]
    again = replaced(letter, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=LATER)
    found = queries.check(letter.code, today=LATER.date())
    assert again != right and found is not None
    assert (found.verdict, found.replaced_by) == ("replaced", again.code)


def test_a_wrong_letter_can_be_taken_back_while_the_right_one_is_made(
    cast: Cast, application: Application, letter: Letter
) -> None:
    right = replaced(letter, cast.lurah)
    revoking.revoke(letter_id=letter.pk, by=cast.lurah, reason="Disalahgunakan orang.", at=LATER)
    found = queries.check(letter.code, today=LATER.date())
    assert found is not None and (found.verdict, found.replaced_by) == ("revoked", "")
    assert published.revoked(LATER)["revoked"][0][2] == "revoked"
    issuing.finish_letters(application_id=application.pk, at=LATER)
    letter.refresh_from_db()
    assert letter.revoked_for == "Disalahgunakan orang."
    found = queries.check(letter.code, today=LATER.date())
    assert found is not None and (found.verdict, found.replaced_by) == ("replaced", right.code)


def test_the_case_keeps_both_and_what_it_said_before(
    cast: Cast, application: Application, letter: Letter
) -> None:
    right = replaced(letter, cast.lurah)
    application = Application.objects.get(pk=application.pk)
    assert application.state == Application.State.DONE
    assert application.answers["keperluan"] == NEW["keperluan"]
    assert application.answers["tanggungan"] is not None
    first, second = IssuedLetter.objects.filter(application=application)
    assert (first.letter, second.letter, second.is_replacement) == (letter, right, True)
    assert b"" != bytes(first.answers_sealed) != bytes(application.answers_sealed)
    entry = Entry.objects.get(what="letter.replaced")
    assert (entry.actor_id, entry.detail["replacement"]) == (cast.lurah.pk, right.pk)


def test_the_holder_and_who_checked_it_are_told_once(
    cast: Cast, application: Application, letter: Letter
) -> None:
    watching.watch(letter_id=letter.pk, email="bank@contoh.id", language="id", at=now())
    right = replaced(letter, cast.lurah)
    assert replaced(letter, cast.lurah) == right  # sent twice
    tell_subscribers()
    assert not Outbox.objects.filter(key__contains="revoked").exists()  # not before it is there
    issuing.finish_letters(application_id=application.pk, at=LATER)
    tell_subscribers()
    tell_subscribers()
    holder = Outbox.objects.get(kind="mail.send", key__contains=f"revoked:{letter.pk}")
    assert "diganti" in holder.payload["subject"] and "unduh yang baru" in holder.payload["body"]
    assert Outbox.objects.filter(kind="mail.send", key__contains="letter-watch").count() == 1
    assert Letter.objects.count() == 2


@pytest.mark.parametrize("who", ["hasan", "rina", "lurah_lain", "camat", "sari", "tetangga"])
def test_nobody_else_may(cast: Cast, letter: Letter, who: str) -> None:
    with pytest.raises(NotThere):
        replaced(letter, getattr(cast, who))
    assert Letter.objects.count() == 1


def test_what_is_refused_changes_nothing(
    cast: Cast, application: Application, letter: Letter
) -> None:
    before = bytes(Application.objects.get(pk=application.pk).answers_sealed)
    for typed, reason, field in (
        ({"keperluan": ""}, WHY, "keperluan"),
        ({}, WHY, "reason"),  # nothing would change
        (NEW, "salah", "reason"),
    ):
        with pytest.raises(RuleBroken) as refused:
            replaced(letter, cast.lurah, typed, reason)
        assert refused.value.field == field
    letter.refresh_from_db()
    assert letter.state == Letter.State.READY and Letter.objects.count() == 1
    assert bytes(Application.objects.get(pk=application.pk).answers_sealed) == before


def test_a_replaced_letter_is_replaced_again_and_a_revoked_one_is_not(
    cast: Cast, application: Application, letter: Letter
) -> None:
    right = replaced(letter, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=LATER)
    third = replaced(right, cast.lurah, {"keperluan": "Beasiswa yayasan"})
    issuing.finish_letters(application_id=application.pk, at=LATER)
    revoking.revoke(letter_id=third.pk, by=cast.lurah, reason=WHY, at=LATER)
    with pytest.raises(NotThere):
        replaced(third, cast.lurah, {"keperluan": "Lain lagi"})


def test_the_page_shows_what_changes_before_it_does_it(
    cast: Cast, application: Application, letter: Letter,
    client_for: Callable[[City], Client], in_bontang: City,
) -> None:  # fmt: skip
    lurah = client_for(in_bontang)
    lurah.force_login(cast.lurah, "accounts.backends.LoginBackend")
    case, page = f"/meja/berkas/{application.pk}/", f"/meja/berkas/{application.pk}/ganti/"
    address = f"{page}?letter={letter.pk}"
    assert address.replace("&", "&amp;") in lurah.get(case).content.decode()
    shown = lurah.get(address).content.decode()
    assert "Beasiswa anak" in shown and 'name="sure"' not in shown
    typed = {**NEW, "reason": WHY}
    typed |= {"penghasilan": "1.450.000", "tanggungan": "3"}
    looked = lurah.post(address, typed | {"look": "1"}).content.decode()
    assert re.search(r"<del>.*Beasiswa anak", looked) and 'name="sure"' in looked
    assert Letter.objects.count() == 1
    assert lurah.post(address, typed | {"reason": "", "sure": "1"}).status_code == 422
    assert lurah.post(address, typed | {"sure": "1"}).status_code == 302
    assert Letter.objects.count() == 2
    assert lurah.post(address, typed | {"sure": "1"}).status_code == 302  # a double click
    assert Letter.objects.count() == 2
    assert lurah.get(f"{page}?letter=x").status_code == 404
    rina = client_for(in_bontang)
    rina.force_login(cast.rina, "accounts.backends.LoginBackend")
    assert rina.get(address).status_code == 404
