"""How many letters of a confirmation are asked for at once, and by which gateway."""

from datetime import timedelta
from typing import Any

import pytest

from kernel.clock import now
from messaging import outbox, work
from messaging.models import Outbox
from services.letters import archive
from services.letters.models import Letter
from services.signing import (
    accepting,
    accounts,
    certificates,
    confirming,
    leases,
    making,
    queries,
    rules,
    secret,
    settling,
)
from services.signing.models import Account, Attempt, Batch, Signature
from services.signing.providers import Owner, http
from tests.factories import MONDAY
from tests.signing.conftest import PASSPHRASE, Desk
from tests.signing.standin import PASSWORD, USER, Standin
from tests.signing.test_gateway import Gateway, signing_by
from tests.signing.test_local import pdf_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(cast, standin: Standin, monkeypatch) -> Gateway:
    standin.tell("clear")
    monkeypatch.setattr(http, "READ", 1)
    return signing_by("bsre_v1", Desk(cast), standin)


def ordered(gateway: Gateway, count: int, passphrase: str = PASSPHRASE) -> Batch:
    letters = [gateway.desk.letter() for _ in range(count)]
    ids = list(Signature.objects.filter(letter__in=letters).values_list("pk", flat=True))
    return confirming.begin(
        key=f"k{Batch.objects.count()}", signature_ids=ids, passphrase=passphrase,
        by=gateway.lurah, at=now(),
    )  # fmt: skip


def due() -> list[Outbox]:
    return list(Outbox.objects.filter(kind="signing.sign", state=Outbox.State.DUE).order_by("pk"))


def calls(standin: Standin) -> int:
    found: int = standin.tell("ledger")["calls"]  # type: ignore[assignment]
    return found


def test_the_first_letter_is_sent_alone_and_the_others_in_lanes(gateway: Gateway) -> None:
    batch = ordered(gateway, 7)
    assert [len(row.payload["attempts"]) for row in due()] == [1]
    outbox.run(due()[0].pk)
    lanes = due()
    assert len(lanes) == confirming.LANES
    assert sum(1 + len(row.payload["then"]) for row in lanes) == 6
    outbox.run_due()
    assert queries.progress(batch).signed == 7


def test_a_wrong_passphrase_is_sent_once(gateway: Gateway) -> None:
    before = calls(gateway.standin)
    batch = ordered(gateway, 5, passphrase="bukan yang ini, bukan")
    outbox.run_due()
    assert calls(gateway.standin) == before + 1
    assert queries.progress(batch).failed == 5


def test_after_a_letter_that_tells_nothing_the_next_is_sent_alone_too(gateway: Gateway) -> None:
    gateway.standin.tell("fault", part="sign/pdf", kind="empty")
    batch = ordered(gateway, 3)
    outbox.run(due()[0].pk)
    assert len(due()) == 1
    outbox.run_due()
    assert (queries.progress(batch).signed, queries.progress(batch).unknown) == (2, 1)


def test_a_gateway_that_is_silent_is_not_asked_for_the_others(gateway: Gateway) -> None:
    gateway.standin.tell("fault", part="sign/pdf", kind="silent", seconds=0.5)
    batch = ordered(gateway, 3)
    before = calls(gateway.standin)
    outbox.run_due()
    assert calls(gateway.standin) == before + 1
    found = queries.progress(batch)
    assert (found.unknown, found.failed) == (1, 2)


def test_one_city_s_gateway_holds_no_more_than_some_workers(gateway: Gateway, monkeypatch) -> None:
    batch = ordered(gateway, 2)
    busy = ordered(gateway, 1)
    Signature.objects.filter(attempts__batch=busy).update(
        state="signing", lease_until=now() + timedelta(minutes=1)
    )
    monkeypatch.setattr(making, "AT_ONCE", 1)
    [first] = Attempt.objects.filter(batch=batch).order_by("pk")[:1]
    with pytest.raises(work.NotDone):
        making.work(batch.pk, [first.pk], secret.keep(PASSPHRASE))
    first.refresh_from_db()
    assert first.state == "queued"
    Signature.objects.update(lease_until=now() - timedelta(seconds=1))
    making.work(batch.pk, [first.pk], secret.keep(PASSPHRASE))
    first.refresh_from_db()
    assert first.state == "signed"


