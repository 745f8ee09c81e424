"""Who vouches for whom, above all for a Ketua RT who asks for something."""

import pytest

from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.applications.issuing import finish_letters
from services.applications.models import Application
from services.cases import decisions, reasons, vouchers
from services.cases.models import Step
from services.cases.timeline import timeline
from services.letters.models import Letter
from tenants.office.models import Holding
from tests.factories import MONDAY, Cast, approve, step_of
from tests.neighbours import asked, head_who_lives_here, ketua_rw, rt_of, secretary
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()


def test_a_secretary_of_the_rt_vouches_for_the_ketua_rt(cast: Cast) -> None:
    user, person = head_who_lives_here(cast)
    sita = secretary(cast, rt_of(cast))
    ketua_rw(cast)
    sent = asked(user, person, "sktm")
    step = step_of(sent)
    assert (step.unit, step.title) == (rt_of(cast), "Ketua RT membenarkan")
    assert [holding.user for holding in vouchers.asked(step, TODAY)] == [sita]
    with pytest.raises(RuleBroken, match="permohonan Anda sendiri"):
        decisions.approve(step_id=step.pk, by=user, at=MONDAY)
    decisions.approve(step_id=step.pk, by=sita, at=MONDAY)
    assert step_of(sent).unit == cast.village
    stop = timeline(sent, at=MONDAY, today=TODAY)[1]
    assert stop.who == f"{sita.name}, Sekretaris RT 001, atas nama Ketua RT"


def test_without_a_deputy_the_rw_vouches_for_the_ketua_rt(cast: Cast) -> None:
    user, person = head_who_lives_here(cast)
    rw = ketua_rw(cast)
    sent = asked(user, person, "sktm")
    step = step_of(sent)
    assert (step.unit, step.role) == (rt_of(cast).parent, "ketua_rw")
    assert step.title == "Ketua RW membenarkan, menggantikan Ketua RT"
    stop = timeline(sent, at=MONDAY, today=TODAY)[1]
    assert (stop.title, stop.who, stop.state) == (step.title, rw.name, "now")
    decisions.approve(step_id=step.pk, by=rw, at=MONDAY)
    assert step_of(sent).unit == cast.village


def test_without_deputy_and_rw_a_request_goes_on_to_the_village(cast: Cast) -> None:
    user, person = head_who_lives_here(cast)
    sent = asked(user, person, "sktm")
    first = sent.steps.order_by("pk")[0]
    assert (first.state, first.note) == (Step.State.SKIPPED, reasons.ONESELF)
    assert step_of(sent).unit == cast.village


def test_the_cover_letter_of_a_ketua_rt_is_issued_by_the_rw(cast: Cast) -> None:
    user, person = head_who_lives_here(cast)
    sent = asked(user, person, "pengantar-rt-rw")
    assert step_of(sent).unit == cast.village, "no RW is in office"
    decisions.refuse(step_id=step_of(sent).pk, by=cast.lurah, note="Ajukan ke RW.", at=MONDAY)

    rw = ketua_rw(cast)
    sent = asked(user, person, "pengantar-rt-rw")
    approve(sent, rw)
    finish_letters(application_id=sent.pk, at=MONDAY)
    letter = Letter.objects.get()
    assert (letter.unit, letter.state) == (rt_of(cast).parent, Letter.State.READY)
    assert letter.content.signer_name == rw.name
    sent.refresh_from_db()
    assert sent.state == Application.State.DONE


def test_the_cover_letter_of_a_ketua_rt_without_rw_is_issued_by_the_lurah(cast: Cast) -> None:
    user, person = head_who_lives_here(cast)
    sent = asked(user, person, "pengantar-rt-rw")
    step = step_of(sent)
    assert (step.unit, step.role, step.deputies) == (cast.village, "lurah", ["sekretaris"])
    assert step.title == "Lurah membenarkan, menggantikan Ketua RT"
    with pytest.raises(NotThere):
        decisions.approve(step_id=step.pk, by=cast.hasan, at=MONDAY)
    approve(sent, cast.lurah)
    assert Letter.objects.get().unit == cast.village


def test_a_neighbour_is_still_vouched_for_by_the_ketua_rt(cast: Cast) -> None:
    ketua_rw(cast)
    secretary(cast, rt_of(cast))
    sent = asked(cast.sari, cast.sari_person, "sktm")
    step = step_of(sent)
    assert (step.unit, step.role) == (rt_of(cast), "ketua_rt")
    assert [holding.user for holding in vouchers.asked(step, TODAY)] == [cast.hasan]


def test_where_nobody_is_in_office_at_all_a_cover_letter_waits_at_the_rt(cast: Cast) -> None:
    Holding.objects.filter(user__in=[cast.hasan, cast.lurah]).delete()
    sent = asked(cast.sari, cast.sari_person, "pengantar-rt-rw")
    assert step_of(sent).unit == rt_of(cast)


def test_who_is_to_answer_in_place_of_a_ketua_rt_is_told(cast: Cast) -> None:
    user, person = head_who_lives_here(cast)
    rw = ketua_rw(cast)
    asked(user, person, "sktm")
    tell_subscribers()
    told = Outbox.objects.filter(key__contains="arrived:")
    assert [str(rw.pk) in row.key for row in told] == [True]
