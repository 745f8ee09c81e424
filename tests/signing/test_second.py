"""A further official signs over the first signature; and other levels of signatures."""

from pathlib import Path
from typing import Any

import pytest

from messaging import outbox
from services.letters.models import Letter
from services.signing import accounts, certificates, confirming, making, queries, refusing, secret
from services.signing.models import Attempt, Signature
from tests.factories import MONDAY, change
from tests.signing.conftest import PASSPHRASE, Desk
from tests.signing.standin import running
from tests.signing.test_local import pdf_of, pdfsig

pytestmark = pytest.mark.django_db
STEP = {
    "kind": "signature", "key": "camat_tanda", "title": "Camat ikut menandatangani",
    "level": "kecamatan", "role": "camat", "clock": {"amount": 1, "unit": "hari_kerja"},
}  # fmt: skip


def with_camat(definition: dict[str, Any]) -> None:
    definition["steps"].append(STEP)


@pytest.fixture
def two(local: Desk) -> Desk:
    change("sktm", with_camat)
    certificates.enrol(user=local.cast.camat, passphrase=PASSPHRASE, again=PASSPHRASE, at=MONDAY)
    return local


def camat_signs(desk: Desk, letter: Letter) -> None:
    row = Signature.objects.get(letter=letter, order=2)
    batch = confirming.begin(
        key="camat", signature_ids=[row.pk], passphrase=PASSPHRASE, by=desk.cast.camat, at=MONDAY
    )
    tries = list(Attempt.objects.filter(batch=batch).values_list("pk", flat=True))
    making.work(batch.pk, tries, secret.keep(PASSPHRASE))


def test_the_camat_signs_after_the_lurah(two: Desk, tmp_path: Path) -> None:
    letter = two.letter()
    assert any("juga oleh Camat" in line for line in letter.content.approval)
    assert not queries.waiting_for(two.cast.camat).exists()  # not their turn
    two.sign(letter)
    first = pdf_of(letter)
    outbox.run_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.RENDERED
    case = letter.issued_from.application
    assert case.steps.get(key="camat_tanda").state == "open"
    assert queries.waiting_for(two.cast.camat).get().letter_id == letter.pk

    camat_signs(two, letter)
    outbox.run_due()
    letter.refresh_from_db()
    case.refresh_from_db()
    assert (letter.state, case.state) == (Letter.State.READY, "done")
    assert case.steps.get(key="camat_tanda").state == "approved"
    both = pdf_of(letter)
    assert both.startswith(first)
    said = pdfsig(both, tmp_path)
    assert said.count("Signature is Valid.") == 2
    found = queries.verify_bytes(both)
    assert [one.is_intact for one in found] == [True, True]
    assert [one.covers_all for one in found] == [False, True]
    assert [one.order for one in Signature.objects.filter(state="signed")] == [1, 2]


def test_the_camat_refuses(two: Desk) -> None:
    letter = two.letter()
    two.sign(letter)
    row = Signature.objects.get(letter=letter, order=2)
    refusing.refuse(
        signature_id=row.pk, by=two.cast.camat, reason="Alamatnya bukan di sini", at=MONDAY
    )
    outbox.run_due()
    letter.refresh_from_db()
    case = letter.issued_from.application
    case.refresh_from_db()
    assert (letter.state, case.state) == (Letter.State.REVOKED, "refused")
    assert case.steps.get(state="refused").note == "Alamatnya bukan di sini"


def test_where_the_city_does_not_sign_the_step_is_passed(cast) -> None:
    change("sktm", with_camat)
    letter = Desk(cast).letter()
    case = letter.issued_from.application
    case.refresh_from_db()
    assert (letter.state, case.state) == (Letter.State.READY, "done")
    assert case.steps.get(key="camat_tanda").state == "skipped"


def test_nobody_at_the_post_stops_the_approval(local: Desk) -> None:
    change("sktm", with_camat)
    local.cast.camat.holdings.all().delete()
    with pytest.raises(confirming.RuleBroken, match="belum ada yang mengisi"):
        local.letter()


@pytest.mark.parametrize("level", ["B-T", "B-LT"])
def test_time_stamps(local: Desk, tmp_path: Path, level: str) -> None:
    with running() as standin:
        accounts.keep(
            provider="local", is_on=True, base="", allow_http=False, by=local.lurah, at=MONDAY,
            typed={"level": level, "tsa": f"{standin.base}/tsa"},
        )  # fmt: skip
        letter = local.letter()
        local.sign(letter)
    assert Signature.objects.get().said == ""
    [one] = queries.signatures_of(letter.pk)
    assert one.level == level
    [found] = queries.verify_bytes(pdf_of(letter))
    assert found.has_time_stamp and found.is_intact
    assert "Signature is Valid." in pdfsig(pdf_of(letter), tmp_path)


def test_without_a_time_stamp_nothing_is_signed(local: Desk) -> None:
    accounts.keep(
        provider="local", is_on=True, base="", allow_http=False, by=local.lurah, at=MONDAY,
        typed={"level": "B-T", "tsa": "http://127.0.0.1:9/tsa"},
    )  # fmt: skip
    letter = local.letter()
    local.sign(letter)
    row = Signature.objects.get()
    assert row.state == "failed" and "Stempel waktu" in row.said


def test_a_demonstration_never_looks_certified(cast, bontang, tmp_path: Path) -> None:
    bontang.is_demo = True
    bontang.save()
    from tenants.backend.scope import in_city

    with in_city(bontang):
        accounts.keep(
            provider="demo", is_on=True, base="", allow_http=False, typed={}, by=cast.lurah,
            at=MONDAY,
        )  # fmt: skip
        desk = Desk(cast)
        letter = desk.letter()
        assert "CONTOH" in letter.content.footer[1]
        desk.sign(letter, passphrase="apa saja")
        [one] = queries.signatures_of(letter.pk)
        assert not one.is_certified and "PERAGAAN" in one.certificate_name
