"""What a head who vouches says of a request that does not fit."""

from django import forms

from ui.forms import Form

OTHER = "lain"
REASONS = {
    "pindah": "Sudah tidak tinggal di sini.",
    "tidak-kenal": "Saya tidak mengenal orang ini sebagai warga di sini.",
    "isian": "Isian permohonannya tidak sesuai dengan keadaan yang saya ketahui.",
    OTHER: "Alasan lain",
}
LEAST = 5  # characters of a written reason


class RefuseForm(Form):
    """A ready reason, own words, or both."""

    reason = forms.ChoiceField(
        label="Alasan", choices=list(REASONS.items()), widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Keterangan",
        required=False,
        max_length=1000,
        help_text="Misalnya: sudah pindah ke RT 07 sejak Januari. Wajib diisi untuk alasan lain.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, str]:
        data: dict[str, str] = super().clean() or {}
        if data.get("reason") == OTHER and len(data.get("note", "").strip()) < LEAST:
            self.add_error("note", "Tulis alasannya, supaya pemohon tahu apa yang harus dilakukan.")
        return data

    def sentence(self) -> str:
        """The reason as the applicant reads it."""
        ready, note = self.cleaned_data["reason"], self.cleaned_data["note"].strip()
        return " ".join(part for part in (REASONS[ready] if ready != OTHER else "", note) if part)
