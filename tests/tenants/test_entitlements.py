"""What a city may do: limits that refuse only what is new, states that move only in legal ways."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import Entry
from kernel.errors import RuleBroken, Stale
from messaging import mail
from messaging.models import Outbox
from services.applications import actions as asking
from services.applications import issuing
from services.applications.models import Application
from services.cases import decisions, tasks
from services.catalogue.queries import service
from services.letters import queries as letters
from services.letters.models import Letter
from tenants.backend.scope import in_city, in_public
from tenants.office import actions as office
from tenants.office.models import Post, Unit
from tenants.registry import entitlements, hosts
from tenants.registry.entitlements import LimitReached, Limits
from tenants.registry.models import City
from tests.factories import MONDAY, SINCE, approve, family, make_cast, photo, submitted

S = City.Status
pytestmark = pytest.mark.django_db


def limit(city: City, **limits: int | None) -> None:
    """Change some limits of the city the test stands in."""
    granted = entitlements.grant(city.pk, replace(entitlements.limits_of(city), **limits), by=None)
    for name in ("letters_per_month", "staff_seats", "storage_mb", "messages_per_month"):
        setattr(city, name, getattr(granted, name))


def test_a_new_city_tries_for_thirty_days_with_the_trials_limits(bontang: City) -> None:
    assert bontang.status == S.TRIAL
    assert entitlements.limits_of(bontang) == entitlements.TRIAL
    assert bontang.trial_ends_at is not None
    left = bontang.trial_ends_at - bontang.created_at
    assert timedelta(days=30) <= left < timedelta(days=30, hours=2)
    assert entitlements.on_trial(bontang)


def test_every_meter_is_registered_and_counts(in_bontang: City) -> None:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    used = entitlements.usage(in_bontang, MONDAY)
    assert set(used) == {"letters", "seats", "storage", "messages"}
    assert used["letters"] == 1
    assert used["seats"] == 7  # of the cast's nine officials two are heads of RT
    assert used["storage"] == sum(d.size for d in application.documents.all()) > 0
    assert entitlements.usage(in_bontang, MONDAY + timedelta(days=30))["letters"] == 0


def test_without_a_limit_nothing_is_asked(in_bontang: City) -> None:
    limit(in_bontang, letters=None)
    with CaptureQueriesContext(connection) as seen:
        entitlements.require_room("letters", at=MONDAY)
    assert len(seen) == 0


def test_used_up_letters_refuse_new_requests_and_nothing_else(in_bontang: City) -> None:
    cast = make_cast()
    under_way = submitted(cast)
    limit(in_bontang, letters=0)
    waiting = _second_draft(cast)
    with pytest.raises(LimitReached, match="tersimpan sebagai draf") as refused:
        asking.submit(application_id=waiting.pk, by=cast.tetangga, at=MONDAY)
    assert "1 Desember 2026" in refused.value.message
    assert "/kelola/langganan/" in refused.value.message
    waiting.refresh_from_db()
    assert waiting.state == Application.State.DRAFT
    assert waiting.answers
    approve(under_way, cast.hasan, cast.rina, cast.lurah)  # goes on to its letter
    assert Letter.objects.count() == 1
    limit(in_bontang, letters=2)
    sent = asking.submit(application_id=waiting.pk, by=cast.tetangga, at=MONDAY)
    assert sent.state == Application.State.RUNNING


def _second_draft(cast) -> Application:
    """The neighbour's."""
    person = cast.tetangga.resident.person
    found = asking.begin(service=service("sktm"), applicant=person, by=cast.tetangga)
    answers = {"keperluan": "Beasiswa", "penghasilan": "1.450.000", "tanggungan": "3"}
    files = {spec.key: photo() for spec in found.blueprint.documents}
    names = {key: f"{key}.jpg" for key in files}
    wrong = asking.save_answers(
        application_id=found.pk, typed=answers, files=files, names=names, by=cast.tetangga
    )
    assert wrong == {}
    return found


