"""Whether a certificate leads to a root that the operator of the server trusts (BSrE's)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings


def has_roots() -> bool:
    """Whether the operator has given any."""
    return bool(settings.SIGNING_ROOTS)


def reaches_root(chain: Sequence[bytes], at: datetime) -> bool:
    """Whether the first certificate (DER) was valid then, and leads over the others, or over those
    in the operator's file, to one of the operator's roots. Nothing is fetched: a certificate that
    was revoked is not noticed. Raises OSError when the operator's file cannot be read."""
    from asn1crypto import x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext

    path = Path(settings.SIGNING_ROOTS)
    roots, between = _read(path, path.stat().st_mtime_ns)
    leaf, *others = (x509.Certificate.load(one) for one in chain)
    context = ValidationContext(
        trust_roots=list(roots), other_certs=[*between, *others], moment=at, allow_fetching=False
    )
    check = CertificateValidator(leaf, validation_context=context)
    try:
        asyncio.run(check.async_validate_path())
    except Exception:  # whatever a certificate from outside makes the checker raise
        return False
    return True


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Roots, and certificates between them and officials, of a PEM file."""
    from asn1crypto import pem, x509

    parts = pem.unarmor(path.read_bytes(), multiple=True)
    found = [x509.Certificate.load(der) for _type, _headers, der in parts]
    roots = tuple(one for one in found if one.self_issued)
    return roots, tuple(one for one in found if not one.self_issued)
