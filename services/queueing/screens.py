"""Call screens: paired with a code by the counter, like kiosks; they know numbers alone."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.ids import normalize_code, secret_code
from kernel.text import line as one_line
from services.queueing import access
from services.queueing.models import Screen
from services.residents import guesses
from services.residents.sealing import prints
from tenants.office.models import Post

MOST = 10  # screens of one office
CODE_LENGTH = 8  # 40 bits, with few tries
CODE_MINUTES = 15
TOKEN_LENGTH = 40
TRIES = 20  # of one address, in a quarter of an hour
SEEN_EVERY = timedelta(minutes=1)

NO_CODE = (
    "Kode ini keliru, sudah dipakai, atau sudah lewat waktunya. Minta kode baru kepada petugas."
)


@transaction.atomic
def make(
    *, unit_id: int, name: str, posts: Sequence[Post], by: User, at: datetime
) -> tuple[Screen, str]:
    """A screen of an office, and the code that is typed on it once. Raises NotThere, RuleBroken."""
    unit = access.unit_among(access.arranging(posts), unit_id)
    Screen.objects.filter(unit=unit, token_digest=None, code_until__lte=at).delete()
    if Screen.objects.filter(unit=unit, ended_at=None).count() >= MOST:
        raise RuleBroken(f"Sudah ada {MOST} layar di sini. Lepas dulu yang tidak dipakai.")
    code = secret_code(CODE_LENGTH)
    made = Screen.objects.create(
        unit=unit, name=one_line(name)[:60] or "Layar ruang tunggu", made_by=by, made_at=at,
        code_digest=_of_code(code)[0], code_until=at + timedelta(minutes=CODE_MINUTES),
    )  # fmt: skip
    audit.record(
        "screen.made", actor=by, subject="screen", subject_id=made.pk, detail={"unit": unit.pk}
    )
    return made, code


def pair(*, code: str, address: str, at: datetime) -> tuple[Screen, str]:
    """The browser on which the code was typed becomes the screen; returns the token that it keeps.
    Wrong codes are counted for each address. Raises RuleBroken."""
    key = f"screen-code:{address}"
    guesses.count(key, TRIES, minutes=15)
    with transaction.atomic():
        typed = normalize_code(code)[:40]
        rows = Screen.objects.select_for_update().filter(code_digest__in=_of_code(typed))
        screen = rows.filter(code_until__gt=at, ended_at=None).first()
        if screen is None:
            raise RuleBroken(NO_CODE, field="code")
        guesses.take_back(key)
        token = secret_code(TOKEN_LENGTH)
        screen.code_digest, screen.code_until = None, None
        screen.token_digest, screen.paired_at, screen.seen_at = _of_token(token), at, at
        screen.save()
        audit.record("screen.paired", actor=None, subject="screen", subject_id=screen.pk)
    return screen, token


def found(token: str, at: datetime) -> Screen | None:
    """The screen that a browser is; that it still runs is noted once a minute."""
    rows = Screen.objects.select_related("unit").filter(ended_at=None, unit__is_active=True)
    screen = rows.filter(token_digest=_of_token(token)).first()
    if screen is not None and (screen.seen_at is None or at - screen.seen_at > SEEN_EVERY):
        Screen.objects.filter(pk=screen.pk).update(seen_at=at)
        screen.seen_at = at
    return screen


@transaction.atomic
def end(*, screen_id: int, posts: Sequence[Post], by: User, at: datetime) -> None:
    """The screen shows nothing any more. Ending twice changes nothing. Raises NotThere."""
    units = [unit.pk for unit in access.arranging(posts)]
    screen = Screen.objects.select_for_update().filter(pk=screen_id, unit__in=units).first()
    if screen is None:
        raise NotThere("Layar ini tidak ditemukan di kantor Anda.")
    if screen.ended_at is None:
        screen.ended_at = at
        screen.save(update_fields=["ended_at"])
        audit.record("screen.ended", actor=by, subject="screen", subject_id=screen.pk)


def of_offices(unit_ids: Sequence[int]) -> QuerySet[Screen]:
    """The screens of these offices that are paired or wait for their code."""
    found_ = Screen.objects.filter(unit__in=unit_ids, ended_at=None).select_related("unit")
    return found_.order_by("unit__code", "pk")


def _of_code(code: str) -> list[bytes]:
    """The first is the one to keep."""
    return prints(f"screen:{code}")


def _of_token(token: str) -> bytes:
    """It is random enough to need no key."""
    return hashlib.sha256(token.encode()).digest()
