"""Everything that changes a kiosk: opening, whose turn it is, closing."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.ids import normalize_code, secret_code
from kernel.nik import parse_nik
from services.residents import guesses, officials
from services.residents.actions import require_resident
from services.residents.family import OF_AGE, is_minor
from services.residents.kiosk import queries, rules
from services.residents.models import Kiosk, KioskCode, OneTimeCode, Person
from services.residents.onetime import Handed, serves
from services.residents.queries import lives_in, people
from services.residents.sealing import fingerprint, prints
from tenants.office.models import Unit
from tenants.registry.current import city

MOST = 10  # kiosks that one unit has open
TOKEN_LENGTH = 40  # characters: 200 bits
CODE_LENGTH = 8  # 40 bits, with few tries
CODE_MINUTES = 30
CARD_DIGITS = 6  # of the number of the family card
WINDOW = 15  # minutes in which wrong tries are counted
TRIES_PER_KIOSK = 20
TRIES_PER_PERSON = 5
TRIES_TO_CLOSE = 5

NO_MATCH = (
    "Data ini belum cocok dengan data warga di wilayah kantor ini. Periksa NIK, tanggal lahir, dan "
    "enam angka terakhir nomor KK persis seperti di Kartu Keluarga, atau minta kode di loket."
)
NO_CODE = (
    "Kode ini keliru, sudah dipakai, atau sudah lewat waktunya. Periksa lagi, atau minta kode baru "
    "di loket."
)
MINOR = (
    f"Kios dipakai warga yang sudah {OF_AGE} tahun atau sudah kawin. Orang tua mengajukannya lewat "
    "akunnya, atau di loket."
)
CHECKS = [one for one in OneTimeCode.Checked.choices if one[0] != OneTimeCode.Checked.APPOINTED]


# --- the device -----------------------------------------------------------------------------------


@transaction.atomic
def open_kiosk(*, unit_id: int, by: User, at: datetime, today: date) -> tuple[Kiosk, str]:
    """A kiosk of a unit at whose counter this official sits, and the token that its browser keeps.
    Raises NotThere, RuleBroken."""
    if not any(unit.pk == unit_id for unit in queries.counters(by, today)):
        raise NotThere("Kios dibuka petugas loket di kantornya sendiri.")
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    Kiosk.objects.filter(unit=unit, ended_at=None, until__lte=at).update(
        ended_at=F("until"), person=None
    )
    logins = Kiosk.objects.filter(unit=unit, ended_at=None).values_list("user__login", flat=True)
    taken = set(logins)
    number = next((n for n in range(1, MOST + 1) if _login(unit, n) not in taken), 0)
    if not number:
        raise RuleBroken(f"Sudah ada {MOST} kios terbuka di sini. Tutup dahulu yang tidak dipakai.")
    token = secret_code(TOKEN_LENGTH)
    kiosk = Kiosk.objects.create(
        unit=unit, user=_account(unit, number), opened_by=by, opened_at=at,
        until=rules.closes_at(at, city().tz), token_digest=queries.digest_of(token),
    )  # fmt: skip
    audit.record(
        "kiosk.opened", actor=by, subject="kiosk", subject_id=kiosk.pk, detail={"unit": unit.pk}
    )
    return kiosk, token


def _login(unit: Unit, number: int) -> str:
    return f"{queries.LOGIN}{unit.pk}:{number}"


def _account(unit: Unit, number: int) -> User:
    """The account of a kiosk: without a password and closed, so nobody signs in to it."""
    name = rules.name_of(unit.name, number)
    user = User.objects.filter(login=_login(unit, number)).first()
    if user is None:
        return User.objects.create_user(_login(unit, number), None, name=name, is_active=False)
    if user.name != name:
        user.name = name
        user.save(update_fields=["name"])
    return user


@transaction.atomic
def close(*, kiosk_id: int, by: User, at: datetime, today: date) -> None:
    """Close a kiosk of the own counter's unit from the desk. Closing twice changes nothing. Raises
    NotThere."""
    units = [unit.pk for unit in queries.counters(by, today)]
    kiosk = Kiosk.objects.select_for_update().filter(pk=kiosk_id, unit__in=units).first()
    if kiosk is None:
        raise NotThere("Kios ini tidak ditemukan di kantor Anda.")
    _end(kiosk, by=by, at=at)


def close_by_password(*, kiosk: Kiosk, password: str, at: datetime) -> None:
    """Close the kiosk on its own screen: whoever opened it types their password. Raises
    RuleBroken."""
    key = f"kiosk-close:{kiosk.pk}"
    guesses.count(key, TRIES_TO_CLOSE, minutes=WINDOW)
    if not kiosk.opened_by.check_password(password):
        raise RuleBroken("Kata sandi ini tidak cocok. Periksa lagi.", field="password")
    guesses.take_back(key)
    with transaction.atomic():
        _end(Kiosk.objects.select_for_update().get(pk=kiosk.pk), by=kiosk.opened_by, at=at)


def found(*, token: str, at: datetime, today: date) -> Kiosk | None:
    """The kiosk of a browser. One whose official left the counter is closed by that."""
    kiosk = queries.with_token(token, at)
    if kiosk is not None and not queries.may_stay(kiosk, today):
        with transaction.atomic():
            _end(Kiosk.objects.select_for_update().get(pk=kiosk.pk), by=None, at=at)
        return None
    return kiosk


def _end(kiosk: Kiosk, *, by: User | None, at: datetime) -> None:
    if kiosk.ended_at is not None:
        return
    kiosk.ended_at, kiosk.ended_by, kiosk.person = min(at, kiosk.until), by, None
    kiosk.save(update_fields=["ended_at", "ended_by", "person"])
    audit.record("kiosk.closed", actor=by, subject="kiosk", subject_id=kiosk.pk)


# --- who stands there -----------------------------------------------------------------------------


def identify(*, kiosk: Kiosk, nik: str, birth_date: date, card: str, at: datetime) -> Person:
    """Begin the turn of a resident whose three facts match the register. Whatever does not match,
    also an area that is not the kiosk's, gets the same answer. Raises RuleBroken."""
    digits = parse_nik(nik).digits
    keys = {
        f"kiosk:{kiosk.pk}": TRIES_PER_KIOSK,
        f"kiosk-of:{fingerprint(digits).hex()}": TRIES_PER_PERSON,
    }
    for key, limit in keys.items():
        guesses.count(key, limit, minutes=WINDOW)
    matching = people().living_here().filter(nik_print__in=prints(digits), birth_date=birth_date)
    person = matching.first()
    if (
        person is None
        or not rules.same_end(person.household.kk_number, card, digits=CARD_DIGITS)
        or not lives_in(person, kiosk.unit.code)
    ):
        raise RuleBroken(NO_MATCH)
    for key in keys:
        guesses.take_back(key)
    return _begin_turn(kiosk, person, purpose="kios", at=at)


