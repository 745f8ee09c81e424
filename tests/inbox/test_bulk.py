"""One act on many steps: each by itself, with all its checks, and a word for each that failed."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from messaging.models import Outbox
from services.applications.models import Application
from services.cases import taking
from services.cases.models import Case, Step
from services.catalogue import initials
from services.inbox import bulk
from services.inbox.models import BulkAct, BulkItem
from tenants.office.models import Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, approve, change, official, step_of, submitted

As = Callable[[User], Client]
WHY = "Foto surat pernyataan tidak terbaca, unggah lagi."


def waiting(cast: Cast, number: int) -> list[Application]:
    """Cases at the counter of the kelurahan."""
    found = []
    for _ in range(number):
        found.append(submitted(cast))
        approve(found[-1], cast.hasan)
    return found


def start(user: User, cases: list[Application], act: str = "approve", **more: object) -> BulkAct:
    return bulk.start(
        key=more.pop("key", f"k{BulkAct.objects.count()}"), act=BulkAct.Act(act),  # type: ignore
        posts=posts_of(user, MONDAY.date()), step_ids=[step_of(case).pk for case in cases],
        by=user, at=MONDAY, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def outcomes(act: BulkAct) -> list[tuple[str, str]]:
    return [(item.state, item.message) for item in act.items.order_by("pk")]


def test_each_is_approved_and_moves_on(cast: Cast) -> None:
    cases = waiting(cast, 3)
    act = start(cast.rina, cases)
    assert bulk.progress(act) == bulk.Progress(3, 0, 0)
    outbox.run_due()
    assert bulk.progress(act) == bulk.Progress(3, 3, 0)
    assert {step_of(case).role for case in cases} == {"lurah"}
    assert Entry.objects.filter(what="case.approve", actor_id=cast.rina.pk).count() == 3


def test_one_that_fails_says_why_and_holds_up_no_other(cast: Cast, dewi: User) -> None:
    first, taken, gone, last = cases = waiting(cast, 4)
    act = start(cast.rina, cases)
    taking.take(step_id=step_of(taken).pk, by=dewi, at=MONDAY)
    approve(gone, dewi)
    outbox.run_due()
    states = outcomes(act)
    assert [state for state, _ in states] == ["done", "failed", "failed", "done"]
    assert "sedang ditangani Dewi" in states[1][1]
    assert "sudah diputuskan oleh Dewi" in states[2][1]
    assert step_of(first).role == step_of(last).role == "lurah"


def test_ones_own_case_fails_with_the_rule(cast: Cast) -> None:
    cases = waiting(cast, 2)
    from services.residents.officials import identify

    identify(user=cast.rina, nik=cast.sari_person.nik, by=None)
    act = start(cast.rina, cases)
    outbox.run_due()
    assert {state for state, _ in outcomes(act)} == {"failed"}
    assert "permohonan Anda sendiri" in outcomes(act)[0][1]


def test_a_return_has_one_reason_for_all(cast: Cast) -> None:
    cases = waiting(cast, 2)
    with pytest.raises(RuleBroken):
        start(cast.rina, cases, "return", note="ya")
    act = start(cast.rina, cases, "return", note=WHY)
    outbox.run_due()
    assert outcomes(act) == [("done", ""), ("done", "")]
    assert set(Case.objects.values_list("state", flat=True)) == {"returned"}
    assert set(Step.objects.filter(state="returned").values_list("note", flat=True)) == {WHY}


def test_many_are_given_to_a_colleague(cast: Cast, dewi: User) -> None:
    cases = waiting(cast, 2)
    with pytest.raises(RuleBroken, match="kepada siapa"):
        start(cast.rina, cases, "assign")
    act = start(cast.rina, cases, "assign", to=dewi)
    outbox.run_due()
    assert outcomes(act) == [("done", ""), ("done", "")]
    assert {step_of(case).taken_by for case in cases} == {dewi}


def test_only_who_initials_initials_many(cast: Cast) -> None:
    cases = waiting(cast, 1)
    kasi = official("kasi", cast.village, "kasi")
    with pytest.raises(RuleBroken, match="Pilih dulu"):
        start(cast.rina, cases, "initial")
    assert BulkAct.Act.INITIAL in bulk.acts_for(posts_of(kasi, MONDAY.date()))
    Step.objects.filter(pk=step_of(cases[0]).pk).update(role="kasi", deputies=[])
    posts, ids = posts_of(kasi, MONDAY.date()), [step_of(cases[0]).pk]
    assert bulk.chosen(posts, ids, BulkAct.Act.INITIAL, kasi)[0].why_not == bulk.NO_INITIALS
    act = start(kasi, cases, "initial")  # sent all the same
    outbox.run_due()
    assert outcomes(act) == [("failed", bulk.NO_INITIALS)]


def test_drafts_are_initialled_many_at_once(cast: Cast) -> None:
    admin = official("admin", Unit.objects.get(kind="kota"), "admin")
    initials.switch(on=[("kelurahan", "kasi")], by=admin)
    kasi = official("kasi", cast.village, "kasi")
    cases = waiting(cast, 2)
    for case in cases:
        approve(case, cast.rina)
    act = start(kasi, cases, "initial")
    outbox.run_due()
    assert outcomes(act) == [("done", ""), ("done", "")]
    assert {step_of(case).role for case in cases} == {"lurah"}


def test_what_needs_an_answer_of_its_own_is_left_out(cast: Cast) -> None:
    def answers(definition: dict) -> None:
        step = next(one for one in definition["steps"] if one["role"] == "loket")
        step["must_note"] = True

    change("sktm", answers)
    cases = waiting(cast, 1)
    posts = posts_of(cast.rina, MONDAY.date())
    ids = [step_of(cases[0]).pk]
    assert [one.why_not for one in bulk.chosen(posts, ids, BulkAct.Act.APPROVE, cast.rina)] == [
        bulk.ANSWERS
    ]
    act = start(cast.rina, cases)  # sent all the same
    outbox.run_due()
    assert outcomes(act) == [("failed", bulk.ANSWERS)]
    assert step_of(cases[0]).role == "loket"


def test_a_step_with_a_list_to_check_is_left_out(cast: Cast) -> None:
    change("sktm", lambda definition: definition["steps"][1].update(checks=["Foto terbaca"]))
    cases = waiting(cast, 1)
    posts, ids = posts_of(cast.rina, MONDAY.date()), [step_of(cases[0]).pk]
    assert bulk.chosen(posts, ids, BulkAct.Act.APPROVE, cast.rina)[0].why_not == bulk.CHECKS
    act = start(cast.rina, cases)  # sent all the same
    outbox.run_due()
    assert outcomes(act) == [("failed", bulk.CHECKS)]
    assert step_of(cases[0]).role == "loket"


def test_pressed_twice_it_is_one_act(cast: Cast) -> None:
    cases = waiting(cast, 2)
    first = start(cast.rina, cases, key="sama")
    assert start(cast.rina, cases, key="sama").pk == first.pk
    outbox.run_due()
    assert start(cast.rina, cases, key="sama").pk == first.pk
    assert BulkItem.objects.count() == 2
    bulk.do(item_id=first.items.first().pk, at=MONDAY)  # type: ignore[union-attr]
    assert Entry.objects.filter(what="case.approve", actor_id=cast.rina.pk).count() == 2


def test_a_worker_that_dies_leaves_the_rest_to_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = start(cast.rina, waiting(cast, 3))
    real, calls = bulk._act_on, []

    def dies(*args: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise MemoryError
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk, "_act_on", dies)
    outbox.run_due()
    assert sorted(state for state, _ in outcomes(act)) == ["done", "done", "waiting"]
    later = outbox.now
    monkeypatch.setattr("messaging.outbox.now", lambda: later() + outbox.DELAYS[1])
    outbox.run_due()
    assert {state for state, _ in outcomes(act)} == {"done"}
    assert Entry.objects.filter(what="case.approve", actor_id=cast.rina.pk).count() == 3


def test_what_the_system_cannot_do_is_given_up_in_words(cast: Cast) -> None:
    act = start(cast.rina, waiting(cast, 1))
    bulk.give_up(item_id=act.items.get().pk)
    assert outcomes(act) == [("failed", bulk.NO_ANSWER)]


def test_whose_post_ended_does_nothing_more(cast: Cast) -> None:
    from tenants.office.models import Holding

    act = start(cast.rina, waiting(cast, 1))
    Holding.objects.filter(user=cast.rina).update(until=MONDAY.date().replace(day=1))
    outbox.run_due()
    assert outcomes(act) == [("failed", bulk.GONE)]


def test_the_pages_choose_confirm_and_watch(cast: Cast, dewi: User, as_: As) -> None:
    cases = waiting(cast, 3)
    taking.take(step_id=step_of(cases[2]).pk, by=dewi, at=MONDAY)
    rina = as_(cast.rina)
    ids = [step_of(case).pk for case in cases]
    assert rina.post("/meja/banyak/", {"act": "approve"}).status_code == 422
    assert rina.post("/meja/banyak/", {"act": "delete", "step": ids}).status_code == 422
    sure = rina.post("/meja/banyak/", {"act": "approve", "step": ids})
    page = sure.content.decode()
    assert "2 berkas akan diproses, 1 tidak ikut" in " ".join(page.split())
    assert "Sedang ditangani Dewi" in page
    key = sure.context["form"].initial["key"]
    sent = {"act": "approve", "step": ids[:2], "key": key, "do": "sure"}
    first = rina.post("/meja/banyak/", sent)
    assert first.status_code == 302
    watching = first.url  # type: ignore[attr-defined]
    assert "Sedang diproses" in rina.get(watching).content.decode()
    outbox.run_due()
    assert "2 berkas selesai" in " ".join(rina.get(watching).content.decode().split())
    assert as_(dewi).get(watching).status_code == 404
    missing = rina.post("/meja/banyak/", {"act": "assign", "step": ids[2:], "do": "sure"})
    assert missing.status_code in (200, 422)


def test_more_than_the_limit_is_refused(cast: Cast, as_: As) -> None:
    many = [str(2_000_000 + number) for number in range(bulk.MOST + 1)]
    answer = as_(cast.rina).post("/meja/banyak/", {"act": "approve", "step": many})
    assert answer.status_code == 422
    assert "Paling banyak 500" in answer.content.decode()


def test_others_act_is_not_there(cast: Cast, dewi: User) -> None:
    act = start(cast.rina, waiting(cast, 1))
    with pytest.raises(NotThere):
        bulk.act_of(dewi, act.pk)
    assert Outbox.objects.filter(kind="inbox.bulk").count() == 1