def test_clocks_pass_nobody_by_while_a_city_is_read_only(
    in_bontang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    step = submitted(cast).steps.get(state="open")
    monkeypatch.setattr("services.cases.tasks.now", lambda: MONDAY + timedelta(days=30))
    in_bontang.status = S.SUSPENDED
    tasks.overdue({})
    step.refresh_from_db()
    assert (step.state, step.reminded_at) == ("open", None)
    in_bontang.status = S.ACTIVE
    tasks.overdue({})
    step.refresh_from_db()
    assert step.state != "open" or step.reminded_at is not None


def test_a_returned_request_is_sent_again_although_letters_are_used_up(in_bontang: City) -> None:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan)
    step = application.steps.get(state="open")
    decisions.return_(step_id=step.pk, by=cast.rina, note="Foto kurang jelas", at=MONDAY)
    limit(in_bontang, letters=0, storage_mb=0)
    key = application.blueprint.documents[0].key
    typed = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
    wrong = asking.save_answers(
        application_id=application.pk, typed=typed, files={key: photo("red")},
        names={key: "baru.jpg"}, by=cast.sari,
    )  # fmt: skip
    assert wrong == {}
    again = asking.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert again.state == Application.State.RUNNING


def test_full_storage_refuses_the_file_and_keeps_the_answers(in_bontang: City) -> None:
    cast = make_cast()
    limit(in_bontang, storage_mb=0)
    found = asking.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    typed = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
    wrong = asking.save_answers(
        application_id=found.pk, typed=typed, files={"pernyataan": photo()},
        names={"pernyataan": "a.jpg"}, by=cast.sari,
    )  # fmt: skip
    assert "sudah penuh" in wrong["pernyataan"]
    found.refresh_from_db()
    assert found.answers["keperluan"] == "Beasiswa anak"
    assert not found.documents.exists()


def test_without_a_seat_nobody_is_invited_but_heads_of_rt_are(in_bontang: City) -> None:
    cast = make_cast()
    used = entitlements.usage(in_bontang, MONDAY)["seats"]
    limit(in_bontang, seats=used)
    loket = Post.objects.get(unit=cast.village, role="loket")
    with pytest.raises(LimitReached, match="kursi petugas"):
        office.appoint_by_mail(
            post=loket, name="Baru", email="baru@contoh.go.id", since=SINCE, by=cast.lurah
        )
    assert not Outbox.objects.filter(payload__to="baru@contoh.go.id").exists()
    # Whoever has a seat may hold a second post; a head of an RT needs none.
    office.appoint(post=loket, user=cast.lurah, since=SINCE, by=None)
    rt = Unit.objects.get(code=f"{cast.village.code}/001/001")
    family(cast.village, rt=3)
    third = Unit.objects.get(code=f"{cast.village.code}/001/003")
    assert rt.pk != third.pk
    head = Post.objects.get(unit=third, role="ketua_rt")
    office.appoint_by_mail(
        post=head, name="Ketua", email="ketua@contoh.id", since=SINCE, by=cast.lurah
    )
    assert entitlements.usage(in_bontang, MONDAY)["seats"] == used


def test_a_date_in_the_past_gives_no_seat(in_bontang: City) -> None:
    """Whoever held a post then, and holds none now, takes a seat like anybody else."""
    cast = make_cast()
    loket = Post.objects.get(unit=cast.village, role="loket")
    gone = User.objects.create_user("lama@contoh.go.id", "kata-sandi-uji", name="Lama")
    held = office.appoint(post=loket, user=gone, since=SINCE, by=None)
    office.end_holding(holding=held, until=SINCE + timedelta(days=3), by=None)
    limit(in_bontang, seats=entitlements.usage(in_bontang, MONDAY)["seats"])
    with pytest.raises(LimitReached, match="kursi petugas"):
        office.appoint(post=loket, user=gone, since=SINCE + timedelta(days=5), by=None)


