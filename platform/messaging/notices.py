"""What people are told: a notice has a text per language and, where it differs, per channel.

    RETURNED = notice("applications/returned", "a desk sent an application back",
                      fields="number service where link city", english=True)
    tell(RETURNED, user, key=f"case:{pk}:returned:{step}", number=…, …)

The texts are files: ``templates/notices/<name>/<language>.txt``, or ``<language>.<channel>.txt``
for one channel alone. The first line is the subject, then an empty line, then the text. They are
Django templates that escape nothing and hold the declared fields only.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Template, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import override

from kernel.registry import Registry
from messaging.channels import Channel, Reader, Text, channels
from messaging.channels.email import EMAIL


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing people are told. ``essential`` ones hold a link without which nobody gets in: they
    ignore quotas. ``english`` says that residents read it, so that an English text exists."""

    name: str
    about: str
    fields: frozenset[str]
    essential: bool = False
    english: bool = False


notices: Registry[Notice] = Registry("notices", "what people are told, by the folder of its texts")


def notice(
    name: str, about: str, *, fields: str, essential: bool = False, english: bool = False
) -> Notice:
    """Declare a notice; ``fields`` are the names of its values, separated by spaces."""
    declared = Notice(name, about, frozenset(fields.split()), essential, english)
    return notices.add(name, declared)


def tell(
    about: Notice, reader: Reader, /, *, key: str, on_behalf_of: str = "", **values: Any
) -> bool:
    """Tell one person on every channel that reaches them, in their language; whether one does.

    ``key`` names the message (``late:17:lurah:2026-11-30``), so that a second run sends none; it
    holds no address and no token. Raises TypeError when ``values`` are not the declared fields.
    """
    reached = False
    for name, channel in channels.items():
        address = channel.address_of(reader)
        if address:
            reached = True
            text = written(about, reader.language, name, values)
            _order(channel, name, address, text, about, key, on_behalf_of)
    return reached


def write_to(
    address: str, about: Notice, /, *, key: str, language: str = "", on_behalf_of: str = "",
    **values: Any,
) -> None:  # fmt: skip
    """Tell an e-mail address that no account stands behind, or not yet."""
    text = written(about, language, EMAIL, values)
    _order(channels[EMAIL], EMAIL, address, text, about, key, on_behalf_of)


def _order(
    channel: Channel, name: str, address: str, text: Text, about: Notice, key: str, behalf: str
) -> None:
    key = key if name == EMAIL else f"{name}:{key}"
    channel.order(address, text, key=key, essential=about.essential, on_behalf_of=behalf)


def written(about: Notice, language: str, channel: str, values: dict[str, Any]) -> Text:
    """The text of a notice for a reader. Raises TypeError for missing or unknown values."""
    if values.keys() != about.fields:
        wrong = sorted(values.keys() ^ about.fields)
        raise TypeError(f"{about.name}: values and declared fields differ in {', '.join(wrong)}")
    used, subject, body = _templates(about.name, language or settings.LANGUAGE_CODE, channel)
    with override(used):
        context = Context(values, autoescape=False)
        first = " ".join(subject.render(context).split())
        return Text(first, body.render(context))


@lru_cache(maxsize=512)
def _templates(name: str, language: str, channel: str) -> tuple[str, Template, Template]:
    """The language a text is found in, its subject and its body."""
    for spoken in dict.fromkeys([language, settings.LANGUAGE_CODE]):
        for file in (f"{spoken}.{channel}.txt", f"{spoken}.txt"):
            try:
                found: Any = get_template(f"notices/{name}/{file}")
            except TemplateDoesNotExist:
                continue
            subject, _, body = found.template.source.partition("\n\n")
            engine = Engine.get_default()
            return spoken, Template(subject, engine=engine), Template(body, engine=engine)
    raise TemplateDoesNotExist(f"notices/{name}/{settings.LANGUAGE_CODE}.txt")


NOT_DELIVERED = notice(
    "messaging/not-delivered", "a mail could not be delivered, to whoever asked for it",
    fields="receiver about", essential=True,
)  # fmt: skip
