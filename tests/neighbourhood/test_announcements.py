"""Announcements and numbers: who may write them, who reads them, and how openings are counted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from messaging.models import Outbox
from services.neighbourhood import announcements, audiences, contacts, telling
from services.neighbourhood.announcements import Facts, Reads
from services.neighbourhood.events import AnnouncementPublished
from services.neighbourhood.models import Announcement, Contact, Opening
from services.neighbourhood.subscribers import tell_residents
from services.residents import codes
from services.residents.models import Person
from tenants.office.models import Holding, Post, Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, account, family, photo
from tests.neighbourhood.conftest import As
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
FACTS = Facts(title="Fogging", text="Minggu pukul 8. https://contoh.go.id <b>Tutup</b> makanan.")


def published(cast: Cast, posts: list[Post], **changes: object) -> Announcement:
    return announcements.publish(
        unit_id=posts[0].unit.pk, facts=replace(FACTS, **changes), posts=posts,  # type: ignore[arg-type]
        by=cast.hasan, at=MONDAY, today=TODAY,
    )  # fmt: skip


def read(cast: Cast, found: Announcement, person: Person) -> Announcement:
    return announcements.open_for_resident(
        announcement_id=found.pk, person=person, at=MONDAY, today=TODAY
    )


def neighbour_of(cast: Cast) -> Person:
    return cast.tetangga.resident.person


def test_only_residents_of_the_unit_read_it(cast: Cast, posts: list[Post]) -> None:
    found = published(cast, posts)
    assert list(announcements.for_resident(cast.sari_person, TODAY)) == [found]
    assert not announcements.for_resident(neighbour_of(cast), TODAY).exists()
    with pytest.raises(NotThere):
        read(cast, found, neighbour_of(cast))
    assert not Opening.objects.exists()


def test_who_moved_away_reads_nothing(cast: Cast, posts: list[Post]) -> None:
    found = published(cast, posts)
    Person.objects.filter(pk=cast.sari_person.pk).update(status=codes.Status.MOVED)
    cast.sari_person.refresh_from_db()
    with pytest.raises(NotThere):
        read(cast, found, cast.sari_person)
    assert announcements.reads_of(found, TODAY).accounts == 0


def test_a_withdrawn_one_is_read_by_heads_alone(cast: Cast, posts: list[Post]) -> None:
    found = published(cast, posts)
    announcements.withdraw(announcement_id=found.pk, posts=posts, by=cast.hasan, at=MONDAY)
    with pytest.raises(NotThere):
        read(cast, found, cast.sari_person)
    assert announcements.of_area(posts, found.pk).withdrawn_at == MONDAY
    assert Entry.objects.filter(what="announcement.withdrawn", subject_id=found.pk).exists()


def test_each_reader_counts_once_among_those_with_an_account(cast: Cast, posts: list[Post]) -> None:
    found = published(cast, posts)
    other, *_ = family(cast.village)
    account(other)
    assert announcements.reads_of(found, TODAY) == Reads(opened=0, accounts=2)
    read(cast, found, cast.sari_person)
    read(cast, found, cast.sari_person)
    assert announcements.reads_of(found, TODAY) == Reads(opened=1, accounts=2)
    assert announcements.written(posts)[0].opened == 1
    (seen,) = announcements.for_resident(cast.sari_person, TODAY)
    assert not seen.is_new


@pytest.mark.parametrize("audience", [audiences.HEADS, "lansia", "hamil"])
def test_it_reaches_those_alone_for_whom_it_is_meant(
    cast: Cast, posts: list[Post], audience: str
) -> None:
    Person.objects.update(relation=codes.Relation.CHILD, pregnant=False, birth_date=TODAY)
    cast.sari_person.refresh_from_db()
    found = published(cast, posts, audience=audience)
    with pytest.raises(NotThere):
        read(cast, found, cast.sari_person)
    Person.objects.filter(pk=cast.sari_person.pk).update(
        relation=codes.Relation.HEAD, pregnant=True, birth_date=TODAY - timedelta(days=70 * 366)
    )
    cast.sari_person.refresh_from_db()
    assert read(cast, found, cast.sari_person) == found
    assert announcements.reads_of(found, TODAY) == Reads(opened=1, accounts=1)


def test_residents_are_not_told_which_group_it_is_for(
    cast: Cast, posts: list[Post], signed_in: As
) -> None:
    Person.objects.filter(pk=cast.sari_person.pk).update(pregnant=True)
    found = published(cast, posts, audience="hamil")
    client = signed_in(cast.sari)
    for path in ("/", "/rt-saya/", f"/rt-saya/pengumuman/{found.pk}/"):
        shown = client.get(path).content.decode()
        assert "Fogging" in shown and "hamil" not in shown.lower(), path


def test_heads_write_for_their_own_unit_alone(cast: Cast, posts: list[Post]) -> None:
    theirs = posts_of(cast.bahar, TODAY)
    found = published(cast, posts)
    for deed in (
        lambda: announcements.of_area(theirs, found.pk),
        lambda: announcements.withdraw(
            announcement_id=found.pk, posts=theirs, by=cast.bahar, at=MONDAY
        ),
        lambda: announcements.publish(
            unit_id=posts[0].unit.pk, facts=FACTS, posts=theirs, by=cast.bahar, at=MONDAY,
            today=TODAY,
        ),
    ):  # fmt: skip
        with pytest.raises(NotThere):
            deed()


def test_who_stands_in_writes_nothing(cast: Cast, posts: list[Post]) -> None:
    posts[0].is_stood_in = True
    assert announcements.units_of(posts) == []


def test_a_term_that_ended_opens_nothing(cast: Cast, posts: list[Post], signed_in: As) -> None:
    found = published(cast, posts)
    Holding.objects.filter(user=cast.hasan).update(until=TODAY - timedelta(days=400))
    assert signed_in(cast.hasan).get(f"/rt/pengumuman/{found.pk}/").status_code == 404


def test_a_kelurahan_tells_its_residents_and_no_vulnerable_group(cast: Cast) -> None:
    desk = posts_of(cast.rina, TODAY)
    found = announcements.publish(
        unit_id=cast.village.pk, facts=FACTS, posts=desk, by=cast.rina, at=MONDAY, today=TODAY
    )
    for person in (cast.sari_person, neighbour_of(cast)):
        assert list(announcements.for_resident(person, TODAY)) == [found]
    with pytest.raises(RuleBroken):
        announcements.publish(
            unit_id=cast.village.pk, facts=replace(FACTS, audience="hamil"), posts=desk,
            by=cast.rina, at=MONDAY, today=TODAY,
        )  # fmt: skip
    assert announcements.units_of(posts_of(cast.camat, TODAY)) == []
    assert announcements.units_of(posts_of(cast.petugas, TODAY)) == []


def test_pinned_ones_stand_first_until_their_day(cast: Cast, posts: list[Post]) -> None:
    pinned = published(cast, posts, pinned_until=TODAY)
    newest = published(cast, posts)
    person = cast.sari_person
    assert list(announcements.for_resident(person, TODAY)) == [pinned, newest]
    assert list(announcements.for_resident(person, TODAY + timedelta(days=1))) == [newest, pinned]
    with pytest.raises(RuleBroken):
        published(cast, posts, pinned_until=TODAY - timedelta(days=1))


def test_residents_with_an_address_are_told_once(cast: Cast, posts: list[Post]) -> None:
    cast.sari.email_verified_at = MONDAY
    cast.sari.save()
    found = published(cast, posts)
    tell_subscribers()
    with transaction.atomic():
        tell_residents(AnnouncementPublished(found.pk))  # a worker that was killed begins anew
    keys = Outbox.objects.filter(key__contains=f"announcement:{found.pk}:")
    mailed = [key for key in keys.values_list("key", flat=True) if key.startswith("mail")]
    assert mailed == [f"mail:announcement:{found.pk}:{cast.sari.pk}"]


def test_many_residents_are_told_in_several_transactions_and_each_once(
    cast: Cast, posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    neighbours = [cast.sari, account(family(cast.village)[0]), account(family(cast.village)[0])]
    for number, user in enumerate(neighbours):
        user.email, user.email_verified_at = f"warga{number}@example.com", MONDAY
        user.save()
    found = published(cast, posts)
    tell_subscribers()
    mails = Outbox.objects.filter(key__startswith=f"mail:announcement:{found.pk}:")
    assert mails.count() == 1
    waiting = Outbox.objects.filter(kind=telling.KIND, state=Outbox.State.DUE)
    while (row := waiting.first()) is not None:
        assert outbox.run(row.pk)
    told = sorted(int(key.rpartition(":")[2]) for key in mails.values_list("key", flat=True))
    assert told == sorted(user.pk for user in neighbours)


def test_a_photo_is_judged_kept_and_shown_to_those_it_is_for(
    cast: Cast, posts: list[Post], signed_in: As
) -> None:
    client = signed_in(cast.hasan)
    told = {"unit": str(posts[0].unit.pk), "title": "Fogging", "text": "Minggu", "audience": "all"}
    bad = SimpleUploadedFile("a.jpg", b"no picture")
    refused = client.post("/rt/pengumuman/baru/", {**told, "file": bad})
    assert refused.status_code == 422 and not Announcement.objects.exists()
    good = SimpleUploadedFile("a.jpg", photo())
    assert client.post("/rt/pengumuman/baru/", {**told, "file": good}).status_code == 302
    found = Announcement.objects.get()
    assert found.media_type == "image/jpeg"
    path = f"/rt-saya/pengumuman/{found.pk}/lampiran/"
    assert signed_in(cast.sari).get(path)["Content-Type"] == "image/jpeg"
    assert signed_in(cast.tetangga).get(path).status_code == 404
    assert signed_in(cast.bahar).get(f"/rt/pengumuman/{found.pk}/lampiran/").status_code == 404


def test_links_open_and_tags_are_words(cast: Cast, posts: list[Post], signed_in: As) -> None:
    found = published(cast, posts)
    shown = signed_in(cast.sari).get(f"/rt-saya/pengumuman/{found.pk}/").content.decode()
    assert '<a href="https://contoh.go.id" rel="nofollow">' in shown
    assert "&lt;b&gt;Tutup" in shown


def test_lists_ask_the_same_for_one_and_for_many(
    cast: Cast, posts: list[Post], signed_in: As
) -> None:
    pages = [(cast.hasan, "/rt/pengumuman/"), (cast.hasan, "/rt/kontak/"),
             (cast.sari, "/rt-saya/"), (cast.sari, "/")]  # fmt: skip

    def counted() -> list[int]:
        found = []
        for user, path in pages:
            client = signed_in(user)
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                shown = client.get(path)
            assert shown.status_code == 200 and len(shown.content) < 60_000
            found.append(len(seen))
        return found

    def more() -> None:
        published(cast, posts)
        contacts.add(
            unit_id=posts[0].unit.pk, name="PLN", phone="123", note="", is_own=False, posts=posts,
            by=cast.hasan,
        )  # fmt: skip

    more()
    few = counted()
    for _ in range(4):
        more()
    assert counted() == few and max(few) <= 20


def number(cast: Cast, posts: list[Post], name: str, *, is_own: bool = False) -> Contact:
    return contacts.add(
        unit_id=posts[0].unit.pk, name=name, phone="0812-3456", note="", is_own=is_own, posts=posts,
        by=cast.hasan,
    )  # fmt: skip


def names(cast: Cast, person: Person) -> list[str]:
    return [one.name for one in contacts.for_resident(person, TODAY)]


def test_numbers_stand_in_the_order_of_the_head(cast: Cast, posts: list[Post]) -> None:
    for name in ("PLN", "Puskesmas", "Babinsa"):
        number(cast, posts, name)
    last = Contact.objects.get(name="Babinsa")
    contacts.move_up(contact_id=last.pk, posts=posts, by=cast.hasan)
    assert names(cast, cast.sari_person) == ["PLN", "Babinsa", "Puskesmas"]
    contacts.move_up(contact_id=last.pk, posts=posts, by=cast.hasan)
    contacts.move_up(contact_id=last.pk, posts=posts, by=cast.hasan)
    assert names(cast, cast.sari_person) == ["Babinsa", "PLN", "Puskesmas"]
    contacts.remove(contact_id=last.pk, posts=posts, by=cast.hasan)
    assert names(cast, cast.sari_person) == ["PLN", "Puskesmas"]
    assert names(cast, neighbour_of(cast)) == []


def test_others_change_no_number(cast: Cast, posts: list[Post]) -> None:
    found = number(cast, posts, "PLN")
    theirs = posts_of(cast.bahar, TODAY)
    for deed in (contacts.move_up, contacts.remove):
        with pytest.raises(NotThere):
            deed(contact_id=found.pk, posts=theirs, by=cast.bahar)
    assert Contact.objects.filter(pk=found.pk).exists()


def test_the_heads_own_number_goes_with_the_post(cast: Cast, posts: list[Post]) -> None:
    number(cast, posts, "Hasan", is_own=True)
    assert names(cast, cast.sari_person) == ["Hasan"]
    Holding.objects.filter(user=cast.hasan).update(until=TODAY - timedelta(days=1))
    assert names(cast, cast.sari_person) == []


def test_there_is_room_for_thirty_numbers(cast: Cast, posts: list[Post]) -> None:
    unit = Unit.objects.get(pk=posts[0].unit.pk)
    Contact.objects.bulk_create(
        Contact(unit=unit, name=f"N{n}", phone="1", position=n) for n in range(contacts.MOST)
    )
    with pytest.raises(RuleBroken):
        number(cast, posts, "satu lagi")
