"""E-mail: plain text, sent by a worker (``messaging.mail``)."""

from messaging import mail
from messaging.channels import Channel, Reader, Text, channels

EMAIL = "email"


def address_of(reader: Reader) -> str:
    """The noted address; an official's login is one too."""
    return reader.email or (reader.login if "@" in reader.login else "")


def order(
    to: str, text: Text, *, key: str, essential: bool = False, on_behalf_of: str = ""
) -> None:
    mail.send(to, text.subject, text.body, key=key, essential=essential, on_behalf_of=on_behalf_of)


channels.add(EMAIL, Channel("E-mail", address_of, order))
