"""A document given once and an answer given once are not asked for again."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from kernel.errors import NotThere, RuleBroken
from services.applications import actions, elsewhere, requirements
from services.applications.earlier import earlier
from services.applications.models import Application
from services.cases.sending import send
from services.catalogue import samples
from services.catalogue.queries import service
from services.catalogue.shipped import shipped
from services.letters.actions import make_ready, render
from services.letters.models import Letter
from services.residents import register
from services.residents.models import Consent, Person, Source, WalletDocument
from services.residents.sealing import fingerprint, seal
from services.residents.wallet import actions as wallet
from services.residents.wallet.kinds import kinds
from tenants.backend.scope import in_city
from tenants.registry import stored_files
from tenants.registry.models import City
from tests.factories import Cast, approve, change, make_cast, photo
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NIK = "services.residents.backends.NikBackend"
SKTM = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def agree(cast: Cast) -> None:
    wallet.say(
        person=cast.sari_person, purpose=Consent.Purpose.WALLET, given=True, by=cast.sari, at=MONDAY
    )


def send_sktm(cast: Cast) -> Application:
    """A request with an uploaded statement, sent, and decided so that another may follow."""
    application = begin(cast, "sktm")
    files = {"pernyataan": photo()}
    wrong = actions.save_answers(
        application_id=application.pk, typed=SKTM, files=files, names={}, by=cast.sari
    )
    assert wrong == {}
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    tell_subscribers()
    return application


def begin(cast: Cast, slug: str) -> Application:
    return actions.begin(service=service(slug), applicant=cast.sari_person, by=cast.sari)


def test_second_request_needs_no_upload_and_no_answer(cast: Cast) -> None:
    agree(cast)
    first = send_sktm(cast)
    approve(first, cast.hasan, cast.rina, cast.lurah)
    second = begin(cast, "sktm")
    assert actions.problems(second) == {}
    document = second.documents.get(key="pernyataan")
    assert (document.origin, document.has_file) == ("wallet", True)
    assert document.path != first.documents.get().path
    assert second.answers["keperluan"] == "Beasiswa anak"


def test_service_tells_how_many_requirements_were_met_without_upload(cast: Cast) -> None:
    agree(cast)
    first = send_sktm(cast)
    approve(first, cast.hasan, cast.rina, cast.lurah)
    second = begin(cast, "sktm")
    actions.submit(application_id=second.pk, by=cast.sari, at=MONDAY)
    found = requirements.effort(service("sktm"), since=MONDAY.date() - timedelta(days=1))
    assert (found.total, found.spared, found.percent) == (2, 1, 50)
    nothing = requirements.effort(service("domisili"), since=MONDAY.date())
    assert (nothing.total, nothing.percent) == (0, 0)


def test_without_consent_nothing_is_kept(cast: Cast) -> None:
    send_sktm(cast)
    assert not WalletDocument.objects.exists()
    assert "pernyataan" in actions.problems(begin(cast, "sktm"))


def test_withdrawn_consent_deletes_files_at_once(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    agree(cast)
    send_sktm(cast)
    kept = WalletDocument.objects.get()
    assert stored_files.read(kept.path)
    with django_capture_on_commit_callbacks(execute=True):
        wallet.say(
            person=cast.sari_person, purpose=Consent.Purpose.WALLET, given=False, by=cast.sari,
            at=MONDAY,
        )  # fmt: skip
    with pytest.raises(FileNotFoundError):
        stored_files.read(kept.path)
    assert "pernyataan" in actions.problems(begin(cast, "sktm"))


def test_owner_opens_a_kept_document_as_any_other_file(
    cast: Cast, bontang: City, client_for: Any
) -> None:
    agree(cast)
    send_sktm(cast)
    kept = WalletDocument.objects.get()
    client = client_for(bontang)
    client.force_login(cast.sari, "services.residents.backends.NikBackend")
    answer = client.get(f"/data-saya/dokumen/{kept.pk}/")
    assert answer.content == stored_files.read(kept.path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("inline; filename=")
    client.force_login(cast.tetangga, "services.residents.backends.NikBackend")
    assert client.get(f"/data-saya/dokumen/{kept.pk}/").status_code == 404


def test_document_of_another_person_cannot_be_withdrawn(cast: Cast) -> None:
    agree(cast)
    send_sktm(cast)
    other = Person.objects.get(account__user=cast.tetangga)
    with pytest.raises(NotThere):
        wallet.withdraw(
            document_id=WalletDocument.objects.get().pk, person=other, by=cast.tetangga, at=MONDAY
        )


def test_document_that_has_run_out_is_asked_again(cast: Cast) -> None:
    agree(cast)
    send_sktm(cast)
    WalletDocument.objects.update(valid_until=MONDAY.date() - timedelta(days=400))
    assert "pernyataan" in actions.problems(begin(cast, "sktm"))


def test_removed_document_is_not_proposed_again_in_the_same_request(cast: Cast) -> None:
    agree(cast)
    send_sktm(cast)
    second = begin(cast, "sktm")
    actions.remove_document(document_id=second.documents.get().pk, by=cast.sari)
    wrong = actions.save_answers(
        application_id=second.pk, typed=SKTM, files={}, names={}, by=cast.sari
    )
    assert set(wrong) == {"pernyataan"}


def test_register_comes_before_the_wallet(cast: Cast) -> None:
    """The number of the certificate stands in the register: nothing is uploaded."""
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
    facts = {"marriage_certificate": "0123/45/VII/2010", "marital": 2}
    register.change(person_id=cast.sari_person.pk, facts=facts, origin=origin, by=cast.rina)
    slug = next(
        s for s in ("suami-istri", "pisah-kk", "perubahan-kk", "wali-anak")
        if any(d.label == kinds()["akta_nikah"].label and not d.show_when
               for d in service(s).current.blueprint.documents)  # type: ignore[union-attr]
    )  # fmt: skip
    key = next(
        d.key for d in service(slug).current.blueprint.documents  # type: ignore[union-attr]
        if d.label == kinds()["akta_nikah"].label
    )  # fmt: skip
    person = Person.objects.select_related("household__rt").get(pk=cast.sari_person.pk)
    begun = actions.begin(service=service(slug), applicant=person, by=cast.sari)
    document = begun.documents.get(key=key)
    assert (document.origin, document.has_file) == ("register", False)
    assert "0123/45/VII/2010" in document.name


def test_marriage_certificate_of_somebody_divorced_counts_no_more(cast: Cast) -> None:
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
    for marital, words in ((2, "0123"), (3, "")):
        facts = {"marriage_certificate": "0123", "marital": marital}
        register.change(person_id=cast.sari_person.pk, facts=facts, origin=origin, by=cast.rina)
        person = Person.objects.get(pk=cast.sari_person.pk)
        assert kinds()["akta_nikah"].known(person, MONDAY.date()).endswith(words)
        assert bool(kinds()["akta_nikah"].known(person, MONDAY.date())) is bool(words)


def test_every_kind_is_asked_for_by_a_shipped_service_and_names_real_letters() -> None:
    slugs = {one.slug for one in shipped()}
    labels = {document.label for one in shipped() for document in one.documents}
    for kind in kinds().values():
        assert labels & set(kind.labels), kind.key
        assert set(kind.letters) <= slugs, kind.key


def test_death_reported_before_is_not_proposed_for_the_next_one(cast: Cast) -> None:
    blueprint = service("kematian").current.blueprint  # type: ignore[union-attr]
    first = begin(cast, "kematian")
    first.seal_answers(samples.answers(blueprint, today=MONDAY.date()))
    first.save()
    with transaction.atomic():
        send(first, by=cast.sari, at=MONDAY)
    assert earlier(blueprint, cast.sari_person.pk) == {}


def test_shared_question_is_proposed_in_another_service(cast: Cast) -> None:
    send_sktm(cast)
    taken = earlier(
        service("sktm-prodeo").current.blueprint,
        cast.sari_person.pk,  # type: ignore[union-attr]
    )
    labels = {
        f.label: taken[f.key].answer
        for f in service("sktm-prodeo").current.blueprint.fields  # type: ignore[union-attr]
        if f.key in taken
    }
    assert labels["Penghasilan keluarga sebulan"] == 1450000
    assert not any("keperluan" in key for key in taken)


# --- a letter of another city ---------------------------------------------------------------------


def n1_letter(cast: Cast) -> Letter:
    """A ready letter N1 for sari, in the city the test stands in."""
    application = begin(cast, "pengantar-nikah-n1")
    application.seal_answers(samples.answers(application.blueprint, today=MONDAY.date()))
    application.save()
    with transaction.atomic():
        send(application, by=cast.sari, at=MONDAY)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    letter = application.issued.get(output="n1").letter
    render(letter.pk, at=MONDAY)
    make_ready(letter.pk)
    return Letter.objects.get(pk=letter.pk)


def asking_for_n1(cast: Cast) -> Application:
    """A draft of a service that asks for the letter N1."""
    change("sktm", lambda definition: definition["documents"][0].update(kind="n1"))
    return begin(cast, "sktm")


def test_own_letter_meets_the_requirement(cast: Cast) -> None:
    letter = n1_letter(cast)
    document = asking_for_n1(cast).documents.get()
    assert (document.origin, document.has_file) == ("letter", True)
    assert letter.number in document.name
    assert stored_files.read(document.path) == stored_files.read(letter.file)


def test_revoked_letter_meets_nothing(cast: Cast) -> None:
    letter = n1_letter(cast)
    Letter.objects.filter(pk=letter.pk).update(
        state="revoked", revoked_at=MONDAY, revoked_by=cast.lurah, revoked_for="Salah nama"
    )
    assert not asking_for_n1(cast).documents.exists()


def test_what_falls_before_sending_is_asked_for(
    cast: Cast, bontang: City, client_for: Callable[[City], Client]
) -> None:
    """A letter revoked, and a document withdrawn, after the draft was begun."""
    letter = n1_letter(cast)
    draft_ = asking_for_n1(cast)
    assert draft_.documents.get().origin == "letter"
    assert actions.save_answers(
        application_id=draft_.pk, typed=SKTM, files={}, names={}, by=cast.sari
    ) == {}  # fmt: skip
    Letter.objects.filter(pk=letter.pk).update(
        state="revoked", revoked_at=MONDAY, revoked_by=cast.lurah, revoked_for="Salah nama"
    )
    with pytest.raises(RuleBroken, match="Masih ada yang perlu dilengkapi"):
        actions.submit(application_id=draft_.pk, by=cast.sari, at=MONDAY)
    client = client_for(bontang)
    client.force_login(cast.sari, NIK)
    answer = client.post(f"/permohonan/{draft_.pk}/periksa/")
    assert answer["Location"] == f"/permohonan/{draft_.pk}/isi/?ubah"
    assert not draft_.documents.exists()
    assert set(actions.problems(Application.objects.get(pk=draft_.pk))) == {"pernyataan"}


def test_document_withdrawn_from_the_wallet_is_not_sent(cast: Cast) -> None:
    agree(cast)
    approve(send_sktm(cast), cast.hasan, cast.rina, cast.lurah)
    second = begin(cast, "sktm")
    assert actions.still_met(application_id=second.pk, by=cast.sari)
    wallet.say(
        person=cast.sari_person, purpose=Consent.Purpose.WALLET, given=False, by=cast.sari,
        at=MONDAY,
    )  # fmt: skip
    assert not actions.still_met(application_id=second.pk, by=cast.sari)
    assert not second.documents.exists()


def test_document_whose_file_is_lost_is_asked_for_again(
    cast: Cast, bontang: City, client_for: Callable[[City], Client]
) -> None:
    agree(cast)
    approve(send_sktm(cast), cast.hasan, cast.rina, cast.lurah)
    kept_ = WalletDocument.objects.get()
    stored_files.forget(kept_.path)
    assert "pernyataan" in actions.problems(begin(cast, "sktm"))
    client = client_for(bontang)
    client.force_login(cast.sari, NIK)
    assert client.get(f"/data-saya/dokumen/{kept_.pk}/").status_code == 404
    copy = b"".join(client.get("/data-saya/unduh/").streaming_content)  # type: ignore[attr-defined]
    assert kept_.name in zipfile.ZipFile(io.BytesIO(copy)).read("data-saya.json").decode()


def test_letter_of_another_city_meets_the_requirement_by_its_address(
    bontang: City, blitar: City
) -> None:
    # Letters of a city on trial count nowhere else.
    City.objects.filter(pk=blitar.pk).update(status=City.Status.ACTIVE, trial_ends_at=None)
    with in_city(City.objects.get(pk=blitar.pk)):
        there = make_cast()
        letter = n1_letter(there)
        nik = there.sari_person.nik
    with in_city(bontang):
        cast = make_cast()
        draft_ = asking_for_n1(cast)
        address = f"{blitar.host}/v/{letter.code}"

        def meet(typed: str) -> None:
            elsewhere.meet_by_code(
                application_id=draft_.pk, key="pernyataan", typed=typed, by=cast.sari
            )

        with pytest.raises(RuleBroken, match="bukan atas nama Anda"):
            meet(address)
        Person.objects.filter(nik_print=fingerprint(nik)).exclude(pk=cast.sari_person.pk).update(
            nik_print=None, nik_sealed=None
        )
        Person.objects.filter(pk=cast.sari_person.pk).update(
            nik_sealed=seal(nik), nik_print=fingerprint(nik)
        )
        ours = f"{bontang.host}/v/{letter.code}"
        for wrong in (f"{blitar.host}/v/AAAA-BBBB", ours, "x", "https://[x/v/AAAA-BBBB"):
            with pytest.raises(RuleBroken, match="tidak ditemukan"):
                meet(wrong)
        Person.objects.filter(pk=cast.sari_person.pk).update(nik_sealed=None, nik_print=None)
        with in_city(blitar):
            Person.objects.filter(pk=letter.person_id).update(nik_sealed=None, nik_print=None)
        cast.sari_person.refresh_from_db()
        with pytest.raises(RuleBroken, match="bukan atas nama Anda"):
            meet(address)  # of two people without a NIK nobody says that they are one
        for place in (blitar, bontang):
            with in_city(place):
                someone = letter.person_id if place == blitar else cast.sari_person.pk
                Person.objects.filter(pk=someone).update(
                    nik_sealed=seal(nik), nik_print=fingerprint(nik)
                )
        meet(f"https://{address}")
        document = draft_.documents.get()
        assert (document.origin, document.has_file) == ("elsewhere", False)
        assert letter.number in document.name
        assert blitar.name in document.name


def test_codes_of_other_cities_cannot_be_tried_without_end(cast: Cast) -> None:
    application = asking_for_n1(cast)
    for _ in range(elsewhere.TRIES):
        with pytest.raises(RuleBroken, match="tidak ditemukan"):
            elsewhere.meet_by_code(
                application_id=application.pk, key="pernyataan", typed="a.b/v/c", by=cast.sari
            )
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        elsewhere.meet_by_code(
            application_id=application.pk, key="pernyataan", typed="a.b/v/c", by=cast.sari
        )
