from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext, gettext_lazy

from accounts.models import User
from messaging import choices
from ui.forms import EmailField, Form, PhoneField

LONG_ENOUGH = gettext_lazy(
    "Paling sedikit 10 karakter, bukan angka saja. Kalimat pendek mudah diingat."
)


class SignInForm(Form):
    username = forms.CharField(
        label=gettext_lazy("NIK atau alamat e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Kata sandi"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, with_nik: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_nik:
            self.fields["username"].label = gettext("Alamat e-mail")
            self.fields["username"].error_messages["required"] = gettext("Isi alamat e-mail.")


class ForgottenForm(Form):
    email = EmailField(
        label=gettext_lazy("Alamat e-mail"),
        help_text=gettext_lazy("Alamat di akun Anda yang sudah Anda konfirmasi."),
    )


class _ForUser(Form):
    """A form about one person."""

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)


class NewPasswordForm(_ForUser):
    """One field, shown on request by the browser: repeating it blindly helps nobody."""

    password = forms.CharField(
        label=gettext_lazy("Kata sandi baru"),
        max_length=200,
        strip=False,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class WithCurrentPassword(_ForUser):
    """A form that asks for the account's password again."""

    current = forms.CharField(
        label=gettext_lazy("Kata sandi sekarang"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("Untuk memastikan bahwa ini Anda."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if self.user is None or not self.user.check_password(current):
            raise forms.ValidationError(gettext("Kata sandi ini tidak cocok. Coba ketik lagi."))
        return current


class ChangePasswordForm(WithCurrentPassword, NewPasswordForm):
    field_order = ["current", "password"]


class ContactForm(WithCurrentPassword):
    email = EmailField(
        required=False,
        help_text=gettext_lazy(
            "Untuk kabar permohonan dan mengatur ulang kata sandi. Alamat baru dikonfirmasi dulu."
        ),
    )
    phone = PhoneField(required=False)
    field_order = ["email", "phone", "current"]


class CodeForm(Form):
    code = forms.CharField(
        label=gettext_lazy("Kode"),
        max_length=20,
        help_text=gettext_lazy("Enam angka dari aplikasi di ponsel, atau satu kode cadangan."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )


class EnrolForm(WithCurrentPassword):
    code = forms.CharField(
        label=gettext_lazy("Kode dari ponsel"),
        max_length=10,
        help_text=gettext_lazy("Enam angka yang sekarang tampil di aplikasi."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    field_order = ["code", "current"]

    def __init__(self, *args: Any, with_password: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_password:
            del self.fields["current"]


class NoticesForm(_ForUser):
    """Of what an official is told: one box for each occasion that concerns them."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        for key, told in choices.of(user).items():
            occasion = choices.occasions[key]
            self.fields[key] = forms.BooleanField(
                label=occasion.label, help_text=occasion.help, required=False, initial=told
            )
