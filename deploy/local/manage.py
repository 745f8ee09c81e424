"""`./balai manage …`: manage.py on this folder's data, whether or not `up` is running."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.children import Guard, Log
from deploy.local.installation import ROOT, Busy, Installation, Servers, environment
from deploy.local.trouble import Trouble


def main() -> int:
    command = [sys.executable, str(ROOT / "manage.py"), *sys.argv[1:]]
    if os.environ.get("BALAI_MODE") in {"production", "test"}:
        return subprocess.call(command)  # noqa: S603
    try:
        installation = Installation(Path(os.environ.get("BALAI_DATA_DIR") or ROOT / ".balai"))
        running = installation.running()
        if running is not None:
            return subprocess.call(command, env={**os.environ, **running})  # noqa: S603
        try:
            with installation.locked(patience=2):
                guard = Guard(keep=[installation.lock])
                servers = Servers(installation, log=Log(), guard=guard)
                try:
                    env = {**os.environ, **environment(installation, mode="embedded", port=None)}
                    return subprocess.call(command, env=env | servers.start())  # noqa: S603
                finally:
                    servers.stop()
                    guard.close()
        except Busy as busy:
            raise Trouble(
                f"Proses {busy.pid} sedang memakai folder ini dan belum siap. Coba lagi sebentar."
            ) from None
    except Trouble as trouble:
        sys.stderr.write(f"\n{trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
