"""An open step is in the hands of nobody, or of one official who may decide it."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.cases import decisions, taking
from services.cases.models import Step
from services.inbox import advice
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, official, step_of, submitted
from tests.told import tell_subscribers

As = Callable[[User], Client]


def at_counter(cast: Cast) -> Step:
    """A case that lies at the counter of the kelurahan."""
    sent = submitted(cast)
    approve(sent, cast.hasan)
    return step_of(sent)


def test_a_step_nobody_has_may_be_decided_by_anybody_of_the_post(cast: Cast, dewi: User) -> None:
    step = at_counter(cast)
    assert step.taken_by is None
    decisions.approve(step_id=step.pk, by=dewi, at=MONDAY)


def test_who_has_it_decides_and_a_colleague_is_told_who_that_is(cast: Cast, dewi: User) -> None:
    step = at_counter(cast)
    taking.take(step_id=step.pk, by=cast.rina, at=MONDAY)
    for act in (decisions.approve, decisions.return_, decisions.refuse):
        with pytest.raises(RuleBroken, match="sedang ditangani Rina"):
            act(step_id=step.pk, by=dewi, note="Isian belum jelas.", at=MONDAY)
    decisions.approve(step_id=step.pk, by=cast.rina, at=MONDAY)


def test_taking_twice_changes_nothing_and_a_second_official_is_too_late(
    cast: Cast, dewi: User
) -> None:
    step = at_counter(cast)
    first = taking.take(step_id=step.pk, by=cast.rina, at=MONDAY)
    again = taking.take(step_id=step.pk, by=cast.rina, at=MONDAY)
    assert first.taken_at == again.taken_at
    assert Entry.objects.filter(what="case.taken").count() == 1
    with pytest.raises(Stale, match="Rina sudah lebih dulu"):
        taking.take(step_id=step.pk, by=dewi, at=MONDAY)


def test_taking_over_is_noted_and_told_to_who_had_it(cast: Cast, dewi: User) -> None:
    step = at_counter(cast)
    taking.take(step_id=step.pk, by=cast.rina, at=MONDAY)
    taking.take_over(step_id=step.pk, by=dewi, at=MONDAY)
    entry = Entry.objects.get(what="case.taken_over")
    assert entry.detail == {"step": step.key, "to": dewi.pk, "from": cast.rina.pk}
    tell_subscribers()
    mail = Outbox.objects.get(kind="mail.send", key__contains=f"hands:{entry.pk}")
    assert mail.payload["to"] == cast.rina.email
    assert "Dewi mengambil alih" in mail.payload["body"]
    decisions.approve(step_id=step.pk, by=dewi, at=MONDAY)


def test_it_is_given_to_a_colleague_of_the_post_alone(cast: Cast, dewi: User) -> None:
    step = at_counter(cast)
    taking.give(step_id=step.pk, to=dewi, by=cast.rina, at=MONDAY)
    step.refresh_from_db()
    assert (step.taken_by, step.given_by) == (dewi, cast.rina)
    with pytest.raises(RuleBroken, match="sedang ditangani Dewi"):
        taking.give(step_id=step.pk, to=cast.rina, by=cast.rina, at=MONDAY)
    with pytest.raises(RuleBroken, match="tidak memegang jabatan"):
        taking.give(step_id=step.pk, to=cast.lurah_lain, by=dewi, at=MONDAY)
    taking.give_back(step_id=step.pk, by=dewi, at=MONDAY)
    step.refresh_from_db()
    assert (step.taken_by, step.taken_at, step.given_by) == (None, None, None)


def test_nobody_else_touches_it(cast: Cast, blitar: City) -> None:
    step = at_counter(cast)
    with in_city(blitar):
        stranger = make_cast().rina
    for user in (cast.lurah, cast.lurah_lain, cast.hasan, cast.sari, stranger):
        for act in (taking.take, taking.take_over, taking.give_back):
            with pytest.raises(NotThere):
                act(step_id=step.pk, by=user, at=MONDAY)


def test_a_decided_step_is_in_nobodys_reach(cast: Cast) -> None:
    step = at_counter(cast)
    decisions.approve(step_id=step.pk, by=cast.rina, at=MONDAY)
    for act in (taking.take, taking.take_over, taking.give_back):
        with pytest.raises(Stale):
            act(step_id=step.pk, by=cast.rina, at=MONDAY)


def test_of_two_who_take_it_at_one_moment_one_has_it(committed: object, bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
        dewi = official("dewi", cast.village, "loket")
        step = at_counter(cast)
    both = threading.Barrier(2)
    outcomes: list[str] = []

    def run(user: User) -> None:
        try:
            with in_city(bontang):
                both.wait(10)
                taking.take(step_id=step.pk, by=user, at=MONDAY)
                outcomes.append("taken")
        except Stale:
            outcomes.append("late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(user,)) for user in (cast.rina, dewi)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["late", "taken"]
    with in_city(bontang):
        assert Step.objects.get(pk=step.pk).taken_by_id in (cast.rina.pk, dewi.pk)
        assert Entry.objects.filter(what="case.taken").count() == 1


def test_the_page_offers_what_may_be_done(cast: Cast, dewi: User, as_: As) -> None:
    step = at_counter(cast)
    page = f"/meja/berkas/{step.case_id}/"
    rina, other = as_(cast.rina), as_(dewi)
    assert "Saya tangani" in rina.get(page).content.decode()
    assert rina.post(f"{page}pegang/", {"do": "take"}).status_code == 302
    said = other.get(page).content.decode()
    assert "Ambil alih" in said and "Ditangani" in said and "Rina" in said
    answer = other.post(f"{page}putuskan/", {"step": step.pk, "decision": "approve"})
    assert answer.status_code == 422
    assert "sedang ditangani Rina" in answer.content.decode()
    given = rina.post(f"{page}pegang/", {"do": "give", "to": dewi.pk})
    assert given.status_code == 302
    history = other.get(f"{page}pegang/").content.decode()
    assert "Rina menyerahkan kepada Dewi" in history
    assert as_(cast.lurah_lain).get(f"{page}pegang/").status_code == 404


APPROVES = 'name="decision" value="approve"'


def test_a_colleague_reads_who_has_it_and_may_only_take_it_over(
    cast: Cast, dewi: User, as_: As
) -> None:
    step = at_counter(cast)
    taking.take(step_id=step.pk, by=cast.rina, at=MONDAY)
    page = f"/meja/berkas/{step.case_id}/"
    other = as_(dewi)
    said = other.get(page).content.decode()
    assert "Ditangani <b>Rina</b> sejak 23" in said and 'value="take_over"' in said
    assert 'name="decision"' not in said and f"{page}teruskan/" not in said
    assert "Beasiswa anak" in said and f"{page}dokumen/" in said, "reading stays as it is"
    for where in ("pegang/", "teruskan/", "pertimbangan/"):
        shown = other.get(f"{page}{where}").content.decode()
        assert 'value="take_over"' in shown, where
        assert 'name="to"' not in shown and 'name="of"' not in shown, where
    empty = {"step": step.pk, "decision": "return", "note": ""}
    refused = other.post(f"{page}putuskan/", empty)
    assert refused.status_code == 422
    assert "sedang ditangani Rina" in refused.content.decode()
    assert other.post(f"{page}pegang/", {"do": "take_over"}).status_code == 302
    assert APPROVES in other.get(page).content.decode()
    assert 'name="decision"' not in as_(cast.rina).get(page).content.decode()


def test_a_letter_is_previewed_also_by_who_does_not_have_it(cast: Cast, as_: As) -> None:
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    secretary = official("sekretaris", cast.village, "sekretaris")
    taking.take(step_id=step_of(sent).pk, by=cast.lurah, at=MONDAY)
    page = f"/meja/berkas/{sent.pk}/"
    said = as_(secretary).get(page).content.decode()
    assert 'name="decision"' not in said and f"{page}surat/surat/" in said


def test_what_nobody_has_is_decided_on_its_page_by_anybody_of_the_post(
    cast: Cast, dewi: User, as_: As
) -> None:
    step = at_counter(cast)
    page = f"/meja/berkas/{step.case_id}/"
    for user in (cast.rina, dewi):
        assert APPROVES in as_(user).get(page).content.decode()
    pressed = as_(dewi).post(f"{page}putuskan/", {"step": step.pk, "decision": "approve"})
    assert pressed.status_code == 302
    step.refresh_from_db()
    assert (step.state, step.decided_by) == ("approved", dewi)


def test_who_does_not_have_it_asks_no_other_office(cast: Cast, dewi: User) -> None:
    step = at_counter(cast)
    taking.take(step_id=step.pk, by=cast.rina, at=MONDAY)
    asked = advice.offices_for(step)[0]
    question = "Bagaimana pendapat kantor Anda?"
    with pytest.raises(RuleBroken, match="sedang ditangani Rina"):
        advice.ask(step_id=step.pk, of=asked, by=dewi, question=question, at=MONDAY)
    advice.ask(step_id=step.pk, of=asked, by=cast.rina, question=question, at=MONDAY)