def test_a_worker_that_dies_does_not_end_its_lane(gateway: Gateway) -> None:
    batch = ordered(gateway, 2)
    [row] = due()
    head = Attempt.objects.get(pk=row.payload["attempts"][0])
    Attempt.objects.filter(pk=head.pk).update(state="unknown", ended_at=now())
    Outbox.objects.filter(pk=row.pk).update(state="acting", due_at=now() - timedelta(seconds=1))
    outbox.run(row.pk)
    outbox.run_due()
    assert queries.progress(batch).signed == 1


def test_one_passphrase_goes_to_one_provider(local: Desk, standin: Standin, as_) -> None:
    """The city changed to a gateway while a letter for its own certificates was waiting."""
    first = local.letter()
    gateway = signing_by("bsre_v1", local, standin)
    second = local.letter()
    ids = list(Signature.objects.filter(letter__in=[first, second]).values_list("pk", flat=True))
    with pytest.raises(confirming.RuleBroken, match="cara yang berbeda"):
        confirming.begin(
            key="k", signature_ids=ids, passphrase=PASSPHRASE, by=gateway.lurah, at=now()
        )
    client = as_(local.lurah)
    page = client.get("/meja/tanda-tangan/").content.decode()
    assert first.number in page and second.number not in page
    page = client.get("/meja/tanda-tangan/?provider=bsre_v1").content.decode()
    assert second.number in page and first.number not in page
    page = client.get("/meja/tanda-tangan/sertifikat/").content.decode()
    assert "Keadaan di gateway" in page and "Perbarui sertifikat" in page


def test_what_was_typed_before_a_change_of_the_gateway_is_not_sent(gateway: Gateway) -> None:
    batch = ordered(gateway, 1)
    Account.objects.update(changed_at=now())
    before = calls(gateway.standin)
    outbox.run_due()
    assert calls(gateway.standin) == before
    assert "mengubah pengaturan" in Attempt.objects.get(batch=batch).said


def test_keys_do_not_follow_to_another_server(gateway: Gateway, admin_of, as_) -> None:
    def keep(**more: Any) -> Account:
        given = {"base": "https://lain.contoh.go.id", "is_on": True, "typed": {}, **more}
        return accounts.keep(provider="bsre_v1", allow_http=False, by=admin_of, at=now(), **given)

    with pytest.raises(accounts.RuleBroken, match="Alamat gateway berubah"):
        keep()
    typed = {"user": USER, "password": PASSWORD}
    row = keep(typed=typed)
    from audit.models import Entry

    assert Entry.objects.filter(what="signing.account").latest("pk").detail["server"] == (
        "https://lain.contoh.go.id:443"
    )
    told = Outbox.objects.filter(kind="mail.send", key__contains=f"gateway:{row.pk}:")
    keys = [one.key for one in told]
    assert any(key.endswith(f":{gateway.lurah.pk}") for key in keys)
    assert not any(key.endswith(f":{admin_of.pk}") for key in keys)
    count = told.count()
    keep(base="https://lain.contoh.go.id/esign")
    assert told.count() == count, "the same server: keys stay, nobody is told"
    keep(base="", is_on=False)
    assert Account.objects.get(provider="bsre_v1").keys == {"user": "", "password": ""}


@pytest.mark.parametrize("typed", ["ftp://a.id/tsa", "tsa", "https://u:p@a.id/tsa", "http://[/"])
def test_an_address_of_time_stamps_is_looked_at(cast, typed: str) -> None:
    with pytest.raises(accounts.RuleBroken):
        accounts.keep(
            provider="local", is_on=True, base="", allow_http=False, by=cast.lurah, at=MONDAY,
            typed={"level": "B-T", "tsa": typed},
        )  # fmt: skip


