"""What a city may do: its state, its trial, its limits, and how much of them is used.

Billing writes here, services read here; neither knows the other. Who counts something registers
a meter when its app starts::

    meter("letters")(count_letters)

    limits_of(city) -> Limits                 no query
    usage(city, at) -> {"letters": 12, …}     one query per meter
    require_room("letters")                   LimitReached when nothing is left; no query when
                                              the city has no limit there
    grant, set_by_hand, set_status, set_trial_end   the only writers, each one transaction

A limit refuses what is *new*. It never stops a case, a letter or a decision under way.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from audit import actions as audit
from audit.actions import Actor
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.registry import Registry
from kernel.tanggal import long_date
from tenants.backend.scope import in_city, in_public
from tenants.registry.current import city as here
from tenants.registry.current import city_or_none
from tenants.registry.models import City
from ui.language import reads_in

MeterName: TypeAlias = Literal["letters", "seats", "storage", "messages"]
Meter: TypeAlias = Callable[[datetime], int]
MB = 1024 * 1024
TRIAL_DAYS = 30
PAGE = "billing"  # the name of the page where a city's admin mends whatever this module refuses


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a city may use; None is without limit."""

    letters: int | None = None  # issued in a calendar month of the city
    seats: int | None = None  # people in office, heads of RT and RW not counted
    storage_mb: int | None = None  # MiB of uploaded files
    messages: int | None = None  # mails to people in a calendar month, sign-in mails not counted

    def of(self, name: MeterName) -> int | None:
        """The limit of a meter, in the meter's own unit (storage: bytes)."""
        if name == "storage":
            return None if self.storage_mb is None else self.storage_mb * MB
        limits: dict[str, int | None] = {
            "letters": self.letters,
            "seats": self.seats,
            "messages": self.messages,
        }
        return limits[name]


# Enough to try every service with real offices, too little to run a city on.
TRIAL = Limits(letters=300, seats=150, storage_mb=2048, messages=3000)

S = City.Status
MOVES: dict[str, frozenset[str]] = {
    S.PROVISIONING: frozenset({S.TRIAL, S.CLOSED}),
    S.TRIAL: frozenset({S.ACTIVE, S.PAST_DUE, S.SUSPENDED, S.CLOSED}),
    S.ACTIVE: frozenset({S.PAST_DUE, S.SUSPENDED, S.CLOSED}),
    S.PAST_DUE: frozenset({S.ACTIVE, S.SUSPENDED, S.TRIAL, S.CLOSED}),
    S.SUSPENDED: frozenset({S.ACTIVE, S.TRIAL, S.PAST_DUE, S.CLOSED}),
    S.CLOSED: frozenset(),
}


class LimitReached(RuleBroken):
    """Nothing is left of what the city's plan allows; ``message`` says what to do."""

    code = "batas-tercapai"

    def __init__(self, meter: MeterName, message: str) -> None:
        super().__init__(message)
        self.meter = meter


class IllegalMove(RuleBroken):
    """A city cannot go from its present state to the one asked for."""


meters: Registry[Meter] = Registry("meters", "who counts what a city uses")


def meter(name: MeterName) -> Callable[[Meter], Meter]:
    """Register who counts this, in the current city's schema.

    The function gets the first moment of the city's current month. Storage counts bytes.
    """

    def register(count: Meter) -> Meter:
        meters.add(name, count)
        return count

    return register


def limits_of(city: City) -> Limits:
    """What this city may use."""
    return Limits(
        letters=city.letters_per_month,
        seats=city.staff_seats,
        storage_mb=city.storage_mb,
        messages=city.messages_per_month,
    )


def month_start(city: City, at: datetime) -> datetime:
    """The first moment of the month in the city's own time."""
    return at.astimezone(city.tz).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(city: City, at: datetime) -> datetime:
    """When monthly limits begin anew."""
    return month_start(city, month_start(city, at) + timedelta(days=32))


def usage(city: City, at: datetime) -> dict[str, int]:
    """What the city has used: letters and messages of this month, seats, bytes of storage."""
    since = month_start(city, at)
    with in_city(city):
        return {name: count(since) for name, count in sorted(meters.items())}


def has_room(name: MeterName, adding: int = 1, *, at: datetime | None = None) -> bool:
    """Whether the current city may use that much more. True outside any city."""
    city = city_or_none()
    if city is None:
        return True
    limit = limits_of(city).of(name)
    count = meters.get(name)
    if limit is None or count is None:
        return True
    return count(month_start(city, at or now())) + adding <= limit


def require_room(name: MeterName, adding: int = 1, *, at: datetime | None = None) -> None:
    """Raises LimitReached when the current city's plan has no room for that much more.

    Several people at the same instant may pass together: a limit is a price, not a wall.
    """
    if not has_room(name, adding, at=at):
        raise LimitReached(name, _what_to_do(name, here(), at or now()))


