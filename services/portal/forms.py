from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from accounts.forms import LONG_ENOUGH
from kernel.nik import parse_kk
from kernel.text import in_capitals_and_small
from services.applications.originals import Line
from services.cases import documents
from services.cases.models import Document
from services.cases.vouching import LONGEST_REPLY
from services.letters import comparing
from services.residents.models import Person
from services.results.models import Way
from services.results.queries import Promise
from ui.forms import EmailField, Form, NikField, PhoneField, WrittenDateField, by_rule


class RegisterForm(Form):
    """A resident opens an account: three facts from the family card, then a password."""

    nik = NikField(
        help_text=gettext_lazy("16 angka di KTP atau Kartu Keluarga."),
    )
    kk_number = forms.CharField(
        label=gettext_lazy("Nomor Kartu Keluarga"),
        max_length=24,
        help_text=gettext_lazy("16 angka di bagian atas Kartu Keluarga."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    birth_date = WrittenDateField(label=gettext_lazy("Tanggal lahir"))
    email = EmailField(
        required=False,
        help_text=gettext_lazy(
            "Untuk kabar permohonan, dan bila kata sandi terlupa. Kami kirim satu tautan untuk "
            "memastikan alamatnya."
        ),
    )
    phone = PhoneField(required=False)
    password = forms.CharField(
        label=gettext_lazy("Kata sandi baru"),
        max_length=200,
        strip=False,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_kk_number(self) -> str:
        return by_rule(lambda: parse_kk(self.cleaned_data["kk_number"]))


class PasswordByCodeForm(Form):
    """NIK and the code from the counter, and the password chosen with them."""

    nik = NikField(
        help_text=gettext_lazy("16 angka di KTP atau Kartu Keluarga."),
    )
    code = forms.CharField(
        label=gettext_lazy("Kode dari petugas"),
        max_length=40,
        help_text=gettext_lazy("Delapan huruf dan angka. Huruf besar atau kecil sama saja."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("Kata sandi baru"),
        max_length=200,
        strip=False,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class CodeForm(Form):
    code = forms.CharField(
        label=gettext_lazy("Kode pada surat"),
        max_length=60,
        help_text=gettext_lazy("Tercetak di bawah kode QR. Huruf besar atau kecil sama saja."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )


class SameFileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("Berkas PDF surat"),
        widget=forms.FileInput(attrs={"accept": "application/pdf", "data-limit": comparing.MOST}),
    )

    def clean_file(self) -> bytes:
        """Its bytes: it is kept nowhere."""
        file = self.cleaned_data["file"]
        if file.size > comparing.MOST:
            raise forms.ValidationError(gettext("Berkasnya lebih dari 8 MB: bukan surat kami."))
        found: bytes = file.read(comparing.MOST)
        return found


class NumberForm(Form):
    """What stands on a letter without a QR code."""

    number = forms.CharField(
        label=gettext_lazy("Nomor surat"), max_length=100,
        help_text=gettext_lazy("Salin seluruhnya, misalnya 400.9.14.1/0012/Kel-ABC/XI/2026."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )  # fmt: skip
    day = WrittenDateField(label=gettext_lazy("Tanggal surat"))


class WatchForm(Form):
    """Where somebody who checked a letter is told when it is taken back."""

    email = EmailField(label=gettext_lazy("Alamat e-mail Anda"))


class KeepForm(Form):
    """Consent to keep what is handed in for later requests. Never ticked beforehand."""

    keep = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, names: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.fields["keep"].label = gettext("Simpan %(names)s untuk permohonan saya berikutnya") % {
            "names": ", ".join(names)
        }
        self.fields["keep"].help_text = gettext("Bisa dihapus kapan saja di “Data saya”.")


class LetterElsewhereForm(Form):
    """The address under the QR code of a letter of another city."""

    address = forms.CharField(
        label=gettext_lazy("Alamat di bawah kode QR"),
        max_length=200,
        help_text=gettext_lazy("Misalnya: kota-anda.balai.id/v/7KQ4-…. Salin seluruhnya."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )


class ReplyForm(Form):
    """The answer to a question of whoever vouches."""

    reply = forms.CharField(
        label=gettext_lazy("Jawaban Anda"),
        required=False,
        max_length=LONGEST_REPLY,
        help_text=gettext_lazy("Boleh kosong bila Anda menjawab dengan memperbaiki isian."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OriginalsForm(Form):
    """At a counter: each requirement, how it is met, and whether the original was seen."""

    original = forms.MultipleChoiceField(
        label=gettext_lazy("Syarat"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Centang yang aslinya Anda lihat di loket."),
    )  # fmt: skip

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["original"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(line.key, f"{line.label} ({_met(line)})") for line in lines]
        field.initial = [line.key for line in lines if line.seen]


def _met(line: Line) -> str:
    if line.document is None:
        return gettext("belum ada, dan tidak wajib")
    return str(Document.Origin(line.document.origin).label)


class WhomForm(Form):
    """For whom of the family an appointment is."""

    person = forms.TypedChoiceField(
        label=gettext_lazy("Untuk siapa?"), coerce=int, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(one.pk, in_capitals_and_small(one.name)) for one in people]
        field.initial = people[0].pk


class ProofForm(Form):
    """A transfer to the bank, shown by its payer."""

    paid_on = WrittenDateField(label=gettext_lazy("Tanggal transfer"))
    file = forms.FileField(
        label=gettext_lazy("Foto atau PDF bukti transfer"),
        widget=forms.FileInput(
            attrs={"accept": "image/*,application/pdf", "data-limit": documents.MAX_BYTES}
        ),
    )


class ResultWayForm(Form):
    """How a result is to reach whoever asked for it."""

    way = forms.ChoiceField(
        label=gettext_lazy("Bagaimana Anda ingin menerimanya?"), widget=forms.RadioSelect
    )
    address = forms.CharField(
        label=gettext_lazy("Alamat pengantaran"), required=False, max_length=300,
        help_text=gettext_lazy("Hanya bila diantar: jalan, nomor, RT dan RW, dan nomor telepon."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, promise: Promise, with_appointment: bool, **kwargs: Any) -> None:
        """``with_appointment``: an office takes some, so that it may be offered."""
        wish = promise.wish
        initial = {"way": promise.way, "address": wish.address if wish is not None else ""}
        super().__init__(*args, initial=initial, **kwargs)
        field = self.fields["way"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (way, Way(way).label)
            for way in promise.spec.ways
            if with_appointment or Way(way) is not Way.APPOINTMENT
        ]
        if Way.DELIVERY not in promise.spec.ways:
            del self.fields["address"]
