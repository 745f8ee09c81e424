"""PAdES by pyHanko: for a second signature, and for those with a time stamp. Loaded only then: the
library takes a second to load."""

import asyncio
import io
from dataclasses import dataclass

from asn1crypto import crl, keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.general import SigningError
from pyhanko.stamp import BaseStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from services.signing.providers import Asked, Failure, NotSent
from services.signing.providers.http import send

STAMP_SECONDS, STAMP_MOST = 10, 64 * 1024

NO_STAMP = "Stempel waktu tidak bisa diambil, jadi belum ada yang ditandatangani."


@dataclass(frozen=True, slots=True)
class Look:
    """Where a visible signature stands, and what it shows."""

    field: fields.SigFieldSpec
    style: BaseStampStyle


def sign(
    asked: Asked, key: RSAPrivateKey, leaf: x509.Certificate, root: x509.Certificate, *,
    level: str, time_stamps: str, revoked: bytes, name: str, look: Look | None = None,
) -> bytes:  # fmt: skip
    """The file with one more signature, invisible without a ``look``. Raises NotSent when there is
    no time stamp to be had."""
    mine, above = _asn1(leaf), _asn1(root)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(above)
    signer = signers.SimpleSigner(
        signing_cert=mine, cert_registry=store,
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
    )  # fmt: skip
    stamper = TimeStamper(time_stamps) if level != "B-B" else None
    context = None
    if level == "B-LT" and stamper is not None:
        context = ValidationContext(
            trust_roots=[above, *_roots_of(stamper)],
            crls=[crl.CertificateList.load(revoked)], allow_fetching=False,
            revocation_mode="soft-fail",
        )  # fmt: skip
    wanted = signers.PdfSignatureMetadata(
        field_name=asked.field, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256",
        name=name, reason=asked.reason, location=asked.place, validation_context=context,
        embed_validation_info=level == "B-LT",
    )  # fmt: skip
    writer = IncrementalPdfFileWriter(io.BytesIO(asked.pdf))
    try:
        made = signers.PdfSigner(
            wanted, signer, timestamper=stamper,
            stamp_style=look.style if look is not None else None,
            new_field_spec=look.field if look is not None else None,
        )  # fmt: skip
        out = made.sign_pdf(writer)
    except (timestamps.TimestampRequestError, SigningError, OSError, ValueError) as error:
        if level == "B-B":
            raise
        raise NotSent(NO_STAMP, code="tsa", answer={"text": str(error)}) from None
    whole: bytes = out.getvalue()
    return whole


class TimeStamper(timestamps.TimeStamper):
    """Asks a server that the city named: no other than a public address or one that the operator
    allows, for a few seconds, for a small answer, without following it elsewhere."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query"}
        try:
            answer = send(
                "POST", self._url, headers=headers, data=req.dump(), seconds=STAMP_SECONDS,
                most=STAMP_MOST,
            )  # fmt: skip
        except Failure as failure:
            raise timestamps.TimestampRequestError(failure.code) from None
        if answer.status != 200 or answer.kind != "application/timestamp-reply":
            raise timestamps.TimestampRequestError("no time stamp")
        return tsp.TimeStampResp.load(answer.body)


def _roots_of(stamper: TimeStamper) -> list[asn1.Certificate]:
    """The roots that a time stamp's own chain ends in: they are kept beside the signature. Whether
    to trust them is for whoever checks the letter. Raises NotSent."""
    try:
        token = asyncio.run(stamper.async_dummy_response("sha256"))
    except (timestamps.TimestampRequestError, OSError, ValueError) as error:
        raise NotSent(NO_STAMP, code="tsa", answer={"text": str(error)}) from None
    found = [one.chosen for one in token["content"]["certificates"]]
    return [one for one in found if one.self_issued] or found


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
