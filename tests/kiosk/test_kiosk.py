"""What a kiosk is, who stands at one, and how both end. Without pages."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.models import Entry
from audit.queries import told_to
from kernel import clock
from kernel.errors import NotThere, RuleBroken, Stale
from services.applications import actions as applications
from services.applications import at_kiosk, counter, queries
from services.applications.models import Application, OnBehalf
from services.cases.timeline import timeline
from services.catalogue.queries import service
from services.residents import codes
from services.residents.kiosk import actions, rules
from services.residents.kiosk import queries as kiosks
from services.residents.models import Kiosk, KioskCode, Person
from services.web.access import today
from tenants.office.models import Holding, Unit
from tests.factories import SKTM, Cast, account, family, official, photo
from tests.kiosk.conftest import again, facts, opened, stand

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)


def filled(application: Application, kiosk: Kiosk) -> Application:
    """Every question of an SKTM answered and every document handed in, at this kiosk."""
    files = {spec.key: photo() for spec in application.blueprint.documents}
    wrong = applications.save_answers(
        application_id=application.pk, typed=SKTM, files=files,
        names=dict.fromkeys(files, "foto.jpg"), by=kiosk.user,
    )  # fmt: skip
    assert wrong == {}
    return Application.objects.get(pk=application.pk)


def begun(kiosk: Kiosk) -> Application:
    return at_kiosk.begin(service=service("sktm"), kiosk=kiosk, at=clock.now())


def filed(kiosk: Kiosk) -> Application:
    draft = filled(begun(kiosk), kiosk)
    return applications.submit(application_id=draft.pk, by=kiosk.user, at=clock.now())


# --- rules ----------------------------------------------------------------------------------------


def test_a_kiosk_closes_at_the_midnight_of_where_it_stands() -> None:
    zone = ZoneInfo("Asia/Makassar")
    assert rules.closes_at(NOON, zone) == datetime(2026, 12, 1, tzinfo=zone)
    late = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)  # 23.59 there
    assert rules.closes_at(late, zone) == datetime(2026, 12, 1, tzinfo=zone)


@pytest.mark.parametrize(
    ("began", "used", "is_scripted", "is_over"),
    [
        (60, 60, True, False),
        (600, 149, True, False),
        (600, 150, True, True),
        (600, 299, False, False),
        (600, 300, False, True),
        (3600, 1, True, True),
    ],
)
def test_a_turn_ends_when_nobody_touches_the_screen_and_after_an_hour(
    began: int, used: int, is_scripted: bool, is_over: bool
) -> None:
    def ago(seconds: int) -> datetime:
        return NOON - timedelta(seconds=seconds)

    assert rules.is_over(ago(began), ago(used), NOON, is_scripted=is_scripted) == is_over


def test_the_screen_ends_a_turn_before_the_server_does() -> None:
    assert timedelta(seconds=rules.IDLE_ON_SCREEN + rules.REPORT_EVERY) < rules.IDLE
    assert rules.COUNTDOWN < rules.IDLE_ON_SCREEN


@pytest.mark.parametrize("wrong", ["12345", "1234567", "12345６", "12a456", "", "654321"])
def test_the_end_of_a_card_is_compared_digit_by_digit(wrong: str) -> None:
    assert rules.same_end("6474010101123456", "123456", digits=6)
    assert not rules.same_end("6474010101123456", wrong, digits=6)
    assert not rules.same_end("", wrong, digits=6)


# --- opening and closing --------------------------------------------------------------------------


def test_a_counter_opens_kiosks_of_its_own_office_alone(cast: Cast) -> None:
    assert opened(cast.rina, cast.village.pk).user.name == f"Kios {cast.village.name}"
    assert opened(cast.rina, cast.village.pk).user.name == f"Kios 2 {cast.village.name}"
    assert opened(cast.loket_kecamatan, cast.kecamatan.pk).unit == cast.kecamatan
    for user, unit in (
        (cast.rina, cast.kecamatan), (cast.lurah, cast.village), (cast.hasan, cast.village),
        (cast.petugas, cast.dinas), (cast.sari, cast.village),
    ):  # fmt: skip
        with pytest.raises(NotThere):
            opened(user, unit.pk)


def test_the_account_of_a_kiosk_opens_nothing(cast: Cast, kiosk: Kiosk) -> None:
    assert not kiosk.user.is_active
    assert not kiosk.user.has_usable_password()
    actions.close(kiosk_id=kiosk.pk, by=cast.rina, at=clock.now(), today=today())
    assert opened(cast.rina, cast.village.pk).user == kiosk.user, "the next day's has it again"


def test_a_kiosk_is_closed_from_the_desk_by_any_counter_of_the_office(
    cast: Cast, kiosk: Kiosk
) -> None:
    second = official("loket-dua", cast.village, "loket")
    for stranger in (cast.lurah_lain, cast.loket_kecamatan, cast.hasan):
        with pytest.raises(NotThere):
            actions.close(kiosk_id=kiosk.pk, by=stranger, at=clock.now(), today=today())
    assert list(kiosks.open_at([cast.village.pk], clock.now())) == [kiosk]
    actions.close(kiosk_id=kiosk.pk, by=second, at=clock.now(), today=today())
    assert not kiosks.open_at([cast.village.pk], clock.now()).exists()
    entry = Entry.objects.get(what="kiosk.closed")
    assert (entry.actor_id, entry.subject_id) == (second.pk, str(kiosk.pk))


def test_the_password_of_who_opened_it_closes_it_and_five_wrong_ones_wait(kiosk: Kiosk) -> None:
    for _ in range(5):
        with pytest.raises(RuleBroken, match="tidak cocok"):
            actions.close_by_password(kiosk=kiosk, password="salah", at=clock.now())
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        actions.close_by_password(kiosk=kiosk, password="kata-sandi-uji", at=clock.now())


def found(token: str, at: datetime) -> Kiosk | None:
    return actions.found(token=token, at=at, today=today())


def test_a_kiosk_ends_at_midnight_and_when_its_official_leaves_or_the_office_closes(
    cast: Cast,
) -> None:
    def fresh() -> tuple[Kiosk, str]:
        return actions.open_kiosk(
            unit_id=cast.village.pk, by=cast.rina, at=clock.now(), today=today()
        )

    kiosk, token = fresh()
    assert found(token, clock.now()) == kiosk
    assert found(token[:-1], clock.now()) is None
    assert found(token, kiosk.until) is None
    Unit.objects.filter(pk=cast.village.pk).update(is_active=False)
    assert found(token, clock.now()) is None
    Unit.objects.filter(pk=cast.village.pk).update(is_active=True)
    assert found(token, clock.now()) is None, "closed for good"
    _, token = fresh()
    Holding.objects.filter(user=cast.rina).update(until=today() - timedelta(days=1))
    assert found(token, clock.now()) is None


# --- who somebody is ------------------------------------------------------------------------------


def test_three_right_facts_begin_a_turn_that_its_resident_reads_about(
    kiosk: Kiosk, resident: Person
) -> None:
    kiosk = stand(kiosk, resident)
    assert kiosk.standing(clock.now()) == resident
    read = Entry.objects.get(what="person.read", subject_id=str(resident.pk))
    assert (read.actor_id, read.detail["purpose"]) == (kiosk.user_id, "kios")
    assert read.detail["office"] == kiosk.user.name
    assert "kios" in {entry.detail.get("purpose") for entry in told_to(resident.pk)}
    actions.end_turn(kiosk)
    assert again(kiosk).standing(clock.now()) is None


def test_what_is_wrong_is_not_said(cast: Cast, kiosk: Kiosk, resident: Person) -> None:
    elsewhere = family(Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk)[0])[0]
    right = facts(resident)
    end = str(right["card"])
    tries = [
        {**right, "birth_date": resident.birth_date + timedelta(days=1)},
        {**right, "card": f"{(int(end) + 1) % 10**6:06}"},
        {**right, "nik": elsewhere.nik},
        facts(elsewhere),
    ]
    said = set()
    for wrong in tries:
        with pytest.raises(RuleBroken) as refused:
            actions.identify(kiosk=kiosk, **wrong, at=clock.now())  # type: ignore[arg-type]
        said.add((refused.value.message, refused.value.field))
    assert said == {(actions.NO_MATCH, None)}
    assert again(kiosk).person is None


def test_a_kecamatan_serves_its_whole_area(cast: Cast, resident: Person) -> None:
    kiosk = stand(opened(cast.loket_kecamatan, cast.kecamatan.pk), resident)
    assert kiosk.person == resident


@pytest.mark.parametrize("status", [codes.Status.DEAD, codes.Status.MOVED])
def test_the_dead_and_those_who_left_are_nobody(
    kiosk: Kiosk, resident: Person, status: codes.Status
) -> None:
    Person.objects.filter(pk=resident.pk).update(status=status)
    with pytest.raises(RuleBroken, match="belum cocok"):
        stand(kiosk, resident)


def test_a_child_is_sent_to_its_parents(kiosk: Kiosk, resident: Person) -> None:
    young = date(today().year - 10, 1, 1)
    Person.objects.filter(pk=resident.pk).update(birth_date=young, marital=codes.Marital.SINGLE)
    resident.refresh_from_db()
    with pytest.raises(RuleBroken, match="Orang tua"):
        stand(kiosk, resident)


def test_wrong_tries_are_counted_for_the_person_and_for_the_kiosk(
    cast: Cast, kiosk: Kiosk, resident: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "TRIES_PER_KIOSK", actions.TRIES_PER_PERSON + 1)
    wrong = {**facts(resident), "birth_date": date(1900, 1, 1)}
    for _ in range(actions.TRIES_PER_PERSON):
        with pytest.raises(RuleBroken, match="belum cocok"):
            actions.identify(kiosk=kiosk, **wrong, at=clock.now())  # type: ignore[arg-type]
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        stand(opened(cast.rina, cast.village.pk), resident)  # at another kiosk, too
    other = {**facts(cast.sari_person), "birth_date": date(1900, 1, 1)}
    with pytest.raises(RuleBroken, match="belum cocok"):
        actions.identify(kiosk=kiosk, **other, at=clock.now())  # type: ignore[arg-type]
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        stand(kiosk, cast.sari_person)
    stand(opened(cast.rina, cast.village.pk), cast.sari_person)


# --- codes from the counter -----------------------------------------------------------------------


def code_for(cast: Cast, person: Person) -> str:
    handed = actions.make_code(
        person=person, checked="ktp", by=cast.rina, at=clock.now(), today=today()
    )
    return handed.in_groups


def test_a_code_from_the_counter_begins_one_turn(
    cast: Cast, kiosk: Kiosk, resident: Person
) -> None:
    first, code = code_for(cast, resident), code_for(cast, resident)
    with pytest.raises(RuleBroken, match="keliru"):  # the second ended the first
        actions.identify_by_code(kiosk=kiosk, code=first, at=clock.now())
    person = actions.identify_by_code(kiosk=kiosk, code=code.lower(), at=clock.now())
    assert person == again(kiosk).standing(clock.now()) == resident
    assert Entry.objects.filter(what="person.read", detail__purpose="kios-kode").count() == 1
    with pytest.raises(RuleBroken, match="sudah dipakai"):
        actions.identify_by_code(kiosk=kiosk, code=code, at=clock.now())


def test_a_code_ends_after_half_an_hour_and_counts_only_where_its_resident_lives(
    cast: Cast, kiosk: Kiosk, resident: Person
) -> None:
    code = code_for(cast, resident)
    late = clock.now() + timedelta(minutes=actions.CODE_MINUTES)
    with pytest.raises(RuleBroken, match="keliru"):
        actions.identify_by_code(kiosk=kiosk, code=code, at=late)
    other = Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk)[0]
    far = opened(official("loket-jauh", other, "loket"), other.pk)
    with pytest.raises(RuleBroken, match="keliru"):
        actions.identify_by_code(kiosk=far, code=code, at=clock.now())
    assert KioskCode.objects.count() == 1


def test_codes_are_made_by_the_counter_where_somebody_lives_and_not_for_oneself(
    cast: Cast, resident: Person
) -> None:
    far = official("loket-jauh", Unit.objects.filter(kind="kelurahan").last(), "loket")
    for user in (far, cast.lurah, cast.hasan):
        with pytest.raises(NotThere):
            actions.make_code(
                person=resident, checked="ktp", by=user, at=clock.now(), today=today()
            )
    cast.rina.name = resident.name
    cast.rina.save()
    with pytest.raises(RuleBroken, match="petugas lain"):
        code_for(cast, resident)


# --- filing ---------------------------------------------------------------------------------------


def test_what_is_filed_says_it_was_typed_at_a_kiosk(kiosk: Kiosk, resident: Person) -> None:
    kiosk = stand(kiosk, resident)
    sent = filed(kiosk)
    assert sent.number
    row = OnBehalf.objects.get(application=sent)
    assert (row.how, row.typed_by, row.title) == ("identity", kiosk.user, kiosk.user.name)
    read = Application.objects.get(pk=sent.pk)
    first = timeline(read, at=clock.now(), today=today())[0].title
    assert first == f"Permohonan diisi sendiri di {kiosk.user.name}"
    assert [one.pk for one in at_kiosk.cases(resident)] == [sent.pk]
    assert at_kiosk.case_of(resident, sent.pk) == sent


def test_a_draft_is_open_to_its_resident_at_a_kiosk_and_to_nobody_else(
    cast: Cast, kiosk: Kiosk, resident: Person
) -> None:
    def in_hand(at: Kiosk) -> Application:
        return queries.in_hand(at.user, draft.pk, today=today())

    kiosk = stand(kiosk, resident)
    draft = begun(kiosk)
    assert in_hand(kiosk) == draft
    other = stand(opened(cast.rina, cast.village.pk), cast.sari_person)
    for user in (cast.rina, cast.hasan, cast.sari, other.user):
        with pytest.raises(NotThere):
            queries.in_hand(user, draft.pk, today=today())
    stand(other, resident)
    assert in_hand(other) == draft, "it goes on at another kiosk"
    assert begun(again(other)).opened_by == other.user
    actions.end_turn(other)
    stand(kiosk, cast.sari_person)
    for one in (kiosk, other):
        with pytest.raises(NotThere):
            in_hand(one)
    Kiosk.objects.filter(pk=kiosk.pk).update(person=resident, used_at=NOON - timedelta(days=9))
    with pytest.raises(NotThere):
        in_hand(kiosk)
    with pytest.raises(Stale, match="sudah habis"):
        begun(again(kiosk))


def test_what_was_begun_elsewhere_goes_on_there(cast: Cast, kiosk: Kiosk) -> None:
    kiosk = stand(kiosk, cast.sari_person)
    applications.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    with pytest.raises(RuleBroken, match="di akun Anda"):
        begun(kiosk)
    assert list(at_kiosk.cases(cast.sari_person)) == []


def test_the_counter_goes_on_with_a_draft_of_a_kiosk(
    cast: Cast, kiosk: Kiosk, resident: Person
) -> None:
    kiosk = stand(kiosk, resident)
    draft = begun(kiosk)
    taken = counter.begin(
        service=service("sktm"), applicant=resident, by=cast.rina, checked="ktp", today=today()
    )
    assert (taken.pk, taken.opened_by, taken.checked) == (draft.pk, cast.rina, "ktp")
    assert taken.helped is not None and taken.helped.typed_by == cast.rina
    with pytest.raises(NotThere):
        queries.in_hand(kiosk.user, draft.pk, today=today())


def test_the_own_account_takes_over(kiosk: Kiosk, resident: Person) -> None:
    kiosk = stand(kiosk, resident)
    draft = filled(begun(kiosk), kiosk)
    user = account(resident)
    applications.submit(application_id=draft.pk, by=user, at=clock.now())
    assert OnBehalf.objects.get(application=draft).taken_over_at is not None
    with pytest.raises(NotThere):
        queries.in_hand(kiosk.user, draft.pk, today=today())
    assert at_kiosk.case_of(resident, draft.pk).number, "where it is, a kiosk still tells"


def test_a_draft_is_thrown_away_by_its_resident_alone(
    cast: Cast, kiosk: Kiosk, resident: Person
) -> None:
    kiosk = stand(kiosk, resident)
    draft = begun(kiosk)
    other = stand(opened(cast.rina, cast.village.pk), cast.sari_person)
    with pytest.raises(NotThere):
        at_kiosk.discard(application_id=draft.pk, kiosk=other, at=clock.now())
    at_kiosk.discard(application_id=draft.pk, kiosk=kiosk, at=clock.now())
    assert not Application.objects.filter(pk=draft.pk).exists()
