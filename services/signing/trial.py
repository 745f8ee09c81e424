"""A sheet that an official has signed by the city's gateway to see what comes back, and where a
visible mark lands: gateways do not agree on where y begins. It is no letter; what was found stays
for half an hour, in the cache alone."""

import base64
import io
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import transaction
from pypdf import PdfReader

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.tanggal import moment_text
from messaging import outbox
from messaging.models import Outbox
from services.letters.pictures import pages_as_png
from services.residents import guesses
from services.signing import accounts, checking, identities, rules, secret
from services.signing.providers import Asked, Failure, Mark, Provider, Way, Who
from tenants.registry.current import city
from typeset import pdf

LAYOUT = Path(__file__).parent / "layouts" / "lembar-uji.typ"
KIND = "signing.trial"
SECONDS = 30 * 60  # for which a trial is kept
PATIENCE = timedelta(minutes=7)  # longer than its work is leased to a worker
AT_ONCE = 2  # of a city: a silent gateway holds a worker for two minutes
LARGEST = 1024 * 1024  # bytes of a sheet that is drawn
TITLE = "LEMBAR UJI TANDA TANGAN ELEKTRONIK"
TOO_LATE = "Lembar uji ini tidak sempat dikirim. Ketik lagi, lalu kirim."
CHANGED = (
    "Pengaturan gateway berubah sesudah Anda mengetik, jadi belum ada yang dikirim. Kirim lagi."
)
NOT_THE_SHEET = (
    " Gambarnya mungkin lebih besar dari yang dipesan, atau digambar ke dalam halaman dan bukan "
    "sebagai tanda tangan; gambar seperti itu tidak bisa dipakai."
)
_SLACK = 2  # points by which a mark may lie elsewhere


@dataclass(frozen=True, slots=True)
class Box:
    """Where a mark stands on a page, in points: ``top`` from the page's upper edge to the mark's,
    ``bottom`` from the lower edge to the mark's."""

    page: int
    left: int
    top: int
    bottom: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. ``said``: why nothing did, or what is wrong with it."""

    id: str  # among those of this official
    asked_at: datetime
    is_over: bool = False
    said: str = ""
    seconds: float = 0  # the gateway took
    level: str = ""  # B-B, B-T, B-LT
    signer: str = ""
    issuer: str = ""
    ordered: Mark | None = None  # None where the mark is invisible
    found: Box | None = None
    pages: tuple[str, ...] = ()  # the sheet as it came back: PNG in base64

    def is_waiting(self, at: datetime) -> bool:
        return not self.is_over and self.asked_at > at - PATIENCE

    @property
    def y_from(self) -> str:
        """From which edge of the page the gateway counts y: "top", "bottom", "both" where the
        place fits either, "" where the mark lies elsewhere than ordered."""
        wanted, found = self.ordered, self.found
        if wanted is None or found is None or found.page != wanted.page:
            return ""
        if abs(found.left - wanted.left) > _SLACK:
            return ""
        is_top = abs(found.top - wanted.y) <= _SLACK
        is_bottom = abs(found.bottom - wanted.y) <= _SLACK
        if is_top and is_bottom:
            return "both"
        return "top" if is_top else "bottom" if is_bottom else ""


def of(user: User) -> Trial | None:
    """The last trial of this official, while it is kept and the city's account is the same."""
    found = _kept(user.pk)
    account = accounts.in_force()
    if found is None or account is None:
        return None
    is_of_another = account.changed_at > found.asked_at and found.said != CHANGED
    return None if is_of_another else found


def _kept(user_id: int) -> Trial | None:
    try:
        kept: dict[str, Any] | None = cache.get(_key(user_id))
    except Exception:  # whatever the cache's client raises: nothing is kept then
        return None
    if kept is None:
        return None
    ordered, found = kept["ordered"], kept["found"]
    return Trial(**{
        **kept, "asked_at": datetime.fromisoformat(kept["asked_at"]),
        "ordered": Mark(**ordered) if ordered else None, "found": Box(**found) if found else None,
        "pages": tuple(kept["pages"]),
    })  # fmt: skip


def _keep(user_id: int, trial: Trial) -> None:
    kept = asdict(trial) | {"asked_at": trial.asked_at.isoformat()}  # the cache takes JSON
    cache.set(_key(user_id), kept, SECONDS)


def _key(user_id: int) -> str:
    return f"signing:trial:{user_id}"


def _tries(user_id: int) -> str:
    return f"signing:trial-tries:{user_id}"


