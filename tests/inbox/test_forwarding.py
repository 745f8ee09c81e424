"""An open step goes to another desk with its key and its clock."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from services.applications import actions, queries
from services.applications.models import Application
from services.cases import decisions, finding, forwarding, taking
from services.cases.models import Step
from services.cases.timeline import timeline
from services.catalogue.forwarding import Reach
from services.inbox import advice, hands, recalling
from tenants.office.actions import appoint
from tenants.office.models import Post, Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, approve, change, official, photo, step_of, submitted
from tests.told import tell_subscribers

As = Callable[[User], Client]
WHY = "Perlu dilihat kepala seksi dahulu."


@pytest.fixture
def kasi(cast: Cast) -> User:
    return official("kasi", cast.village, "kasi")


def post(unit: Unit, role: str) -> Post:
    return Post.objects.get(unit=unit, role=role)


def offered(step: Step) -> list[Post]:
    """Every desk to which a step may go, whether or not anybody sits there."""
    desks = forwarding.desks_for(step, MONDAY.date())
    return [*desks.held, *desks.vacant]


def rule(slug: str, *reaches: str) -> None:
    """The city says to where the desks of a service may forward."""
    change(slug, lambda definition: definition.update(forward_to=list(reaches)))


def at_counter(cast: Cast) -> Application:
    sent = submitted(cast)
    approve(sent, cast.hasan)
    return sent


def sent_on(cast: Cast, application: Application) -> Step:
    """The counter's step, forwarded to the head of the section."""
    before = step_of(application)
    forwarding.forward(
        step_id=before.pk, to=post(cast.village, "kasi"), by=cast.rina, note=WHY, at=MONDAY
    )
    return before


