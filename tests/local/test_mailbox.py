"""Mails that stay here."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from pytest_django import Settings

from deploy.local.models import Mail
from tenants.backend.scope import in_public
from tenants.registry.models import City

BACKEND = "deploy.local.mailbox.MailboxBackend"


def send(subject: str, to: str = "rina@bontangkota.go.id", body: str = "Isi.") -> None:
    EmailMessage(subject, body, to=[to], connection=get_connection(BACKEND)).send()


def test_a_mail_sent_in_a_city_is_read_on_the_platforms_host(
    in_bontang: City, public_client: Client
) -> None:
    send("Surat Anda jadi", body="Lihat http://bontang.localhost:8000/permohonan/1/ di sana.")
    page = public_client.get("/kotak-surat/")
    assert b"Surat Anda jadi" in page.content
    with in_public():
        mail = Mail.objects.get()
    text = public_client.get(f"/kotak-surat/{mail.pk}/").content.decode()
    assert 'href="http://bontang.localhost:8000/permohonan/1/"' in text
    assert "rina@bontangkota.go.id" in text


def test_what_a_mail_says_is_text(public_client: Client) -> None:
    send("<b>Judul</b>", body="<script>alert(1)</script>")
    with in_public():
        mail = Mail.objects.get()
    for path in ("/kotak-surat/", f"/kotak-surat/{mail.pk}/"):
        text = public_client.get(path).content.decode()
        assert "<script>alert" not in text
        assert "<b>Judul</b>" not in text


def test_mails_are_found_by_receiver_and_subject(public_client: Client) -> None:
    send("Undangan", to="lurah@contoh.go.id")
    send("Kata sandi", to="camat@contoh.go.id")
    found = public_client.get("/kotak-surat/", {"q": "LURAH@"}).content.decode()
    assert "Undangan" in found
    assert "Kata sandi" not in found
    nothing = public_client.get("/kotak-surat/", {"q": "bupati"}).content.decode()
    assert "Tidak ada" in nothing


def test_a_mail_that_is_not_there(public_client: Client) -> None:
    assert public_client.get("/kotak-surat/999/").status_code == 404


def test_elsewhere_the_backend_refuses(settings: Settings) -> None:
    settings.EMBEDDED = False
    with pytest.raises(ImproperlyConfigured, match="EMAIL_BACKEND"):
        get_connection(BACKEND)


def test_another_machine_is_shown_no_mail(public_client: Client) -> None:
    send("Kata sandi")
    with in_public():
        mail = Mail.objects.get()
    for path in ("/kotak-surat/", f"/kotak-surat/{mail.pk}/"):
        assert public_client.get(path, REMOTE_ADDR="192.168.1.7").status_code == 404
