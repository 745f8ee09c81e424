"""Writers of the register and of residents' accounts."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.addresses import ask_for_proof
from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.nik import parse_kk, parse_nik
from services.residents import guesses
from services.residents.models import Person, ResidentAccount
from services.residents.sealing import fingerprint, prints
from tenants.registry.current import city

_WINDOW = 15  # minutes
_TRIES_PER_NIK = 6
_TRIES_PER_ADDRESS = 60  # a whole kelurahan may sit behind one address

NO_MATCH = (
    "Data ini belum cocok dengan data kependudukan. Periksa NIK, nomor KK, dan tanggal lahir "
    "persis seperti di Kartu Keluarga. Bila sudah benar, hubungi kantor di wilayah Anda."
)

NOT_HERE = (
    "Menurut data kependudukan, Anda bukan lagi penduduk daerah ini. Bila itu keliru, hubungi "
    "kantor di wilayah Anda dengan membawa KTP."
)


def require_resident(person: Person) -> None:
    """Raises RuleBroken for somebody the register has as dead, moved or gone."""
    if not person.lives_here:
        raise RuleBroken(NOT_HERE)


def login_for(nik_print: bytes) -> str:
    """A resident's login: tied to the NIK without holding it."""
    return f"nik:{nik_print.hex()}"


def login_of(digits: str) -> str:
    """The login that somebody with this NIK has, or would get."""
    logins = [login_for(print_) for print_ in prints(digits)]
    if len(logins) == 1:
        return logins[0]
    found = User.objects.filter(login__in=logins).values_list("login", flat=True).first()
    return found or logins[0]


def register_citizen(
    *,
    nik: str,
    kk_number: str,
    birth_date: date,
    password: str,
    email: str = "",
    phone: str = "",
    remote: str = "",
) -> User:
    """Open an account for a resident whose three facts match the register.

    Whatever does not match gives the same answer, so nobody can probe the register. Raises
    RuleBroken; writes nothing then.
    """
    digits = parse_nik(nik).digits
    card = parse_kk(kk_number)
    print_ = fingerprint(digits)
    limits = {f"register:{print_.hex()}": _TRIES_PER_NIK}
    if remote:
        limits[f"register-from:{remote}"] = _TRIES_PER_ADDRESS
    for key, limit in limits.items():
        guesses.count(key, limit, minutes=_WINDOW)
    person = (
        Person.objects.living_here()
        .select_related("household")
        .filter(
            nik_print__in=prints(digits),
            birth_date=birth_date,
            household__kk_print__in=prints(card),
        )
        .first()
    )
    if person is None:
        raise RuleBroken(NO_MATCH)
    for key in limits:
        guesses.take_back(key)
    try:
        validate_password(password)
    except ValidationError as weak:
        raise RuleBroken(" ".join(weak.messages), field="password") from weak
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        known = ResidentAccount.objects.select_related("user").filter(person=person).first()
        if known is not None and known.user.is_active and not known.user.has_usable_password():
            return _opened_again(known.user, password, email=email, phone=phone)
        if known is not None:
            raise RuleBroken(
                "NIK ini sudah punya akun. Silakan masuk, atau atur ulang kata sandi Anda."
            )
        user = User.objects.create_user(
            login_for(print_), password, name=person.name, email=email.strip(), phone=phone
        )
        ResidentAccount.objects.create(user=user, person=person)
        audit.record("account.opened", actor=user, subject="person", subject_id=person.pk)
        ask_for_proof(user, host_url=city().url("").rstrip("/"))
    return user


@transaction.atomic
def account_for(person: Person, *, by: User, phone: str = "", email: str = "") -> User:
    """The account of a resident, made without a password where there is none: a city's
    administrator appoints them. What they wrote of themselves stays."""
    Person.objects.select_for_update().get(pk=person.pk)
    user = User.objects.select_for_update().filter(resident__person=person).first()
    if user is None:
        if person.nik_print is None:
            raise RuleBroken("Orang ini belum punya NIK, jadi belum bisa punya akun.")
        login = login_for(bytes(person.nik_print))
        user = User.objects.create_user(login, None, name=person.name, email=email, phone=phone)
        ResidentAccount.objects.create(user=user, person=person)
        audit.record("account.prepared", actor=by, subject="person", subject_id=person.pk)
        return user
    user.phone, user.email = user.phone or phone, user.email or email
    user.save(update_fields=["phone", "email"])
    return user


def _opened_again(user: User, password: str, *, email: str, phone: str) -> User:
    """An account without any password (the city was restored from its open copy): whoever knows
    the three facts chooses one, as at the first opening."""
    user.set_password(password)
    user.email = email.strip() or user.email
    user.phone = phone or user.phone
    user.save(update_fields=["password", "email", "phone"])
    audit.record("account.opened_again", actor=user, subject="user", subject_id=user.pk)
    ask_for_proof(user, host_url=city().url("").rstrip("/"))
    return user
