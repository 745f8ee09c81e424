"""Sets one document in a process of its own, whose memory is free afterwards.

The typesetter remembers what it set for later documents: some long ones in one process take
gigabytes. Reads JSON from stdin, writes the PDF to stdout; imports no Django.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from typeset import pdf

WAIT = 120  # seconds


def compile(
    template: Path,
    data: Mapping[str, object],
    *,
    at: datetime,
    pictures: Mapping[str, str] | None = None,
) -> bytes:
    """``pdf.compile`` in another process. Raises RenderFailed."""
    asked = {
        "template": str(template), "data": dict(data), "at": at.isoformat(),
        "pictures": dict(pictures or {}),
    }  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", __name__],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=WAIT,
            check=True,
        )
    except subprocess.CalledProcessError as failed:
        raise pdf.RenderFailed(failed.stderr.decode(errors="replace")[-2000:]) from failed
    except subprocess.TimeoutExpired as late:
        raise pdf.RenderFailed(f"not set within {WAIT} seconds") from late
    return done.stdout


def main() -> None:
    """Entry point of the process."""
    asked = json.load(sys.stdin)
    made = pdf.compile(
        Path(asked["template"]),
        asked["data"],
        at=datetime.fromisoformat(asked["at"]),
        pictures=asked["pictures"],
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
