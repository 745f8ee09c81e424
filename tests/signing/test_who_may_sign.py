"""Who signs a letter today: the one in whose name it is written while they hold the post, and who
takes it over when they do not any more."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.applications import revoking, signing_on
from services.applications.issuing import finish_letters
from services.cases import decisions
from services.letters.models import Letter
from services.signing import (
    certificates,
    confirming,
    making,
    ordering,
    queries,
    refusing,
    secret,
    settling,
)
from services.signing.models import Attempt, Signature
from tenants.office.actions import appoint
from tenants.office.models import Post, Unit
from tests.factories import MONDAY, approve, change, official, submitted
from tests.signing.conftest import PASSPHRASE, Desk
from tests.signing.test_local import pdf_of

pytestmark = pytest.mark.django_db
WHY = "Pejabat sebelumnya sudah pindah."
CAMAT = {
    "kind": "signature", "key": "camat_tanda", "title": "Camat ikut menandatangani",
    "level": "kecamatan", "role": "camat", "clock": {"amount": 1, "unit": "hari_kerja"},
}  # fmt: skip
DESK = {
    "kind": "desk", "key": "loket_kec", "title": "Loket kecamatan memeriksa",
    "level": "kecamatan", "role": "loket", "clock": {"amount": 1, "unit": "hari_kerja"},
    "approve": "Teruskan", "can_refuse": True,
}  # fmt: skip


def leaves(user: User) -> None:
    """The post has ended."""
    user.holdings.update(until=(MONDAY - timedelta(days=3)).date())


def successor(login: str, unit: Unit, role: str) -> User:
    """Who has held the post since, with a certificate."""
    user = User.objects.create_user(f"{login}@contoh.go.id", "kata-sandi-uji", name=login.title())
    since = (MONDAY - timedelta(days=2)).date()
    appoint(post=Post.objects.get(unit=unit, role=role), user=user, since=since, by=None)
    certificates.enrol(user=user, passphrase=PASSPHRASE, again=PASSPHRASE, at=MONDAY)
    return user


def sign(user: User, letter: Letter, order: int = 1) -> Attempt:
    row = Signature.objects.get(letter=letter, order=order)
    batch = confirming.begin(
        key=f"{user.pk}:{row.pk}:{row.attempts.count()}", signature_ids=[row.pk],
        passphrase=PASSPHRASE, by=user, at=MONDAY,
    )  # fmt: skip
    attempt = Attempt.objects.get(batch=batch)
    making.work(batch.pk, [attempt.pk], secret.keep(PASSPHRASE))
    attempt.refresh_from_db()
    return attempt


def with_steps(*steps: dict[str, Any]) -> None:
    change("sktm", lambda definition: definition["steps"].extend(steps))


@pytest.fixture
def two(local: Desk) -> Desk:
    """A further desk decides between the first signature and the second."""
    with_steps(DESK, CAMAT)
    certificates.enrol(user=local.cast.camat, passphrase=PASSPHRASE, again=PASSPHRASE, at=MONDAY)
    return local


def test_a_former_official_neither_signs_nor_reads(local: Desk, as_) -> None:
    signed, waits = local.letter(), local.letter()
    local.sign(signed)
    client = as_(local.lurah)
    urls = [
        f"/meja/tanda-tangan/{row.pk}/{part}"
        for row in Signature.objects.filter(letter__in=[signed, waits])
        for part in ("", "surat/")
    ]
    assert {client.get(url).status_code for url in urls} == {200}
    leaves(local.lurah)
    official_elsewhere(local)
    assert {client.get(url).status_code for url in urls} == {404}
    log = client.get("/meja/tanda-tangan/riwayat/").content.decode()
    assert signed.number not in log
    assert not queries.waiting_for(local.lurah).exists()
    with pytest.raises(RuleBroken, match="tidak ada yang menunggu"):
        sign(local.lurah, waits)
    row = Signature.objects.get(letter=waits)
    with pytest.raises(NotThere):
        refusing.refuse(signature_id=row.pk, by=local.lurah, reason=WHY, at=MONDAY)


def official_elsewhere(desk: Desk) -> None:
    post = Post.objects.get(unit=desk.cast.kecamatan, role="loket")
    appoint(post=post, user=desk.lurah, since=(MONDAY - timedelta(days=2)).date(), by=None)


def test_a_post_that_ends_before_the_worker_comes_signs_nothing(local: Desk) -> None:
    letter = local.letter()
    row = Signature.objects.get()
    batch = confirming.begin(
        key="k", signature_ids=[row.pk], passphrase=PASSPHRASE, by=local.lurah, at=MONDAY
    )
    leaves(local.lurah)
    attempt = Attempt.objects.get(batch=batch)
    making.work(batch.pk, [attempt.pk], secret.keep(PASSPHRASE))
    attempt.refresh_from_db()
    row.refresh_from_db()
    letter.refresh_from_db()
    assert (attempt.state, attempt.code, row.state) == ("failed", "gone", "prepared")
    assert letter.state == Letter.State.RENDERED


def test_the_new_holder_takes_a_letter_over(local: Desk, as_) -> None:
    letter = local.letter()
    row = Signature.objects.get()
    leaves(local.lurah)
    heir = successor("lurah-baru", local.cast.village, "lurah")
    client = as_(heir)
    assert letter.number in client.get("/meja/tanda-tangan/").content.decode()
    assert "Saya sendiri" in client.get(f"/meja/tanda-tangan/{row.pk}/").content.decode()
    url = f"/meja/tanda-tangan/{row.pk}/serahkan/"
    assert client.post(url, {"to": heir.pk, "why": WHY}).status_code == 302
    finish_letters(application_id=letter.issued_from.application_id, at=MONDAY)
    assert sign(heir, letter).state == "signed"
    outbox.run_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.READY
    assert letter.content.signer_name == heir.name


def test_a_further_signature_is_taken_over_without_touching_the_first(local: Desk) -> None:
    with_steps(CAMAT)
    letter = local.letter()
    local.sign(letter)
    outbox.run_due()
    first = pdf_of(letter)
    leaves(local.cast.camat)
    heir = successor("camat-baru", local.cast.kecamatan, "camat")
    row = Signature.objects.get(letter=letter, order=2)
    signing_on.reassign(signature_id=row.pk, to=heir, by=heir, reason=WHY, at=MONDAY)
    assert sign(heir, letter, order=2).state == "signed"
    outbox.run_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.READY
    assert pdf_of(letter).startswith(first)


def test_who_may_say_who_signs(local: Desk, admin_of: User) -> None:
    letter = local.letter()
    row = Signature.objects.get(letter=letter)
    deputy = official("sekretaris-lurah", local.cast.village, "sekretaris")
    for stranger in (local.cast.rina, local.cast.camat, local.cast.lurah_lain, deputy):
        with pytest.raises(NotThere):
            signing_on.reassign(
                signature_id=row.pk, to=deputy, by=stranger, reason=WHY, at=MONDAY
            )  # fmt: skip
    with pytest.raises(NotThere):  # who may not decide the step
        signing_on.reassign(
            signature_id=row.pk, to=local.cast.rina, by=admin_of, reason=WHY, at=MONDAY
        )
    signing_on.reassign(signature_id=row.pk, to=deputy, by=admin_of, reason=WHY, at=MONDAY)
    row.refresh_from_db()
    assert row.signer == deputy
    leaves(deputy)
    other = successor("sekretaris-baru", local.cast.village, "sekretaris")
    signing_on.reassign(signature_id=row.pk, to=other, by=other, reason=WHY, at=MONDAY)
    row.refresh_from_db()
    assert row.signer == other


def test_an_admin_gives_up_a_letter_that_nobody_signs(local: Desk, admin_of: User) -> None:
    letter = local.letter()
    with pytest.raises(NotThere):
        revoking.void(letter_id=letter.pk, by=local.cast.rina, reason=WHY, at=MONDAY)
    row = Signature.objects.get()
    confirming.begin(key="k", signature_ids=[row.pk], passphrase="x", by=local.lurah, at=MONDAY)
    with pytest.raises(Stale):
        revoking.void(letter_id=letter.pk, by=admin_of, reason=WHY, at=MONDAY)
    Attempt.objects.update(state="failed")
    revoking.void(letter_id=letter.pk, by=admin_of, reason=WHY, at=MONDAY)
    outbox.run_due()
    case = letter.issued_from.application
    case.refresh_from_db()
    letter.refresh_from_db()
    row.refresh_from_db()
    assert (letter.state, row.state, case.state) == ("revoked", "refused", "refused")
    assert not queries.open_of(local.lurah).exists()
    assert not queries.all_open().exists()


def test_the_head_gives_up_a_letter_whose_pdf_cannot_be_made(cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    letter = Letter.objects.get()
    assert (letter.state, letter.sha256) == ("numbered", "")
    revoking.void(letter_id=letter.pk, by=cast.lurah, reason=WHY, at=MONDAY)
    outbox.run_due()
    application.refresh_from_db()
    letter.refresh_from_db()
    assert (letter.state, letter.file, application.state) == ("revoked", "", "refused")


def test_a_further_official_is_asked_once_their_step_opens(two: Desk) -> None:
    letter = two.letter()
    two.sign(letter)
    outbox.run_due()
    letter.refresh_from_db()
    case = letter.issued_from.application
    assert not queries.waiting_for(two.cast.camat).exists()
    assert letter.state == Letter.State.RENDERED
    with pytest.raises(RuleBroken):
        sign(two.cast.camat, letter, order=2)
    row = Signature.objects.get(letter=letter, order=2)
    assert not ordering.is_turn_of(row)
    approve(case, two.cast.loket_kecamatan)
    assert queries.waiting_for(two.cast.camat).get() == row
    row.refresh_from_db()
    assert row.due_at is not None
    assert sign(two.cast.camat, letter, order=2).state == "signed"
    outbox.run_due()
    letter.refresh_from_db()
    case.refresh_from_db()
    assert (letter.state, case.state) == (Letter.State.READY, "done")
    assert case.steps.get(key="camat_tanda").state == "approved"


def test_a_case_refused_before_the_further_signature_voids_its_letter(two: Desk) -> None:
    letter = two.letter()
    two.sign(letter)
    outbox.run_due()
    case = letter.issued_from.application
    step = case.steps.get(key="loket_kec")
    decisions.refuse(
        step_id=step.pk, by=two.cast.loket_kecamatan, note="Bukan penduduk kecamatan ini",
        at=MONDAY,
    )  # fmt: skip
    outbox.run_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.REVOKED
    assert Signature.objects.get(letter=letter, order=2).state == "refused"


def test_a_step_whose_letter_was_signed_before_says_so(two: Desk) -> None:
    letter = two.letter()
    two.sign(letter)
    Signature.objects.filter(order=2).update(is_held=False)  # as ordered by an earlier release
    assert sign(two.cast.camat, letter, order=2).state == "signed"
    outbox.run_due()
    case = letter.issued_from.application
    approve(case, two.cast.loket_kecamatan)
    step = case.steps.get(key="camat_tanda")
    assert (step.state, step.note) == ("skipped", "Sudah ditandatangani.")


def test_nobody_refuses_before_their_turn(local: Desk) -> None:
    with_steps(CAMAT)
    letter = local.letter()
    second = Signature.objects.get(letter=letter, order=2)
    Signature.objects.filter(letter=letter, order=1).update(
        state="signing", lease_until=now() + timedelta(minutes=5)
    )
    with pytest.raises(RuleBroken, match="belum sampai"):
        refusing.refuse(signature_id=second.pk, by=local.cast.camat, reason=WHY, at=MONDAY)
    letter.refresh_from_db()
    assert letter.state == Letter.State.RENDERED


def test_a_refused_letter_leaves_nothing_to_sign(local: Desk) -> None:
    with_steps(CAMAT)
    letter = local.letter()
    first = Signature.objects.get(letter=letter, order=1)
    refusing.refuse(signature_id=first.pk, by=local.lurah, reason=WHY, at=MONDAY)
    outbox.run_due()
    assert set(Signature.objects.values_list("state", flat=True)) == {"refused"}
    case = letter.issued_from.application
    case.refresh_from_db()
    assert case.state == "refused"
    assert case.steps.get(state="refused").key != "camat_tanda"


def test_many_letters_of_a_colleague_cost_no_query_each(
    local: Desk, django_assert_max_num_queries
) -> None:
    for _ in range(4):
        local.letter()
    deputy = official("sekretaris-lurah", local.cast.village, "sekretaris")
    today = MONDAY.date()
    with django_assert_max_num_queries(4):
        assert signing_on.of_others(deputy, today) == []
    leaves(local.lurah)
    with django_assert_max_num_queries(4):
        assert len(signing_on.of_others(deputy, today)) == 4
    with django_assert_max_num_queries(2):
        assert len(signing_on.stuck(today)) == 4


def test_a_former_signer_neither_sees_nor_settles_what_nobody_knows(local: Desk) -> None:
    letter = local.letter()
    row = Signature.objects.get(letter=letter)
    batch = confirming.begin(
        key="k", signature_ids=[row.pk], passphrase=PASSPHRASE, by=local.lurah, at=MONDAY
    )
    attempt = Attempt.objects.get(batch=batch)
    Attempt.objects.filter(pk=attempt.pk).update(state="unknown")
    Signature.objects.filter(pk=row.pk).update(state="unknown")
    assert queries.in_doubt(local.lurah).get() == attempt
    assert settling.seen_attempt(attempt.pk, local.lurah, now()) == attempt
    leaves(local.lurah)
    assert not queries.in_doubt(local.lurah).exists()
    with pytest.raises(NotThere):
        settling.seen_attempt(attempt.pk, local.lurah, now())
    assert queries.in_doubt().get() == attempt, "an administrator settles it"
