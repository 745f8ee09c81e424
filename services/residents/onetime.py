"""A code from the counter, for people whose account has no e-mail address: single use, shown once.

Whoever hands it out has checked an identity card. The code opens the account of one person, for
half an hour, and only to choose a password; a second step of the account is asked for as ever. The
first code of somebody just appointed stands on a printed card and is valid for three days.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.notices import tell_of_change
from accounts.passwords import choose_password
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.ids import normalize_code, secret_code
from kernel.nik import parse_nik
from services.residents import guesses, officials
from services.residents.actions import login_of, require_resident
from services.residents.models import OneTimeCode, Person
from services.residents.notices import CODE_MADE
from services.residents.queries import lives_in, people
from services.residents.sealing import prints
from tenants.office.models import Holding
from tenants.office.queries import current_holdings, is_admin
from tenants.office.roles import Can, can, having

VALID_MINUTES = 30
FIRST_DAYS = 3  # a card is handed to somebody who lives in another village
LENGTH = 8  # characters: 40 bits
TRIES_PER_ACCOUNT = 10  # in VALID_MINUTES
TRIES_PER_ADDRESS = 60  # a whole kelurahan may sit behind one

NO_MATCH = (
    "NIK dan kode ini tidak cocok, atau kodenya sudah dipakai atau sudah lewat waktunya. "
    "Periksa lagi, atau minta kode baru kepada petugas loket."
)
NO_ACCOUNT = (
    "Orang ini belum punya akun. Ia bisa membuatnya sendiri di halaman daftar, dengan NIK, nomor "
    "KK, dan tanggal lahirnya."
)
BY_THE_ADMIN = (
    "Orang ini memegang jabatan di kantor. Kodenya dibuat oleh admin kota, di halaman jabatannya."
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What is shown once: only its keyed hash is kept."""

    person: Person
    code: str
    expires_at: datetime

    @property
    def in_groups(self) -> str:
        """``ABCD-EFGH``, as it is read aloud and copied."""
        return f"{self.code[:4]}-{self.code[4:]}"


def find_for_counter(*, nik: str, by: User, today: date) -> Person:
    """The resident whom this official of a counter may give a code, by NIK.

    Raises RuleBroken. Whoever shows the person also records the reading.
    """
    areas = counters_of(by, today)
    person = people().living_here().filter(nik_print__in=prints(parse_nik(nik).digits)).first()
    if not areas or person is None or not any(lives_in(person, area) for area in areas):
        raise NotThere(
            "NIK ini tidak tercatat sebagai warga wilayah Anda. Periksa lagi angkanya; warga "
            "kelurahan lain dibantu loket kelurahannya."
        )
    _require_right(by, person, today)
    return person


def counters_of(user: User, today: date) -> list[str]:
    """Codes of the units at whose counter somebody sits today."""
    at_counter = current_holdings(today).filter(having(Can.COUNTER, "post__role"), user=user)
    return list(at_counter.values_list("post__unit__code", flat=True))


def serves(user: User, person: Person, today: date) -> bool:
    """Whether somebody sits today at a counter of where this person lives."""
    return any(lives_in(person, area) for area in counters_of(user, today))


def _require_right(by: User, person: Person, today: date) -> User:
    """The account of this person, when ``by`` may give them a code. Raises RuleBroken."""
    user = User.objects.filter(resident__person=person, is_active=True).first()
    if user is None:
        raise RuleBroken(NO_ACCOUNT)
    if person.pk in officials.own_people(by) or officials.may_be(by, person):
        raise RuleBroken("Kode untuk diri sendiri dibuat petugas lain.")
    roles = set(
        Holding.objects.filter(user=user)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .values_list("post__role", flat=True)
    )
    if user.is_operator or any(can(role, Can.ADMINISTERS) for role in roles):
        raise RuleBroken("Akun admin tidak dibuka dengan kode. Ia memakai e-mailnya.")
    has_seat = any(can(role, Can.TAKES_SEAT) for role in roles)
    # An administrator may give any resident the post of a Ketua RT: that must not open the account
    # that somebody has. Its first password, and officials', are the administrator's to hand out.
    if roles and is_admin(by, today) and (has_seat or not user.has_usable_password()):
        return user
    if not any(lives_in(person, area) for area in counters_of(by, today)):
        raise NotThere("Kode dibuat petugas loket di wilayah tempat orang ini tinggal.")
    if has_seat:
        raise RuleBroken(BY_THE_ADMIN)
    return user


