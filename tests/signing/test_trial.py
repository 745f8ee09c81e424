"""A sheet that an official has the gateway sign: where a visible mark lands, and what came back."""

import base64
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pypdf import PdfReader

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import RuleBroken
from messaging import outbox, work
from messaging.models import Outbox
from services.letters.models import Letter
from services.letters.pictures import page_as_png, pages_as_png
from services.letters.printing import together
from services.signing import accounts, trial
from services.signing.models import Account, Attempt
from services.signing.providers import Mark, http
from tests.factories import MONDAY
from tests.signing.conftest import PASSPHRASE, Desk
from tests.signing.standin import Standin
from tests.signing.test_gateway import Gateway, signing_by
from tests.signing.test_local import pdf_of, pdfsig

pytestmark = pytest.mark.django_db
URL = "/meja/tanda-tangan/sertifikat/"
BOX = "1,100,500,180,60"


@pytest.fixture
def version() -> str:
    return "v2"


@pytest.fixture
def visible(version: str, cast, standin: Standin, monkeypatch) -> Gateway:
    """A city whose gateway puts a picture on the page."""
    standin.tell("clear")
    monkeypatch.setattr(http, "READ", 5)
    found = signing_by(f"bsre_{version}", Desk(cast), standin)
    look = "VISIBLE" if version == "v2" else "visible"
    Account.objects.update(options={"look": look, "box": BOX, "identify_by": "nik"})
    return found


def tried(user: User, passphrase: str = PASSPHRASE) -> trial.Trial:
    trial.begin(by=user, passphrase=passphrase, at=now())
    outbox.run_due()
    found = trial.of(user)
    assert found is not None and found.is_over
    return found


BOTH = pytest.mark.parametrize("version", ["v2", "v1"])


@BOTH
@pytest.mark.parametrize("edge", ["top", "bottom"])
def test_it_tells_from_which_edge_the_gateway_counts(
    visible: Gateway, standin: Standin, edge: str
) -> None:
    standin.tell("marks", y_from=edge)
    found = tried(visible.lurah)
    assert (found.said, found.y_from, found.level) == ("", edge, "B-B")
    assert found.signer == visible.lurah.name and found.found is not None
    assert (found.found.page, found.found.left) == (1, 100)
    assert (found.found.width, found.found.height) == (180, 60)
    assert base64.b64decode(found.pages[0]).startswith(b"\x89PNG")
    assert not Letter.objects.exists() and not Attempt.objects.exists()


def test_the_sheet_says_that_it_is_no_letter(visible: Gateway) -> None:
    sheet = trial.sheet_for(visible.lurah, Mark(2, 60, 600, 180, 60), now())
    pages = PdfReader(io.BytesIO(sheet)).pages
    words = " ".join(pages[0].extract_text().split())
    assert trial.TITLE in words and "bukan surat" in words and len(pages) == 2


@pytest.mark.parametrize(
    ("ordered", "found", "told"),
    [
        ((1, 60, 391, 180, 60), (1, 60, 391, 391, 180, 60), "both"),
        ((1, 60, 600, 180, 60), (1, 61, 601, 181, 180, 60), "top"),
        ((1, 60, 600, 180, 60), (1, 60, 182, 600, 180, 60), "bottom"),
        ((1, 60, 600, 180, 60), (1, 90, 600, 182, 180, 60), ""),
        ((1, 60, 600, 180, 60), (2, 60, 600, 182, 180, 60), ""),
    ],
)
def test_from_which_edge(ordered: tuple[int, ...], found: tuple[int, ...], told: str) -> None:
    tried = trial.Trial("x", MONDAY, ordered=Mark(*ordered), found=trial.Box(*found))
    assert tried.y_from == told


@BOTH
def test_a_letter_with_a_visible_mark_is_accepted_and_drawn_with_it(
    visible: Gateway, tmp_path: Path
) -> None:
    letter = visible.desk.letter()
    before = pdf_of(letter)
    visible.desk.sign(letter)
    outbox.run_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.READY
    signed = pdf_of(letter)
    assert "Signature is Valid" in pdfsig(signed, tmp_path)
    assert pages_as_png(signed)[0] != pages_as_png(before)[0]
    assert page_as_png(signed, 1) != page_as_png(before, 1)
    for paper, per_sheet in (("a4", 1), ("f4", 1), ("a4", 2)):
        printed, plain = (
            together([one], paper=paper, per_sheet=per_sheet) for one in (signed, before)
        )
        assert page_as_png(printed, 1) != page_as_png(plain, 1)


def test_a_wrong_passphrase_is_said_and_kept_nowhere_and_three_are_enough(
    visible: Gateway,
) -> None:
    typed = "bukan frasa sandinya"
    for _ in range(3):
        trial.begin(by=visible.lurah, passphrase=typed, at=now())
        [row] = Outbox.objects.filter(kind=trial.KIND, state=Outbox.State.DUE)
        assert typed not in str(row.payload) and typed not in str(Entry.objects.values())
        outbox.run_due()
        found = trial.of(visible.lurah)
        assert found is not None and (found.said, found.pages) == ("Frasa sandi salah.", ())
    with pytest.raises(RuleBroken, match="Terlalu banyak percobaan"):
        trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())


