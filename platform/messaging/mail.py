"""Mail: plain text, sent by a worker."""

import logging
from collections.abc import Callable

from kernel.registry import Hook
from messaging import outbox

log = logging.getLogger(__name__)

COUNTED = "mail:"  # beginning of the keys that count towards a city's quota
ALWAYS = "mail!:"


def _always() -> bool:
    return True


has_room: Hook[Callable[[], bool]] = Hook(
    "mail quota", "whether the current schema may send one more mail", default=_always
)


def send(
    to: str, subject: str, body: str, *, key: str, essential: bool = False, on_behalf_of: str = ""
) -> None:
    """Send a mail once the running transaction commits; ``key`` makes it one mail, not two.

    Beyond a city's quota the mail is left out, never the deed it tells of: pages show the same
    news. An ``essential`` mail (a link without which nobody gets in) always goes and never counts.
    ``on_behalf_of`` is the address that is told when this mail cannot be delivered.
    """
    if not essential and not has_room.value():
        log.warning("mail quota used up; left out: %s", key)
        return
    payload: dict[str, object] = {"to": to, "subject": subject, "body": body}
    if on_behalf_of:
        payload["on_behalf_of"] = on_behalf_of
    outbox.enqueue("mail.send", payload, key=f"{ALWAYS if essential else COUNTED}{key}")
