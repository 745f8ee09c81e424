"""Forms about paper, look, words and signatory of letters."""

from collections.abc import Mapping
from typing import Any

from django import forms

from kernel.text import show_sign, tidy, unprintable
from services.letters.render import PAPERS, STYLES
from services.letters.styles import ONLY_HEAD, Told
from services.setup.number_forms import signing_units
from tenants.office.models import Unit
from tenants.office.roles import Can, every_role
from ui.forms import Form

SAME = "Ikut pengaturan yang lebih luas"


def _prose(label: str, help_text: str = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4000, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class StyleForm(Form):
    """For which letters, and what is to be different in them."""

    unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(), label="Untuk surat dari", required=False,
        empty_label="Semua unit",
    )  # fmt: skip
    within = forms.BooleanField(
        label="Juga untuk desa, kelurahan, RT, dan RW di dalamnya", required=False
    )
    letter = forms.ChoiceField(label="Untuk layanan", required=False)
    paper = forms.ChoiceField(label="Kertas", required=False, choices=[("", SAME), *PAPERS.items()])
    style = forms.ChoiceField(label="Bentuk", required=False, choices=[("", SAME), *STYLES.items()])
    signer = forms.ChoiceField(
        label="Penandatangan selain pimpinan", required=False,
        help_text="Pimpinan unit selalu bisa menandatangani. Pejabat lain menandatangani atas nama "
        "pimpinan (a.n.). Berlaku untuk semua surat sebuah layanan, di berkas yang datang sesudah "
        "ini.",
    )  # fmt: skip
    opening = _prose("Kalimat pembuka", "Kosong: kata-kata layanan. Data ditulis seperti {nama}.")
    body = _prose("Isi", "Pisahkan paragraf dengan satu baris kosong.", 5)
    closing = _prose("Kalimat penutup")
    copies = _prose("Tembusan", "Satu per baris.")

    def __init__(self, *args: Any, letters: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = signing_units()
        fields["letter"].choices = [("", "Semua layanan"), *letters.items()]
        fields["signer"].choices = [("", "Menurut layanan"), *signers()]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("opening", "body", "closing", "copies"):
            given[name] = tidy(given.get(name) or "")
            if sign := unprintable(given[name]):
                self.add_error(name, f"Tanda {show_sign(sign)} tidak bisa dicetak. Hapus.")
        return given

    def told(self) -> Told:
        """What was typed, of a form that is valid."""
        given = self.cleaned_data
        words: dict[str, Any] = {
            name: given[name] for name in ("opening", "closing") if given[name]
        }
        if paragraphs := [part.strip() for part in given["body"].split("\n\n") if part.strip()]:
            words["body"] = paragraphs
        if lines := [line.strip() for line in given["copies"].splitlines() if line.strip()]:
            words["copies"] = lines
        topic, _, output = given["letter"].partition("/")
        return Told(
            unit=given["unit"], within=given["within"] and given["unit"] is not None,
            topic=topic, output=output, paper=given["paper"], style=given["style"],
            signer=given["signer"], words=words,
        )  # fmt: skip


def signers() -> list[tuple[str, str]]:
    """Roles whose holders may sign in the name of a head, and the head alone."""
    others = [
        (role.code, f"{role.title}, atas nama pimpinan")
        for role in every_role()
        if {Can.SIGNS, Can.INITIALS} & role.can and Can.HEADS not in role.can
    ]
    return [(ONLY_HEAD, "Tidak ada: pimpinan saja"), *others]
