"""A case's way from the first answer to the letter, and everything that must not happen."""

from datetime import timedelta

import pytest

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.applications import actions, issuing, queries, withdrawal
from services.applications.models import Application
from services.cases import decisions
from services.cases import queries as desks
from services.cases.models import Step
from services.cases.timeline import timeline
from services.catalogue.queries import service
from services.letters.models import Letter
from tenants.backend.scope import in_public
from tenants.registry.models import City
from tests.factories import (
    MONDAY,
    REKLAME,
    SKTM,
    all_users,
    approve,
    draft,
    photo,
    step_of,
    submitted,
)
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db


def finish(application: Application) -> Application:
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    application.refresh_from_db()
    return application


def test_an_sktm_goes_from_rt_to_lurah_and_ends_in_one_letter(cast) -> None:
    application = submitted(cast)
    assert application.number == "26-11-000001"
    approve(application, cast.hasan, cast.rina, cast.lurah)
    application.refresh_from_db()
    assert application.state == Application.State.ISSUING
    assert finish(application).state == Application.State.DONE
    letter = Letter.objects.get()
    assert letter.number == f"400.9.14.1/0001/{_abbreviation(letter)}/XI/2026"
    assert letter.state == Letter.State.READY
    assert letter.content.blocks[0]["rows"][0] == ["Nama", cast.sari_person.name]
    assert ["NIK", cast.sari_person.nik] in letter.content.blocks[0]["rows"]
    assert "Rp1.450.000" in letter.content.body[0]
    assert "3 orang" in letter.content.body[0]


def _abbreviation(letter: Letter) -> str:
    return letter.number.split("/")[2]


def test_an_advertisement_of_10_m2_brings_a_recommendation_and_a_permit(cast) -> None:
    application = submitted(cast, "reklame", luas="10")
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    application.refresh_from_db()
    assert application.state == Application.State.RUNNING
    assert step_of(application).unit == cast.dinas
    finish(application)
    assert application.state == Application.State.RUNNING, "a ready letter does not end the case"
    approve(application, cast.petugas, cast.kepala)
    assert finish(application).state == Application.State.DONE
    assert [issued.output for issued in application.issued.all()] == ["rekomendasi", "izin"]


def test_an_advertisement_of_6_m2_ends_at_the_camat(cast) -> None:
    application = submitted(cast, "reklame", luas="6,00")
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    assert finish(application).state == Application.State.DONE
    assert [issued.output for issued in application.issued.all()] == ["izin_camat"]


def test_sending_twice_gives_one_number_and_one_step(cast) -> None:
    application = draft(cast)
    for _ in range(2):
        actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert application.steps.count() == 1
    assert Application.objects.filter(number__isnull=False).count() == 1


def test_beginning_twice_gives_the_same_draft(cast) -> None:
    first = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    again = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    assert first == again


def test_what_was_right_is_kept_when_something_is_wrong(cast) -> None:
    application = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    wrong = actions.save_answers(
        application_id=application.pk,
        typed={**SKTM, "penghasilan": "banyak"},
        files={"pernyataan": photo()},
        names={"pernyataan": "surat.jpg"},
        by=cast.sari,
    )
    assert list(wrong) == ["penghasilan"]
    application.refresh_from_db()
    assert application.answers["keperluan"] == SKTM["keperluan"]
    assert application.documents.count() == 1
    with pytest.raises(RuleBroken, match="dilengkapi"):
        actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)


def test_a_missing_document_is_named(cast) -> None:
    application = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    wrong = actions.save_answers(
        application_id=application.pk, typed=SKTM, files={}, names={}, by=cast.sari
    )
    assert wrong == {"pernyataan": "Unggah “Surat pernyataan tidak mampu”."}


def test_a_document_is_only_asked_when_its_condition_holds(cast) -> None:
    application = draft(cast, "reklame")
    assert {"gambar"} <= set(application.documents.values_list("key", flat=True))
    wrong = actions.save_answers(
        application_id=application.pk,
        typed={**REKLAME, "lahan_sendiri": "tidak"},
        files={},
        names={},
        by=cast.sari,
    )
    kept = set(application.documents.values_list("key", flat=True))
    assert ("persetujuan" in wrong) == ("persetujuan" not in kept)


