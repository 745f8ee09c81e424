"""Aid lists: proposed with reasons, answered person by person, read by those concerned alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit import queries as audit
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.aid import answering, programmes, proposing
from services.aid.models import Candidate, Programme
from services.residents import merging, officials, register
from services.residents.models import Person, Source
from services.web.access import today
from tenants.office.actions import appoint
from tenants.office.models import Post
from tenants.office.queries import posts_of
from tests.dues.conftest import As
from tests.factories import MONDAY, Cast, account, family, official
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
FACTS = programmes.Facts(
    name="Sembako akhir tahun", kind="food", period="Desember 2026", quota=2,
    criteria="Lansia atau sakit menahun.",
)  # fmt: skip
WHY = "Tinggal sendiri, makan dibantu tetangga."
State = Candidate.State


def desk(user: User) -> list[Post]:
    return posts_of(user, MONDAY.date())


@pytest.fixture
def programme(cast: Cast) -> Programme:
    return programmes.open_by_desk(facts=FACTS, posts=desk(cast.rina), by=cast.rina, at=MONDAY)


def propose(
    cast: Cast, posts: list[Post], programme: Programme, person: Person | None = None,
    accepted: bool = False,
) -> Candidate:  # fmt: skip
    return proposing.propose(
        programme_id=programme.pk, person_id=(person or cast.sari_person).pk, reason="old",
        words=WHY, posts=posts, by=cast.hasan, at=MONDAY, accepted=accepted,
    )  # fmt: skip


def send(cast: Cast, posts: list[Post], programme: Programme) -> int:
    return proposing.send(programme_id=programme.pk, posts=posts, by=cast.hasan, at=MONDAY)


def answer(
    cast: Cast, found: Candidate, state: str, words: str = "Tidak memenuhi syarat"
) -> Candidate:
    return answering.answer(
        candidate_id=found.pk, state=state, words=words, posts=desk(cast.rina), by=cast.rina,
        at=MONDAY,
    )  # fmt: skip


def contest(cast: Cast, found: Candidate) -> Candidate:
    return answering.object_to(
        candidate_id=found.pk, words="Saya memang tinggal sendiri", person=cast.sari_person,
        by=cast.sari, at=MONDAY.replace(day=24),
    )  # fmt: skip


def test_a_ketua_rw_neither_sends_nor_shortens_the_unfinished_list_of_an_rt(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    found = propose(cast, posts, programme)
    rw = cast.sari_person.household.rt.parent
    assert rw is not None
    Post.objects.get_or_create(unit=rw, role="ketua_rw", defaults={"title": "Ketua RW"})
    user = official("jaka", rw, "ketua_rw")
    above = desk(user)
    assert proposing.of_area(above, found.pk) == found
    with pytest.raises(RuleBroken, match="Belum ada"):
        proposing.send(programme_id=programme.pk, posts=above, by=user, at=MONDAY)
    with pytest.raises(NotThere):
        proposing.remove(candidate_id=found.pk, posts=above, by=user)
    assert send(cast, posts, programme) == 1


def test_a_list_is_proposed_sent_and_answered(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    found = propose(cast, posts, programme)
    with pytest.raises(Stale):
        propose(cast, posts, programme)
    with pytest.raises(NotThere):
        answer(cast, found, State.ACCEPTED)
    assert send(cast, posts, programme) == 1
    with pytest.raises(RuleBroken, match="Belum ada"):
        send(cast, posts, programme)
    with pytest.raises(RuleBroken, match="alasannya"):
        answer(cast, found, State.REFUSED, "")
    asked = answer(cast, found, State.ASKED, "Apakah ia punya anak di kota ini?")
    assert asked.answer.startswith("Apakah")
    with pytest.raises(Stale):
        answer(cast, found, State.ACCEPTED)
    proposing.tell(
        candidate_id=found.pk, words="Anaknya tinggal di Berau.", posts=posts, by=cast.hasan,
        at=MONDAY,
    )  # fmt: skip
    assert answer(cast, found, State.ACCEPTED, "").state == State.ACCEPTED
    assert bytes(found.words_sealed) != WHY.encode() and found.words == WHY


def test_the_person_objects_once_and_the_desk_answers_again(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    found = propose(cast, posts, programme)
    with pytest.raises(NotThere):
        contest(cast, found)
    send(cast, posts, programme)
    with pytest.raises(Stale):
        contest(cast, found)
    answer(cast, found, State.REFUSED)
    assert contest(cast, found).objects_to_the_answer
    with pytest.raises(Stale):
        contest(cast, found)
    again = answering.answer(
        candidate_id=found.pk, state=State.ACCEPTED, words="", posts=desk(cast.rina), by=cast.rina,
        at=MONDAY.replace(day=25),
    )  # fmt: skip
    assert again.state == State.ACCEPTED and not again.objects_to_the_answer


def test_no_more_are_accepted_than_the_quota(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    found = [propose(cast, posts, programme, family(cast.village)[0]) for _ in range(3)]
    send(cast, posts, programme)
    for one in found[:2]:
        answer(cast, one, State.ACCEPTED)
    with pytest.raises(RuleBroken, match="Kuota"):
        answer(cast, found[2], State.ACCEPTED)
    assert programmes.for_desk(desk(cast.rina)).get().accepted == 2


def test_somebody_of_a_household_already_proposed_is_warned_of(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    propose(cast, posts, programme)
    other = family(cast.village)[0]
    Person.objects.filter(pk=other.pk).update(household=cast.sari_person.household)
    other.refresh_from_db()
    with pytest.raises(RuleBroken, match="keluarga yang sama"):
        propose(cast, posts, programme, other)
    assert propose(cast, posts, programme, other, accepted=True).pk


def test_nobody_answers_about_themselves(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    found = propose(cast, posts, programme)
    send(cast, posts, programme)
    with pytest.raises(RuleBroken, match="Anda sendiri"):
        answering.answer(
            candidate_id=found.pk, state=State.ACCEPTED, words="", posts=desk(cast.rina),
            by=cast.rina, at=MONDAY, mine={cast.sari_person.pk},
        )  # fmt: skip


def test_nobody_proposes_themselves_or_their_household(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    officials.identify(user=cast.hasan, nik=cast.sari_person.nik, by=None)
    with pytest.raises(RuleBroken, match="keluarga sendiri"):
        propose(cast, posts, programme)
    members = Person.objects.filter(household=cast.sari_person.household)
    with pytest.raises(RuleBroken, match="keluarga sendiri"):
        propose(cast, posts, programme, members.order_by("-pk")[0])
    assert propose(cast, posts, programme, family(cast.village)[0]).pk


def test_a_closed_programme_takes_no_more(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    programmes.close(programme_id=programme.pk, posts=desk(cast.rina), by=cast.rina, at=MONDAY)
    with pytest.raises(RuleBroken, match="ditutup"):
        propose(cast, posts, programme)


def test_only_the_area_the_desk_and_the_person_read_it(
    cast: Cast, posts: list[Post], programme: Programme, as_: As
) -> None:
    found = propose(cast, posts, programme)
    rt, meja = f"/rt/bantuan/calon/{found.pk}/", f"/meja/bantuan/calon/{found.pk}/"
    assert as_(cast.rina).get(meja).status_code == 404, "not sent yet"
    assert "Hapus" in as_(cast.hasan).get(rt).content.decode()
    send(cast, posts, programme)
    assert WHY in as_(cast.rina).get(meja).content.decode()
    others = (cast.bahar, cast.lurah_lain, cast.camat, cast.loket_kecamatan, cast.tetangga)
    for user in others:
        for path in (rt, meja):
            assert as_(user).get(path).status_code == 404, (user, path)
    assert WHY in as_(cast.sari).get("/bantuan/").content.decode()
    assert WHY not in as_(cast.tetangga).get("/bantuan/").content.decode()
    assert as_(cast.tetangga).get(f"/bantuan/{found.pk}/keberatan/").status_code == 404
    read = {entry.detail.get("purpose") for entry in audit.told_to(cast.sari_person.pk)}
    assert {"rt-bantuan", "bantuan"} <= read


def test_another_rt_proposes_nobody_of_this_one(cast: Cast, programme: Programme) -> None:
    with pytest.raises(NotThere):
        propose(cast, desk(cast.bahar), programme)


def test_the_pages_take_a_list_to_its_answer(cast: Cast, as_: As) -> None:
    clerk, head, sari = as_(cast.rina), as_(cast.hasan), as_(cast.sari)
    typed = {"name": "Sembako", "kind": "food", "period": "Desember", "quota": "5",
             "criteria": "Lansia"}  # fmt: skip
    assert clerk.post("/meja/bantuan/baru/", {"name": ""}).status_code == 422
    assert clerk.post("/meja/bantuan/baru/", typed).status_code == 302
    of = Programme.objects.get().pk
    path = f"/rt/bantuan/{of}/usulkan/{cast.sari_person.pk}/"
    assert head.get(path).status_code == 200
    assert head.post(path, {"reason": "old", "words": "x"}).status_code == 422
    assert head.post(path, {"reason": "old", "words": WHY}).status_code == 302
    found = Candidate.objects.get()
    assert "belum dikirim" in head.get(f"/rt/bantuan/{of}/").content.decode()
    head.post(f"/rt/bantuan/{of}/")
    asked = f"/meja/bantuan/calon/{found.pk}/"
    assert clerk.post(asked, {"state": "refused", "words": ""}).status_code == 422
    clerk.post(asked, {"state": "refused", "words": "Sudah menerima yang lain"})
    assert "Sudah menerima" in head.get(f"/rt/bantuan/calon/{found.pk}/").content.decode()
    assert "Sudah menerima" in sari.get("/bantuan/").content.decode()
    assert (
        sari.post(f"/bantuan/{found.pk}/keberatan/", {"words": "Tidak pernah"}).status_code == 302
    )
    assert "keberatan" in clerk.get(f"/meja/bantuan/{of}/").content.decode()
    unit = cast.sari_person.household.rt_id
    assert head.post("/rt/bantuan/baru/", {**typed, "unit": unit}).status_code == 302


def test_longer_lists_ask_no_more(
    cast: Cast, posts: list[Post], programme: Programme, as_: As
) -> None:
    paths = [(as_(cast.hasan), f"/rt/bantuan/{programme.pk}/"), (as_(cast.hasan), "/rt/bantuan/"),
             (as_(cast.rina), f"/meja/bantuan/{programme.pk}/")]  # fmt: skip

    def counted() -> list[int]:
        found = []
        for client, path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                assert len(client.get(path).content) < 60_000
            found.append(len(seen))
        return found

    propose(cast, posts, programme)
    send(cast, posts, programme)
    before = counted()
    for _ in range(3):
        propose(cast, posts, programme, family(cast.village)[0])
    send(cast, posts, programme)
    assert counted() == before
    assert max(before) <= 14


def test_a_double_brings_its_proposals_along(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    kept, double = family(cast.village)[0], family(cast.village)[0]
    proposed = propose(cast, posts, programme, double)
    origin = register.source(kind=Source.Kind.ENTRY, label="KTP diperlihatkan", by=None)
    merging.merge(keep_id=kept.pk, double_id=double.pk, chosen=(), origin=origin, by=None)
    proposed.refresh_from_db()
    assert proposed.person == kept


# --- who is told ----------------------------------------------------------------------------------


def told(kind: str) -> list[str]:
    """To whom notices of this kind went, in order."""
    rows = Outbox.objects.filter(kind="mail.send", key__startswith="mail:aid:").order_by("pk")
    return [row.payload["to"] for row in rows if kind in row.payload["subject"]]


def test_who_proposed_is_told_of_answers_once_a_day_and_of_each_question(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    people = [cast.sari_person, family(cast.village)[0], family(cast.village)[0]]
    found = [propose(cast, posts, programme, person, accepted=True) for person in people]
    send(cast, posts, programme)
    answer(cast, found[0], State.ASKED, "Apakah ia punya anak di kota ini?")
    for one in found[1:]:
        answer(cast, one, State.REFUSED)
    tell_subscribers()
    assert told("menanyakan") == ["hasan@example.com"]
    assert told("mulai dijawab") == ["hasan@example.com"]
    rows = Outbox.objects.filter(kind="mail.send", key__startswith="mail:aid:")
    assert not any(cast.sari_person.name.title() in row.payload["body"] for row in rows)


def test_the_successor_is_told_of_an_answer_to_somebody_who_left_office(
    cast: Cast, posts: list[Post], programme: Programme
) -> None:
    found = propose(cast, posts, programme)
    send(cast, posts, programme)
    post = Post.objects.get(holdings__user=cast.hasan)
    successor = account(family(cast.village)[0], "baru@example.com")
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    appoint(post=post, user=successor, since=today(), by=None)
    answer(cast, found, State.ACCEPTED, "")
    tell_subscribers()
    assert told("mulai dijawab") == ["baru@example.com"]
