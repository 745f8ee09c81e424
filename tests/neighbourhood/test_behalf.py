"""The head of an RT files for a neighbour who agrees, and nobody is asked twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit import queries as audit
from kernel import clock
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from messaging.models import Outbox
from services.applications import actions, behalf, consent, queries
from services.applications.models import Application, OnBehalf
from services.cases import decisions
from services.cases.models import Case, Document, Step
from services.cases.timeline import timeline
from services.catalogue.models import Switch
from services.catalogue.queries import service
from services.letters.models import Letter
from services.residents.models import Consent, Person, WalletDocument
from services.residents.officials import identify
from services.residents.wallet import actions as wallet
from services.web.access import today
from tenants.office.models import Absence, Holding
from tests.factories import (
    MONDAY,
    SKTM,
    Cast,
    account,
    approve,
    family,
    photo,
    step_of,
    submitted,
)
from tests.told import tell_subscribers

As = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Guesses are counted anew in each test."""
    cache.clear()


def at(name: str, *args: object) -> str:
    return reverse(name, args=args, urlconf="config.urls_city")


@pytest.fixture
def neighbours(cast: Cast) -> list[Person]:
    """A household of RT 001 in which nobody has an account."""
    return family(cast.village)


def typed(cast: Cast, whom: Person, by: User | None = None) -> Application:
    """A draft that the head of RT 001 filled in completely."""
    by = by or cast.hasan
    draft = behalf.begin(service=service("sktm"), applicant=whom, by=by, today=today())
    files = {spec.key: photo() for spec in draft.blueprint.documents}
    wrong = actions.save_answers(
        application_id=draft.pk, typed=SKTM, files=files,
        names={key: f"{key}.jpg" for key in files}, by=by,
    )  # fmt: skip
    assert wrong == {}
    return Application.objects.get(pk=draft.pk)


def signed(application: Application, by: User, *, may_print: bool = False) -> OnBehalf:
    return consent.agree_by_signature(
        application_id=application.pk, content=photo(), may_print=may_print, by=by, at=clock.now()
    )


def code_sent(application: Application, whom: Person, by: User) -> str:
    """The code as its receiver reads it."""
    consent.send_code(application_id=application.pk, person_id=whom.pk, by=by, at=clock.now())
    mail = Outbox.objects.filter(key__contains=f"consent:{application.helped.pk}").latest("pk")
    return str(mail.payload).split("kode ini kepadanya: ")[1][:6]


