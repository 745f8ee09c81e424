"""Forms of the desks."""

from django import forms

LONGEST_ID = 19  # digits of a bigint


class DecisionForm(forms.Form):
    """What an official decides; the reason is judged by the action."""

    step = forms.CharField()
    decision = forms.ChoiceField(
        choices=[("approve", "Setujui"), ("return", "Kembalikan"), ("refuse", "Tolak")]
    )
    note = forms.CharField(required=False, strip=False)
    about = forms.CharField(required=False)

    def step_id(self) -> int:
        """The step's id; 0, which none has, for what is no id."""
        typed: str = self.cleaned_data["step"]
        is_id = typed.isascii() and typed.isdigit() and len(typed) < LONGEST_ID
        return int(typed) if is_id else 0
