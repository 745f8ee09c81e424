"""Form fields with Indonesian manners, used by every page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext, gettext_lazy

from kernel.errors import RuleBroken
from kernel.identities import ONLY_ASCII, parse_email
from kernel.nik import parse_nik
from kernel.rupiah import parse_rupiah
from kernel.tanggal import months, read_date
from kernel.text import line
from ui.language import reads_in

T = TypeVar("T")


def _months() -> list[tuple[str, str]]:
    named = enumerate(months(reads_in()), start=1)
    return [("", gettext("Bulan")), *((str(number), name) for number, name in named)]


class TanggalWidget(forms.MultiWidget):
    """A date as day, month name and year: easier to type from a card than a calendar."""

    template_name = "ui/widgets/tanggal.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            widgets=[
                forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 2}),
                forms.Select(choices=CallableChoiceIterator(_months)),
                forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
            ],
            attrs=attrs,
        )

    def decompress(self, value: date | None) -> list[Any]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words = {
            "day": gettext("Tanggal"), "month": gettext("Bulan"), "year": gettext("Tahun"),
        }  # fmt: skip
        parts = zip(context["widget"]["subwidgets"], ("day", "month", "year"), strict=True)
        for sub, kind in parts:
            sub["attrs"].pop("aria-describedby", None)
            sub["attrs"].pop("autofocus", None)
            sub["part"] = kind
            sub["words"] = words[kind]
        return context


FIRST_YEAR, LAST_YEAR = 1900, 2199  # anything else is mistyped


def is_near(day: date | None) -> bool:
    """Whether a day, where there is one, is of a year that somebody means: days and months may be
    added to it and taken from it."""
    return day is None or FIRST_YEAR <= day.year <= LAST_YEAR


class TanggalField(forms.MultiValueField):
    """A date in three parts; the error says which part is missing."""

    widget = TanggalWidget

    def __init__(self, **kwargs: Any) -> None:
        messages = {
            "required": gettext_lazy("Isi tanggal, bulan, dan tahunnya."),
            "incomplete": gettext_lazy("Isi tanggal, bulan, dan tahunnya."),
            "invalid": gettext_lazy("Tanggal ini tidak ada di kalender. Periksa lagi."),
            "year": gettext_lazy("Tulis tahunnya lengkap, misalnya 2026."),
        } | kwargs.pop("error_messages", {})
        fields = (forms.CharField(), forms.CharField(), forms.CharField())
        super().__init__(fields=fields, require_all_fields=True, error_messages=messages, **kwargs)

    def compress(self, data_list: list[Any]) -> date | None:
        if not data_list:
            return None
        try:
            day, month, year = (int(str(part).strip()) for part in data_list)
            found = date(year, month, day)
        except (ValueError, TypeError, OverflowError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not is_near(found):
            raise forms.ValidationError(self.error_messages["year"], code="year")
        return found


class WrittenDateField(forms.CharField):
    """A date in one field, in any of the spellings people use: one thing to type on a phone."""

    default_error_messages = {
        "invalid": gettext_lazy("Tulis tanggal, bulan, dan tahun, misalnya 14-03-1989."),
        "year": gettext_lazy("Tulis tahun antara 1900 dan 2199. Periksa lagi tanggalnya."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("help_text", gettext_lazy("Misalnya 14-03-1989 atau 14 Maret 1989."))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        found = read_date(text)
        if text and found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if not is_near(found):
            raise forms.ValidationError(self.error_messages["year"], code="year")
        return found


class DayField(forms.DateField):
    """A date from a calendar of the browser."""

    default_error_messages = {"year": WrittenDateField.default_error_messages["year"]}

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if not is_near(found):
            raise forms.ValidationError(self.error_messages["year"], code="year")
        return found


class NikField(forms.CharField):
    """A NIK as people copy it; cleaned to its 16 digits, "" where it may be left out."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("NIK"))
        kwargs.setdefault("max_length", 24)
        digits = {"inputmode": "numeric", "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TextInput(attrs=digits))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return by_rule(lambda: parse_nik(typed).digits) if typed else ""


class EmailField(forms.EmailField):
    """An e-mail address, as ``kernel.identities.parse_email`` stores it."""

    default_error_messages = {
        "invalid": gettext_lazy("Tulis alamat e-mail yang lengkap, misalnya sari@contoh.id.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("E-mail"))
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "email"}))
        super().__init__(**kwargs)

    def to_python(self, value: object) -> str:
        """Without the invisible characters that come along when an address is copied."""
        return str(super().to_python("" if value is None else line(str(value))))

    def run_validators(self, value: Any) -> None:
        if value and not value.isascii():
            raise forms.ValidationError(gettext(ONLY_ASCII), code="not_ascii")
        super().run_validators(value)

    def clean(self, value: Any) -> str:
        address = super().clean(value)
        return by_rule(lambda: parse_email(address)) if address else ""


class PhoneField(forms.RegexField):
    """A mobile number as people write it, with spaces or hyphens."""

    default_error_messages = {
        "invalid": gettext_lazy("Tulis nomor ponsel dengan angka, misalnya 0812 3456 7890.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Nomor ponsel"))
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
        )
        super().__init__(r"^\+?[0-9 -]{8,18}$", **kwargs)


class RuleField(forms.CharField):
    """A text field judged by a rule: what the rule returns is the value."""

    def __init__(self, rule: Callable[[str], str], **kwargs: Any) -> None:
        self.rule = rule
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return by_rule(lambda: self.rule(text)) if text else text


class RupiahField(forms.CharField):
    """Rupiah as people type them: ``25.000``."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return by_rule(lambda: parse_rupiah(typed)) if typed else None


def by_rule(check: Callable[[], T]) -> T:
    """What the check returns; its RuleBroken as the field error Django knows."""
    try:
        return check()
    except RuleBroken as broken:
        raise forms.ValidationError(gettext(broken.message)) from broken


class Form(forms.Form):
    """A form whose complaints name the field instead of saying 'this field'."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = str(field.label or name)
            what = label if label[:2].isupper() else label[:1].lower() + label[1:]
            what = what.rstrip("?")  # a question as label is named inside a sentence
            if isinstance(field, forms.BooleanField):
                words = gettext("Beri tanda centang untuk melanjutkan.")
            elif isinstance(field, forms.FileField):
                words = gettext("Pilih berkas untuk %(what)s.") % {"what": what}
                field.error_messages.setdefault("empty", gettext("Berkas ini kosong."))
            elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
                words = gettext("Pilih %(what)s.") % {"what": what}
            elif isinstance(field, TanggalField):
                continue
            else:
                words = gettext("Isi %(what)s.") % {"what": what}
            if str(field.error_messages.get("required")) == str(
                forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = words
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs.setdefault("rows", 4)


@contextmanager
def explained(form: forms.BaseForm) -> Iterator[None]:
    """What is done inside may refuse what was typed: a RuleBroken about a field is put on the form,
    any other is raised. Whoever comes behind the block without having returned shows the form."""
    try:
        yield
    except RuleBroken as broken:
        if broken.field is None:
            raise
        explain(form, broken)


def explain(form: forms.BaseForm, error: Exception) -> None:
    """Put a RuleBroken on the field it names, or at the top of the form."""
    field = getattr(error, "field", None)
    message = gettext(getattr(error, "message", str(error)))
    form.add_error(field if field in form.fields else None, message)
