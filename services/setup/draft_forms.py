"""Forms around one service's draft: publishing, comparing, walking, translating, releases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.template.defaultfilters import linebreaksbr

from kernel.text import tidy
from services.catalogue.models import ServiceVersion
from ui.forms import DayField, Form
from ui.templatetags.ui import short_moment

SHARED, OURS = "nasional", "kami"  # whose words are taken where a release changes them


class PublishForm(Form):
    """A word for the history, as a draft is published."""

    note = forms.CharField(label="Catatan untuk riwayat", required=False, max_length=300)

    def clean_note(self) -> str:
        return tidy(self.cleaned_data["note"])


def _said(version: ServiceVersion) -> str:
    said = short_moment(version.published_at)
    return f"{said}: {version.note}"[:60] if version.note else said


class CompareForm(Form):
    """Two published versions, the older first."""

    old = forms.TypedChoiceField(label="Bandingkan", coerce=int)
    new = forms.TypedChoiceField(label="dengan", coerce=int)

    def __init__(self, versions: Sequence[ServiceVersion], data: Any) -> None:
        two = {"old": versions[min(1, len(versions) - 1)].pk, "new": versions[0].pk}
        super().__init__(data if "old" in data else None, initial=two)
        for name in two:
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [(version.pk, _said(version)) for version in versions]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on which the way of an application depends, and what the sample answers."""

    key: str
    label: str
    choices: list[tuple[str, str]]
    sample: str

    @property
    def name(self) -> str:
        return f"jawab-{self.key}"


class WalkForm(Form):
    """When the sample request is sent, how quick the desks are, and its answers. What is left
    empty is as in the sample."""

    date = DayField(
        label="Dikirim tanggal",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hour = forms.TimeField(
        label="Pukul", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    speed = forms.ChoiceField(label="Kecepatan")

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        now: datetime,
        asked: Sequence[Asked],
        speeds: Sequence[tuple[str, str]],
    ) -> None:
        sample = {"date": f"{now:%Y-%m-%d}", "hour": f"{now:%H:%M}", "speed": speeds[0][0]}
        sample |= {question.name: question.sample for question in asked}
        typed = {name: str(data[name]) for name in sample if str(data.get(name, "")).strip()}
        if "date" in typed and "hour" not in typed:
            typed["hour"] = "09:00"
        super().__init__(sample | typed)
        self.now, self.asked = now, asked
        speed = self.fields["speed"]
        if isinstance(speed, forms.ChoiceField):
            speed.choices = list(speeds)
        for one in asked:
            self.fields[one.name] = (
                forms.ChoiceField(label=one.label, choices=one.choices, required=False)
                if one.choices
                else forms.CharField(label=one.label, max_length=200, required=False)
            )
        self.full_clean()

    def start(self) -> datetime:
        """When the request is sent, in the city's time; now where no such moment is given."""
        day, hour = self.cleaned_data.get("date"), self.cleaned_data.get("hour")
        if day is None or hour is None or not 2020 <= day.year <= 2100:
            return self.now
        return datetime.combine(day, hour, self.now.tzinfo)

    def answers(self) -> dict[str, str]:
        """What is answered, by the key of the question."""
        found = {one.key: self.cleaned_data.get(one.name, "") for one in self.asked}
        return {key: answer for key, answer in found.items() if answer}


@dataclass(frozen=True, slots=True)
class Text:
    """One text to translate."""

    place: str
    label: str
    source: str
    kept: str
    limit: int
    is_changed: bool

    @property
    def rows(self) -> int:
        return max(1, min(6, len(self.source) // 60 + 1) + self.source.count("\n"))


class TranslationsForm(Form):
    """All texts residents read, each with its translation."""

    def __init__(self, texts: Sequence[Text], language: str, data: Any = None) -> None:
        self.texts = texts
        super().__init__(data, initial={f"t.{text.place}": text.kept for text in texts})
        for text in texts:
            attrs = {
                "rows": text.rows, "maxlength": text.limit, "lang": language, "class": "short",
            }  # fmt: skip
            self.fields[f"t.{text.place}"] = forms.CharField(
                label=text.label,
                help_text=linebreaksbr(text.source),
                required=False,
                widget=forms.Textarea(attrs=attrs),
            )

    def typed(self) -> dict[str, str]:
        """What is translated, by its place."""
        found = {
            text.place: str(self.cleaned_data[f"t.{text.place}"]).replace("\r\n", "\n")
            for text in self.texts
        }
        return {place: words for place, words in found.items() if words}

    def changed(self) -> set[str]:
        """Names of the fields whose translation is the city's own."""
        return {f"t.{text.place}" for text in self.texts if text.is_changed}


class ReleaseForm(Form):
    """Of each place both sides changed, which one is taken."""

    release = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self,
        places: Mapping[str, str],
        *,
        number: int,
        conflicts: Collection[str],
        data: Any = None,
    ) -> None:
        """``places``: the words of each place by its address; a conflict must be decided."""
        initial: dict[str, Any] = {"release": number}
        initial |= {f"pilih-{one}": "" if one in conflicts else OURS for one in places}
        super().__init__(data, initial=initial)
        for address, words in places.items():
            self.fields[f"pilih-{address}"] = forms.ChoiceField(
                label=f"Pilihan untuk {words}",
                choices=[(SHARED, "Pakai nasional"), (OURS, "Pertahankan punya kita")],
                required=address in conflicts,
                widget=forms.RadioSelect,
                error_messages={"required": "Pilih salah satu."},
            )

    def taken(self) -> list[str]:
        """Addresses of places that follow the shared release."""
        return [
            name.removeprefix("pilih-")
            for name, choice in self.cleaned_data.items()
            if name.startswith("pilih-") and choice == SHARED
        ]