@transaction.atomic
def make(*, person_id: int, checked: str, by: User, at: datetime, today: date) -> Handed:
    """A code for this person's account; an earlier one ends. ``checked`` is one of
    ``OneTimeCode.Checked``: how the official made sure who stands there. Raises RuleBroken."""
    person = people().filter(pk=person_id).first()
    if person is None:
        raise NotThere("Orang ini tidak ditemukan.")
    require_resident(person)
    user = _require_right(by, person, today)
    user = User.objects.select_for_update().get(pk=user.pk)
    if checked not in OneTimeCode.Checked:
        raise RuleBroken("Pilih bagaimana Anda memeriksa orangnya.", field="checked")
    is_first = checked == OneTimeCode.Checked.APPOINTED and not user.has_usable_password()
    valid = timedelta(days=FIRST_DAYS) if is_first else timedelta(minutes=VALID_MINUTES)
    return _handed(person, user, checked=checked, by=by, expires_at=at + valid)


@transaction.atomic
def make_first(*, person: Person, user_id: int, by: User, at: datetime, days: int) -> Handed:
    """The first code of somebody appointed, for a printed card; an earlier one ends. Whoever calls
    this has checked that ``by`` prints cards for their post. Raises RuleBroken for an account with
    a password: no card opens what somebody uses."""
    require_resident(person)
    user = User.objects.select_for_update().get(pk=user_id, resident__person=person)
    if user.has_usable_password() or not user.is_active:
        raise RuleBroken("Orang ini sudah punya kata sandi.")
    return _handed(
        person, user, checked=OneTimeCode.Checked.APPOINTED, by=by,
        expires_at=at + timedelta(days=days),
    )  # fmt: skip


def _handed(person: Person, user: User, *, checked: str, by: User, expires_at: datetime) -> Handed:
    code = secret_code(LENGTH)
    OneTimeCode.objects.update_or_create(
        user=user,
        defaults={
            "digest": _digests(user, code)[0], "expires_at": expires_at, "made_by": by,
            "checked": checked,
        },
    )  # fmt: skip
    audit.record(
        "code.made", actor=by, subject="person", subject_id=person.pk, detail={"checked": checked}
    )
    tell_of_change(user, CODE_MADE, key="code-made", by=by.name)
    return Handed(person, code, expires_at)


def _digests(user: User, code: str) -> list[bytes]:
    """Bound to the password there is: whichever way it changes, the code ends with it. The first
    is the one to keep."""
    return prints(f"code:{user.pk}:{user.password}:{code}")


def redeem(*, nik: str, code: str, password: str, remote: str, at: datetime) -> User:
    """Choose a password with a code; every session of the account ends.

    A wrong NIK, a wrong code and one that is used or too old get the same answer. Raises
    RuleBroken; writes nothing then.
    """
    login = login_of(parse_nik(nik).digits)
    keys = {f"code:{login}": TRIES_PER_ACCOUNT, f"code-from:{remote}": TRIES_PER_ADDRESS}
    for key, limit in keys.items():
        guesses.count(key, limit, minutes=VALID_MINUTES)
    with transaction.atomic():
        user = User.objects.select_for_update().filter(login=login, is_active=True).first()
        found = OneTimeCode.objects.filter(user=user).first() if user is not None else None
        person = Person.objects.living_here().filter(account__user=user).first()
        if user is None or found is None or person is None:
            raise RuleBroken(NO_MATCH)
        digests = _digests(user, normalize_code(code)[:40])
        is_right = any(hmac.compare_digest(bytes(found.digest), one) for one in digests)
        if not is_right or found.expires_at <= at:
            raise RuleBroken(NO_MATCH)
        for key in keys:
            guesses.take_back(key)
        try:
            validate_password(password, user)
        except ValidationError as weak:
            raise RuleBroken(" ".join(weak.messages), field="password") from weak
        found.delete()
        choose_password(user=user, password=password)
        audit.record("code.used", actor=user, subject="person", subject_id=person.pk)
        user.refresh_from_db()
    return user
