"""The words, dates and form parts every template uses (a builtin: no ``{% load %}``)."""

import json
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.db import connection
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from kernel import clock
from kernel.nik import mask
from kernel.rupiah import format_rupiah
from kernel.tanggal import (
    age_on,
    clock_time,
    dates_in_english,
    day_date,
    long_date,
    moment_text,
    months,
    short_time,
    weekdays,
)
from kernel.text import in_capitals_and_small
from ui.language import ENGLISH, reads_in, script_words
from ui.menu import Link

register = template.Library()

_CONTACT = re.compile(
    r"(?P<mail>[^\s<>@,;:()]+@[^\s<>@,;:()]+\.[A-Za-z]{2,})"
    r"|(?P<wa>(?:\b(?:WA|WhatsApp)\b[:. ]*)?)(?P<phone>(?:\+62|\(?0)[\d() .-]{6,18}\d)",
    re.IGNORECASE,
)


@register.filter
def contact_links(text: str) -> SafeString:
    """A contact as a city typed it, its e-mail addresses and numbers as links that open."""
    parts: list[SafeString] = []
    end = 0
    for match in _CONTACT.finditer(text):
        parts.append(conditional_escape(text[end : match.start()]))
        end = match.end()
        if match["mail"]:
            parts.append(format_html('<a href="mailto:{}">{}</a>', match["mail"], match["mail"]))
            continue
        digits = re.sub(r"\D", "", match["phone"])
        abroad = "62" + digits.removeprefix("62" if match["phone"].startswith("+") else "0")
        href = f"https://wa.me/{abroad}" if match["wa"] else f"tel:+{abroad}"
        parts.append(format_html('<a href="{}">{}</a>', href, match[0]))
    parts.append(conditional_escape(text[end:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def zone() -> str:
    """The current city's time zone, or the installation's own."""
    tenant = getattr(connection, "tenant", None)
    return getattr(tenant, "timezone", "") or settings.TIME_ZONE


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(zone())).date()


def _local(value: datetime) -> datetime:
    aware = value if timezone.is_aware(value) else value.replace(tzinfo=ZoneInfo(zone()))
    return aware.astimezone(ZoneInfo(zone()))


@register.simple_tag
def icon(name: str, classes: str = "", label: str = "") -> SafeString:
    """One Lucide icon from the sprite. Decorative unless ``label`` gives it words."""
    href = f"{static('ui/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"/></svg>',
            classes,
            label,
            href,
        )
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}"/></svg>',
        classes,
        href,
    )


@register.simple_tag
def page_language() -> str:
    """The language of the words around, for ``<html lang>``."""
    return reads_in()


@register.simple_tag
def words_of_script() -> SafeString:
    """The script's words, where they are not the Indonesian ones it carries itself."""
    return json_script(script_words(), "kata") if reads_in() == ENGLISH else SafeString("")


@register.filter
def record_words(text: str | None) -> str:
    """A word or date of a record ("Karyawan swasta", "3 Mei 1990") in the reader's language."""
    known = gettext(text or "")
    return dates_in_english(known) if reads_in() == ENGLISH else known


@register.filter
def period_words(period: Any) -> str:
    """An amount of time (a clock, a validity): ``2 hari kerja``, ``3 bulan``."""
    number = {"number": period.amount}
    words = {
        "jam": ngettext("%(number)s jam", "%(number)s jam", period.amount),
        "jam_kerja": ngettext("%(number)s jam kerja", "%(number)s jam kerja", period.amount),
        "hari": ngettext("%(number)s hari", "%(number)s hari", period.amount),
        "hari_kerja": ngettext("%(number)s hari kerja", "%(number)s hari kerja", period.amount),
        "bulan": ngettext("%(number)s bulan", "%(number)s bulan", period.amount),
        "tahun": ngettext("%(number)s tahun", "%(number)s tahun", period.amount),
    }
    return words[period.unit] % number


@register.filter
def rupiah(amount: int | None) -> str:
    """``Rp1.450.000``; nothing to pay reads ``Gratis``."""
    if amount is None:
        return ""
    return format_rupiah(int(amount), reads_in()) if int(amount) else gettext("Gratis")


@register.filter
def money(amount: int) -> str:
    """An amount of a book or a balance, where none reads ``Rp0``."""
    return format_rupiah(int(amount), reads_in())


@register.filter
def long_day(value: date | datetime | None) -> str:
    """``21 November 2026``."""
    if value is None:
        return ""
    return long_date(_local(value).date() if isinstance(value, datetime) else value, reads_in())


@register.filter
def month_year(value: date) -> str:
    """``November 2026``."""
    return f"{months(reads_in())[value.month - 1]} {value.year}"


@register.filter
def weekday_day(value: date | datetime | None) -> str:
    """``Sabtu, 21 November 2026``."""
    if value is None:
        return ""
    return day_date(_local(value).date() if isinstance(value, datetime) else value, reads_in())


