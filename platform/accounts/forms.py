from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.models import User
from ui.forms import Form

LONG_ENOUGH = "Paling sedikit 10 karakter, bukan angka saja. Kalimat pendek mudah diingat."


class SignInForm(Form):
    username = forms.CharField(
        label="NIK atau alamat e-mail",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="Kata sandi",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, with_nik: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_nik:
            self.fields["username"].label = "Alamat e-mail"
            self.fields["username"].error_messages["required"] = "Isi alamat e-mail."


class ForgottenForm(Form):
    email = forms.EmailField(
        label="Alamat e-mail",
        help_text="Alamat yang terdaftar di akun Anda.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Tulis alamat e-mail yang lengkap, misalnya sari@contoh.id."},
    )


class _ForUser(Form):
    """A form about one person."""

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)


class NewPasswordForm(_ForUser):
    """One field, shown on request by the browser: repeating it blindly helps nobody."""

    password = forms.CharField(
        label="Kata sandi baru",
        max_length=200,
        strip=False,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class _WithCurrentPassword(_ForUser):
    current = forms.CharField(
        label="Kata sandi sekarang",
        max_length=200,
        strip=False,
        help_text="Untuk memastikan bahwa ini Anda.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if self.user is None or not self.user.check_password(current):
            raise forms.ValidationError("Kata sandi ini tidak cocok. Coba ketik lagi.")
        return current


class ChangePasswordForm(_WithCurrentPassword, NewPasswordForm):
    field_order = ["current", "password"]


class ContactForm(_WithCurrentPassword):
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="Untuk kabar permohonan dan mengatur ulang kata sandi.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Tulis alamat e-mail yang lengkap, misalnya sari@contoh.id."},
    )
    phone = forms.RegexField(
        r"^\+?[0-9 -]{8,18}$",
        label="Nomor ponsel",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"invalid": "Tulis nomor ponsel dengan angka, misalnya 0812 3456 7890."},
    )
    field_order = ["email", "phone", "current"]
