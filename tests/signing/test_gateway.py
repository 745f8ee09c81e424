"""BSrE's gateway, as a real server that behaves as badly as the real one does."""

import hashlib
from dataclasses import dataclass

import pytest
from cryptography import x509
from django.db import transaction

from accounts.models import User
from kernel.clock import now
from messaging import outbox
from services.letters.models import Letter
from services.residents import officials
from services.signing import accounts, certificates, confirming, identities, queries, settling
from services.signing.models import Account, Attempt, Signature
from services.signing.providers import Who, http
from tests.factories import MONDAY
from tests.signing.conftest import PASSPHRASE, Desk
from tests.signing.standin import PASSWORD, USER, Standin
from tests.signing.test_local import pdf_of, pdfsig

pytestmark = pytest.mark.django_db
NIK = "6474014107800001"


@dataclass
class Gateway:
    desk: Desk
    standin: Standin

    @property
    def lurah(self) -> User:
        return self.desk.lurah


@pytest.fixture(params=["bsre_v2", "bsre_v1"])
def gateway(request, cast, standin: Standin, monkeypatch) -> Gateway:
    standin.tell("clear")
    monkeypatch.setattr(http, "READ", 1)
    return signing_by(request.param, Desk(cast), standin)


@pytest.fixture
def v2(cast, standin: Standin, monkeypatch) -> Gateway:
    standin.tell("clear")
    monkeypatch.setattr(http, "READ", 1)
    return signing_by("bsre_v2", Desk(cast), standin)


def signing_by(provider: str, desk: Desk, standin: Standin, *, is_known: bool = True) -> Gateway:
    """A city that signs by the stand-in. ``is_known``: the Lurah has said before which certificate
    is theirs, as version 1 needs it."""
    accounts.keep(
        provider=provider, is_on=True, base=standin.base, allow_http=True,
        typed={"user": USER, "password": PASSWORD, "identify_by": "nik"}, by=desk.lurah, at=MONDAY,
    )  # fmt: skip
    officials.identify(user=desk.lurah, nik=NIK, by=None)
    standin.tell("user", nik=NIK, name=desk.lurah.name, passphrase=PASSPHRASE)
    if is_known:
        know_certificate(provider, desk.lurah)
    return Gateway(desk, standin)


def know_certificate(provider: str, user: User) -> None:
    from services.signing.providers.bsre_v2 import BsreV2

    account = Account.objects.get(is_on=True)
    [leaf, *_] = BsreV2().chain(accounts.way_of(account), Who(user.pk, user.name, NIK))
    with transaction.atomic():
        identities.learn(user, provider, x509.load_der_x509_certificate(leaf), MONDAY)


def times_signed(gateway: Gateway, sent: bytes) -> int:
    return gateway.standin.ledger().get(hashlib.sha256(sent).hexdigest(), 0)


def test_a_certified_signature(gateway: Gateway, tmp_path) -> None:
    letter = gateway.desk.letter()
    assert "BSrE" in letter.content.footer[1]
    sent = pdf_of(letter)
    batch = gateway.desk.sign(letter)
    assert queries.progress(batch).signed == 1
    [one] = queries.signatures_of(letter.pk)
    assert one.is_certified and "TIRUAN" in one.certificate_issuer
    assert pdf_of(letter).startswith(sent)
    assert "Signature is Valid." in pdfsig(pdf_of(letter), tmp_path)
    kept = str(Attempt.objects.get().answer)
    assert NIK not in kept and PASSPHRASE not in kept and len(kept) < 500