@register.filter
def long_moment(value: datetime | None) -> str:
    """``Sabtu, 21 November 2026 pukul 16.00 WITA`` in the city's zone."""
    return moment_text(value, zone(), reads_in()) if value else ""


@register.filter
def time_of_day(value: datetime | None) -> str:
    """``16.00 WITA``."""
    return clock_time(value, zone(), reads_in()) if value else ""


@register.filter(name="clock")
def hour(value: time | None) -> str:
    """An hour of the day as it is set: ``08.00``."""
    return "" if value is None else f"{value:%H.%M}"


@register.filter
def short_moment(value: datetime | None) -> str:
    """``kemarin 08.14``, ``hari ini 16.00``, ``Senin 12.00`` or ``24 Nov 10.00``."""
    if value is None:
        return ""
    local, language = _local(value), reads_in()
    away = (local.date() - _today()).days
    near = {-1: gettext("kemarin"), 0: gettext("hari ini"), 1: gettext("besok")}
    if away in near:
        day = near[away]
    elif 1 < away < 7:
        day = weekdays(language)[local.weekday()]
    else:
        day = f"{local.day} {months(language)[local.month - 1][:3]}"
        if local.year != _today().year:
            day += f" {local.year}"
    at = " at" if language == ENGLISH else ""
    return f"{day}{at} {short_time(local, language)}"


@register.filter
def due_tone(value: datetime | None) -> str:
    """The tag a due moment deserves: ``stop`` when past, ``warn`` within a day, ``plain``."""
    if value is None:
        return "plain"
    left = value - clock.now()
    if left < timedelta(0):
        return "stop"
    return "warn" if left < timedelta(hours=24) else "plain"


@register.filter
def age_in_words(born: date | None) -> str:
    """``37 tahun``."""
    if born is None:
        return ""
    age = age_on(born, _today())
    return ngettext("%(number)s tahun", "%(number)s tahun", age) % {"number": age}


@register.filter
def mask_nik(number: str | None) -> str:
    """``•••• ••03 0590 ••••``."""
    return mask(str(number)) if number else ""


@register.filter
def grouped(value: int | None) -> str:
    """``83.762``."""
    if value is None:
        return ""
    return f"{value:,}" if reads_in() == ENGLISH else f"{value:,}".replace(",", ".")


@register.filter
def decimal(value: float | None) -> str:
    """``2,5``; a whole number without a decimal."""
    return "" if value is None else f"{value:.1f}".removesuffix(".0").replace(".", ",")


@register.filter
def file_size(size: int | None) -> str:
    """Bytes as ``840 kB``, ``1,2 MB`` or ``50 GB``."""
    if size is None:
        return ""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} kB"
    amount, unit = size / 1024 / 1024, "MB"
    if amount >= 1024:
        amount, unit = amount / 1024, "GB"
    text = f"{amount:,.1f}".removesuffix(".0") + f" {unit}"
    return text if reads_in() == ENGLISH else text.translate(str.maketrans(",.", ".,"))


@register.filter
def greeting_name(name: str | None) -> str:
    """The first word of a name, for a greeting; registers often keep names in capitals."""
    first = (name or "").split()
    if not first:
        return ""
    return in_capitals_and_small(first[0])


@register.filter
def proper_name(name: str | None) -> str:
    """A register's NAMA KAPITAL as a name fit to be read."""
    return in_capitals_and_small(name or "")


@register.filter
def tone(state: str, choices: str) -> str:
    """What a state looks like: ``{{ state|tone:"done=ok failed=stop else=info" }}``."""
    known = dict(choice.split("=") for choice in choices.split())
    return known.get(state, known.get("else", state))


@register.filter
def get_item(mapping: dict[str, Any] | None, key: str) -> Any:
    """``mapping[key]``, or nothing."""
    return (mapping or {}).get(key, "")


@register.filter
def elsewhere(links: Iterable[Link], path: str) -> list[Link]:
    """The menu's links without the area one is in."""
    return [link for link in links if not path.startswith(link.href)]


@register.filter(name="json")
def as_json(value: Any) -> str:
    """A value for a ``data-`` attribute (escaped like any other text)."""
    return json.dumps(value, ensure_ascii=False)


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, number: int) -> str:
    """The current address with ``?page=number``, other parameters kept."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def current(context: template.Context, *names: str) -> SafeString:
    """``aria-current="page"`` on the pages of these names; ``name*`` means all addresses below."""
    request = context.get("request")
    if request is None or request.resolver_match is None:
        return SafeString("")
    match = request.resolver_match
    is_here = any(
        request.path.startswith(reverse(name[:-1]))
        if name.endswith("*")
        else match.url_name == name
        for name in names
    )
    return format_html('aria-current="{}"', "page") if is_here else SafeString("")
