"""An application and its letter speak the words of the place they are in."""

import pytest

from messaging.models import Outbox
from services.cases.route import today_of
from services.cases.timeline import timeline
from services.letters.models import Letter
from tenants.office import calling
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, official, submitted
from tests.told import tell_subscribers


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def called(cast: Cast, word: str, head: str) -> None:
    admin = official(f"admin-{word.lower()}", Unit.objects.get(kind="kota"), "admin")
    calling.call_kind(kind="kelurahan", word=word, head=head, by=admin)
    cast.village.refresh_from_db()


def test_steps_timeline_and_letter_say_nagari_and_wali_nagari(cast: Cast) -> None:
    own = cast.village.own_name
    called(cast, "Nagari", "Wali Nagari")
    application = submitted(cast)
    stops = timeline(application, at=MONDAY, today=today_of(MONDAY))
    titles = [stop.title for stop in stops]
    assert "Loket nagari memeriksa" in titles
    assert "Wali Nagari menyetujui" in titles
    assert not any("Lurah" in title or "kelurahan" in title for title in titles)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    assert "Wali Nagari menyetujui" in application.steps.values_list("title", flat=True)
    letter = Letter.objects.get()
    content = letter.content
    assert content.letterhead[-1] == f"Nagari {own}"
    assert content.signer_title == [f"Wali Nagari {own},"]
    assert content.place == own
    assert f"Wali Nagari {own}" in content.opening


def test_a_letter_issued_before_keeps_its_words(cast: Cast) -> None:
    own = cast.village.own_name
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    before = Letter.objects.get()
    called(cast, "Kampung", "Petinggi")
    after = Letter.objects.get()
    assert after.content == before.content
    assert after.number == before.number
    assert after.content.signer_title == [f"Lurah {own},"]
    assert after.signer_title == f"Lurah {own}"


def test_the_receipt_names_the_step_in_the_words_of_the_place(cast: Cast) -> None:
    called(cast, "Gampong", "Keuchik")
    cast.hasan.is_active = False
    cast.hasan.save()
    submitted(cast)
    tell_subscribers()
    mails = " ".join(str(row.payload) for row in Outbox.objects.all())
    assert f"Sekarang di {cast.village.name}: Loket gampong memeriksa" in mails
