"""Many letters signed by a gateway that behaves as badly as the real one, by workers of which some
die; and the person who finds out what became of those that nobody knows."""

import hashlib
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction

from accounts.models import User
from kernel.clock import now
from kernel.ids import secret_code
from services.letters import archive
from services.letters.models import Letter
from services.letters.render import Content, render_pdf
from services.residents.models import Person
from services.signing import confirming, leases, making, ordering, secret, settling
from services.signing.models import Attempt, Signature
from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.signing.standin import Standin

# Shares of what went wrong in one city's 588,882 tries: 5.8 % failed, of these 3.4 % of all with a
# wrong passphrase and 0.7 % with a file of no bytes. The rest of what a network does is a guess.
RATES = {
    "wrong": 0.034, "refused": 0.017, "empty": 0.007, "silent": 0.003, "drop": 0.006,
    "drop_before": 0.003, "html": 0.002, "html_after": 0.002, "code": 0.002, "code_after": 0.002,
    "error": 0.003, "late": 0.004, "away": 0.002, "busy": 0.002, "slow": 0.005, "altered": 0.002,
}  # fmt: skip
DIES = 0.003  # of the workers, after the gateway has answered and before anything is written


Job = tuple[int, int, str, bool]  # batch, attempt, where the passphrase is, whether the first


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


@dataclass
class Told:
    """What came of it."""

    letters: int
    signed: int
    twice: int  # letters that the gateway really signed more than once
    lost: int  # letters without a signature in the end
    unknown_left: int
    attempts: int
    became_unknown: int
    killed: int
    faults: dict[str, int]


def make_letters(count: int, *, unit: Unit, person: Person, signer: User, content: Content) -> None:
    """Letters that wait for a signature, each with a file of its own; quickly."""
    at = now()
    pdf = render_pdf(content)
    start = pdf.index(b"/ID[(") + len(b"/ID[(")
    with transaction.atomic():
        for number in range(1, count + 1):
            code = secret_code()
            mine = pdf[:start] + code[:22].encode() + pdf[start + 22 :]
            path, digest = archive.store(code, mine)
            letter = Letter(
                code=code, unit=unit, register="uji", year=2026, sequence=number,
                number=f"uji/{number}/2026", subject="Surat uji", person=person,
                signer_title="Lurah", issued_on=at.date(), state=Letter.State.RENDERED,
                file=path, sha256=digest, rendered_at=at,
            )  # fmt: skip
            letter.seal_content(content)
            letter.save()
            wanted = ordering.Wanted(signer, signer.name, "Lurah", unit, "lurah", [], at)
            ordering.order(letter, [wanted], at=at)


class Storm:
    def __init__(
        self,
        city: City,
        standin: Standin,
        signer: User,
        passphrase: str,
        *,
        seed: int,
        threads: int,
        dies: float = DIES,
    ) -> None:
        self.city, self.standin, self.signer, self.passphrase = city, standin, signer, passphrase
        self.threads, self.dies = threads, dies
        self.chance = random.Random(seed)
        self.killed = 0
        self.lock = threading.Lock()

    def run(self, *, rounds: int = 200) -> Told:
        with self._dying():
            for _ in range(rounds):
                waiting = list(
                    Signature.objects.filter(state__in=Signature.WAITING).values_list(
                        "pk", flat=True
                    )
                )
                if waiting:
                    self._sign(waiting)
                self._settle()
                left = Signature.objects.exclude(state=Signature.State.SIGNED).exists()
                if not left:
                    break
        return self._told()

    def _sign(self, waiting: list[int]) -> None:
        """Confirmations of a hundred letters each, worked on side by side."""
        jobs: list[Job] = []
        for start in range(0, len(waiting), confirming.MOST):
            batch = confirming.begin(
                key=secret_code(), signature_ids=waiting[start : start + confirming.MOST],
                passphrase=self.passphrase, by=self.signer, at=now(),
            )  # fmt: skip
            reference = secret.keep(self.passphrase)
            tries = Attempt.objects.filter(batch=batch).values_list("pk", flat=True)
            jobs += [(batch.pk, one, reference, not index) for index, one in enumerate(tries)]
        if not self.threads:
            for job in jobs:
                self._work(job)
            return
        share = [jobs[index :: self.threads] for index in range(self.threads)]
        workers = [threading.Thread(target=self._worker, args=(mine,)) for mine in share]
        for one in workers:
            one.start()
        for one in workers:
            one.join()

    def _worker(self, jobs: list[Job]) -> None:
        try:
            with in_city(self.city):
                for job in jobs:
                    self._work(job)
        finally:
            connection.close()

    def _work(self, job: Job) -> None:
        batch_id, attempt_id, reference, is_first = job
        try:
            making.work(batch_id, [attempt_id], reference, is_first=is_first)
        except Killed:
            with self.lock:
                self.killed += 1
            leases.end_of([attempt_id], at=now() + timedelta(hours=1))  # as if that time had passed

    @contextmanager
    def _dying(self) -> Iterator[None]:
        whole = making._look_and_keep

        def or_die(*args: Any, **kwargs: Any) -> None:
            with self.lock:
                dies = self.chance.random() < self.dies
            if dies:
                raise Killed
            whole(*args, **kwargs)

        making._look_and_keep = or_die
        try:
            yield
        finally:
            making._look_and_keep = whole

    def _settle(self) -> None:
        """What a person does: looks whether the gateway signed it, and says so."""
        leases.end_overdue(at=now() + timedelta(hours=1))
        ledger = self.standin.ledger()
        doubtful = Attempt.objects.filter(
            state=Attempt.State.UNKNOWN, settled_at=None, signature__state="unknown"
        )
        for attempt in doubtful.select_related("signature__letter"):
            with default_storage.open(attempt.signature.letter.file) as file:
                sent = hashlib.sha256(file.read()).hexdigest()
            if ledger.get(sent):
                settling.hand_in(
                    attempt_id=attempt.pk, pdf=self.standin.result(sent), by=self.signer, at=now()
                )
            else:
                settling.declare_failed(
                    attempt_id=attempt.pk, by=self.signer, at=now(),
                    reason="Tidak ada di catatan gateway.",
                )  # fmt: skip

    def _told(self) -> Told:
        states = Counter(Signature.objects.values_list("state", flat=True))
        ledger = self.standin.ledger()
        return Told(
            letters=sum(states.values()), signed=states["signed"],
            twice=sum(number > 1 for number in ledger.values()),
            lost=sum(states.values()) - states["signed"], unknown_left=states["unknown"],
            attempts=Attempt.objects.count(),
            became_unknown=Attempt.objects.filter(settled_at__isnull=False).count(),
            killed=self.killed, faults=self.standin.tell("ledger")["kinds"],
        )  # fmt: skip
