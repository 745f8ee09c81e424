"""The words, dates and form parts every template uses (a builtin: no ``{% load %}``)."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.conf import settings
from django.db import connection
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel import clock
from kernel.nik import mask
from kernel.rupiah import format_rupiah
from kernel.tanggal import DAYS, MONTHS, age_on, clock_time, day_date, long_date, moment_text
from ui.menu import Link

register = template.Library()


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


@register.filter
def rupiah(amount: int | None) -> str:
    """``Rp1.450.000``; nothing to pay reads ``Gratis``."""
    if amount is None:
        return ""
    return format_rupiah(int(amount)) if int(amount) else "Gratis"


@register.filter
def tanggal(value: date | datetime | None) -> str:
    """``21 November 2026``."""
    if value is None:
        return ""
    return long_date(_local(value).date() if isinstance(value, datetime) else value)


@register.filter
def hari_tanggal(value: date | datetime | None) -> str:
    """``Sabtu, 21 November 2026``."""
    if value is None:
        return ""
    return day_date(_local(value).date() if isinstance(value, datetime) else value)


@register.filter
def saat(value: datetime | None) -> str:
    """``Sabtu, 21 November 2026 pukul 16.00 WITA`` in the city's zone."""
    return moment_text(value, zone()) if value else ""


@register.filter
def jam(value: datetime | None) -> str:
    """``16.00 WITA``."""
    return clock_time(value, zone()) if value else ""


@register.filter
def saat_pendek(value: datetime | None) -> str:
    """``kemarin 08.14``, ``hari ini 16.00``, ``Senin 12.00`` or ``24 Nov 10.00``."""
    if value is None:
        return ""
    local = _local(value)
    away = (local.date() - _today()).days
    near = {-1: "kemarin", 0: "hari ini", 1: "besok"}
    if away in near:
        day = near[away]
    elif 1 < away < 7:
        day = DAYS[local.weekday()]
    else:
        day = f"{local.day} {MONTHS[local.month - 1][:3]}"
        if local.year != _today().year:
            day += f" {local.year}"
    return f"{day} {local:%H.%M}"


@register.filter
def tempo(value: datetime | None) -> str:
    """The tag a due moment deserves: ``stop`` when past, ``warn`` within a day, ``plain``."""
    if value is None:
        return "plain"
    left = value - clock.now()
    if left < timedelta(0):
        return "stop"
    return "warn" if left < timedelta(hours=24) else "plain"


@register.filter
def usia(born: date | None) -> str:
    """``37 tahun``."""
    return f"{age_on(born, _today())} tahun" if born else ""


@register.filter
def mask_nik(number: str | None) -> str:
    """``6474 •••• •••• 0003``."""
    return mask(str(number)) if number else ""


@register.filter
def angka(value: int | None) -> str:
    """``83.762``."""
    return "" if value is None else f"{value:,}".replace(",", ".")


@register.filter
def ukuran(size: int | None) -> str:
    """Bytes as ``840 kB``, ``1,2 MB`` or ``50 GB``."""
    if size is None:
        return ""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} kB"
    amount, unit = size / 1024 / 1024, "MB"
    if amount >= 1024:
        amount, unit = amount / 1024, "GB"
    return f"{amount:.1f} {unit}".replace(".0", "").replace(".", ",")


@register.filter
def sapaan(name: str | None) -> str:
    """The first word of a name, for a greeting; registers often keep names in capitals."""
    first = (name or "").split()
    if not first:
        return ""
    return first[0].title() if first[0].isupper() else first[0]


@register.filter
def nama(name: str | None) -> str:
    """A register's NAMA KAPITAL as a name fit to be read."""
    text = name or ""
    return text.title() if text.isupper() else text


@register.filter
def ambil(mapping: dict[str, Any] | None, key: str) -> Any:
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


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if widget.use_fieldset:
        return "group"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "input"


@register.inclusion_tag("ui/parts/field.html")
def field(
    bound: BoundField, prefix: str = "", suffix: str = "", size: str = "", boxed: bool = False
) -> dict[str, Any]:
    """Label, hint, error and input of one form field, tied together for screen readers.

    ``prefix``/``suffix`` stand glued to the input ("Rp", ".balai.id"), ``size`` is ``s`` or ``m``.
    """
    kind = _kind(bound)
    attrs: dict[str, Any] = {}
    if kind in {"input", "group"}:
        attrs["class"] = " ".join(
            part for part in ("in", size, bound.field.widget.attrs.get("class", "")) if part
        )
    widget = bound.as_widget(attrs=attrs) if kind != "choices" else ""
    return {
        "f": bound,
        "kind": kind,
        "widget": widget,
        "prefix": prefix or getattr(bound.field, "prefix", ""),
        "suffix": suffix or getattr(bound.field, "suffix", ""),
        "boxed": boxed,
        "required": bound.field.required,
    }


@register.inclusion_tag("ui/parts/errors.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """All errors of a form at the top of the page, each a link to its field."""
    rows: list[tuple[str, str]] = []
    errors: ErrorDict = form.errors
    # In the order of the page, whatever order they were found in.
    names = [name for name in form.fields if name in errors]
    for name in [name for name in errors if name not in names] + names:
        messages = errors[name]
        anchor = ""
        if name != "__all__" and name in form.fields:
            bound = form[name]
            anchor = bound.id_for_label or bound.auto_id
            if _kind(bound) in ("choices", "group"):
                anchor = f"{bound.auto_id}_0"
        rows += [(anchor, str(message)) for message in messages]
    return {"rows": rows}


@register.simple_tag(takes_context=True)
def halaman(context: template.Context, number: int) -> str:
    """The current address with ``?hal=number``, other parameters kept."""
    query = context["request"].GET.copy()
    query["hal"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def current(context: template.Context, *starts: str) -> SafeString:
    """``aria-current="page"`` when the address is one of these, or below one ending in ``*``."""
    request = context.get("request")
    path = request.path if request else ""
    hit = any(
        path.startswith(start[:-1]) if start.endswith("*") else path == start for start in starts
    )
    return format_html('aria-current="{}"', "page") if hit else SafeString("")
