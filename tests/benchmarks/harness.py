"""Benchmarks that compare: each case runs beside its control, in turns, and reports the ratio.

A benchmark is a file ``bench_<name>.py`` beside this one with functions ``bench_*`` that take a
``Bench`` and call ``compare`` (or ``record`` for what they measured themselves). Quote ratios:
seconds depend on the machine.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bench:
    """What a benchmark function gets: the size asked for, and where results go."""

    cities: int

    def compare(
        self,
        case: str,
        run: Callable[[], object],
        *,
        control: str,
        against: Callable[[], object],
        n: int = 20,
        warm: int = 2,
        unit: str = "s",
        scale: float = 1.0,
    ) -> float:
        """Time both ``n`` times in turns (drift hits both alike); the ratio of the medians.

        ``scale`` turns seconds per call into ``unit`` (1000 for "ms"; 1/k for "s" per item).
        """
        for _ in range(warm):
            against()
            run()
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(n):
            order = ((run, ours), (against, theirs))
            for function, times in order if number % 2 else reversed(order):
                start = time.perf_counter()
                function()
                times.append((time.perf_counter() - start) * scale)
        return self.record(case, ours, control=control, against=theirs, unit=unit)

    def record(
        self,
        case: str,
        values: Sequence[float],
        *,
        control: str,
        against: Sequence[float],
        unit: str,
    ) -> float:
        """Report measurements taken elsewhere; the ratio of their medians."""
        median = statistics.median(values)
        other = statistics.median(against)
        ratio = median / other if other else float("inf")
        line = {
            "case": case,
            "control": control,
            "unit": unit,
            "n": len(values),
            "median": round(median, 6),
            "control_median": round(other, 6),
            "ratio": round(ratio, 4),
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return ratio
