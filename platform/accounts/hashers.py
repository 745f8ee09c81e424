"""Hashing passwords without letting a crowd take the machine."""

import threading

from django.contrib.auth.hashers import Argon2PasswordHasher

from kernel.errors import RuleBroken

# One hash takes 100 MiB and about a third of a second of several cores.
AT_ONCE = 2
WAIT = 10.0  # seconds

_places = threading.BoundedSemaphore(AT_ONCE)


class Busy(RuleBroken):
    """More people sign in at this moment than the process can hash passwords for."""

    status = 503
    code = "sibuk"


class _Place:
    def __enter__(self) -> None:
        if not _places.acquire(timeout=WAIT):
            raise Busy("Terlalu banyak yang masuk saat ini. Tunggu sebentar, lalu coba lagi.")

    def __exit__(self, *_error: object) -> None:
        _places.release()


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2, at most ``AT_ONCE`` at a time in each process. Raises Busy after ``WAIT``."""

    def encode(self, password: str, salt: str) -> str:
        with _Place():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _Place():
            return super().verify(password, encoded)
