"""The worker's part of an import as a process of its own, so that its memory can be told apart:
``python -m tests.benchmarks.import_worker CITY RUN``, with the steps a real worker takes."""

import json
import os
import sys
import threading
import time
from pathlib import Path

import django


class Memory(threading.Thread):
    """Watches the processes that this one starts. The peak that the kernel tells of an ended child
    counts the moment before its program was loaded, when it was a copy of this one."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.children = 0.0  # the most that all of them together took, in MiB

    def run(self) -> None:
        while True:
            ids = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            self.children = max(self.children, sum(self.peak(int(child)) for child in ids))
            time.sleep(0.1)

    @staticmethod
    def peak(process: int) -> float:
        """In MiB; 0 when it has ended."""
        try:
            status = Path(f"/proc/{process}/status").read_text()
        except FileNotFoundError:
            return 0.0
        line = next((row for row in status.splitlines() if row.startswith("VmHWM")), "VmHWM: 0")
        return int(line.split()[1]) / 1024


def main(code: str, run_id: int) -> None:
    django.setup()
    from django.db import transaction

    from services.residents.imports import runs, steps
    from services.residents.models import ImportRun
    from tenants.backend.scope import in_city
    from tenants.registry.models import City

    seconds: dict[str, float] = {}
    memory = Memory()
    memory.start()
    with in_city(City.objects.get(code=code)):
        while True:
            run = ImportRun.objects.get(pk=run_id)
            if run.state == ImportRun.State.CHECKED:
                runs.accept(run_id=run_id, kinds=["nik_date"], by=run.by)  # type: ignore[arg-type]
                continue
            if run.is_over:
                break
            phase = f"{run.state} {run.phase}".strip()
            start = time.perf_counter()
            with transaction.atomic():
                steps.step({"run": run_id})
            seconds[phase] = seconds.get(phase, 0) + time.perf_counter() - start
    told = {
        "seconds": seconds,
        "state": run.state,
        "counts": run.counts,
        "worker_mib": Memory.peak(os.getpid()),
        "children_mib": memory.children,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
