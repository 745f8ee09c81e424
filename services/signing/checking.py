"""What a provider brought back is looked at before anything is believed: whether it is the letter
that was sent, whole, and signed by the right person."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.signing import same, trust
from services.signing.providers import Owner
from services.signing.rules import SKEW

UNFAMILIAR = "certificate"  # the code of an attempt whose certificate is not known
MOST = 20 * 1024 * 1024  # bytes of a file that is looked at


class Doubtful(Exception):
    """This is no file that can be accepted; says why, in words for the official."""

    code = "check"


class Unfamiliar(Doubtful):
    """The file is the letter, whole and signed, and the certificate is not known as the signer's.
    The signer may say that it is theirs."""

    code = UNFAMILIAR

    def __init__(self, said: str, finding: "Finding") -> None:
        super().__init__(said)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Finding:
    """One signature in a PDF."""

    field: str
    subject: str
    issuer: str
    common_name: str
    serial: str
    fingerprint: str
    starts_at: datetime
    ends_at: datetime
    chain: tuple[bytes, ...]  # DER of the certificate, and of the others that came with it
    made_at: datetime | None  # by the time stamp, else as the signer says
    is_intact: bool  # what it covers is unchanged, and the signature is of this certificate's key
    covers_all: bool  # and nothing was added to the file after it but proof for later
    level: str  # B-B, B-T, B-LT, "" when it is no PAdES
    has_time_stamp: bool

    @property
    def owner(self) -> Owner:
        return Owner(self.subject, self.issuer, self.serial, self.fingerprint, self.ends_at)


class Unreadable(ValueError):
    """It is no PDF that can be read."""


@contextmanager
def _quiet() -> Iterator[None]:
    """pyHanko writes tracebacks of chains it does not know; nobody has to act on them."""
    found = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    before = [(one, one.level) for one in found]
    for one in found:
        one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for one, level in before:
            one.setLevel(level)


def findings(pdf: bytes) -> list[Finding]:
    """Every signature of a PDF, in memory alone, in the order they were made. Raises Unreadable
    for what is no PDF, or too large."""
    if len(pdf) > MOST or not pdf.startswith(b"%PDF-"):
        raise Unreadable
    import io

    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        with _quiet():
            reader: Any = PdfFileReader(io.BytesIO(pdf), strict=False)
            return [_finding(one, reader) for one in reader.embedded_regular_signatures]
    except Exception as error:  # whatever a file from outside makes the parser raise
        raise Unreadable from error


def _finding(one: Any, reader: Any) -> Finding:
    from cryptography import x509
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    intact = covers = False
    made_at = one.self_reported_timestamp
    has_stamp = False
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)  # trust is not asked here
    try:
        status = validate_pdf_signature(one, nobody, nobody)
    except Exception:  # a broken signature is a finding, no fault of ours
        status = None
    if status is not None:
        intact = bool(status.intact and status.valid and status.docmdp_ok is not False)
        covers = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        # Proof for later (certificates, revocation lists) may stand behind it, and no word else.
        covers = covers or status.modification_level == ModificationLevel.LTA_UPDATES
        intact = intact and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        stamp = status.timestamp_validity
        if stamp is not None and stamp.intact and stamp.valid:
            made_at, has_stamp = stamp.timestamp, True
    certificate = x509.load_der_x509_certificate(one.signer_cert.dump())
    owner = Owner.of(certificate)
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    is_pades = str(one.sig_object.get("/SubFilter", "")) == "/ETSI.CAdES.detached"
    level = "B-LT" if "/DSS" in reader.root and has_stamp else "B-T" if has_stamp else "B-B"
    return Finding(
        field=str(one.field_name), subject=owner.subject, issuer=owner.issuer,
        common_name=str(names[0].value) if names else "", serial=owner.serial,
        fingerprint=owner.fingerprint, starts_at=certificate.not_valid_before_utc,
        ends_at=owner.ends_at, chain=_chain(one), made_at=made_at, is_intact=intact,
        covers_all=covers, level=level if is_pades else "", has_time_stamp=has_stamp,
    )  # fmt: skip


def _chain(one: Any) -> tuple[bytes, ...]:
    return (one.signer_cert.dump(), *(other.dump() for other in one.other_embedded_certs))


@dataclass(frozen=True, slots=True)
class Accepted:
    """The new signature of a file that is taken."""

    finding: Finding
    root_checked: bool  # its certificate leads to a root that the operator trusts


def accepted(
    sent: bytes, came: bytes, *, known: str | None, is_certified: bool, before: int,
    began: datetime, mark: tuple[int, int] = (0, 0),
) -> Accepted:  # fmt: skip
    """The new signature on a file that came back. ``known``: the fingerprint of the signer's
    certificate; ``is_certified``: it has to be one of a recognised authority; ``before``:
    signatures the file had; ``began``: when the signature was asked for; ``mark``: the size of the
    visible mark that was ordered. Raises Doubtful; Unfamiliar where nothing is wrong but that the
    certificate is not known."""
    if not came.startswith(b"%PDF-"):
        raise Doubtful("Yang kembali bukan PDF.")
    if len(came) <= len(sent):
        raise Doubtful("PDF yang kembali tidak lebih besar dari yang dikirim.")
    try:
        found = findings(came)
    except Unreadable:
        raise Doubtful("PDF yang kembali tidak bisa dibaca.") from None
    if len(found) != before + 1:
        raise Doubtful("PDF yang kembali tidak memuat tanda tangan yang baru.")
    newest = next((one for one in found if one.covers_all), None)
    if newest is None or not all(one.is_intact for one in found):
        raise Doubtful("Tanda tangan pada PDF yang kembali tidak utuh.")
    is_signed_over = came.startswith(sent) or not before  # a signature before lives in its bytes
    if not is_signed_over or not same.shows_same(sent, came, mark=mark):
        raise Doubtful("PDF yang kembali bukan surat yang dikirim.")
    _refuse_out_of_date(newest, began)
    root_checked = is_certified and _leads_to_root(newest, began)
    if newest.fingerprint != known:
        raise Unfamiliar(
            f"Sertifikat pada tanda tangan itu atas nama {newest.common_name[:80]}, dan belum "
            "tercatat sebagai sertifikat penanda tangan surat ini.",
            newest,
        )
    return Accepted(newest, root_checked)


def _refuse_out_of_date(one: Finding, began: datetime) -> None:
    """Valid when it was asked for, by our clock, and when it was made, by the signer's."""
    is_valid = one.ends_at > began
    if one.made_at is not None:
        is_valid = is_valid and one.starts_at - SKEW <= one.made_at <= one.ends_at
    if not is_valid:
        raise Doubtful("Sertifikat pada tanda tangan itu tidak berlaku saat ditandatangani.")


def _leads_to_root(one: Finding, began: datetime) -> bool:
    """False where the operator has given no roots. Raises Doubtful."""
    if not trust.has_roots():
        return False
    try:
        if trust.reaches_root(one.chain, max(began, one.starts_at)):
            return True
    except OSError:
        raise Doubtful(
            "Sertifikat akar di server ini tidak bisa dibaca. Hubungi pengelola server."
        ) from None
    raise Doubtful(
        f"Sertifikat itu diterbitkan {one.issuer[:100]}, yang tidak berujung pada sertifikat akar "
        "yang dipercaya server ini."
    )
