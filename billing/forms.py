"""What a city's admin types about money."""

from typing import Any

from django import forms

from billing import plans
from billing.actions import DAYS_UNTIL_DUE, LONGEST
from billing.models import Account
from billing.plans import INTERVALS, WORDS
from billing.rules import clean_npwp, pretty_npwp
from ui.forms import EmailField, Form, RuleField

PHONE = forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})


class ContactForm(Form):
    """What stands on invoices and papers, and where they are sent."""

    name = forms.CharField(
        label="Nama instansi",
        max_length=LONGEST["name"],
        help_text="Seperti di dokumen anggaran, misalnya Dinas Komunikasi dan Informatika.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    npwp = RuleField(
        clean_npwp,
        label="NPWP instansi",
        required=False,
        max_length=30,
        help_text="16 angka. NPWP lama (15 angka) juga bisa; titik dan spasi boleh ditulis.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    purchase_reference = forms.CharField(
        label="Nomor pesanan atau kontrak",
        required=False,
        max_length=LONGEST["purchase_reference"],
        help_text="Tercantum di setiap tagihan, misalnya SP/027/XI/2026.",
    )
    official_name = forms.CharField(
        label="Nama pejabat",
        required=False,
        max_length=LONGEST["official_name"],
        help_text="Yang menandatangani pengadaan, lengkap dengan gelarnya.",
    )
    official_post = forms.CharField(
        label="Jabatan",
        required=False,
        max_length=LONGEST["official_post"],
        help_text="Misalnya Pejabat Pembuat Komitmen.",
    )
    address = forms.CharField(
        label="Alamat kantor",
        required=False,
        max_length=LONGEST["address"],
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    email = EmailField(
        label="E-mail keuangan",
        max_length=LONGEST["email"],
        help_text="Tagihan dan pengingat dikirim ke sini, dan ke semua admin.",
    )
    phone = forms.CharField(
        label="Telepon kantor", required=False, max_length=LONGEST["phone"], widget=PHONE
    )

    @classmethod
    def about(cls, account: Account) -> dict[str, Any]:
        """What the account knows already."""
        known = {key: getattr(account, key) for key in cls.base_fields if hasattr(account, key)}
        return known | {"npwp": pretty_npwp(account.npwp)}

    def details(self) -> dict[str, str]:
        """The arguments of ``actions.update_account``."""
        return {key: str(self.cleaned_data[key]) for key in ContactForm.base_fields}


class InvoiceForm(ContactForm):
    """Subscribing against invoices: the same, and how long the treasurer needs."""

    days = forms.TypedChoiceField(
        label="Jatuh tempo",
        coerce=int,
        choices=[(days, f"{days} hari setelah tagihan terbit") for days in DAYS_UNTIL_DUE],
        initial=30,
        widget=forms.RadioSelect,
    )


class PaperForm(Form):
    """For which plan the papers of a procurement are made."""

    plan = forms.ChoiceField(label="Paket")
    interval = forms.ChoiceField(
        label="Masa", choices=[(code, WORDS[code].capitalize()) for code in reversed(INTERVALS)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["plan"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(plan.code, f"{plan.name}: {plan.meant_for}") for plan in plans.plans()]