def test_beyond_the_quota_only_essential_mail_goes(in_bontang: City) -> None:
    limit(in_bontang, messages=1)
    from django.db import transaction

    with transaction.atomic():
        mail.send("a@contoh.id", "Satu", "Isi", key="1")
        mail.send("a@contoh.id", "Dua", "Isi", key="2")
        mail.send("a@contoh.id", "Sandi", "Isi", key="3", essential=True)
    sent = set(Outbox.objects.filter(kind="mail.send").values_list("key", flat=True))
    assert sent == {"mail:1", "mail!:3"}
    with in_public(), transaction.atomic():
        mail.send("a@contoh.id", "Empat", "Isi", key="4")
        assert Outbox.objects.filter(key="mail:4").exists()  # the platform's own mail


def test_letters_of_a_trial_say_so_on_paper_and_when_checked(in_bontang: City) -> None:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    letter = Letter.objects.get()
    assert letter.content.watermark == "UJI COBA"
    checked = letters.check(letter.code, today=MONDAY.date())
    assert checked is not None
    assert checked.mark == "UJI COBA"


def test_the_check_page_names_a_trial_letter(in_bontang: City, client_for) -> None:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    page = client_for(in_bontang).get(f"/v/{Letter.objects.get().code}")
    assert "Ini surat uji coba" in page.content.decode()


def test_a_paying_citys_letters_carry_no_mark(in_bontang: City) -> None:
    in_bontang.status, in_bontang.trial_ends_at = S.ACTIVE, None
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    assert Letter.objects.get().content.watermark == ""


def test_a_trial_that_ran_out_unpaid_stays_a_trial_on_paper(bontang: City) -> None:
    bontang.status = S.PAST_DUE
    assert entitlements.on_trial(bontang)
    bontang.is_demo = True
    assert not entitlements.on_trial(bontang)  # its letters say CONTOH


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=st.lists(st.sampled_from([s.value for s in S]), max_size=5))
def test_a_city_moves_only_in_legal_ways(bontang: City, steps: list[str]) -> None:
    from django.db import transaction

    with transaction.atomic():
        for wanted in steps:
            before = City.objects.get(pk=bontang.pk).status
            legal = wanted == before or wanted in entitlements.MOVES[before]
            try:
                entitlements.set_status(bontang.pk, wanted, reason="uji", by=None)
            except (RuleBroken, Stale):
                assert not legal
                assert City.objects.get(pk=bontang.pk).status == before
            else:
                assert legal
                assert City.objects.get(pk=bontang.pk).status == wanted
        transaction.set_rollback(True)


def test_every_change_is_written_down_and_once(bontang: City) -> None:
    for _ in range(2):
        entitlements.set_status(bontang.pk, S.ACTIVE, reason="dibayar", by=None)
        entitlements.grant(bontang.pk, Limits(letters=5), by=None)
        entitlements.set_trial_end(bontang.pk, None, reason="dibayar", by=None)
    with in_public():
        noted = list(
            Entry.objects.filter(subject="city", subject_id="64.74").values_list("what", flat=True)
        )
    assert sorted(noted) == ["city.limits", "city.status", "city.trial"]


def test_a_change_is_noticed_by_the_next_request(bontang: City) -> None:
    assert hosts.city_on(bontang.host).status == S.TRIAL
    entitlements.set_status(bontang.pk, S.SUSPENDED, reason="uji", by=None)
    hosts.forget()  # what the commit does
    assert hosts.city_on(bontang.host).status == S.SUSPENDED


def test_the_month_is_the_citys_own(bontang: City) -> None:
    late = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)  # 00.30 on 1 December in Bontang
    assert entitlements.month_start(bontang, late).isoformat() == "2026-12-01T00:00:00+08:00"
    assert entitlements.next_month(bontang, late).isoformat() == "2027-01-01T00:00:00+08:00"
    with in_city(bontang):
        assert entitlements.has_room("letters", at=late)
