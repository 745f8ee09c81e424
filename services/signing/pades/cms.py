"""The signature itself: CMS with the attributes of CAdES, as PAdES wants it (ETSI EN 319 142-1)."""

import hashlib
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


class Sealer:
    """Signs digests with one key; what does not change between two signatures is made once."""

    def __init__(self, key: RSAPrivateKey, certificate: bytes, chain: list[bytes]) -> None:
        """``certificate`` and ``chain`` are DER."""
        self._key = key
        self._leaf = asn1.Certificate.load(certificate)
        self._certificates = [self._leaf, *(asn1.Certificate.load(one) for one in chain)]
        self._signer = cms.SignerIdentifier(
            "issuer_and_serial_number",
            cms.IssuerAndSerialNumber(
                {"issuer": self._leaf.issuer, "serial_number": self._leaf.serial_number}
            ),
        )
        known = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()})
        self._fixed: list[Any] = [
            _attribute("content_type", "data"),
            _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [known]})),
        ]

    def sign(self, digest: bytes) -> bytes:
        """The DER of the signature over a document with this SHA-256."""
        attributes = cms.CMSAttributes(
            [*self._fixed, _attribute("message_digest", core.OctetString(digest))]
        )
        signed = self._key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
        hashing = algos.DigestAlgorithm({"algorithm": "sha256"})
        info = cms.SignerInfo(
            {
                "version": "v1",
                "sid": self._signer,
                "digest_algorithm": hashing,
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
                "signature": signed,
            }
        )
        content = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [hashing],
                "encap_content_info": {"content_type": "data"},
                "certificates": self._certificates,
                "signer_infos": [info],
            }
        )
        whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
        return whole


def _attribute(kind: str, value: Any) -> Any:
    return cms.CMSAttribute({"type": kind, "values": [value]})
