"""Tags that the components in ``templates/cotton`` need."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms, template
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_cotton.templatetags import Attrs

from ui import device

register = template.Library()


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


@dataclass(frozen=True, slots=True)
class Dressed:
    """How ``<c-field>`` shows a bound field."""

    kind: str
    widget: str
    prefix: str
    suffix: str


@register.simple_tag(takes_context=True)
def dress(
    context: template.Context, bound: BoundField, prefix: str, suffix: str, size: str
) -> Dressed:
    """``prefix``/``suffix`` stand glued to the input ("Rp", ".balai.id"), ``size`` is s or m."""
    kind = _kind(bound)
    attrs: dict[str, Any] = {}
    if kind in {"input", "group"}:
        attrs["class"] = " ".join(
            part for part in ("in", size, bound.field.widget.attrs.get("class", "")) if part
        )
    if kind == "input" and getattr(context.get("request"), "kiosk", None):
        attrs["autocomplete"] = "off"  # the browser of a kiosk serves many people
    return Dressed(
        kind=kind,
        widget=bound.as_widget(attrs=attrs) if kind != "choices" else "",
        prefix=prefix or getattr(bound.field, "prefix", ""),
        suffix=suffix or getattr(bound.field, "suffix", ""),
    )


@register.simple_tag
def errors_of(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Each error of a form with the id of its field, in the order of the page."""
    rows: list[tuple[str, str]] = []
    errors: ErrorDict = form.errors
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
    return rows


@register.simple_tag
def classes(*words: str) -> SafeString:
    """A class attribute of those words that are not empty, or nothing."""
    said = " ".join(word for word in words if word)
    return format_html(' class="{}"', said) if said else SafeString("")


@register.simple_tag
def others(attrs: Attrs) -> SafeString:
    """What a component was given beyond what it declares, as attributes of its element; ``class``
    is for ``classes``."""
    return format_html_join(
        "",
        " {}",
        (
            (name if value is True else format_html('{}="{}"', name, value),)
            for name, value in attrs.attrs_dict().items()
            if name != "class"
        ),
    )


@register.simple_tag(takes_context=True)
def form_key(context: template.Context, action: str, attrs: Attrs) -> SafeString:
    """The key of a form of the area that phones keep, so that it is done once; nothing for other
    forms, and for one that only asks."""
    request = context.get("request")
    area = device.area_of(request) if request is not None else None
    said = attrs.attrs_dict()
    if request is None or area is None or said.get("role") == "search" or "data-now" in said:
        return SafeString("")
    if not (action or request.path).startswith(tuple(area.paths())):
        return SafeString("")
    return format_html('<input type="hidden" name="{}" value="{}">', device.KEY, uuid4())


@register.simple_tag(takes_context=True)
def device_here(context: template.Context) -> SafeString:
    """Says to ``device.js`` which pages this phone keeps."""
    request = context.get("request")
    area = device.area_of(request) if request is not None else None
    if area is None:
        return SafeString("")
    return format_html(
        '<span hidden data-device="{}" data-outbox="{}" data-facts="{}"></span>',
        " ".join(area.paths()), reverse(area.outbox), reverse(area.facts),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """The head of one column of ``<c-table>``."""

    name: str
    is_number: bool
    is_heard: bool


@register.filter
def columns(heads: str) -> list[Column]:
    """``Kota|#Sisa|(Tindakan)``: a name, one of numbers, and one that is only heard."""
    found = []
    for word in heads.split("|"):
        name = type(heads)(word.removeprefix("#").removeprefix("(").removesuffix(")"))
        found.append(Column(name, word.startswith("#"), word.startswith("(")))
    return found
