"""Large imports: kept sealed, done by a worker, watched on a page.

Where an import stands is a note in the cache, not a row: it matters for a day, and losing it
loses no resident. The worker's own transaction takes the whole file or nothing.
"""

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from kernel.ids import secret_code
from messaging import outbox
from messaging.models import Outbox
from services.residents.importing import ImportRefused, import_people
from services.residents.sealing import seal, unseal
from tenants.registry.current import city

KIND = "residents.import"
FOLDER = "impor"  # below the city's
AT_ONCE = 100_000  # bytes; about five hundred residents, done while one waits
KEEP_NOTE = 2 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Job:
    """How an import stands."""

    state: str  # "waiting", "running", "done", "refused", "failed"
    percent: int = 0
    text: str = ""
    problems: tuple[tuple[int, str], ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "refused", "failed")


def _note(code: str, job: Job) -> None:
    cache.set(f"import:{code}", job, KEEP_NOTE)


def job(code: str) -> Job | None:
    """How this import stands; None when nothing is known of it (any more)."""
    found: Job | None = cache.get(f"import:{code}")
    return found


def begin(*, name: str, content: bytes, actor: User) -> str:
    """Keep the file and order its import; returns the code to ask ``job`` with."""
    code = secret_code()
    path = str(PurePosixPath(city().schema_name, FOLDER, code))
    sealed = seal(base64.b64encode(content).decode())
    kept = default_storage.save(path, ContentFile(bytes(sealed)))
    with transaction.atomic():
        outbox.enqueue(
            KIND,
            {"code": code, "path": kept, "name": name, "actor": actor.pk},
            key=f"import:{hashlib.sha256(code.encode()).hexdigest()[:16]}",
        )
    _note(code, Job("waiting"))
    return code


def waiting(paths: Collection[str]) -> set[str]:
    """Which of these files an import still needs."""
    open_jobs = Outbox.objects.filter(kind=KIND, payload__path__in=list(paths))
    rows = open_jobs.exclude(state=Outbox.State.DONE).values_list("payload__path", flat=True)
    return {str(path) for path in rows}


def run(payload: dict[str, Any]) -> None:
    """The worker's part. A refused file is an answer, not a failure: it is not tried again."""
    code = str(payload["code"])
    with default_storage.open(payload["path"]) as file:
        content = base64.b64decode(unseal(file.read()))

    def watch(percent: int) -> None:
        _note(code, Job("running", percent))

    watch(0)
    try:
        outcome = import_people(
            name=str(payload["name"]),
            content=content,
            actor=User.objects.filter(pk=payload["actor"]).first(),
            watch=watch,
        )
    except ImportRefused as refused:
        _note(code, Job("refused", 100, refused.message, tuple(refused.problems)))
    else:
        transaction.on_commit(lambda: _note(code, Job("done", 100, outcome.sentence)))
    transaction.on_commit(lambda: default_storage.delete(payload["path"]))


def gave_up(payload: dict[str, Any], error: str) -> None:
    """After the last attempt: say so, and keep no file."""
    text = "Impor terhenti karena gangguan di sistem kami. Tidak ada yang disimpan; coba lagi."
    _note(str(payload["code"]), Job("failed", 100, text))
    transaction.on_commit(lambda: default_storage.delete(payload["path"]))