@transaction.atomic
def begin(*, by: User, passphrase: str, at: datetime) -> None:
    """Have a worker send a sheet to the gateway. Raises RuleBroken; also after three in half an
    hour that came to nothing: a gateway may lock who types a wrong passphrase."""
    provider, way = identities.gateway()
    identities.identity_of(by, way)
    if not passphrase:
        raise RuleBroken(f"Ketik {provider.types[0].lower()}{provider.types[1:]}.",
                         field="passphrase")  # fmt: skip
    before = of(by)
    if before is not None and before.is_waiting(at):
        raise RuleBroken("Lembar uji sebelumnya masih di gateway. Tunggu jawabannya dulu.")
    if Outbox.objects.filter(kind=KIND, state__in=Outbox.OPEN).count() >= AT_ONCE:
        raise RuleBroken("Gateway sedang dicoba pejabat lain. Coba lagi beberapa menit lagi.")
    guesses.count(_tries(by.pk), rules.WRONG_MANY, minutes=SECONDS // 60)
    trial = Trial(str(int(at.timestamp() * 1_000_000)), at)
    reference = secret.keep(passphrase)
    payload: dict[str, object] = {"user_id": by.pk, "trial": trial.id, "secret": reference}
    outbox.enqueue(KIND, payload, key=f"sign-trial:{by.pk}:{trial.id}")
    audit.record("signing.trial", actor=by, subject="user", subject_id=by.pk)
    try:
        _keep(by.pk, trial)
    except Exception:  # whatever the cache's client raises
        raise RuleBroken("Penyimpanan sementara sedang terganggu. Coba lagi nanti.") from None


def run(user: User, trial_id: str, reference: str) -> None:
    """Send the sheet, and look at what comes back. For a worker: no transaction is open while the
    gateway answers. Never sent twice: a passphrase is good for one call."""
    passphrase = secret.read(reference)
    secret.forget(reference)
    kept = _kept(user.pk)
    if kept is None or kept.id != trial_id or kept.is_over:
        return
    if passphrase is None:
        ended(user.pk, trial_id, TOO_LATE)
        return
    if of(user) is None:  # what was typed is not for another gateway
        ended(user.pk, trial_id, CHANGED)
        return
    found: dict[str, Any]
    try:
        provider, way = identities.gateway()
        who = Who(user.pk, user.name, identities.identity_of(user, way))
        found = _tried(user, provider, way, who, passphrase)
    except RuleBroken as broken:
        found = {"said": broken.message}
    except Failure as failure:
        found = {"said": rules.cleaned({"said": failure.said}, passphrase)["said"]}
    if not found.get("said"):
        guesses.take_back(_tries(user.pk))
    _keep(user.pk, Trial(trial_id, kept.asked_at, is_over=True, **found))


def ended(user_id: int, trial_id: str, said: str) -> None:
    """The system could not do it."""
    kept = _kept(user_id)
    if kept is not None and kept.id == trial_id and not kept.is_over:
        _keep(user_id, Trial(trial_id, kept.asked_at, is_over=True, said=said))


def _tried(user: User, provider: Provider, way: Way, who: Who, passphrase: str) -> dict[str, Any]:
    """What a signed sheet tells. Raises Failure."""
    at, ordered = now(), provider.mark(way)
    sheet = sheet_for(user, ordered, at)
    asked = Asked(sheet, "TandaTangan1", "Uji tanda tangan", city().name[:80], at)
    with provider.open(way, who, passphrase, count=1) as session:
        began = time.monotonic()
        made = session.sign(asked)
        told: dict[str, Any] = {"seconds": round(time.monotonic() - began, 1)}
    try:
        newest = checking.accepted(
            sheet, made.pdf, known=None, is_certified=provider.is_certified, before=0, began=at,
            mark=ordered.size,
        ).finding  # fmt: skip
    except checking.Unfamiliar as stranger:  # who looks at the trial sees whose certificate it is
        newest = stranger.finding
    except checking.Doubtful as doubt:
        return told | {"said": str(doubt) + (NOT_THE_SHEET if ordered.width else "")}
    told |= {
        "level": newest.level, "signer": newest.common_name[:200],
        "issuer": rules.common_name(newest.issuer)[:200],
        "ordered": ordered if ordered.width else None, "found": box_of(made.pdf),
    }  # fmt: skip
    if len(made.pdf) <= LARGEST:
        with suppress(Exception):  # a sheet that cannot be drawn is said without its picture
            drawn = pages_as_png(made.pdf)
            told["pages"] = tuple(base64.b64encode(one).decode() for one in drawn)
    return told


def sheet_for(user: User, mark: Mark, at: datetime) -> bytes:
    """The sheet as PDF: it says that it is no letter, and shows both places where the mark may
    land."""
    here = city()
    data = {
        "title": TITLE, "government": here.name, "pages": max(mark.page, 1), "left": mark.left,
        "top": mark.y, "width": mark.width, "height": mark.height,
        "sentences": [
            "Lembar ini bukan surat dan tidak berlaku untuk keperluan apa pun.",
            f"Dibuat {moment_text(at, here.timezone)} oleh {user.name} untuk memeriksa gateway "
            f"tanda tangan {here.name}.",
            "Garis berjarak 50 titik. Gambar tanda tangan mendarat di kotak A atau di kotak B."
            if mark.width else "Tanda tangannya tidak terlihat di halaman.",
        ],
    }  # fmt: skip
    return pdf.compile(LAYOUT, data, at=at.replace(microsecond=0))


def box_of(content: bytes) -> Box | None:
    """Where the visible mark of a PDF's last signature stands; None where there is none. Never
    raises."""
    try:
        marks = list(_marks(content))
    except Exception:  # whatever a file from outside makes the parser raise
        return None
    return marks[-1] if marks else None


def _marks(content: bytes) -> Iterator[Box]:
    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        for note in page.get("/Annots") or []:
            one: Any = note.get_object()
            above: Any = one.get("/Parent", {})  # a field may stand apart from its marks
            kind = one.get("/FT") or above.get_object().get("/FT") if above else one.get("/FT")
            if one.get("/Subtype") != "/Widget" or kind != "/Sig":
                continue
            edges = [float(edge) for edge in one["/Rect"]]
            (left, right), (low, high) = sorted(edges[0::2]), sorted(edges[1::2])
            if right - left >= 1 and high - low >= 1:
                height = float(page.mediabox.height)
                yield Box(number, round(left), round(height - high), round(low),
                          round(right - left), round(high - low))  # fmt: skip
