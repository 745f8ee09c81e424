"""What is typed about visits to people at home: the plan, and what was done there."""

from typing import Any

from django import forms

from kernel.errors import RuleBroken
from services.cases import attachments, documents
from services.cases.documents import MAX_BYTES
from services.desk.result_forms import TakerForm
from services.desk.visit_forms import ClockField, PhotosField, moment
from services.visits.actions import Report
from services.visits.models import Stop
from ui.forms import Form, WrittenDateField

OUTCOMES = [(Stop.State.DONE, "Bertemu orangnya"), (Stop.State.MISSED, "Tidak bertemu")]


class PlanForm(Form):
    """A day, who goes, and to whom."""

    day = WrittenDateField(label="Hari")
    officers = forms.MultipleChoiceField(
        label="Petugas yang berangkat", widget=forms.CheckboxSelectMultiple
    )
    cases = forms.MultipleChoiceField(
        label="Siapa yang didatangi", widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, officers: list[tuple[str, str]], cases: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, offered in (("officers", officers), ("cases", cases)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = offered


class StopForm(TakerForm):
    """What was done at one address, in one form that a phone sends later."""

    outcome = forms.ChoiceField(
        label="Bagaimana kunjungannya?", choices=OUTCOMES, widget=forms.RadioSelect,
        initial=Stop.State.DONE,
    )  # fmt: skip
    delivers = forms.BooleanField(label="Hasilnya saya serahkan", required=False)
    has_recorded = forms.BooleanField(label="Foto dan biometrik direkam di tempat", required=False)
    note = forms.CharField(
        label="Catatan", max_length=1000, required=False, strip=False,
        help_text="Wajib bila tidak bertemu.", widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    photos = PhotosField(label="Foto", required=False)
    day = WrittenDateField(label="Didatangi pada hari", required=False)
    hour = ClockField(label="Jam", required=False)

    def __init__(self, *args: Any, delivers: bool, **kwargs: Any) -> None:
        super().__init__(*args, with_code=delivers, **kwargs)
        self.fields["proof"].required = self.fields["to"].required = False
        self.fields["proof"].label = "Bukti bahwa orangnya mengetahui"
        if not delivers:
            for name in ("delivers", "to", "name", "relation", "authority"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        said.setdefault("to", "applicant")
        said["to"] = said["to"] or "applicant"
        for name in ("name", "relation"):
            said.setdefault(name, "")
        is_done = said.get("outcome") == Stop.State.DONE
        if is_done and not said.get("proof"):
            self.add_error("proof", "Pilih buktinya.")
        if is_done and said.get("proof") == "signature" and not said.get("signature"):
            self.add_error("proof", "Minta orangnya menandatangani di layar.")
        return said

    def report(self) -> Report | None:
        """What was done, with files judged; None where one of them is not fit to keep."""
        said = self.cleaned_data
        is_done = said["outcome"] == Stop.State.DONE
        taker = self.taker() if is_done else None
        photos: list[documents.Accepted] = []
        for file in said["photos"]:
            judged = attachments.judged(file.read(MAX_BYTES + 1))
            if isinstance(judged, RuleBroken):
                self.add_error("photos", judged.message)
            else:
                photos.append(judged)
        if self.errors:
            return None
        return Report(
            outcome=said["outcome"], note=said["note"], has_recorded=said["has_recorded"],
            visited_at=moment(said["day"], said["hour"]), photos=photos, taker=taker,
            delivers=bool(said.get("delivers")),
        )  # fmt: skip