def test_a_head_who_types_keeps_the_menu_of_the_rt(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    draft = typed(cast, neighbours[0])
    for name in ("application-fill", "application-check"):
        page = signed_in(cast.hasan).get(at(name, draft.pk), follow=True).content.decode()
        assert f'href="{at("rt-behalf-list")}"' in page, name
        assert f'href="{at("applications")}"' not in page, name


# --- consent --------------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_resident_agreed(cast: Cast, neighbours: list[Person]) -> None:
    draft = typed(cast, neighbours[0])
    for send in (behalf.send, actions.submit):
        with pytest.raises(RuleBroken, match="belum menyetujui"):
            send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    assert Application.objects.get(pk=draft.pk).number is None


def test_a_signature_is_kept_with_the_case_and_the_head_vouches_with_the_same_press(
    cast: Cast, neighbours: list[Person]
) -> None:
    draft = typed(cast, neighbours[0])
    signed(draft, cast.hasan)
    mine = queries.in_hand(cast.hasan, draft.pk, today=today())
    assert behalf.will_vouch(mine, cast.hasan, at=clock.now())
    sent = behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    row = OnBehalf.objects.get(application=sent)
    assert (row.how, row.typed_by, row.title) == ("signature", cast.hasan, "Ketua RT 001")
    assert row.paper is not None and row.paper.key == OnBehalf.PAPER
    vouch = sent.steps.order_by("pk")[0]
    assert (vouch.state, vouch.decided_by) == (Step.State.APPROVED, cast.hasan)
    assert step_of(sent).unit == cast.village, "the next desk has it"
    paper = queries.document_for(cast.rina, row.paper.pk, today=today())
    assert paper.pk == row.paper.pk, "the counter sees the evidence"
    with pytest.raises(NotThere):
        queries.document_for(cast.tetangga, row.paper.pk, today=today())


def test_the_case_says_who_typed_for_whom_and_how_it_was_agreed(
    cast: Cast, neighbours: list[Person]
) -> None:
    draft = typed(cast, neighbours[0])
    signed(draft, cast.hasan)
    sent = behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    first = timeline(sent, at=clock.now(), today=today())[0].title
    assert first.startswith("Diisikan oleh Ketua RT 001, Hasan, atas nama ")
    assert first.endswith("; persetujuan: tanda tangan difoto")


def test_a_code_to_a_relative_is_consent_once_and_for_minutes_only(
    cast: Cast, neighbours: list[Person]
) -> None:
    spouse = family(cast.village)[0]  # a grown-up
    Person.objects.filter(pk=spouse.pk).update(household=neighbours[0].household)
    account(spouse, "keluarga@example.com")
    draft = typed(cast, neighbours[0])
    assert [one.person for one in consent.reached(draft, at=clock.now())] == [spouse]
    code = code_sent(draft, spouse, cast.hasan)
    agree = {"application_id": draft.pk, "may_print": False, "by": cast.hasan}
    with pytest.raises(RuleBroken, match="keliru"):
        consent.agree_by_code(code="AAAAAA", at=clock.now(), **agree)
    late = clock.now() + timedelta(minutes=consent.VALID_MINUTES)
    with pytest.raises(RuleBroken, match="keliru"):
        consent.agree_by_code(code=code, at=late, **agree)
    row = consent.agree_by_code(code=code.lower(), at=clock.now(), **agree)
    assert (row.how, row.code_of) == ("code", spouse)
    with pytest.raises(RuleBroken, match="keliru"):
        consent.agree_by_code(code=code, at=clock.now(), **agree)


def test_few_tries_end_a_code_also_for_the_right_one(cast: Cast, neighbours: list[Person]) -> None:
    account(neighbours[0], "warga@example.com")
    draft = typed(cast, neighbours[0])
    code = code_sent(draft, neighbours[0], cast.hasan)
    agree = {"application_id": draft.pk, "may_print": False, "by": cast.hasan}
    for _ in range(consent.TRIES):
        with pytest.raises(RuleBroken, match="keliru"):
            consent.agree_by_code(code="AAAAAA", at=clock.now(), **agree)
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        consent.agree_by_code(code=code, at=clock.now(), **agree)


def test_no_code_where_nobody_of_the_household_can_receive_one(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    account(neighbours[0])  # an account without an address
    draft = typed(cast, neighbours[0])
    assert consent.reached(draft, at=clock.now()) == []
    page = signed_in(cast.hasan).get(at("rt-behalf-agree", draft.pk)).content.decode()
    assert "Dengan tanda tangan" in page
    assert "Dengan kode" not in page
    with pytest.raises(RuleBroken):
        consent.send_code(
            application_id=draft.pk, person_id=cast.sari_person.pk, by=cast.hasan, at=clock.now()
        )


def test_changed_answers_are_agreed_to_anew(cast: Cast, neighbours: list[Person]) -> None:
    draft = typed(cast, neighbours[0])
    signed(draft, cast.hasan)
    actions.save_answers(
        application_id=draft.pk, typed={"keperluan": "Berobat"}, files={}, names={}, by=cast.hasan,
        only=["keperluan"],
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="belum menyetujui"):
        behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())


def test_changed_files_are_agreed_to_anew(cast: Cast, neighbours: list[Person]) -> None:
    draft = typed(cast, neighbours[0])
    key = draft.blueprint.documents[0].key

    def exchanged() -> None:
        actions.save_answers(
            application_id=draft.pk, typed={}, files={key: photo("red")}, names={}, by=cast.hasan,
            only=[key],
        )  # fmt: skip

    def removed() -> None:
        actions.remove_document(document_id=draft.documents.get(key=key).pk, by=cast.hasan)

    for change in (exchanged, removed):
        signed(draft, cast.hasan, may_print=True)
        change()
        row = OnBehalf.objects.get(application=draft)
        assert (row.how, row.may_print, row.agreed_at) == ("", False, None)
        with pytest.raises(RuleBroken, match="belum menyetujui"):
            behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())


def test_what_was_not_agreed_to_is_not_sent_whoever_changed_it(
    cast: Cast, neighbours: list[Person]
) -> None:
    draft = typed(cast, neighbours[0])
    signed(draft, cast.hasan)
    assert consent.is_agreed(Application.objects.get(pk=draft.pk))
    Document.objects.filter(case=draft).exclude(key=OnBehalf.PAPER).update(sha256="0" * 64)
    assert not consent.is_agreed(Application.objects.get(pk=draft.pk))
    with pytest.raises(RuleBroken, match="belum menyetujui"):
        behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    signed(draft, cast.hasan)
    Document.objects.filter(case=draft, key=OnBehalf.PAPER).delete()
    assert not consent.is_agreed(Application.objects.get(pk=draft.pk))


