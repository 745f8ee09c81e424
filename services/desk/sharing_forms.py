"""Forms by which officials share the work on one case."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from services.inbox.advice import LONGEST, MOST_DAYS, USUAL_DAYS
from tenants.office.models import Post
from ui.forms import Form


def _offer(form: Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _by_unit(posts: Sequence[Post]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Posts as choices, under the names of their units."""
    found: dict[str, list[tuple[str, str]]] = {}
    for post in posts:
        found.setdefault(post.unit.name, []).append((str(post.pk), post.title))
    return list(found.items())


class GiveForm(Form):
    """To which colleague a case is handed."""

    to = forms.ChoiceField(label="Serahkan kepada siapa?")

    def __init__(self, *args: Any, colleagues: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(pk), name) for pk, name in colleagues.items()]
        _offer(self, "to", [("", "Pilih petugas"), *offered])


class ForwardForm(Form):
    """To which desk a case goes, and why."""

    to = forms.ChoiceField(label="Ke meja mana?")
    note = forms.CharField(
        label="Mengapa diteruskan?",
        help_text="Dibaca meja berikutnya, dan pemohon di perjalanan berkasnya.",
        strip=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
    )  # fmt: skip

    def __init__(self, *args: Any, posts: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "to", [("", "Pilih meja"), *_by_unit(posts)])


class AskForm(Form):
    """Which office is asked for advice, what, and until when."""

    of = forms.ChoiceField(label="Kantor dan jabatan")
    question = forms.CharField(
        label="Apa yang Anda tanyakan?", help_text="Pemohon tidak membacanya.", strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST}),
    )  # fmt: skip
    days = forms.IntegerField(
        label="Dijawab dalam berapa hari kerja?", initial=USUAL_DAYS, min_value=1,
        max_value=MOST_DAYS,
        error_messages={"invalid": f"Isi angka 1 sampai {MOST_DAYS}."},
    )  # fmt: skip

    def __init__(self, *args: Any, posts: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "of", [("", "Pilih kantor"), *_by_unit(posts)])


class AnswerForm(Form):
    """The answer of an office that was asked for advice."""

    answer = forms.CharField(
        label="Pertimbangan Anda", help_text="Dibaca kantor yang bertanya; pemohon tidak.",
        strip=False, widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST}),
    )  # fmt: skip


class NoteForm(Form):
    """A note for other officials."""

    text = forms.CharField(
        label="Catatan antarpetugas",
        help_text="Dibaca petugas yang menangani berkas ini. Pemohon tidak membacanya.",
        strip=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}),
    )  # fmt: skip
