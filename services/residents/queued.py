"""Large imports: kept sealed, done by a worker, watched on a page.

Where an import stands is a note in the cache, not a row: it matters for a day, and losing it
loses no resident. The note is sealed, because what is wrong in a row names its resident. The
worker's own transaction takes the whole file or nothing.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere
from kernel.ids import secret_code
from messaging import outbox
from messaging.models import Outbox
from services.residents.imports.problems import ImportDoubtful, ImportRefused, Problem
from services.residents.imports.writing import import_people
from services.residents.sealing import seal, unseal
from tenants.registry.current import city

KIND = "residents.import"
FOLDER = "impor"  # below the city's
AT_ONCE = 100_000  # bytes; about five hundred residents, done while one waits
KEEP_NOTE = 2 * 24 * 3600  # seconds
MAX_NOTED = 5_000  # rows to correct that a note holds


@dataclass(frozen=True, slots=True)
class Job:
    """How an import stands."""

    state: str  # "waiting", "running", "done", "refused", "doubtful", "failed"
    percent: int = 0
    text: str = ""
    problems: tuple[Problem, ...] = ()
    path: str = ""  # of the kept file, while it is doubtful
    name: str = ""
    digest: str = ""  # what to confirm

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "refused", "doubtful", "failed")


def _note(code: str, job: Job) -> None:
    sealed = seal(json.dumps(asdict(job)))
    cache.set(f"import:{code}", base64.b64encode(sealed).decode(), KEEP_NOTE)


def job(code: str) -> Job | None:
    """How this import stands; None when nothing is known of it (any more)."""
    sealed = cache.get(f"import:{code}")
    if not isinstance(sealed, str):
        return None
    found = json.loads(unseal(base64.b64decode(sealed)))
    return Job(**{**found, "problems": tuple(Problem(**each) for each in found["problems"])})


def _keep(content: bytes) -> str:
    path = str(PurePosixPath(city().schema_name, FOLDER, secret_code()))
    sealed = seal(base64.b64encode(content).decode())
    return default_storage.save(path, ContentFile(bytes(sealed)))


def _order(code: str, *, path: str, name: str, actor: User, confirmed: str = "") -> None:
    key = hashlib.sha256(f"{code}:{confirmed}".encode()).hexdigest()[:16]
    payload = {
        "code": code, "path": path, "name": name, "actor": actor.pk, "confirmed": confirmed,
    }  # fmt: skip
    with transaction.atomic():
        outbox.enqueue(KIND, payload, key=f"import:{key}")
    _note(code, Job("waiting"))


def begin(*, name: str, content: bytes, actor: User) -> str:
    """Keep the file and order its import; returns the code to ask ``job`` with."""
    code = secret_code()
    _order(code, path=_keep(content), name=name, actor=actor)
    return code


def ask(*, name: str, content: bytes, doubtful: ImportDoubtful) -> str:
    """Keep a file whose doubts an admin has to confirm; returns the code for ``confirm``."""
    code = secret_code()
    _note(code, _doubtful(_keep(content), name, doubtful))
    return code


def note_refused(refused: ImportRefused) -> str:
    """Keep what is wrong with a file, for downloading; returns the code to ask ``job`` with."""
    code = secret_code()
    _note(code, _refused(refused))
    return code


def confirm(code: str, *, actor: User) -> None:
    """Import the kept file although it is doubtful. Raises NotThere when it is not (any more)."""
    found = job(code)
    if found is None or found.state != "doubtful":
        raise NotThere("Impor ini sudah diteruskan atau tidak tercatat lagi.")
    _order(code, path=found.path, name=found.name, actor=actor, confirmed=found.digest)


def _refused(refused: ImportRefused) -> Job:
    return Job("refused", 100, refused.message, _most(refused.problems))


def _doubtful(path: str, name: str, asked: ImportDoubtful) -> Job:
    doubts = _most(asked.doubts)
    return Job("doubtful", 100, asked.message, doubts, path, name, asked.digest)


def _most(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(problems[:MAX_NOTED])


def waiting(paths: Collection[str]) -> set[str]:
    """Which of these files an import still needs."""
    open_jobs = Outbox.objects.filter(kind=KIND, payload__path__in=list(paths))
    rows = open_jobs.exclude(state=Outbox.State.DONE).values_list("payload__path", flat=True)
    return {str(path) for path in rows}


def run(payload: dict[str, Any]) -> None:
    """The worker's part. A refused file is an answer, not a failure: it is not tried again.

    A doubtful file is kept until it is confirmed, for a day at least.
    """
    code, path, name = (str(payload[key]) for key in ("code", "path", "name"))
    try:
        with default_storage.open(path) as file:
            content = base64.b64decode(unseal(file.read()))
    except FileNotFoundError:
        text = "Berkas ini sudah tidak tersimpan. Unggah lagi."
        _note(code, Job("failed", 100, text))
        return

    def watch(percent: int) -> None:
        _note(code, Job("running", percent))

    watch(0)
    try:
        outcome = import_people(
            name=name,
            content=content,
            actor=User.objects.filter(pk=payload["actor"]).first(),
            confirmed=str(payload.get("confirmed", "")),
            watch=watch,
        )
    except ImportDoubtful as doubtful:
        _note(code, _doubtful(path, name, doubtful))
        return
    except ImportRefused as refused:
        _note(code, _refused(refused))
    else:
        transaction.on_commit(lambda: _note(code, Job("done", 100, outcome.sentence)))
    transaction.on_commit(lambda: default_storage.delete(path))


def gave_up(payload: dict[str, Any], error: str) -> None:
    """After the last attempt: say so, and keep no file."""
    text = "Impor terhenti karena gangguan di sistem kami. Tidak ada yang disimpan; coba lagi."
    _note(str(payload["code"]), Job("failed", 100, text))
    transaction.on_commit(lambda: default_storage.delete(payload["path"]))
