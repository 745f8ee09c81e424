"""By what a gateway knows an official, and what it says of their certificate."""

from datetime import datetime, timedelta

from cryptography import x509
from django.db import transaction

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from messaging import outbox
from services.residents.models import OfficialIdentity
from services.residents.sealing import unseal
from services.signing import accounts, certificates
from services.signing.models import GatewayStatus
from services.signing.providers import Failure, Owner, Provider, Way, Who, providers

BY_NIK, BY_EMAIL = "nik", "email"
STATUS, CODE = "status", "code"  # what a gateway is asked
PATIENCE = timedelta(minutes=1)  # after which a question without an answer may be asked again
AT_ONCE = 4  # officials of a city for whom a gateway is asked at the same time


def identity_of(user: User, way: Way) -> str:
    """NIK or e-mail address, as the city chose. Raises RuleBroken when it is not known."""
    if way.options.get("identify_by") == BY_EMAIL:
        if not user.email:
            raise RuleBroken("Akun Anda belum punya alamat e-mail. Minta admin mengisinya.")
        return user.email
    row = OfficialIdentity.objects.filter(user=user).first()
    if row is None:
        raise RuleBroken(
            "NIK Anda belum tercatat, jadi gateway tidak mengenal Anda. Minta admin kota mencatat "
            "NIK Anda di halaman jabatan Anda."
        )
    return unseal(row.nik_sealed)


@transaction.atomic
def ask(user: User, what: str, at: datetime, *, count: int = 0) -> None:
    """Have a worker ask the gateway for the status of this official's certificate, or for a
    one-time code; the answer stands in their row. Raises RuleBroken when it cannot be asked."""
    provider, way = gateway()
    identity_of(user, way)
    if what == CODE and not provider.gives_codes:
        raise RuleBroken("Kota ini tidak memakai kode sekali pakai.")
    recent = at - PATIENCE
    if GatewayStatus.objects.filter(asked_at__gt=recent).exclude(user=user).count() >= AT_ONCE:
        raise RuleBroken("Gateway sedang ditanyai pejabat lain. Coba lagi satu menit lagi.")
    row, _ = GatewayStatus.objects.get_or_create(user=user)
    row = GatewayStatus.objects.select_for_update().get(pk=row.pk)
    if is_asking(row, at):
        return
    row.asked_at, row.said = at, ""
    row.save(update_fields=["asked_at", "said"])
    outbox.enqueue(
        "signing.ask", {"user_id": user.pk, "what": what, "count": max(count, 1)},
        key=f"sign-ask:{user.pk}:{int(at.timestamp())}",
    )  # fmt: skip


def gateway() -> tuple[Provider, Way]:
    """The city's gateway. Raises RuleBroken where it signs without one."""
    account = accounts.in_force()
    if account is None or not providers[account.provider].asks_identity:
        raise RuleBroken("Kota ini tidak memakai gateway tanda tangan.")
    return providers[account.provider], accounts.way_of(account)


def ask_status(user: User, at: datetime) -> None:
    """Keep what the gateway says of this official now. For a worker: no transaction is open while
    it answers."""
    try:
        provider, way = gateway()
        who = Who(user.pk, user.name, identity_of(user, way))
        status, code = provider.status(way, who)
        chain = provider.chain(way, who)
    except RuleBroken as broken:
        answered(user.pk, broken.message)
        return
    except Failure as failure:
        answered(user.pk, failure.said)
        return
    account = accounts.in_force()
    with transaction.atomic():
        if chain and account is not None:
            learn(user, account.provider, x509.load_der_x509_certificate(chain[0]), at)
        GatewayStatus.objects.update_or_create(
            user=user,
            defaults={
                "status": status[:40], "code": code[:20], "checked_at": at, "asked_at": None,
                "said": "",
            },
        )  # fmt: skip


def ask_code(user: User, count: int) -> None:
    """Ask for a one-time code for so many letters, and keep where it comes, as the gateway says.
    For a worker."""
    try:
        provider, way = gateway()
        said = provider.code(way, Who(user.pk, user.name, identity_of(user, way)), count=count)
    except RuleBroken as broken:
        answered(user.pk, broken.message)
    except Failure as failure:
        answered(user.pk, failure.said)
    else:
        answered(user.pk, f"Kode diminta. Kata gateway: {said}")


def is_asking(row: GatewayStatus, at: datetime) -> bool:
    """Whether a worker is on its way with a question."""
    return row.asked_at is not None and row.asked_at > at - PATIENCE


def answered(user_id: int, said: str) -> None:
    """Write what came of a question, in words for the official."""
    GatewayStatus.objects.filter(user=user_id).update(asked_at=None, said=said[:300])


def status_of(user: User) -> GatewayStatus | None:
    """What the gateway said when it was last asked."""
    return GatewayStatus.objects.filter(user=user).first()


def known(
    user: User, name: str, provider: Provider, way: Way, who: Who, *, ask: bool
) -> str | None:
    """The fingerprint of the certificate that an official signs with: the one that the gateway
    names now (``ask``), else the one that is kept; None where none is known. Not in a
    transaction."""
    chain: list[bytes] = []
    if ask and provider.asks_identity:
        try:
            chain = provider.chain(way, who)
        except Failure:  # asking changes nothing, and the certificate that is kept is as good
            chain = []
    if chain:
        certificate = x509.load_der_x509_certificate(chain[0])
        with transaction.atomic():
            learn(user, name, certificate, now())
        return Owner.of(certificate).fingerprint
    row = certificates.in_force().filter(user=user, provider=name).first()
    return row.fingerprint if row is not None else None


def learn(user: User, provider: str, certificate: x509.Certificate, at: datetime) -> None:
    """Keep which certificate the gateway holds for an official. Call in a transaction."""
    seen = Owner.of(certificate)
    known = certificates.in_force().select_for_update().filter(user=user, provider=provider).first()
    if known is not None and known.fingerprint == seen.fingerprint:
        return
    if known is not None:
        known.revoked_at, known.revoked_for = at, "Gateway memakai sertifikat yang lain."
        known.save(update_fields=["revoked_at", "revoked_for"])
    certificates.keep(user, provider, certificate, at).save()
