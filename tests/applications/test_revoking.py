"""Taking an issued letter back: by whom, what remains, who is told."""

import re
from datetime import timedelta

import pytest

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.applications import issuing, queries, revoking
from services.applications.models import Application
from services.cases.timeline import timeline
from services.letters import exporting
from services.letters import queries as letters
from services.letters.models import Letter
from tenants.office.actions import appoint, end_holding
from tenants.office.models import Holding, Post
from tenants.registry import stored_files
from tests.factories import MONDAY, Cast, approve, make_cast, submitted
from tests.told import tell_subscribers

WHY = "Nama pemohon tertulis salah."
LATER = MONDAY + timedelta(days=2)


@pytest.fixture
def cast(in_bontang) -> Cast:
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


def revoke(letter: Letter, by: User, reason: str = WHY) -> Application:
    return revoking.revoke(letter_id=letter.pk, by=by, reason=reason, at=LATER)


@pytest.mark.django_db
def test_whoever_signs_takes_it_back_and_the_holder_is_told(
    cast: Cast, application: Application, letter: Letter
) -> None:
    revoke(letter, cast.lurah)
    letter.refresh_from_db()
    assert letter.state == Letter.State.REVOKED
    assert (letter.revoked_by, letter.revoked_for) == (cast.lurah, WHY)
    assert stored_files.read(letter.file)  # the archive keeps it
    tell_subscribers()
    mail = Outbox.objects.get(kind="mail.send", key__contains=f"revoked:{letter.pk}")
    assert mail.payload["to"] == "sari@example.com"
    assert "sari" not in mail.key
    assert WHY not in mail.payload["body"]  # what it says may be about a person
    entry = Entry.objects.get(what="letter.revoked")
    assert (entry.actor_id, entry.subject_id) == (cast.lurah.pk, str(letter.pk))
    stops = timeline(queries.own(cast.sari, application.pk), at=LATER, today=LATER.date())
    assert (stops[-1].who, stops[-1].note) == (cast.lurah.name, WHY)


@pytest.mark.django_db
def test_the_check_page_says_since_when_and_nothing_of_its_content(
    cast: Cast, letter: Letter
) -> None:
    revoke(letter, cast.lurah)
    found = letters.check(letter.code, today=LATER.date())
    assert found is not None
    assert (found.verdict, found.revoked_on) == ("revoked", LATER.date())
    assert (found.subject, found.holder, found.signer_title) == ("", "", "")
    assert found.number == letter.number


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["hasan", "rina", "lurah_lain", "camat", "sari", "tetangga"])
def test_nobody_else_may(cast: Cast, letter: Letter, who: str) -> None:
    with pytest.raises(NotThere):
        revoke(letter, getattr(cast, who))
    letter.refresh_from_db()
    assert letter.state == Letter.State.READY


@pytest.mark.django_db
def test_the_next_in_office_may_and_the_last_may_not(cast: Cast, letter: Letter) -> None:
    holding = Holding.objects.get(user=cast.lurah)
    end_holding(holding=holding, until=MONDAY.date(), by=None)
    post = Post.objects.get(unit=cast.village, role="lurah")
    appoint(post=post, user=cast.tetangga, since=LATER.date(), by=None)
    with pytest.raises(NotThere):
        revoke(letter, cast.lurah)
    revoke(letter, cast.tetangga)
    letter.refresh_from_db()
    assert letter.revoked_by == cast.tetangga


@pytest.mark.django_db
def test_not_ones_own_letter(cast: Cast, letter: Letter) -> None:
    post = Post.objects.get(unit=cast.village, role="sekretaris")
    appoint(post=post, user=cast.sari, since=MONDAY.date(), by=None)
    with pytest.raises(RuleBroken, match="pejabat lain"):
        revoke(letter, cast.sari)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "   ", "salah", "\x00" * 20])
def test_a_reason_must_be_given(cast: Cast, letter: Letter, reason: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        revoke(letter, cast.lurah, reason)
    assert refused.value.field == "reason"
    letter.refresh_from_db()
    assert letter.state == Letter.State.READY


@pytest.mark.django_db
def test_twice_is_once_and_another_is_told(cast: Cast, letter: Letter) -> None:
    revoke(letter, cast.lurah)
    revoke(letter, cast.lurah, "Alasan yang lain sekali.")
    letter.refresh_from_db()
    assert letter.revoked_for == WHY
    tell_subscribers()
    assert Outbox.objects.filter(kind="mail.send", key__contains="revoked:").count() == 1
    with pytest.raises(Stale):
        revoke(letter, cast.rina)


@pytest.mark.django_db
def test_a_letter_without_pdf_must_wait(cast: Cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    with pytest.raises(Stale, match="masih dibuat"):
        revoke(Letter.objects.get(), cast.lurah)


@pytest.mark.django_db
def test_its_number_stays_used_and_the_register_tells(cast: Cast, letter: Letter) -> None:
    revoke(letter, cast.lurah)
    again = submitted(cast)
    approve(again, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=again.pk, at=MONDAY)
    new = Letter.objects.exclude(pk=letter.pk).get()
    assert new.sequence == letter.sequence + 1
    assert list(queries.similar(queries.own(cast.sari, again.pk), today=LATER.date())) == []
    row = {item.about["nomor"]: item.about for item in exporting.letters()}[letter.number]
    assert row["keadaan"] == "Dicabut"
    assert row["alasan_pencabutan"] == WHY
    assert row["dicabut"].startswith("2026-11-25")


@pytest.mark.django_db
def test_pages(cast: Cast, application: Application, letter: Letter, client_for, bontang) -> None:
    client = client_for(bontang)

    def page(user: User, address: str, **sent: str) -> tuple[int, str]:
        client.force_login(user, backend="accounts.backends.LoginBackend")
        answer = client.post(address, sent) if sent else client.get(address)
        return answer.status_code, answer.content.decode(errors="replace")

    case, deed = f"/meja/berkas/{application.pk}/", f"/meja/berkas/{application.pk}/cabut/"
    assert "Cabut surat ini" not in page(cast.rina, case)[1]
    assert "Cabut surat ini" in page(cast.lurah, case)[1]
    status, text = page(cast.lurah, deed, letter=str(letter.pk), reason="salah")
    assert status == 422
    assert f'href="#id_reason_{letter.pk}"' in text
    assert re.search(r"<textarea[^>]*>\s*salah</textarea>", text)
    for wrong in ("x", "9" * 30, "9" * 5000, "-1", ""):
        assert page(cast.lurah, deed, letter=wrong, reason=WHY)[0] == 404
    assert page(cast.rina, deed, letter=str(letter.pk), reason=WHY)[0] == 404
    assert page(cast.lurah, deed, letter=str(letter.pk), reason=WHY)[0] == 302
    assert WHY in page(cast.lurah, case)[1]
    status, text = page(cast.sari, f"/permohonan/{application.pk}/")
    assert WHY in text
    assert "Unduh PDF" not in text
    assert page(cast.sari, f"/surat/{letter.pk}/")[0] == 422
    assert page(cast.lurah, f"/surat/{letter.pk}/")[0] == 200
    status, text = page(cast.sari, f"/v/{letter.code}")
    assert "sudah dicabut" in text
    assert "<dt>Dicabut</dt>" in text
    assert letter.number in text
    assert letter.subject not in text