def accept(attempt: Attempt, letter: Letter, pdf: bytes) -> bool:
    path, digest = archive.store(letter.code, pdf)
    return accepting.accept(
        attempt, path=path, sha256=digest, size=len(pdf),
        owner=Owner("CN=A", "CN=B", "1", "f", now()), level="B-B", is_certified=False,
        root_checked=False, answer={}, at=now(),
    )  # fmt: skip


def test_a_worker_that_comes_back_late_ends_nobody_else_s_try(local: Desk) -> None:
    letter = local.letter()
    row = Signature.objects.get()

    def begun() -> Attempt:
        batch = confirming.begin(
            key=f"k{Batch.objects.count()}", signature_ids=[row.pk], passphrase=PASSPHRASE,
            by=local.lurah, at=now(),
        )  # fmt: skip
        attempt = Attempt.objects.get(batch=batch)
        attempt.state, attempt.started_at = "signing", now()
        attempt.sent_sha256 = letter.sha256
        attempt.save()
        Signature.objects.filter(pk=row.pk).update(
            state="signing", lease_until=now() - timedelta(seconds=1)
        )
        return attempt

    letter.refresh_from_db()
    first = begun()
    leases.end_overdue(at=now())
    settling.declare_failed(
        attempt_id=first.pk, by=local.lurah, reason="Tidak ada di gateway", at=now()
    )
    second = begun()
    assert not accept(first, letter, pdf_of(letter) + b"\n% terlambat")
    for one in (first, second, row):
        one.refresh_from_db()
    assert (first.state, second.state, row.state) == ("unknown", "signing", "signing")
    assert archive.read(first.returned).endswith(b"terlambat")
    assert accept(second, letter, pdf_of(letter) + b"\n% tepat waktu")
    row.refresh_from_db()
    assert row.state == "signed"


def test_a_letter_that_was_written_anew_meanwhile_leaves_no_try_behind(local: Desk) -> None:
    letter = local.letter()
    letter.refresh_from_db()
    row = Signature.objects.get()
    batch = confirming.begin(
        key="k", signature_ids=[row.pk], passphrase=PASSPHRASE, by=local.lurah, at=now()
    )
    Attempt.objects.update(state="signing", started_at=now(), sent_sha256=letter.sha256)
    Signature.objects.update(state="signing", lease_until=now() + timedelta(minutes=1))
    Letter.objects.filter(pk=letter.pk).update(sha256="0" * 64)
    attempt = Attempt.objects.get(batch=batch)
    assert not accept(attempt, letter, b"%PDF-1.7 kembali")
    attempt.refresh_from_db()
    row.refresh_from_db()
    assert (attempt.state, attempt.code, row.state) == ("failed", "late", "failed")
    assert attempt.returned


def test_a_letter_is_signed_when_its_signature_says_so(gateway: Gateway) -> None:
    """Not when its file was brought."""
    letter = gateway.desk.letter()
    gateway.standin.tell("fault", part="sign/pdf", kind="drop")
    gateway.desk.sign(letter)
    [attempt] = queries.in_doubt(gateway.lurah)
    from hashlib import sha256

    pdf = gateway.standin.result(sha256(pdf_of(letter)).hexdigest())
    settling.hand_in(attempt_id=attempt.pk, pdf=pdf, by=gateway.lurah, at=now() + timedelta(days=2))
    [found] = queries.verify_bytes(pdf)
    assert queries.signatures_of(letter.pk)[0].at == found.made_at


def test_a_number_in_an_answer_is_cleaned_as_words_are() -> None:
    kept = rules.cleaned({"nomor": 6474014107800001, "kode": 123456, "ms": 900}, "123456")
    assert kept == {"nomor": "…", "kode": "…", "ms": 900}


def test_a_job_does_not_print_its_passphrase() -> None:
    job = making._Job(*([None] * 8), passphrase="empat kuda")  # type: ignore[arg-type]
    assert "kuda" not in repr(job)
    assert certificates.LOCAL == "local"
