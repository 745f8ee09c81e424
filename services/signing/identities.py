"""By what a gateway knows an official, and what it says of their certificate."""

from datetime import datetime

from cryptography import x509
from django.db import transaction

from accounts.models import User
from kernel.errors import RuleBroken
from services.residents.models import OfficialIdentity
from services.residents.sealing import unseal
from services.signing import accounts, certificates
from services.signing.models import GatewayStatus
from services.signing.providers import Failure, Owner, Way, Who, providers

BY_NIK, BY_EMAIL = "nik", "email"


def identity_of(user: User, way: Way) -> str:
    """NIK or e-mail address, as the city chose. Raises RuleBroken when it is not known."""
    if way.options.get("identify_by") == BY_EMAIL:
        if not user.email:
            raise RuleBroken("Akun Anda belum punya alamat e-mail. Minta admin mengisinya.")
        return user.email
    row = OfficialIdentity.objects.filter(user=user).first()
    if row is None:
        raise RuleBroken(
            "NIK Anda belum tercatat, jadi gateway tidak mengenal Anda. Isi NIK di halaman "
            "sertifikat Anda."
        )
    return unseal(row.nik_sealed)


def ask_status(user: User, at: datetime) -> GatewayStatus:
    """What the gateway says of this official now. No transaction is open while it answers. Raises
    RuleBroken when it cannot be asked."""
    account = accounts.in_force()
    if account is None or not providers[account.provider].asks_identity:
        raise RuleBroken("Kota ini tidak memakai gateway tanda tangan.")
    provider, way = providers[account.provider], accounts.way_of(account)
    who = Who(user.pk, user.name, identity_of(user, way))
    try:
        status, code = provider.status(way, who)
        chain = provider.chain(way, who)
    except Failure as failure:
        raise RuleBroken(failure.said) from None
    with transaction.atomic():
        if chain:
            learn(user, account.provider, x509.load_der_x509_certificate(chain[0]), at)
        row, _ = GatewayStatus.objects.update_or_create(
            user=user, defaults={"status": status[:40], "code": code[:20], "checked_at": at}
        )
    return row


def status_of(user: User) -> GatewayStatus | None:
    """What the gateway said when it was last asked."""
    return GatewayStatus.objects.filter(user=user).first()


def ask_code(user: User, count: int) -> str:
    """Ask for a one-time code for so many letters; where it comes, as the gateway says. Raises
    RuleBroken."""
    account = accounts.in_force()
    if account is None or account.provider != "bsre_v2":
        raise RuleBroken("Kota ini tidak memakai kode sekali pakai.")
    from services.signing.providers.bsre_v2 import BsreV2

    way = accounts.way_of(account)
    try:
        said = BsreV2().totp(
            way, Who(user.pk, user.name, identity_of(user, way)), count=max(count, 1)
        )
    except Failure as failure:
        raise RuleBroken(failure.said) from None
    return f"Kode diminta. Kata gateway: {said}"


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
