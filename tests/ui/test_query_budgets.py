"""What filling, sending and deciding cost in queries: the actions alone, and whole requests."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from services.applications import actions
from services.cases import decisions
from services.catalogue.queries import service
from services.letters import check_keys
from tests.factories import MONDAY, Cast, approve, draft, step_of, submitted

As = Callable[[User], Client]


def _cost(deed: Callable[[], Any], status: int | None = None) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = deed()
    assert status is None or answer.status_code == status, answer
    return len(seen)


def _act(cast: Cast, deed: Callable[[int], Any], *before: User) -> int:
    """Queries of an action at the step where a new application lies after these approvals; the
    savepoint around it counts as two."""
    sent = submitted(cast)
    approve(sent, *before)
    step_id = step_of(sent).pk
    return _cost(lambda: deed(step_id))


def test_sending_asks_at_most_23_queries(cast: Cast) -> None:
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)  # warm
    sent = draft(cast)
    assert (
        _cost(lambda: actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)) <= 21
    )  # with the term of the law and the city's initials


def test_an_act_at_a_desk_asks_at_most_23_queries(cast: Cast) -> None:
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)  # warm

    def approved(by: User) -> Callable[[int], Any]:
        return lambda step_id: decisions.approve(step_id=step_id, by=by, at=MONDAY)

    note = "Tulis keperluan dengan lebih jelas."
    assert _act(cast, approved(cast.hasan)) <= 16  # with the vouch and its number
    assert _act(cast, approved(cast.rina), cast.hasan) <= 14
    assert (
        _act(cast, approved(cast.lurah), cast.hasan, cast.rina) <= 23
    )  # a letter: what its number and its paper look like, how it is signed, the key of its QR
    assert (
        _act(
            cast,
            lambda step_id: decisions.return_(step_id=step_id, by=cast.rina, note=note, at=MONDAY),
            cast.hasan,
        )
        <= 17  # with what it said then, and the term that rests
    )
    assert (
        _act(
            cast,
            lambda step_id: decisions.refuse(step_id=step_id, by=cast.hasan, note=note, at=MONDAY),
        )
        <= 15
    )


# Whole requests: session, account, posts, menu and city's face included.
def test_the_requests_of_an_applicant(cast: Cast, as_: As) -> None:
    visitor = as_(cast.sari)
    begun = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    page = f"/permohonan/{begun.pk}/isi/"
    visitor.get(page)  # warm
    assert _cost(lambda: visitor.get(page), 200) <= 10
    typed = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
    assert _cost(lambda: visitor.post(page, typed), 422) <= 18  # a file is missing
    sent = draft(cast)
    check = f"/permohonan/{sent.pk}/periksa/"
    visitor.get(check)
    assert _cost(lambda: visitor.post(check, {"benar": "ya"}), 302) <= 25


def test_the_requests_of_officials(cast: Cast, as_: As) -> None:
    sent = submitted(cast)
    hasan, rina, lurah = as_(cast.hasan), as_(cast.rina), as_(cast.lurah)
    step = step_of(sent).pk
    vouch = f"/rt/{step}/putuskan/"
    hasan.get("/rt/")  # warm: the host of the city
    assert _cost(lambda: hasan.post(vouch, {"decision": "approve"}), 302) <= 23
    case = f"/meja/berkas/{sent.pk}/"
    rina.get(case)
    assert _cost(lambda: rina.get(case), 200) <= 17  # with its advice and its notes
    check_keys.in_force(MONDAY)
    for official, most in ((rina, 21), (lurah, 31)):  # the letter too
        typed = {"step": step_of(sent).pk, "decision": "approve"}
        assert _cost(lambda: official.post(f"{case}putuskan/", typed), 302) <= most  # noqa: B023


def test_the_requests_of_a_desk(cast: Cast, as_: As) -> None:
    cases = [submitted(cast) for _ in range(3)]
    for sent in cases:
        approve(sent, cast.hasan)
    rina = as_(cast.rina)
    rina.post("/meja/saringan/", {"name": "Bebas", "query": "whose=nobody&service=sktm"})
    rina.get("/meja/")  # warm, and the look is noted
    for query in ("", "page=2", "tab=lewat", "tab=warga", "tab=selesai", "whose=mine",
                  f"service=sktm&unit={cases[0].unit_id}&since=2026-11-01"):  # fmt: skip
        assert _cost(lambda: rina.get(f"/meja/?{query}"), 200) <= 10, query  # noqa: B023
    for text in (cast.sari_person.name, cast.sari_person.nik, cases[0].number, "tidak mampu"):
        found = {"q": text}
        assert _cost(lambda: rina.post("/meja/cari/", found), 200) <= 10, text  # noqa: B023
    chosen = {"act": "approve", "step": [step_of(sent).pk for sent in cases]}
    sure: dict[str, Any] = {**chosen, "key": "satu", "do": "sure"}
    assert _cost(lambda: rina.post("/meja/banyak/", chosen), 200) <= 12
    assert _cost(lambda: rina.post("/meja/banyak/", sure), 302) <= 16
    case = f"/meja/berkas/{cases[0].pk}/"
    assert _cost(lambda: rina.get(f"{case}pegang/"), 200) <= 14
    assert _cost(lambda: rina.get(f"{case}teruskan/"), 200) <= 14
    assert _cost(lambda: rina.get(f"{case}pertimbangan/"), 200) <= 14
    assert _cost(lambda: rina.post(f"{case}pegang/", {"do": "take"}), 302) <= 22
    assert _cost(lambda: rina.post(f"{case}catatan/", {"text": "Sudah ditelepon."}), 302) <= 18