def identify_by_code(*, kiosk: Kiosk, code: str, at: datetime) -> Person:
    """Begin the turn of whoever got this code at the counter; it is used up. Raises RuleBroken."""
    key = f"kiosk-code:{kiosk.pk}"
    guesses.count(key, TRIES_PER_KIOSK, minutes=WINDOW)
    with transaction.atomic():
        typed = normalize_code(code)[:40]
        rows = KioskCode.objects.select_for_update().filter(digest__in=_digests(typed))
        row = rows.filter(expires_at__gt=at).first()
        person = people().living_here().filter(pk=row.person_id).first() if row else None
        if row is None or person is None or not lives_in(person, kiosk.unit.code):
            raise RuleBroken(NO_CODE, field="code")
        guesses.take_back(key)
        row.delete()
        return _begin_turn(kiosk, person, purpose="kios-kode", at=at)


@transaction.atomic
def _begin_turn(kiosk: Kiosk, person: Person, *, purpose: str, at: datetime) -> Person:
    if is_minor(person, at.astimezone(city().tz).date()):
        raise RuleBroken(MINOR)
    row = _locked(kiosk)
    row.person, row.turn_at, row.used_at, row.is_scripted = person, at, at, False
    row.save(update_fields=["person", "turn_at", "used_at", "is_scripted"])
    audit.record("kiosk.identified", actor=row.user, subject="kiosk", subject_id=row.pk)
    audit.record_read(actor=row.user, person_id=person.pk, purpose=purpose, office=row.user.name)
    return person


def _locked(kiosk: Kiosk) -> Kiosk:
    rows = Kiosk.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(pk=kiosk.pk, ended_at=None).first()
    if row is None:
        raise Stale("Kios ini sudah ditutup.")
    return row


def touch(kiosk: Kiosk, *, at: datetime, by_script: bool = False) -> None:
    """Somebody touched the screen: the turn goes on."""
    change: dict[str, object] = {"used_at": at} | ({"is_scripted": True} if by_script else {})
    Kiosk.objects.filter(pk=kiosk.pk, person=kiosk.person_id, ended_at=None).update(**change)


def end_turn(kiosk: Kiosk) -> None:
    """The resident is done, or walked away."""
    Kiosk.objects.filter(pk=kiosk.pk).update(person=None, turn_at=None, is_scripted=False)


# --- codes from the counter -----------------------------------------------------------------------


@transaction.atomic
def make_code(*, person: Person, checked: str, by: User, at: datetime, today: date) -> Handed:
    """A code for the kiosks of where this resident lives; an earlier one ends. Raises NotThere,
    RuleBroken."""
    if not serves(by, person, today):
        raise NotThere("Kode dibuat petugas loket di wilayah tempat orang ini tinggal.")
    require_resident(person)
    if person.pk in officials.own_people(by) or officials.may_be(by, person):
        raise RuleBroken("Kode untuk diri sendiri dibuat petugas lain.")
    if is_minor(person, today):
        raise RuleBroken(MINOR)
    if checked not in dict(CHECKS):
        raise RuleBroken("Pilih bagaimana Anda memeriksa orangnya.", field="checked")
    Person.objects.select_for_update().get(pk=person.pk)
    KioskCode.objects.filter(person=person).delete()
    KioskCode.objects.filter(expires_at__lte=at).delete()
    code, expires_at = secret_code(CODE_LENGTH), at + timedelta(minutes=CODE_MINUTES)
    KioskCode.objects.create(
        person=person, digest=_digests(code)[0], expires_at=expires_at, checked=checked, made_by=by
    )
    audit.record(
        "kiosk.code_made", actor=by, subject="person", subject_id=person.pk,
        detail={"checked": checked},
    )  # fmt: skip
    return Handed(person, code, expires_at)


def _digests(code: str) -> list[bytes]:
    """The first is the one to keep."""
    return prints(f"kiosk:{code}")