def test_nobody_decides_but_who_holds_the_post(cast) -> None:
    application = submitted(cast)
    step = step_of(application)
    for user in all_users(cast):
        if user != cast.hasan:
            with pytest.raises(NotThere):
                decisions.approve(step_id=step.pk, by=user, at=MONDAY)
    step.refresh_from_db()
    assert step.state == Step.State.OPEN
    assert not Entry.objects.filter(what="case.approve").exists()


def test_a_post_held_no_longer_decides_nothing(cast) -> None:
    application = submitted(cast)
    cast.hasan.holdings.update(until=(MONDAY - timedelta(days=2)).date())
    with pytest.raises(NotThere):
        approve(application, cast.hasan)


def test_the_same_decision_twice_changes_nothing(cast) -> None:
    application = submitted(cast)
    step = step_of(application)
    for _ in range(2):
        decisions.approve(step_id=step.pk, by=cast.hasan, at=MONDAY)
    assert application.steps.count() == 2


def test_a_second_officer_is_told_who_was_first(cast) -> None:
    from tests.factories import official

    application = submitted(cast)
    approve(application, cast.hasan)
    step = step_of(application)
    colleague = official("budi", cast.village, "loket")
    decisions.approve(step_id=step.pk, by=cast.rina, at=MONDAY)
    with pytest.raises(Stale, match="Rina"):
        decisions.refuse(step_id=step.pk, by=colleague, note="Tidak lengkap", at=MONDAY)


@pytest.mark.parametrize("decision", ["return", "refuse"])
def test_saying_no_needs_a_reason(cast, decision) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    with pytest.raises(RuleBroken, match="alasan") as refused:
        no = decisions.return_ if decision == "return" else decisions.refuse
        no(step_id=step_of(application).pk, by=cast.rina, note=" ", at=MONDAY)
    assert refused.value.field == "note"


