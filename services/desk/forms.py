"""Forms of the desks."""

from django import forms


class DecisionForm(forms.Form):
    """What an official decides; the reason is judged by the action."""

    step = forms.CharField()
    decision = forms.ChoiceField(
        choices=[("approve", "Setujui"), ("return", "Kembalikan"), ("refuse", "Tolak")]
    )
    note = forms.CharField(required=False, strip=False)
    about = forms.CharField(required=False)
