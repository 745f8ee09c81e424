"""The last one out: ends what a supervisor started when the supervisor itself was killed.

Runs as its own small process (standard library only, quick to start). The supervisor writes one
line per process group to its standard input: ``+ <group> <signal> <seconds>`` when one starts,
``- <group>`` when one has ended. End of input means the supervisor is gone, however it went; the
groups still listed are then ended, newest first, each with its own signal and its own patience.
It also inherits the supervisor's lock, so that nobody else starts on the data before it is done.
"""

import contextlib
import os
import signal
import sys
import time


def alive(group: int) -> bool:
    """Does anyone in the process group still run?

    A container's first process may never collect its dead: those (state Z) count as gone.
    """
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    if not os.path.exists("/proc/self/stat"):  # noqa: PTH110  # keeps this start-up light
        return True
    for entry in os.listdir("/proc"):  # noqa: PTH208
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat") as file:  # noqa: PTH123
                state, _, belongs = file.read().rpartition(")")[2].split()[:3]
                if int(belongs) == group and state not in "ZX":
                    return True
    return False


def end(group: int, how: int, seconds: float) -> None:
    """Signal the group, wait for it to empty, then insist."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, how)
    until = time.monotonic() + seconds
    while alive(group):
        if time.monotonic() > until:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
            return
        time.sleep(0.02)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, tuple[int, float]] = {}
    for line in sys.stdin:
        word, group, *rest = line.split()
        if word == "+":
            groups[int(group)] = (int(rest[0]), float(rest[1]))
        else:
            groups.pop(int(group), None)
    for group, (how, seconds) in reversed(list(groups.items())):
        end(group, how, seconds)


if __name__ == "__main__":
    main()
