"""What a log line may hold: no e-mail address, no NIK or KK number, no one-time link."""

import logging
import re
import traceback

# Each begins where a word begins and gives nothing back: a long line is read once.
_ANY_ADDRESS = re.compile(r"(?<![^\s<>@,;:\"'()=])[^\s<>@,;:\"'()=]++@[^\s<>@,;:\"'()]+")
# A domain ends in letters: worker@machine and redis://…@127.0.0.1 name nobody.
_ADDRESS = re.compile(r"(?<![^\s<>@,;:\"'()=/])[^\s<>@,;:\"'()=/]++@[\w.-]*\.[^\W\d_]{2,}")
_NUMBER = re.compile(r"(?<![\d.])\d{16}(?!\d)")  # not the digits behind a point
# Links that open something by themselves end in a long random piece; names of services and
# static files have no capitals and digits of that length without a dot.
_SECRET = re.compile(r"(?<=/)(?=[^/\s]*[A-Z0-9])[^/\s.?]{20,}(?=[/\s?]|$)")
# A random piece long enough to open something; Stripe's ids of events, invoices, … open nothing.
_TOKEN = re.compile(
    r"(?<![\w-])(?!(?:evt|in|sub|cus|cs|pi|ch|re)_[A-Za-z0-9]+(?![\w-]))"
    r"(?=[\w-]*[A-Z0-9])[\w-]{25,}"
)


def without_addresses(text: str) -> str:
    """For operators' pages: no e-mail address, no NIK or KK number, no one-time link."""
    return _NUMBER.sub("…", _ANY_ADDRESS.sub("…@…", without_secrets(text)))


def without_secrets(text: str) -> str:
    """An address of a page without the part that would let a reader of the log in."""
    return _SECRET.sub("…", text)


def looks_secret(text: str) -> bool:
    """Whether a text holds a path or a random piece that may open something by itself."""
    return "/" in text or _TOKEN.search(text) is not None


def _without_people(text: str) -> str:
    return _NUMBER.sub("…", _ADDRESS.sub("…@…", text))


class Discreet(logging.Filter):
    """On the handlers, so that it hears every logger.

    A refused request is one line: Django would add the traceback of the refusal, which says
    nothing its address does not.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        try:
            text = record.getMessage()
        except Exception:  # words and values that do not fit: no reason to fail the caller
            text = f"{record.msg} {record.args}"
        record.msg, record.args = _without_people(without_secrets(text)), ()
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            lines = traceback.format_exception(*record.exc_info)
            record.exc_text = _without_people(without_secrets("".join(lines).rstrip("\n")))
        return True
