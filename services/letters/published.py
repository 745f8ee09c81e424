"""What a phone needs to check letters without a connection: the city's public keys, and the list of
letters that were taken back. Neither names a person, a number or a code."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from services.letters import check_keys, queries, record
from services.letters.models import CheckKey
from tenants.registry.current import city


def keys(at: datetime) -> dict[str, Any]:
    """Every key the city signs or signed records with (a JWK Set with a time each). One query
    where there is a key."""
    check_keys.in_force(at)
    return {
        "city": city().code,
        "name": city().name,
        "keys": [check_keys.as_jwk(key) for key in CheckKey.objects.all()],
    }


def revoked(at: datetime) -> dict[str, Any]:
    """Which letters count no more: the start of the SHA-256 of each code, the day, and whether
    another letter replaced it. ``as_of`` is the day of the list."""
    zone = city().tz
    return {
        "city": city().code,
        "as_of": at.astimezone(zone).date().isoformat(),
        "revoked": [
            [
                record.print_of(code).hex(),
                since.astimezone(zone).date().isoformat(),
                "replaced" if is_replaced else "revoked",
            ]
            for code, since, is_replaced in queries.taken_back()
        ],
    }


def signed(payload: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """As a flattened JWS (RFC 7515) of the key in force."""
    key = check_keys.in_force(at)
    protected = _part({"alg": key.algorithm, "kid": key.kid, "typ": "balai-revoked+json"})
    body = _part(payload)
    der = check_keys.private_of(key).sign(f"{protected}.{body}".encode(), ec.ECDSA(SHA256()))
    halves = (half.to_bytes(record.HALF, "big") for half in decode_dss_signature(der))
    return {
        "protected": protected,
        "payload": body,
        "signature": check_keys.to_base64(b"".join(halves)),
    }


def _part(value: Mapping[str, Any]) -> str:
    return check_keys.to_base64(json.dumps(value, separators=(",", ":"), sort_keys=True).encode())