def _what_to_do(name: MeterName, city: City, at: datetime) -> str:
    again = long_date(next_month(city, at).date(), reads_in())
    said = {"city": city.name, "again": again, "page": reverse(PAGE, urlconf=settings.ROOT_URLCONF)}
    words: dict[str, str] = {
        "letters": gettext(
            "Kuota surat %(city)s bulan ini sudah habis. Permohonan Anda tersimpan "
            "sebagai draf dan bisa dikirim mulai %(again)s, atau segera setelah admin daerah "
            "menambah kuota di halaman Langganan (%(page)s). Bila mendesak, datanglah ke kantor "
            "kelurahan atau desa."
        ),
        "seats": "Semua kursi petugas %(city)s sudah terpakai. Akhiri jabatan yang tidak "
        "dipakai lagi, atau tambah kursi di halaman Langganan (%(page)s).",
        "storage": gettext(
            "Ruang berkas %(city)s sudah penuh, jadi berkas ini belum bisa disimpan. "
            "Isian Anda yang lain tetap tersimpan; coba lagi setelah admin daerah menambah ruang "
            "di halaman Langganan (%(page)s)."
        ),
        "messages": "Kuota e-mail %(city)s bulan ini sudah habis. Pemberitahuan tetap tampil "
        "di halaman Balai; e-mail terkirim lagi mulai %(again)s, atau setelah kuota ditambah di "
        "halaman Langganan (%(page)s).",
    }
    return words[name] % said


def on_trial(city: City) -> bool:
    """Whether what this city issues is only a trial: nobody has paid for it yet.

    Stays so after the trial has run out, until the first subscription ends it.
    """
    if city.is_demo:
        return False
    return city.status == S.TRIAL or city.trial_ends_at is not None


# --- writing ----------------------------------------------------------------------------------


def _locked(city_id: int) -> City:
    found: City | None = City.objects.select_for_update().filter(pk=city_id).first()
    if found is None:
        raise NotThere("Kota ini tidak ditemukan.")
    return found


def _note(what: str, city: City, by: Actor | None, detail: dict[str, object]) -> None:
    audit.record(what, actor=by, subject="city", subject_id=city.code, detail=detail)


def _save(city: City, *fields: str) -> None:
    city.save(update_fields=list(fields))  # announces itself to every process: apps.ready


def begin_trial(city: City, *, at: datetime) -> None:
    """Open a city whose last stage is done. The caller holds its row in public.

    Demo cities are for looking around: without limits, and their trial never ends.
    """
    city.status = S.TRIAL
    fields = ["status"]
    if not city.is_demo:
        city.trial_ends_at = at + timedelta(days=TRIAL_DAYS)
        fields += ["trial_ends_at", *_put(city, TRIAL)]
    _save(city, *fields)


def _put(city: City, limits: Limits) -> list[str]:
    city.letters_per_month = limits.letters
    city.staff_seats = limits.seats
    city.storage_mb = limits.storage_mb
    city.messages_per_month = limits.messages
    return ["letters_per_month", "staff_seats", "storage_mb", "messages_per_month"]


def grant(city_id: int, limits: Limits, *, by: Actor | None) -> City:
    """Give a city these limits; the same again writes nothing.

    ``by`` None is the system (its plan), which leaves alone what an operator set by hand.
    """
    with in_public(), transaction.atomic():
        city = _locked(city_id)
        if limits_of(city) == limits or (by is None and city.limits_note):
            return city
        before = limits_of(city)
        _save(city, *_put(city, limits))
        _note("city.limits", city, by, {"before": asdict(before), "after": asdict(limits)})
    return city


def set_by_hand(city_id: int, limits: Limits | None, *, reason: str, by: Actor) -> City:
    """An operator's own limits, which no plan changes until they are given back (None)."""
    with in_public(), transaction.atomic():
        city = _locked(city_id)
        city.limits_note = " ".join(reason.split())[:200] if limits is not None else ""
        _save(city, "limits_note")
        _note("city.limits_by_hand", city, by, {"reason": reason, "set": limits is not None})
        if limits is not None:
            city = grant(city_id, limits, by=by)
    return city


def set_status(
    city_id: int, status: str, *, reason: str, by: Actor | None, at: datetime | None = None
) -> City:
    """Bring a city into a state; being there already changes nothing.

    Raises IllegalMove for a way that does not exist (MOVES), Stale for a closed city.
    """
    with in_public(), transaction.atomic():
        city = _locked(city_id)
        before = city.status
        if before == status:
            return city
        if before == S.CLOSED:
            raise Stale(f"{city.name} sudah ditutup.")
        if status not in MOVES[before]:
            raise IllegalMove(
                f"{city.name} berstatus “{S(before).label}” dan tidak bisa langsung menjadi "
                f"“{S(status).label}”."
            )
        city.status = status
        _save(city, "status")
        _note(
            "city.status",
            city,
            by,
            {
                "before": before,
                "after": str(status),
                "reason": reason,
                "at": (at or now()).isoformat(),
            },
        )
    return city


def set_trial_end(city_id: int, ends_at: datetime | None, *, reason: str, by: Actor | None) -> City:
    """Move the end of a trial; None ends the trial for good: somebody subscribed."""
    with in_public(), transaction.atomic():
        city = _locked(city_id)
        if city.trial_ends_at == ends_at:
            return city
        before, city.trial_ends_at = city.trial_ends_at, ends_at
        _save(city, "trial_ends_at")
        _note(
            "city.trial",
            city,
            by,
            {
                "before": before.isoformat() if before else None,
                "after": ends_at.isoformat() if ends_at else None,
                "reason": reason,
            },
        )
    return city
