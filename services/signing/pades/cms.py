"""The signature itself: CMS with the attributes of CAdES, as PAdES wants it (ETSI EN 319 142-1)."""

import hashlib
import os
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


class Sealer:
    """Signs digests with one key. Two signatures differ in nothing but the digest and the bytes of
    the key's signature, which have the same lengths: the rest is encoded once."""

    def __init__(self, key: RSAPrivateKey, certificate: bytes, chain: list[bytes]) -> None:
        """``certificate`` and ``chain`` are DER."""
        self._key = key
        mark = os.urandom(32)
        attributes = _attributes(certificate, mark)
        value = os.urandom(key.key_size // 8)
        self._attributes = attributes.dump()
        self._whole = _whole(attributes, value, certificate, chain)
        self._digest_in_attributes = self._attributes.index(mark)
        self._digest_at = self._whole.index(mark)
        self._value_at = self._whole.index(value)
        self.room = len(self._whole)  # bytes that each signature takes

    def sign(self, digest: bytes) -> bytes:
        """The DER of the signature over a document with this SHA-256."""
        signed = bytearray(self._attributes)
        signed[self._digest_in_attributes : self._digest_in_attributes + 32] = digest
        value = self._key.sign(bytes(signed), padding.PKCS1v15(), hashes.SHA256())
        out = bytearray(self._whole)
        out[self._digest_at : self._digest_at + 32] = digest
        out[self._value_at : self._value_at + len(value)] = value
        return bytes(out)


def _attributes(certificate: bytes, digest: bytes) -> Any:
    known = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()})
    return cms.CMSAttributes(
        [
            _attribute("content_type", "data"),
            _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [known]})),
            _attribute("message_digest", core.OctetString(digest)),
        ]
    )


def _whole(attributes: Any, value: bytes, certificate: bytes, chain: list[bytes]) -> bytes:
    leaf = asn1.Certificate.load(certificate)
    hashing = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.IssuerAndSerialNumber({"issuer": leaf.issuer, "serial_number": leaf.serial_number})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", signer),
            "digest_algorithm": hashing,
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signature": value,
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [hashing],
            "encap_content_info": {"content_type": "data"},
            "certificates": [leaf, *(asn1.Certificate.load(one) for one in chain)],
            "signer_infos": [info],
        }
    )
    done: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return done


def _attribute(kind: str, value: Any) -> Any:
    return cms.CMSAttribute({"type": kind, "values": [value]})