def test_a_returned_case_comes_back_to_the_desk_that_returned_it(cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    decisions.return_(
        step_id=step_of(application).pk,
        by=cast.rina,
        note="Foto buram, mohon ulang.",
        at=MONDAY,
    )
    application.refresh_from_db()
    assert application.state == Application.State.RETURNED
    number = application.number
    actions.save_answers(
        application_id=application.pk,
        typed=SKTM,
        files={"pernyataan": photo("grey")},
        names={"pernyataan": "baru.jpg"},
        by=cast.sari,
    )
    again = actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert (again.number, step_of(again).key) == (number, "loket")
    tell_subscribers()
    told = Outbox.objects.filter(kind="mail.send", payload__to="sari@example.com")
    assert told.filter(key__contains=":returned:").count() == 1


def test_a_refused_case_is_over(cast) -> None:
    application = submitted(cast)
    decisions.refuse(
        step_id=step_of(application).pk,
        by=cast.hasan,
        note="Sudah pindah sejak Maret.",
        at=MONDAY,
    )
    application.refresh_from_db()
    assert application.state == Application.State.REFUSED
    assert not application.issued.exists()
    stops = timeline(application, at=MONDAY, today=MONDAY.date())
    assert stops[-1].state == "refused"
    assert stops[-1].note == "Sudah pindah sejak Maret."


def test_a_ketua_rt_cannot_vouch_for_himself(cast) -> None:
    """The RT step is passed over when the applicant leads the RT."""
    from services.residents.models import ResidentAccount
    from tenants.office.actions import appoint
    from tenants.office.models import Holding, Post

    Holding.objects.filter(user=cast.hasan).delete()
    rt_post = Post.objects.get(unit=cast.sari_person.household.rt, role="ketua_rt")
    appoint(post=rt_post, user=cast.sari, since=MONDAY.date() - timedelta(days=9), by=None)
    assert ResidentAccount.objects.filter(user=cast.sari).exists()
    application = submitted(cast)
    assert [(s.key, s.state) for s in application.steps.all()] == [
        ("rt", Step.State.SKIPPED),
        ("loket", Step.State.OPEN),
    ]


def test_an_official_never_decides_on_their_own_request(cast) -> None:
    from tenants.office.actions import appoint
    from tenants.office.models import Post

    application = submitted(cast)
    approve(application, cast.hasan)
    loket = Post.objects.get(unit=cast.village, role="loket")
    appoint(post=loket, user=cast.sari, since=MONDAY.date() - timedelta(days=9), by=None)
    with pytest.raises(RuleBroken, match="permohonan Anda sendiri"):
        approve(application, cast.sari)


def test_an_rt_without_a_head_does_not_stop_anybody(cast) -> None:
    cast.hasan.holdings.all().delete()
    application = submitted(cast)
    assert step_of(application).key == "loket"


def test_a_draft_thrown_away_in_another_tab_is_not_there(cast) -> None:
    gone = draft(cast).pk
    withdrawal.withdraw(application_id=gone, by=cast.sari, at=MONDAY)
    with pytest.raises(NotThere):
        actions.submit(application_id=gone, by=cast.sari, at=MONDAY)


def test_withdrawing_closes_the_desk(cast) -> None:
    application = submitted(cast)
    withdrawal.withdraw(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert not application.steps.filter(state=Step.State.OPEN).exists()
    with pytest.raises(Stale):
        approve_step = application.steps.get()
        decisions.approve(step_id=approve_step.pk, by=cast.hasan, at=MONDAY)


def test_finishing_letters_again_changes_nothing(cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    finish(application)
    before = Letter.objects.values().get()
    finish(application)
    assert Letter.objects.values().get() == before
    assert Entry.objects.filter(what="letter.ready").count() == 1


def test_a_suspended_city_takes_no_new_requests_but_loses_none(cast, in_bontang) -> None:
    application = draft(cast)
    in_bontang.status = City.Status.SUSPENDED
    with in_public():
        City.objects.filter(pk=in_bontang.pk).update(status=City.Status.SUSPENDED)
    with pytest.raises(RuleBroken, match="belum menerima"):
        actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    application.refresh_from_db()
    assert application.state == Application.State.DRAFT


def test_the_case_is_pinned_to_the_version_it_began_with(cast) -> None:
    from services.catalogue.actions import publish
    from services.catalogue.blueprint import Blueprint

    application = draft(cast)
    changed = {**application.version.definition, "title": "Surat Lain", "release": 2}
    publish(Blueprint.model_validate(changed), actor=None)
    application.refresh_from_db()
    assert application.blueprint.title == "Surat Keterangan Tidak Mampu"
    assert service("sktm").title == "Surat Lain"


def test_who_may_see_a_case(cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    today = MONDAY.date()
    may = {cast.sari, cast.hasan, cast.rina}
    for user in all_users(cast):
        if user in may:
            assert queries.get_for(user, application.pk, today=today) == application
        else:
            with pytest.raises(NotThere):
                queries.get_for(user, application.pk, today=today)


def test_every_deed_is_in_the_record(cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    finish(application)
    deeds = Entry.objects.filter(subject="application").order_by("pk")
    assert [(deed.what, deed.actor_name) for deed in deeds] == [
        ("case.submitted", cast.sari.name),
        ("case.approve", cast.hasan.name),
        ("case.approve", cast.rina.name),
        ("case.approve", cast.lurah.name),
        ("case.done", ""),
    ]
    with pytest.raises(TypeError):
        deeds[0].delete()


def test_lists_cost_the_same_however_long_they_are(cast, django_assert_num_queries) -> None:
    from tenants.office.queries import posts_of

    posts = posts_of(cast.hasan, MONDAY.date())
    submitted(cast)

    def read() -> None:
        for step in desks.inbox(posts):
            assert step.case.application.version.service.title
            assert step.case.application.applicant.household.address

    with django_assert_num_queries(1):
        read()
    submitted(cast, "reklame")
    with django_assert_num_queries(1):
        read()


def test_the_mail_to_the_applicant_holds_no_personal_data(cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    finish(application)
    tell_subscribers()
    mails = [row.payload for row in Outbox.objects.filter(kind="mail.send")]
    assert len(mails) == 2  # a receipt, and that it is done
    for mail in mails:
        assert mail["to"] == "sari@example.com"
        assert cast.sari_person.nik not in mail["body"]
        assert f"/permohonan/{application.pk}/" in mail["body"]
    assert User.objects.get(pk=cast.sari.pk).email == "sari@example.com"
