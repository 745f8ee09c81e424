"""What several kinds check of a typed text. Each raises RuleBroken with the cure."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext

from kernel.errors import RuleBroken
from kernel.numbers import parse_number
from kernel.text import not_latin, show_sign, unprintable

LINE = 200  # letters of one line


def printable(label: str, text: str) -> str:
    odd = unprintable(text)
    if odd:
        raise RuleBroken(
            gettext(
                "“%(label)s” berisi tanda %(sign)s yang tidak bisa dicetak di surat. "
                "Hapus atau ganti tanda itu."
            )
            % {"label": label, "sign": show_sign(odd)}
        )
    return text


def latin(label: str, text: str) -> str:
    odd = not_latin(text)
    if odd:
        raise RuleBroken(
            gettext("“%(label)s” berisi huruf %(sign)s. Tulis nama dengan huruf Latin.")
            % {"label": label, "sign": show_sign(odd)}
        )
    return text


def not_longer(label: str, text: str, limit: int) -> str:
    if len(text) > limit:
        raise RuleBroken(
            gettext("“%(label)s” terlalu panjang (%(length)s huruf). Paling banyak %(limit)s.")
            % {"label": label, "length": len(text), "limit": limit}
        )
    return text


def short(label: str, text: str) -> str:
    return not_longer(label, printable(label, text), LINE)


def bounded_text(label: str, text: str, low: int | None, high: int) -> str:
    if low is not None and len(text) < low:
        raise RuleBroken(
            gettext("“%(label)s” terlalu singkat. Tulis paling sedikit %(least)s huruf.")
            % {"label": label, "least": low}
        )
    return not_longer(label, text, high)


def decimal(label: str, text: str, *, unit: str = "", decimals: int = 0) -> Decimal:
    number = parse_number(text, unit=unit)
    if number is None:
        raise RuleBroken(gettext("Tulis “%(label)s” dengan angka, misalnya 10.") % {"label": label})
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent > decimals:
        if decimals:
            raise RuleBroken(
                gettext("“%(label)s” paling banyak %(decimals)s angka di belakang koma.")
                % {"label": label, "decimals": decimals}
            )
        raise RuleBroken(
            gettext("“%(label)s” harus bilangan bulat, misalnya 10.") % {"label": label}
        )
    return number


def plain(number: Decimal) -> str:
    """A number as answers keep it: without trailing zeros, a point before decimals."""
    return f"{number.normalize() + 0:f}"  # 0 for -0


def within(label: str, number: Decimal | int, low: tuple[int | None, str],
           high: tuple[int | None, str]) -> None:  # fmt: skip
    """``low`` and ``high`` are limits with their words."""
    if low[0] is not None and number < low[0]:
        raise RuleBroken(
            gettext("“%(label)s” paling sedikit %(limit)s.") % {"label": label, "limit": low[1]}
        )
    if high[0] is not None and number > high[0]:
        raise RuleBroken(
            gettext("“%(label)s” paling banyak %(limit)s.") % {"label": label, "limit": high[1]}
        )


def day(label: str, text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise RuleBroken(
        gettext("“%(label)s” belum terbaca. Tulis seperti 24-11-2026.") % {"label": label}
    )


def count(label: str, number: int, what: str, low: int | None, high: int | None) -> None:
    """How many rows or persons there are; none at all is another matter."""
    if number and low is not None and number < low:
        raise RuleBroken(
            gettext("“%(label)s”: paling sedikit %(limit)s %(what)s.")
            % {"label": label, "limit": low, "what": what}
        )
    if high is not None and number > high:
        raise RuleBroken(
            gettext("“%(label)s”: paling banyak %(limit)s %(what)s.")
            % {"label": label, "limit": high, "what": what}
        )


def comes_after(label: str, other: str) -> RuleBroken:
    return RuleBroken(
        gettext("“%(label)s” harus sesudah “%(other)s”. Periksa keduanya.")
        % {"label": label, "other": other}
    )