def test_a_code_sent_for_other_answers_is_no_consent(cast: Cast, neighbours: list[Person]) -> None:
    account(neighbours[0], "warga@example.com")
    draft = typed(cast, neighbours[0])
    code = code_sent(draft, neighbours[0], cast.hasan)
    actions.save_answers(
        application_id=draft.pk, typed={"keperluan": "Berobat"}, files={}, names={}, by=cast.hasan,
        only=["keperluan"],
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="keliru"):
        consent.agree_by_code(
            application_id=draft.pk, code=code, may_print=True, by=cast.hasan, at=clock.now()
        )


def test_the_signed_statement_is_not_thrown_away_before_and_after_sending(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    draft = typed(cast, neighbours[0])
    paper = signed(draft, cast.hasan).paper
    assert paper is not None
    path = at("document-remove", paper.pk)
    assert signed_in(cast.hasan).post(path).status_code == 422
    sent = behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    decisions.return_(step_id=step_of(sent).pk, by=cast.rina, note="Kurang jelas.", at=clock.now())
    assert signed_in(cast.hasan).post(path).status_code == 422
    assert OnBehalf.objects.get(application=draft).paper == paper


# --- what the resident is told ------------------------------------------------------------------


def test_each_day_on_which_a_head_looks_at_a_draft_is_told(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    draft = typed(cast, neighbours[0])
    client = signed_in(cast.hasan)
    reads = audit.told_to(neighbours[0].pk).filter(detail__purpose="rt-isi")
    names = ("application-fill", "application-check", "rt-behalf-agree", "rt-behalf-sheet")
    for name in names:
        client.get(at(name, draft.pk))
    assert reads.count() == 1, "one looking within a quarter of an hour"
    assert reads.get().detail["office"] == "Ketua RT 001"
    for number, name in enumerate(names, start=2):
        with connection.cursor() as cursor:  # the application itself changes no entry
            cursor.execute("UPDATE audit_entry SET at = at - interval '16 minutes'")
        assert client.get(at(name, draft.pk)).status_code == 200
        assert reads.count() == number, name


def test_choosing_a_service_asks_the_same_however_many_there_are(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    client = signed_in(cast.hasan)
    path = at("rt-behalf-services", neighbours[0].pk)
    client.get(path)  # warm
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= 20 < len(behalf.choices(neighbours[0], today=today()))


def test_a_service_switched_off_in_the_village_says_so(
    cast: Cast, neighbours: list[Person]
) -> None:
    Switch.objects.create(unit=cast.village, what="sktm", is_on=False)
    reasons = {one.service.slug: one.reason for one in behalf.choices(neighbours[0], today=today())}
    assert "belum dibuka" in reasons["sktm"] and not reasons["domisili"]


# --- what the head reads --------------------------------------------------------------------------


def test_a_head_is_shown_no_income_and_no_paper_of_the_wallet(cast: Cast, signed_in: As) -> None:
    wallet.say(
        person=cast.sari_person, purpose=Consent.Purpose.WALLET, given=True, by=cast.sari,
        at=MONDAY,
    )  # fmt: skip
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    tell_subscribers()
    assert WalletDocument.objects.exists(), "the wallet holds what was handed in"
    income = ("1450000", "1.450.000")
    own = actions.begin(
        service=service("pengantar-bansos"), applicant=cast.sari_person, by=cast.sari
    )
    assert any(text in str(own.answers) for text in income), "proposed to the resident"
    taken = 0
    for slug in ("sktm", "sktm-pendidikan"):
        draft = behalf.begin(
            service=service(slug), applicant=cast.sari_person, by=cast.hasan, today=today()
        )
        taken += len(draft.answers)
        assert not any(text in str(draft.answers) for text in income)
        origins = set(draft.documents.values_list("origin", flat=True))
        assert origins <= {Document.Origin.REGISTER}
    assert taken, "answers that are not sensitive are taken over"


def test_a_head_opens_the_files_they_uploaded_and_no_letter(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    draft = typed(cast, neighbours[0])
    own = draft.documents.exclude(path="").first()
    assert own is not None
    client = signed_in(cast.hasan)
    assert client.get(at("document", own.pk)).status_code == 200
    assert at("document", own.pk) in client.get(at("application-check", draft.pk)).content.decode()
    Document.objects.filter(pk=own.pk).update(uploaded_by=cast.rina)
    assert client.get(at("document", own.pk)).status_code == 404
    page = client.get(at("application-check", draft.pk)).content.decode()
    assert at("document", own.pk) not in page and own.name in page
    Document.objects.filter(pk=own.pk).update(uploaded_by=cast.hasan, origin=Document.Origin.WALLET)
    assert client.get(at("document", own.pk)).status_code == 404


def test_the_next_head_is_not_shown_what_the_one_before_was_told(
    cast: Cast, neighbours: list[Person]
) -> None:
    draft = typed(cast, neighbours[0])
    private = {spec.key for spec in draft.blueprint.fields if spec.sensitive}
    assert private & draft.answers.keys()
    signed(draft, cast.hasan, may_print=True)
    follower = account(family(cast.village)[0])
    Holding.objects.filter(user=cast.hasan).update(user=follower)
    again = behalf.begin(
        service=service("sktm"), applicant=neighbours[0], by=follower, today=today()
    )
    again = Application.objects.get(pk=again.pk)
    assert again.pk == draft.pk and again.answers and not private & again.answers.keys()
    assert not consent.is_agreed(again)


# --- area and term --------------------------------------------------------------------------------


def test_nobody_types_for_residents_of_another_rt(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    draft = typed(cast, neighbours[0])
    for stranger in (cast.bahar, cast.tetangga, cast.lurah, cast.lurah_lain):
        with pytest.raises(NotThere):
            behalf.begin(
                service=service("sktm"), applicant=neighbours[0], by=stranger, today=today()
            )
        for read in (queries.in_hand, behalf.of_head):
            with pytest.raises(NotThere):
                read(stranger, draft.pk, today=today())  # type: ignore[operator]
    client = signed_in(cast.bahar)
    for name in ("rt-behalf", "rt-behalf-agree", "rt-behalf-send", "rt-behalf-sheet"):
        assert client.get(at(name, draft.pk)).status_code == 404
    for name in ("rt-behalf-services",):
        assert client.get(at(name, neighbours[0].pk)).status_code == 404
    found = client.post(at("rt-behalf-find"), {"q": neighbours[0].name}).content.decode()
    assert f"bantu/warga/{neighbours[0].pk}/" not in found


@pytest.mark.parametrize("shift", [-1, 1])
def test_nothing_before_and_after_the_term(
    cast: Cast, neighbours: list[Person], shift: int, signed_in: As
) -> None:
    draft = typed(cast, neighbours[0])
    signed(draft, cast.hasan, may_print=True)
    day = today() + timedelta(days=shift)
    if shift < 0:
        Holding.objects.filter(user=cast.hasan).update(until=day)
    else:
        Holding.objects.filter(user=cast.hasan).update(since=day)
    with pytest.raises(NotThere):
        behalf.begin(service=service("sktm"), applicant=neighbours[0], by=cast.hasan, today=today())
    with pytest.raises(NotThere):
        behalf.of_head(cast.hasan, draft.pk, today=today())
    with pytest.raises(NotThere):
        behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    answer = signed_in(cast.hasan).get(at("application-fill", draft.pk))
    assert answer.status_code == 404


def test_whoever_stands_in_types_for_nobody(cast: Cast, neighbours: list[Person]) -> None:
    stand_in = Holding.objects.get(user=cast.bahar).post
    Absence.objects.create(
        holding=Holding.objects.get(user=cast.hasan), stand_in=stand_in, since=today(),
        until=today() + timedelta(days=2), noted_by=cast.hasan,
    )  # fmt: skip
    with pytest.raises(NotThere):
        behalf.begin(service=service("sktm"), applicant=neighbours[0], by=cast.bahar, today=today())


def test_own_household_is_not_typed_for_and_not_vouched_for(cast: Cast) -> None:
    own = family(cast.village)
    identify(user=cast.hasan, nik=own[0].nik, by=None)
    for relative in own[:2]:
        with pytest.raises(RuleBroken, match="keluarga serumah"):
            behalf.begin(service=service("sktm"), applicant=relative, by=cast.hasan, today=today())


# --- taking over, and following up ----------------------------------------------------------------


def test_the_resident_goes_on_with_a_draft_and_the_head_changes_nothing_more(
    cast: Cast, signed_in: As
) -> None:
    draft = typed(cast, cast.sari_person)
    shown = signed_in(cast.sari).get(at("applications")).content.decode()
    assert "Diisikan oleh Ketua RT 001, Hasan" in shown
    actions.submit(application_id=draft.pk, by=cast.sari, at=MONDAY)
    row = OnBehalf.objects.get(application=draft)
    assert row.taken_over_at is not None
    assert step_of(draft).role == "ketua_rt", "the head answers as for everybody else"
    with pytest.raises(NotThere):
        queries.in_hand(cast.hasan, draft.pk, today=today())
    page = signed_in(cast.hasan).get(at("rt-behalf", draft.pk)).content.decode()
    assert "melanjutkan permohonan ini sendiri" in page


def test_the_resident_throws_a_draft_away(cast: Cast, signed_in: As) -> None:
    draft = typed(cast, cast.sari_person)
    signed(draft, cast.hasan)
    signed_in(cast.sari).post(at("application-withdraw", draft.pk))
    assert not Case.objects.filter(pk=draft.pk).exists()
    assert not Document.objects.filter(case=draft.pk).exists()


def test_a_returned_case_is_put_right_by_the_head_without_asking_anew(
    cast: Cast, neighbours: list[Person]
) -> None:
    draft = typed(cast, neighbours[0])
    signed(draft, cast.hasan)
    sent = behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    decisions.return_(step_id=step_of(sent).pk, by=cast.rina, note="Keperluan kurang jelas.",
                      at=clock.now())  # fmt: skip
    again = behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    assert again.state == Application.State.RUNNING
    assert step_of(again).unit == cast.village, "it goes back to the desk that returned it"


def test_a_letter_is_printed_only_by_consent(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    draft = typed(cast, neighbours[0])
    signed(draft, cast.hasan)
    sent = behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
    approve(sent, cast.rina, cast.lurah)
    for row in Outbox.objects.filter(kind="applications.issue", state=Outbox.State.DUE):
        assert outbox.run(row.pk)
    [letter] = Letter.objects.all()
    path = at("rt-behalf-letter", sent.pk, letter.pk)
    page = at("rt-behalf", sent.pk)
    client = signed_in(cast.hasan)
    assert client.get(path).status_code == 404
    assert client.get(at("letter", letter.pk)).status_code == 404
    assert path not in client.get(page).content.decode()
    OnBehalf.objects.filter(application=sent).update(may_print=True)
    assert path in client.get(page).content.decode()
    assert client.get(path)["Content-Type"] == "application/pdf"
    assert client.get(at("letter", letter.pk)).status_code == 404, "by that page alone"
    reads = audit.told_to(neighbours[0].pk).filter(detail__purpose="rt-cetak")
    assert reads.count() == 1, "each reading is told"


def test_the_pages_lead_from_the_name_to_the_number(
    cast: Cast, neighbours: list[Person], signed_in: As
) -> None:
    client, person = signed_in(cast.hasan), neighbours[0]
    found = client.post(at("rt-behalf-find"), {"q": person.name}).content.decode()
    assert at("rt-behalf-services", person.pk) in found
    offered = client.get(at("rt-behalf-services", person.pk)).content.decode()
    assert at("rt-behalf-begin", person.pk, "sktm") in offered
    answer = client.post(at("rt-behalf-begin", person.pk, "sktm"))
    draft = Application.objects.get(applicant=person)
    assert answer["Location"] == at("application-fill", draft.pk)
    files = {spec.key: photo() for spec in draft.blueprint.documents}
    actions.save_answers(
        application_id=draft.pk, typed=SKTM, files=files, names=dict.fromkeys(files, "a.jpg"),
        by=cast.hasan,
    )  # fmt: skip
    check = client.get(at("application-check", draft.pk)).content.decode()
    assert "warga Anda" in check
    assert client.post(at("application-check", draft.pk))["Location"] == at(
        "rt-behalf-send", draft.pk
    )
    assert client.get(at("rt-behalf-send", draft.pk))["Location"] == at("rt-behalf-agree", draft.pk)
    assert (
        person.name.split()[0].lower()
        in client.get(at("rt-behalf-sheet", draft.pk)).content.decode().lower()
    )
    signature = at("rt-behalf-signature", draft.pk)
    assert client.post(signature, {}).status_code == 422
    bad = SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg")
    assert client.post(signature, {"photo": bad}).status_code == 422
    good = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    answer = client.post(signature, {"photo": good, "may_print": "on"})
    assert answer["Location"] == at("rt-behalf-send", draft.pk)
    assert "Benarkan dan kirim" in client.get(at("rt-behalf-send", draft.pk)).content.decode()
    assert client.post(at("rt-behalf-send", draft.pk))["Location"] == at("rt-behalf", draft.pk)
    sent = Application.objects.get(pk=draft.pk)
    assert sent.number in client.get(at("rt-behalf", draft.pk)).content.decode()
    assert sent.number in client.get(at("rt-behalf-list")).content.decode()
    desk = signed_in(cast.rina).get(at("desk-case", draft.pk)).content.decode()
    assert "persetujuan: tanda tangan difoto" in desk
    assert "Persetujuan yang ditandatangani" in desk
