"""Scans: kept under unguessable names, and forgotten when no row names them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from accounts.models import User
from kernel.errors import RuleBroken
from services.cases import attachments, documents
from services.records.models import EntryScan, PaperScan
from tenants.registry import stored_files

FOLDER = "arsip"  # below the city's
MOST_SCANS = 20  # of one line


def kept(file: documents.Accepted, name: str, by: User, at: datetime) -> dict[str, Any]:
    """Keep a scan; what its row says of it."""
    return {
        "path": stored_files.keep_within_plan(FOLDER, file.content, file.suffix),
        "name": attachments.named(name) or "Pindaian", "media_type": file.media_type,
        "size": len(file.content), "sha256": file.sha256, "by": by, "at": at,
    }  # fmt: skip


def refuse_more(scans: int) -> None:
    """Raises RuleBroken where a line has as many scans as it may have."""
    if scans >= MOST_SCANS:
        raise RuleBroken(f"Paling banyak {MOST_SCANS} pindaian.", field="file")


def named(paths: Collection[str]) -> set[str]:
    """Which of these paths rows name."""
    found = set(EntryScan.objects.filter(path__in=paths).values_list("path", flat=True))
    return found | set(PaperScan.objects.filter(path__in=paths).values_list("path", flat=True))


def forget(paths: Iterable[str]) -> None:
    """Delete scans whose rows are gone."""
    for path in paths:
        stored_files.forget(path)
