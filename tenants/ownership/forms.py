from typing import Any

from django import forms

from ui.forms import Form


class AskForm(Form):
    reason = forms.CharField(
        label="Alasan",
        max_length=300,
        help_text="Tertulis di berita acara. Jangan menyebut data warga.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    name = forms.CharField(
        label="Ketik nama kota untuk memastikan",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, city_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city_name = city_name
        self.fields["name"].help_text = f"Tulis persis: {city_name}"

    def clean_name(self) -> str:
        typed = " ".join(str(self.cleaned_data["name"]).split())
        if typed.casefold() != self.city_name.casefold():
            raise forms.ValidationError(f"Ketik nama kota persis seperti ini: {self.city_name}.")
        return typed
