"""Printed cards with first codes, for heads of RT, RW and dusun who have no password yet.

A worker makes the codes and one PDF, which lies sealed until it is downloaded once. Codes stand
nowhere else in clear; another sheet makes new ones.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.tanggal import long_date
from messaging import outbox
from services.heads.files import FOLDER
from services.heads.models import CardSheet
from services.residents import officials, onetime
from services.residents.imports import files as kept_files
from tenants.office.models import Holding, Unit
from tenants.office.queries import current_holdings, is_admin
from tenants.office.roles import NEIGHBOURHOOD, Can, having
from tenants.registry.current import city
from typeset import pdf

KIND = "heads.cards"
LAYOUT = Path(__file__).parent / "layouts" / "kartu.typ"
VALID_DAYS = 14  # a thousand cards are handed out by kelurahan, RW by RW
FETCHED_WITHIN = timedelta(days=1)
State = CardSheet.State


def areas_of(user: User, on: date) -> list[Unit]:
    """The units for whose heads somebody prints cards: the city, or the kelurahan and desa that
    they head or at whose counter they sit."""
    if is_admin(user, on):
        return list(Unit.objects.filter(code=city().code))
    roles = having(Can.HEADS, "post__role") | having(Can.COUNTER, "post__role")
    held = current_holdings(on).filter(roles, user=user)
    villages = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
    found = Unit.objects.filter(pk__in=held.values("post__unit"), kind__in=villages)
    return list(found.filter(is_active=True).order_by("code"))


def without_password(area: Unit, on: date) -> QuerySet[Holding]:
    """Heads, deputies and treasurers of an area, in office or to come, whose account has no
    password."""
    found = Holding.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on),
        post__unit__kind__in=NEIGHBOURHOOD, user__is_active=True,
        user__login__startswith="nik:", **{"user__password__startswith": UNUSABLE_PASSWORD_PREFIX},
    )  # fmt: skip
    if area.kind != Unit.Kind.CITY:
        found = found.filter(post__unit__code__startswith=f"{area.code}/")
    return found.select_related("user__resident__person", *_PATHS).order_by(
        "post__unit__code", "pk"
    )


def people_without_password(area: Unit, on: date) -> int:
    """How many people that are: somebody may hold two posts, and gets one card."""
    return without_password(area, on).order_by().values("user").distinct().count()


_PATHS = ("post__unit__parent__parent__parent",)


@transaction.atomic
def order(*, unit_id: int, by: User, on: date) -> CardSheet:
    """Have a sheet of cards made for an area. Raises NotThere for an area that is not theirs,
    RuleBroken where everybody has a password."""
    area = next((unit for unit in areas_of(by, on) if unit.pk == unit_id), None)
    if area is None:
        raise NotThere("Wilayah ini bukan wilayah Anda.")
    Unit.objects.select_for_update().get(pk=area.pk)  # two presses make one sheet
    if CardSheet.objects.filter(unit=area, state=State.MAKING).exists():
        raise RuleBroken("Kartu wilayah ini sedang dibuat. Tunggu sebentar.")
    if not without_password(area, on).exists():
        raise RuleBroken("Semua sudah punya kata sandi, jadi tidak ada kartu yang perlu dicetak.")
    sheet = CardSheet.objects.create(unit=area, by=by)
    audit.record("cards.ordered", actor=by, subject="card_sheet", subject_id=sheet.pk)
    outbox.enqueue(KIND, {"sheet": sheet.pk}, key=f"heads-cards:{sheet.pk}")
    return sheet


@transaction.atomic
def make(payload: Mapping[str, Any]) -> None:
    """Make the codes and the PDF of a sheet, in one transaction."""
    sheet = CardSheet.objects.select_for_update().select_related("unit", "by")
    found = sheet.filter(pk=payload["sheet"], state=State.MAKING).first()
    if found is None:
        return
    at = now().replace(microsecond=0)  # the PDF bears it
    on = at.astimezone(city().tz).date()
    allowed = any(unit.pk == found.unit_id for unit in areas_of(found.by, on))
    cards = list(_cards(found, at, on)) if allowed else []
    if cards:
        content = pdf.compile(LAYOUT, _said(cards), at=at, pictures={"qr": _qr()})
        found.path, found.count, found.state = (
            kept_files.keep([content], FOLDER),
            len(cards),
            State.READY,
        )
    else:
        found.state = State.FAILED
    found.save()


def _qr() -> str:
    return pdf.qr_svg(city().page("password-by-code"))


def _cards(sheet: CardSheet, at: datetime, on: date) -> Iterable[dict[str, str]]:
    seen = set()
    own = officials.own_people(sheet.by)
    for holding in without_password(sheet.unit, on):
        account = getattr(holding.user, "resident", None)
        if account is None or holding.user_id in seen or account.person_id in own:
            continue
        if not account.person.lives_here:
            continue
        seen.add(holding.user_id)
        handed = onetime.make_first(
            person=account.person, user_id=holding.user_id, by=sheet.by, at=at, days=VALID_DAYS
        )
        yield {
            "name": holding.user.name,
            "post": holding.post.full_title,
            "code": handed.in_groups,
            "until": long_date(handed.expires_at.astimezone(city().tz).date()),
        }


def _said(cards: list[dict[str, str]]) -> dict[str, object]:
    return {
        "title": f"Kartu masuk {city().name}",
        "city": city().name,
        "address": city().page("password-by-code"),
        "cards": cards,
    }


def gave_up(payload: Mapping[str, Any], error: str) -> None:
    """After the last attempt: say so."""
    CardSheet.objects.filter(pk=payload["sheet"], state=State.MAKING).update(state=State.FAILED)


def sheets_of(areas: Iterable[Unit]) -> QuerySet[CardSheet]:
    """The latest sheets of these areas."""
    return CardSheet.objects.filter(unit__in=areas).select_related("unit", "by").order_by("-pk")


@transaction.atomic
def fetch(*, sheet_id: int, by: User, at: datetime) -> bytes:
    """The PDF, once: it is deleted then. Only whoever ordered it may. Raises NotThere, Stale."""
    sheet = CardSheet.objects.select_for_update().filter(pk=sheet_id, by=by).first()
    if sheet is None or not areas_of(by, at.astimezone(city().tz).date()):
        raise NotThere("Kartu ini tidak ditemukan.")
    if sheet.state != State.READY:
        raise Stale("Kartu ini sudah diunduh atau sudah dihapus. Buat lembar baru; kodenya baru.")
    with kept_files.opened(sheet.path) as kept:
        content = kept.read()
    _forget(sheet, State.FETCHED)
    sheet.fetched_at = at
    sheet.save()
    audit.record(
        "cards.fetched", actor=by, subject="card_sheet", subject_id=sheet.pk,
        detail={"count": sheet.count},
    )  # fmt: skip
    return content


def _forget(sheet: CardSheet, state: CardSheet.State) -> None:
    path, sheet.path, sheet.state = sheet.path, "", state
    transaction.on_commit(lambda: kept_files.forget(path))


def tidy() -> None:
    """Sheets nobody fetched within a day are deleted."""
    old = CardSheet.objects.filter(state=State.READY, made_at__lt=now() - FETCHED_WITHIN)
    for pk in old.values_list("pk", flat=True):
        with transaction.atomic():
            sheet = CardSheet.objects.select_for_update().get(pk=pk)
            if sheet.state == State.READY:
                _forget(sheet, State.EXPIRED)
                sheet.save()


def in_use(paths: Iterable[str]) -> set[str]:
    """Which of these kept files are still needed."""
    return set(CardSheet.objects.filter(path__in=list(paths)).values_list("path", flat=True))


def hold_rotation() -> str:
    """Why the city's key cannot be exchanged now: a sheet that waits is sealed with it."""
    waits = CardSheet.objects.filter(state=State.READY).exists()
    return "kartu masuk Ketua RT belum diunduh. Unduh dulu, atau tunggu sehari." if waits else ""