# What surely was not signed waits again; what may have been signed is never tried by itself.
FAULTS = {
    "refused": "failed", "wrong": "failed", "empty": "unknown", "drop": "unknown",
    "drop_before": "unknown", "html": "unknown", "html_after": "unknown", "code": "unknown",
    "code_after": "unknown", "error": "unknown", "late": "unknown", "away": "unknown",
    "busy": "unknown", "silent": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault(v2: Gateway, fault: str) -> None:
    letter = v2.desk.letter()
    sent = pdf_of(letter)
    v2.standin.tell("fault", part="sign/pdf", kind=fault, seconds=0.5)
    v2.desk.sign(letter)
    row = Signature.objects.get()
    assert row.state == FAULTS[fault], row.said
    letter.refresh_from_db()
    assert letter.state == Letter.State.RENDERED and pdf_of(letter) == sent
    before = times_signed(v2, sent)
    if row.state == "unknown":
        with pytest.raises(confirming.RuleBroken):
            v2.desk.sign(letter)  # not offered again
        assert times_signed(v2, sent) == before


@pytest.mark.parametrize("fault", ["altered", "same"])
def test_what_comes_back_is_looked_at(v2: Gateway, fault: str) -> None:
    letter = v2.desk.letter()
    v2.standin.tell("fault", part="sign/pdf", kind=fault)
    v2.desk.sign(letter)
    assert Signature.objects.get().state == "unknown"
    assert Attempt.objects.get().code == "check"


@pytest.mark.parametrize("name", ["Orang Lain", "the same name"])
def test_a_certificate_that_is_not_known_is_not_taken_whatever_its_name(
    v2: Gateway, name: str
) -> None:
    """A chain that cannot be asked for is no reason to believe a name."""
    name = v2.lurah.name if name == "the same name" else name
    v2.standin.tell("user", nik=NIK, name=name, passphrase=PASSPHRASE)
    letters = [v2.desk.letter(), v2.desk.letter()]
    v2.standin.tell("fault", part="certificate/chain", kind="error")
    batch = v2.desk.sign(*letters)
    rows = Signature.objects.order_by("pk")
    assert [row.state for row in rows] == ["unknown", "prepared"]
    assert name in rows[0].said and Attempt.objects.first().code == "certificate"
    batch.refresh_from_db()
    assert batch.stopped, "the others would end the same way"


def test_a_gateway_that_is_away_signs_nothing_and_stops_the_rest(cast, standin: Standin) -> None:
    gateway = signing_by("bsre_v1", Desk(cast), standin)
    Account.objects.update(base="http://127.0.0.1:9")
    letters = [gateway.desk.letter() for _ in range(3)]
    batch = gateway.desk.sign(*letters)
    batch.refresh_from_db()
    assert "tidak bisa dihubungi" in batch.stopped
    assert queries.count_waiting(gateway.lurah) == 3


def test_a_person_settles_what_nobody_knows(v2: Gateway) -> None:
    letter = v2.desk.letter()
    sent = pdf_of(letter)
    v2.standin.tell("fault", part="sign/pdf", kind="drop")
    v2.desk.sign(letter)
    [attempt] = queries.in_doubt(v2.lurah)
    looked = settling.examine(attempt_id=attempt.pk, by=v2.lurah, at=MONDAY)
    assert looked is settling.Looked.NOTHING
    settling.hand_in(
        attempt_id=attempt.pk, pdf=v2.standin.result(hashlib.sha256(sent).hexdigest()),
        by=v2.lurah, at=MONDAY,
    )  # fmt: skip
    assert queries.signatures_of(letter.pk) and times_signed(v2, sent) == 1
    assert not queries.in_doubt().exists()


def test_version_1_gives_a_file_once_more(cast, standin: Standin, monkeypatch) -> None:
    standin.tell("clear")
    gateway = signing_by("bsre_v1", Desk(cast), standin)
    letter = gateway.desk.letter()
    standin.tell("fault", part="sign/pdf", kind="empty")
    gateway.desk.sign(letter)
    [attempt] = queries.in_doubt(gateway.lurah)
    looked = settling.examine(attempt_id=attempt.pk, by=gateway.lurah, at=now())
    assert looked is settling.Looked.ASKED
    outbox.run_due()
    assert queries.signatures_of(letter.pk)


def test_declared_failed_it_waits_again(v2: Gateway) -> None:
    letter = v2.desk.letter()
    v2.standin.tell("fault", part="sign/pdf", kind="drop_before")
    v2.desk.sign(letter)
    [attempt] = queries.in_doubt(v2.lurah)
    settling.declare_failed(
        attempt_id=attempt.pk, by=v2.lurah, reason="Tidak ada di dasbor gateway", at=MONDAY
    )
    with pytest.raises(settling.Stale):
        settling.declare_failed(
            attempt_id=attempt.pk, by=v2.lurah, reason="Tidak ada di dasbor gateway", at=MONDAY
        )
    v2.desk.sign(letter)
    assert queries.signatures_of(letter.pk)
    assert Attempt.objects.filter(signature__letter=letter).count() == 2


def test_its_status(v2: Gateway) -> None:
    identities.ask(v2.lurah, identities.STATUS, now())
    outbox.run_due()
    found = identities.status_of(v2.lurah)
    assert found is not None and found.asked_at is None
    assert (found.status, found.code) == ("ISSUE", "1111")
    own = certificates.own(v2.lurah, "bsre_v2")
    assert own is not None and "TIRUAN" in own.issuer
