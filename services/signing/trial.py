"""A sheet that an official has signed by the city's gateway to see what comes back, and where a
visible mark lands: gateways do not agree on where y begins. It is no letter; the sheet and what was
found stay for half an hour, in the cache alone."""

import base64
import io
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
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
from services.signing import checking, identities, rules, secret
from services.signing.providers import Asked, Failure, Mark, NotKnown, Provider, Way, Who
from tenants.registry.current import city
from typeset import pdf

LAYOUT = Path(__file__).parent / "layouts" / "lembar-uji.typ"
SECONDS = 30 * 60  # for which a trial is kept
PATIENCE = timedelta(minutes=5)  # after which a trial without an outcome may be begun again
TOO_LATE = "Lembar uji ini tidak sempat dikirim. Ketik lagi, lalu kirim."
TITLE = "LEMBAR UJI TANDA TANGAN ELEKTRONIK"
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

    asked_at: datetime
    is_over: bool = False
    said: str = ""
    seconds: float = 0
    level: str = ""  # B-B, B-T, B-LT
    signer: str = ""
    issuer: str = ""
    is_certified_root: bool = False
    ordered: Mark | None = None  # None where the mark is invisible
    found: Box | None = None
    pdf: bytes = field(default=b"", repr=False)

    def is_waiting(self, at: datetime) -> bool:
        return not self.is_over and self.asked_at > at - PATIENCE

    @property
    def y_from(self) -> str:
        """From which edge of the page the gateway counts y: "top", "bottom", or "" where the mark
        lies elsewhere than ordered."""
        wanted, found = self.ordered, self.found
        if wanted is None or found is None or found.page != wanted.page:
            return ""
        if abs(found.left - wanted.left) > _SLACK:
            return ""
        if abs(found.top - wanted.y) <= _SLACK:
            return "top"
        return "bottom" if abs(found.bottom - wanted.y) <= _SLACK else ""


def of(user: User) -> Trial | None:
    """The last trial of this official, while it is kept."""
    try:
        kept: dict[str, Any] | None = cache.get(_key(user.pk))
    except Exception:  # whatever the cache's client raises: nothing is kept then
        return None
    if kept is None:
        return None
    ordered, found = kept["ordered"], kept["found"]
    return Trial(**{
        **kept, "asked_at": datetime.fromisoformat(kept["asked_at"]),
        "ordered": Mark(**ordered) if ordered else None, "found": Box(**found) if found else None,
        "pdf": base64.b64decode(kept["pdf"]),
    })  # fmt: skip


def _keep(user_id: int, trial: Trial) -> None:
    kept = asdict(trial) | {  # the cache takes JSON
        "asked_at": trial.asked_at.isoformat(), "pdf": base64.b64encode(trial.pdf).decode(),
    }  # fmt: skip
    cache.set(_key(user_id), kept, SECONDS)


def _key(user_id: int) -> str:
    return f"signing:trial:{user_id}"


@transaction.atomic
def begin(*, by: User, passphrase: str, at: datetime) -> None:
    """Have a worker send a sheet to the gateway. Raises RuleBroken."""
    provider, way = identities.gateway()
    identities.identity_of(by, way)
    if not passphrase:
        raise RuleBroken(f"Ketik {provider.types[0].lower()}{provider.types[1:]}.",
                         field="passphrase")  # fmt: skip
    before = of(by)
    if before is not None and before.is_waiting(at):
        raise RuleBroken("Lembar uji sebelumnya masih di gateway. Tunggu jawabannya dulu.")
    reference = secret.keep(passphrase)
    _keep(by.pk, Trial(at))
    outbox.enqueue(
        "signing.trial", {"user_id": by.pk, "secret": reference},
        key=f"sign-trial:{by.pk}:{int(at.timestamp())}",
    )  # fmt: skip
    audit.record("signing.trial", actor=by, subject="user", subject_id=by.pk)


def run(user: User, reference: str) -> None:
    """Send the sheet, and look at what comes back. For a worker: no transaction is open while the
    gateway answers. Never sent twice: a passphrase is good for one call."""
    passphrase = secret.read(reference)
    secret.forget(reference)
    trial = of(user)
    if trial is None or trial.is_over:
        return
    if passphrase is None:
        ended(user.pk, TOO_LATE)
        return
    at = now()
    began = time.monotonic()
    more: dict[str, Any]
    try:
        provider, way = identities.gateway()
        who = Who(user.pk, user.name, identities.identity_of(user, way))
        more = _tried(user, provider, way, who, passphrase, at)
    except RuleBroken as broken:
        more = {"said": broken.message}
    except Failure as failure:
        more = {"said": rules.cleaned({"said": failure.said}, passphrase)["said"]}
        if isinstance(failure, NotKnown) and failure.pdf:
            more["pdf"] = failure.pdf
    spent = round(time.monotonic() - began, 1)
    _keep(user.pk, Trial(trial.asked_at, is_over=True, seconds=spent, **more))


def ended(user_id: int, said: str) -> None:
    """The system could not do it."""
    _keep(user_id, Trial(now(), is_over=True, said=said))


def _tried(
    user: User, provider: Provider, way: Way, who: Who, passphrase: str, at: datetime
) -> dict[str, Any]:
    """What a signed sheet tells. Raises Failure."""
    ordered = provider.mark(way)
    sheet = sheet_for(user, ordered, at)
    asked = Asked(sheet, "TandaTangan1", "Uji tanda tangan", city().name[:80], at)
    with provider.open(way, who, passphrase, count=1) as session:
        made = session.sign(asked)
    told: dict[str, Any] = {"pdf": made.pdf, "level": made.level}
    try:
        taken = checking.accepted(
            sheet, made.pdf, known=None, is_certified=provider.is_certified, before=0, began=at,
            mark=ordered.size,
        )  # fmt: skip
        told["is_certified_root"] = taken.root_checked
    except checking.Unfamiliar:
        pass  # asked of no certificate: whoever looks at the trial sees whose it is
    except checking.Doubtful as doubt:
        told["said"] = str(doubt)
    try:
        newest = checking.findings(made.pdf)[-1]
    except (checking.Unreadable, IndexError):
        return told
    told |= {
        "level": newest.level, "signer": newest.common_name,
        "issuer": rules.common_name(newest.issuer),
    }  # fmt: skip
    if ordered.width:
        told |= {"ordered": ordered, "found": box_of(made.pdf)}
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
            one = note.get_object()
            if one.get("/Subtype") != "/Widget" or one.get("/FT") != "/Sig":
                continue
            left, low, right, high = (float(edge) for edge in one["/Rect"])
            if right - left >= 1 and high - low >= 1:
                height = float(page.mediabox.height)
                yield Box(number, round(left), round(height - high), round(low),
                          round(right - left), round(high - low))  # fmt: skip