def test_the_step_opens_there_with_its_key_and_clock(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    before = sent_on(cast, application)
    before.refresh_from_db()
    now_there = step_of(application)
    assert (before.state, before.decided_by, before.note) == ("forwarded", cast.rina, WHY)
    assert (now_there.key, now_there.due_at) == (before.key, before.due_at)
    assert (now_there.role, now_there.topic, now_there.deputies) == ("kasi", "sktm", [])
    decisions.approve(step_id=now_there.pk, by=kasi, at=MONDAY)
    assert step_of(application).role == "lurah"
    assert Entry.objects.filter(what="case.forward", actor_id=cast.rina.pk).count() == 1


def test_who_forwarded_still_sees_it_and_decides_no_more(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    before = sent_on(cast, application)
    assert queries.get_for(cast.rina, application.pk, today=MONDAY.date(), with_papers=True)
    with pytest.raises(Stale, match="sudah diteruskan Rina"):
        decisions.approve(step_id=before.pk, by=cast.rina, at=MONDAY)
    with pytest.raises(NotThere):
        decisions.approve(step_id=step_of(application).pk, by=cast.rina, at=MONDAY)
    again = forwarding.forward(
        step_id=before.pk, to=post(cast.village, "kasi"), by=cast.rina, note=WHY, at=MONDAY
    )
    assert again.pk == application.pk
    assert Step.objects.filter(case=application, state="open").count() == 1


def test_the_history_says_so_to_officials_and_to_the_applicant(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    sent_on(cast, application)
    for reader in (cast.rina, cast.sari):
        case = queries.get_for(reader, application.pk, today=MONDAY.date())
        stops = timeline(case, at=MONDAY, today=MONDAY.date())
        assert [stop.state for stop in stops] == [
            "done",
            "done",
            "forwarded",
            "now",
            "todo",
            "todo",
        ]
        assert stops[2].note == WHY


def test_what_is_returned_there_comes_back_there(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    sent_on(cast, application)
    decisions.return_(
        step_id=step_of(application).pk, by=kasi, note="Foto kurang jelas, ulangi.", at=MONDAY
    )
    actions.save_answers(
        application_id=application.pk, typed={}, names={}, by=cast.sari, only=[],
        files={spec.key: photo("grey") for spec in application.blueprint.documents},
    )  # fmt: skip
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    back = step_of(application)
    assert (back.role, back.unit) == ("kasi", cast.village)
    decisions.approve(step_id=back.pk, by=kasi, at=MONDAY)


def test_what_is_signed_goes_only_to_who_signs(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    roles = {one.role for one in offered(step_of(application))}
    assert {"kasi", "lurah", "sekretaris"} <= roles and "loket" not in roles
    approve(application, cast.rina)
    Step.objects.filter(pk=step_of(application).pk).update(deputies=[])
    roles = {one.role for one in offered(step_of(application))}
    assert "sekretaris" in roles and not roles & {"kasi", "loket", "lurah"}
    with pytest.raises(RuleBroken, match="tidak bisa diteruskan"):
        forwarding.forward(
            step_id=step_of(application).pk, to=post(cast.village, "kasi"), by=cast.lurah,
            note=WHY, at=MONDAY,
        )  # fmt: skip


def test_it_stays_in_the_office_unless_that_is_a_dinas(cast: Cast) -> None:
    assert {one.unit for one in offered(step_of(at_counter(cast)))} == {cast.village}
    permit = submitted(cast, "reklame")
    while step_of(permit).unit != cast.dinas:
        step = step_of(permit)
        user = next(u for u in (cast.hasan, cast.rina, cast.lurah, cast.loket_kecamatan, cast.camat)
                    if any(p.unit == step.unit and p.role == step.role
                           for p in posts_of(u, MONDAY.date())))  # fmt: skip
        approve(permit, user)
    kinds = {one.unit.kind for one in offered(step_of(permit))}
    assert kinds == {Unit.Kind.DINAS}
    elsewhere = [one for one in offered(step_of(permit)) if one.unit != cast.dinas]
    there = official("dinas-lain", elsewhere[0].unit, elsewhere[0].role)
    forwarding.forward(
        step_id=step_of(permit).pk, to=elsewhere[0], by=cast.petugas, note=WHY, at=MONDAY
    )
    posts = posts_of(there, MONDAY.date())
    assert finding.found(posts, permit.number or "") == [permit.pk]


def test_a_reason_is_asked_and_a_colleague_who_has_it_is_respected(
    cast: Cast, dewi: User, kasi: User, as_: As
) -> None:
    application = at_counter(cast)
    page = f"/meja/berkas/{application.pk}/teruskan/"
    to = post(cast.village, "kasi").pk
    rina = as_(cast.rina)
    refused = rina.post(page, {"to": to, "note": "ya"})
    assert refused.status_code == 422
    assert "Tulis mengapa diteruskan" in refused.content.decode()
    taking.take(step_id=step_of(application).pk, by=dewi, at=MONDAY)
    assert "sedang ditangani Dewi" in rina.post(page, {"to": to, "note": WHY}).content.decode()
    taking.give_back(step_id=step_of(application).pk, by=dewi, at=MONDAY)
    assert rina.post(page, {"to": to, "note": WHY}).status_code == 302
    past = rina.get("/meja/?tab=selesai").content.decode()
    assert application.number in past and "Diteruskan" in past
    assert application.number in as_(kasi).get("/meja/").content.decode()
    for user in (cast.lurah_lain, cast.lurah):
        assert as_(user).get(page).status_code == 404


def test_the_next_desk_is_told(cast: Cast, kasi: User) -> None:
    from messaging import choices
    from messaging.models import Outbox
    from services.cases.notices import AT_ONCE

    User.objects.filter(pk=kasi.pk).update(email="kasi@example.com")
    kasi.refresh_from_db()
    choices.choose(user_id=kasi.pk, wanted={AT_ONCE: True})
    sent_on(cast, at_counter(cast))
    tell_subscribers()
    assert Outbox.objects.filter(kind="mail.send", payload__to=kasi.email).count() == 1


# --- to where a service lets its desks forward -----------------------------------------------

KOTA = Unit(pk=1, kind="kota", code="64.74")
UTARA = Unit(pk=2, kind="kecamatan", code="64.74.01", parent=KOTA)
SELATAN = Unit(pk=3, kind="kecamatan", code="64.74.02", parent=KOTA)
BONTANG_BARU = Unit(pk=4, kind="kelurahan", code="64.74.01.1001", parent=UTARA)
API_API = Unit(pk=5, kind="desa", code="64.74.01.1002", parent=UTARA)
PERIZINAN = Unit(pk=6, kind="dinas", code="64.74/dpmptsp", parent=KOTA)
SOSIAL = Unit(pk=7, kind="dinas", code="64.74/dinsos", parent=KOTA)
EVERYWHERE = ("office", "dinas", "above", "below")


@pytest.mark.parametrize(
    ("reach", "here", "there"),
    [
        ("office", BONTANG_BARU, BONTANG_BARU),
        ("dinas", PERIZINAN, SOSIAL),
        ("above", BONTANG_BARU, UTARA),
        ("above", API_API, UTARA),
        ("below", UTARA, API_API),
    ],
)
def test_a_desk_reaches_what_its_service_names_and_nothing_else(
    reach: Reach, here: Unit, there: Unit
) -> None:
    assert forwarding.may_reach([reach], here, there)
    others = [one for one in EVERYWHERE if one != reach]
    assert not forwarding.may_reach(others, here, there)  # type: ignore[arg-type]
    assert not forwarding.may_reach([], here, there)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (BONTANG_BARU, API_API), (BONTANG_BARU, SELATAN), (SELATAN, API_API), (UTARA, SELATAN),
        (BONTANG_BARU, PERIZINAN), (PERIZINAN, UTARA), (UTARA, KOTA), (KOTA, UTARA),
    ],
)  # fmt: skip
def test_no_service_reaches_an_office_beside_or_of_another_area(here: Unit, there: Unit) -> None:
    assert not forwarding.may_reach(EVERYWHERE, here, there)


@pytest.mark.parametrize(
    ("role", "there", "may"),
    [
        ("loket", Post(unit=UTARA, role="kasi"), True),
        ("loket", Post(unit=UTARA, role="admin"), False),
        ("lurah", Post(unit=UTARA, role="camat"), False),  # no kecamatan has a Lurah
        ("lurah", Post(unit=BONTANG_BARU, role="sekretaris"), True),
        ("lurah", Post(unit=BONTANG_BARU, role="kasi"), False),  # what a Lurah signs
    ],
)
def test_a_desk_takes_what_its_office_could_be_asked_for(role: str, there: Post, may: bool) -> None:
    assert forwarding.may_take(role, BONTANG_BARU, there) is may


def test_where_a_service_says_nowhere_no_desk_is_offered(cast: Cast, kasi: User, as_: As) -> None:
    rule("sktm")
    application = at_counter(cast)
    assert offered(step_of(application)) == []
    with pytest.raises(RuleBroken, match="tidak bisa diteruskan"):
        sent_on(cast, application)
    page = f"/meja/berkas/{application.pk}/"
    rina = as_(cast.rina)
    assert f"{page}teruskan/" not in rina.get(page).content.decode()
    assert "Tidak ada meja lain" in rina.get(f"{page}teruskan/").content.decode()


def test_a_case_keeps_the_rule_it_was_sent_under(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    rule("sktm")
    sent_on(cast, application)
    assert step_of(application).role == "kasi"


def test_up_to_the_kecamatan_and_back_to_the_office_it_came_from(cast: Cast) -> None:
    rule("sktm", "above")
    application = at_counter(cast)
    assert {one.unit for one in offered(step_of(application))} == {cast.kecamatan}
    forwarding.forward(
        step_id=step_of(application).pk, to=post(cast.kecamatan, "loket"), by=cast.rina, note=WHY,
        at=MONDAY,
    )  # fmt: skip
    there = step_of(application)
    assert (there.unit, there.role) == (cast.kecamatan, "loket")
    posts = posts_of(cast.loket_kecamatan, MONDAY.date())
    assert finding.found(posts, application.number or "") == [application.pk]
    assert {one.unit for one in offered(there)} == {cast.village}
    forwarding.forward(
        step_id=there.pk, to=post(cast.village, "loket"), by=cast.loket_kecamatan, note=WHY,
        at=MONDAY,
    )  # fmt: skip
    approve(application, cast.rina)
    assert step_of(application).role == "lurah"
    assert offered(step_of(application)) == [], "no kecamatan has a Lurah"


def test_down_to_the_villages_of_the_kecamatan_alone(cast: Cast) -> None:
    rule("reklame", "below")
    permit = submitted(cast, "reklame")
    approve(permit, cast.hasan, cast.rina)
    step = step_of(permit)
    assert step.unit == cast.kecamatan
    there = {one.unit for one in offered(step)}
    assert cast.village in there and cast.kecamatan not in there
    assert {unit.parent_id for unit in there} == {cast.kecamatan.pk}


def test_a_desk_without_anybody_is_named_and_receives_nothing(cast: Cast, as_: As) -> None:
    application = at_counter(cast)
    vacant = post(cast.village, "kasi")
    page = f"/meja/berkas/{application.pk}/teruskan/"
    rina = as_(cast.rina)
    shown = rina.get(page).content.decode()
    assert f'<option value="{vacant.pk}"' not in shown
    assert f"<li>{vacant.title}, {cast.village.name}</li>" in shown
    with pytest.raises(RuleBroken, match=f"belum ada yang menjabat {vacant.title}"):
        sent_on(cast, application)
    assert step_of(application).role == "loket"


def test_it_goes_to_nobody_who_would_decide_their_own_request(cast: Cast) -> None:
    application = at_counter(cast)
    to = post(cast.village, "kasi")
    appoint(post=to, user=cast.sari, since=MONDAY.date(), by=None)
    with pytest.raises(RuleBroken, match="mungkin pemohonnya sendiri"):
        sent_on(cast, application)
    official("kasi-lain", cast.village, "kasi")
    sent_on(cast, application)


# --- had back --------------------------------------------------------------------------------


def test_what_was_forwarded_by_mistake_comes_back_into_the_same_hands(
    cast: Cast, kasi: User, as_: As
) -> None:
    application = at_counter(cast)
    before = sent_on(cast, application)
    there = step_of(application)
    page = f"/meja/berkas/{application.pk}/"
    recall = f"{page}tarik/{before.pk}/"
    rina = as_(cast.rina)
    assert "Tarik kembali" in rina.get(page).content.decode()
    assert "Tarik kembali" not in as_(kasi).get(page).content.decode()
    for other in (kasi, cast.lurah, cast.lurah_lain):
        assert as_(other).post(recall).status_code in (404, 409), other
    assert rina.post(recall).status_code == 302
    back = step_of(application)
    assert (back.key, back.role, back.taken_by, back.due_at) == (
        before.key, before.role, cast.rina, there.due_at
    )  # fmt: skip
    assert rina.post(recall).status_code == 302, "sent twice"
    assert step_of(application) == back
    with pytest.raises(Stale, match="Ditarik kembali oleh yang meneruskan"):
        decisions.approve(step_id=there.pk, by=kasi, at=MONDAY)
    stops = timeline(application, at=MONDAY, today=MONDAY.date())
    assert [stop.state for stop in stops[2:5]] == ["forwarded", "skipped", "now"]
    assert any("menarik kembali" in move.words for move in hands.moves_of(application))
    decisions.approve(step_id=back.pk, by=cast.rina, at=MONDAY)
    assert step_of(application).role == "lurah"


def test_it_stays_where_that_desk_has_begun(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    before = sent_on(cast, application)
    there = step_of(application)

    def refused() -> None:
        with pytest.raises(Stale, match="sudah mulai menanganinya"):
            recalling.recall(step_id=before.pk, by=cast.rina, at=MONDAY)

    taking.take(step_id=there.pk, by=kasi, at=MONDAY)
    refused()
    taking.give_back(step_id=there.pk, by=kasi, at=MONDAY)
    advice.ask(
        step_id=there.pk, of=advice.offices_for(there)[0], by=kasi,
        question="Apakah alamat ini sudah benar?", days=2, at=MONDAY,
    )  # fmt: skip
    refused()
    decisions.approve(step_id=there.pk, by=kasi, at=MONDAY)
    refused()


def test_it_can_be_forwarded_and_recalled_again(cast: Cast, kasi: User) -> None:
    application = at_counter(cast)
    for _ in range(2):
        before = sent_on(cast, application)
        recalling.recall(step_id=before.pk, by=cast.rina, at=MONDAY)
    assert step_of(application).taken_by == cast.rina
    assert Step.objects.filter(case=application, state="forwarded").count() == 2