def test_a_gateway_that_is_silent_is_asked_once(visible: Gateway, standin: Standin) -> None:
    before = sum(standin.ledger().values())
    standin.tell("fault", part="sign/pdf", kind="drop")
    assert tried(visible.lurah).said
    outbox.run_due()
    assert sum(standin.ledger().values()) == before + 1


def test_a_file_that_is_not_the_sheet_is_not_drawn(visible: Gateway, standin: Standin) -> None:
    standin.tell("fault", part="sign/pdf", kind="same")
    found = tried(visible.lurah)
    assert "tidak lebih besar" in found.said and found.pages == ()


def test_what_was_typed_goes_to_no_other_gateway(visible: Gateway, standin: Standin) -> None:
    before = sum(standin.ledger().values())
    trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())
    Account.objects.update(changed_at=now() + timedelta(seconds=1))
    outbox.run_due()
    found = trial.of(visible.lurah)
    assert found is not None and found.said == trial.CHANGED
    assert sum(standin.ledger().values()) == before


def test_what_was_found_at_another_gateway_is_not_shown(visible: Gateway) -> None:
    assert tried(visible.lurah).signer
    Account.objects.update(changed_at=now() + timedelta(seconds=1))
    assert trial.of(visible.lurah) is None


def test_one_at_a_time_and_only_where_there_is_a_gateway(visible: Gateway) -> None:
    trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())
    with pytest.raises(RuleBroken, match="masih di gateway"):
        trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())
    cache.clear()
    accounts.keep(
        provider="local", is_on=True, base="", allow_http=False, typed={"level": "B-B"},
        by=visible.lurah, at=MONDAY,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="tidak memakai gateway"):
        trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())


def test_two_trials_of_a_city_are_enough_for_a_silent_gateway(visible: Gateway) -> None:
    for _ in range(trial.AT_ONCE):
        trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())
        cache.delete(f"signing:trial:{visible.lurah.pk}")
    with pytest.raises(RuleBroken, match="dicoba pejabat lain"):
        trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())


def test_work_of_an_earlier_trial_changes_nothing_of_the_next(visible: Gateway) -> None:
    trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())
    first = Outbox.objects.get(kind=trial.KIND).payload
    trial.run(visible.lurah, "other", first["secret"])
    trial.ended(visible.lurah.pk, "other", "x")
    found = trial.of(visible.lurah)
    assert found is not None and not found.is_over
    trial.run(visible.lurah, first["trial"], "gone")
    found = trial.of(visible.lurah)
    assert found is not None and found.said == trial.TOO_LATE


def test_a_worker_that_ended_leaves_it_said(visible: Gateway) -> None:
    trial.begin(by=visible.lurah, passphrase=PASSPHRASE, at=now())
    payload = Outbox.objects.get(kind=trial.KIND).payload
    assert work.handlers[trial.KIND].reconcile(payload, "key") is work.Outcome.DONE
    found = trial.of(visible.lurah)
    assert found is not None and found.is_over and "gangguan" in found.said


@pytest.mark.parametrize(
    "box", ["0,60,600,180,60", "5000,60,600,180,60", "1,60,600,0,60", "1,600,600,180,60", "x"]
)
def test_a_place_outside_the_paper_is_refused(visible: Gateway, box: str) -> None:
    row = Account.objects.get(is_on=True)
    with pytest.raises(RuleBroken, match="Letak gambar ini tidak bisa dipakai"):
        accounts.keep(
            provider=row.provider, is_on=True, base=row.base, allow_http=True,
            typed={"look": "VISIBLE", "box": box}, by=visible.lurah, at=now(),
        )  # fmt: skip


def test_an_official_sends_it_and_looks_at_the_sheet(
    visible: Gateway, as_: Callable[[User], Client]
) -> None:
    client = as_(visible.lurah)
    assert client.post(URL, {"do": "try", "passphrase": ""}).status_code == 422
    assert client.post(URL, {"do": "try", "passphrase": PASSPHRASE}).status_code == 302
    assert "sedang di gateway" in client.get(URL).content.decode()
    outbox.run_due()
    shown = client.get(URL).content.decode()
    assert "gateway ini menghitung y dari atas halaman" in shown
    assert 'src="data:image/png;base64,' in shown
    assert PASSPHRASE not in shown


def test_who_is_not_known_to_the_gateway_gets_no_sheet(
    visible: Gateway, as_: Callable[[User], Client]
) -> None:
    rina = visible.desk.cast.rina
    assert "Kirim lembar uji" not in as_(rina).get(URL).content.decode()
    with pytest.raises(RuleBroken, match="NIK Anda belum tercatat"):
        trial.begin(by=rina, passphrase=PASSPHRASE, at=now())
