"""A channel: messages to the screen of a post of duty, handed over by HTTP."""

import json
import urllib.request

from messaging import outbox, work
from messaging.channels import Channel, Reader, Text, channels

address = ""  # of the screen; a test fills it


def address_of(reader: Reader) -> str:
    return reader.phone


def order(
    to: str, text: Text, *, key: str, essential: bool = False, on_behalf_of: str = ""
) -> None:
    outbox.enqueue("board.show", {"to": to, "text": text.body}, key=key)


@work.effect("board.show", repeatable=True, queue="effects")
def show(payload: work.Payload, key: str) -> None:
    """Raises NotDone when the screen cannot be reached."""
    message = json.dumps({**payload, "key": key}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address, message), timeout=5):
            pass
    except OSError as error:
        raise work.NotDone(str(error)) from error


channels.add("board", Channel("Layar pos jaga", address_of, order))
