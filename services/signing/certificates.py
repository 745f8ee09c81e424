"""The city's own certificate authority, and the certificates of its officials."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.text import tidy
from messaging.notices import tell
from services.residents.sealing import seal, unseal
from services.signing import notices, rules
from services.signing.models import Authority, Certificate
from services.signing.pades import issuing, keys
from services.signing.providers import Owner
from tenants.office import queries as office
from tenants.office.models import Profile
from tenants.registry.current import city

LOCAL, DEMO = "local", "demo"


def government() -> str:
    profile = Profile.objects.first()
    return profile.government if profile is not None else f"Pemerintah {city().name}"


def authority() -> Authority | None:
    """The one in force."""
    return Authority.objects.filter(retired_at=None).first()


def authority_key(row: Authority) -> RSAPrivateKey:
    found = serialization.load_der_private_key(bytes.fromhex(unseal(row.key_sealed)), None)
    assert isinstance(found, RSAPrivateKey)
    return found


def seal_authority_key(row: Authority, key: RSAPrivateKey) -> None:
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    row.key_sealed = seal(plain.hex())


@transaction.atomic
def make_authority(*, by: User, at: datetime) -> Authority:
    """The city's authority; the one in force where there is one."""
    known = Authority.objects.select_for_update().filter(retired_at=None).first()
    if known is not None:
        return known
    key = keys.new()
    made = issuing.authority(key, government=government(), at=at)
    row = Authority(
        name=government()[:120], pem=_pem(made), made_by=by, made_at=at,
        ends_at=made.not_valid_after_utc,
    )  # fmt: skip
    seal_authority_key(row, key)
    row.save()
    audit.record("signing.authority", actor=by, subject="authority", subject_id=row.pk)
    return row


def own(user: User, provider: str = LOCAL) -> Certificate | None:
    """The certificate that this official signs with."""
    return in_force().filter(user=user, provider=provider).select_related("authority").first()


def in_force() -> QuerySet[Certificate]:
    return Certificate.objects.filter(revoked_at=None)


@transaction.atomic
def enrol(*, user: User, passphrase: str, again: str, at: datetime) -> Certificate:
    """A certificate for an official, by the official, who is told; one that is in force is replaced
    by it. Its key can be used with the passphrase alone. Raises RuleBroken, NotThere."""
    today = at.astimezone(city().tz).date()
    posts = [post for post in office.posts_of(user, today) if not post.is_stood_in]
    if not posts:
        raise NotThere("Sertifikat hanya untuk pejabat yang memegang jabatan.")
    words = rules.new_passphrase(passphrase, again, user.name)
    root = Authority.objects.select_for_update().filter(retired_at=None).first()
    if root is None or root.ends_at <= at:
        raise RuleBroken("Kota ini belum punya penerbit sertifikat. Minta admin kota membuatnya.")
    before = in_force().select_for_update().filter(user=user, provider=LOCAL).first()
    if before is not None:
        before.revoked_at, before.revoked_by, before.revoked_for = at, user, "Diganti yang baru."
        before.key_locked = b""
        before.save(update_fields=["revoked_at", "revoked_by", "revoked_for", "key_locked"])
    key = keys.new()
    post = posts[0]
    made = issuing.official(
        key.public_key(), name=user.name, post=post.title, government=root.name,
        issuer=x509.load_pem_x509_certificate(root.pem.encode()),
        issuer_key=authority_key(root), at=at,
    )  # fmt: skip
    row = keep(user, LOCAL, made, at)
    row.authority, row.key_locked = root, keys.lock(key, words)
    row.save()
    audit.record("certificate.issued", actor=user, subject="certificate", subject_id=row.pk)
    tell(
        notices.CERTIFICATE_MADE, user, key=f"certificate-made:{row.pk}",
        link=city().page("desk-certificate"), city=city().name,
    )  # fmt: skip
    return row


def keep(user: User, provider: str, certificate: x509.Certificate, at: datetime) -> Certificate:
    """A row for a certificate, not saved."""
    seen = Owner.of(certificate)
    return Certificate(
        user=user, provider=provider, pem=_pem(certificate), fingerprint=seen.fingerprint,
        serial=seen.serial, subject=seen.subject, issuer=seen.issuer, since=at,
        ends_at=seen.ends_at,
    )  # fmt: skip


@transaction.atomic
def revoke(*, certificate_id: int, by: User, reason: str, at: datetime) -> Certificate:
    """Take a certificate back: by its owner, or by who administers the city; the owner is told.
    What was signed with it before stays signed. Raises NotThere, RuleBroken, Stale."""
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(pk=certificate_id).first()
    today = at.astimezone(city().tz).date()
    if row is None or (row.user_id != by.pk and not office.is_admin(by, today)):
        raise NotThere("Sertifikat ini tidak ditemukan.")
    words = rules.reason_of(tidy(reason))
    if row.revoked_at is not None:
        raise Stale("Sertifikat ini sudah dicabut. Tidak ada yang berubah.")
    row.revoked_at, row.revoked_by, row.revoked_for, row.key_locked = at, by, words, b""
    row.save(update_fields=["revoked_at", "revoked_by", "revoked_for", "key_locked"])
    audit.record("certificate.revoked", actor=by, subject="certificate", subject_id=row.pk)
    tell(
        notices.CERTIFICATE_REVOKED, row.user, key=f"certificate-revoked:{row.pk}", by=by.name,
        reason=words, link=city().page("desk-certificate"), city=city().name,
    )  # fmt: skip
    return row


def revocation_list(root: Authority, at: datetime) -> bytes:
    """The authority's list of revoked certificates, as DER."""
    rows = Certificate.objects.filter(authority=root, revoked_at__isnull=False).order_by("pk")
    return issuing.revocations(
        x509.load_pem_x509_certificate(root.pem.encode()), authority_key(root),
        [(int(one.serial, 16), one.revoked_at) for one in rows if one.revoked_at], at,
    )  # fmt: skip


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def retire_without_key() -> None:
    """An authority that came from a copy has no key: it signs no more certificates, and nobody can
    sign with those of its officials."""
    at = now()
    without = Authority.objects.filter(retired_at=None, key_sealed=b"")
    Certificate.objects.filter(provider=LOCAL, revoked_at=None, key_locked=b"").update(
        revoked_at=at, revoked_for="Kuncinya tidak ikut dalam salinan kota."
    )
    without.update(retired_at=at)
