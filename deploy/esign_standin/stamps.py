"""Time stamps after RFC 3161, of the stand-in's own authority."""

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from deploy.esign_standin.world import World
from services.signing.pades.keys import new


def stamp(world: World, raw: bytes) -> bytes:
    """The answer to a request for a time stamp, as DER."""
    asked = tsp.TimeStampReq.load(raw)
    return bytes(_maker(world).request_tsa_response(asked).dump())


_made: dict[int, DummyTimeStamper] = {}


def _maker(world: World) -> DummyTimeStamper:
    if id(world) not in _made:
        key = new()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stempel waktu tiruan")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(world.root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(world.root.not_valid_before_utc)
            .not_valid_after(world.root.not_valid_after_utc)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(world.root_key.public_key()),
                critical=False,
            )
            .sign(world.root_key, hashes.SHA256())
        )
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1.Certificate.load(world.root.public_bytes(Encoding.DER)))
        _made[id(world)] = DummyTimeStamper(
            tsa_cert=asn1.Certificate.load(certificate.public_bytes(Encoding.DER)),
            tsa_key=keys.PrivateKeyInfo.load(plain), certs_to_embed=store,
        )  # fmt: skip
    return _made[id(world)]
