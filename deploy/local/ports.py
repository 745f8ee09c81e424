"""Which ports are free on this machine."""

import socket


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        # Without this, a port closed a moment ago looks taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def any_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def choose(wanted: int | None, usual: int) -> int | None:
    """``wanted`` or nothing; without a wish, the usual port or any free one."""
    if wanted is not None:
        return wanted if is_free(wanted) else None
    return usual if is_free(usual) else any_free()
