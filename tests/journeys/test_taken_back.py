"""A bank checks a letter by its file and its number; its kelurahan replaces it and revokes it."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload

from tests.journeys import people
from tests.journeys.inside import manage
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]

# A letter of the demonstration, and whoever may take it back.
ISSUED = f"""
import json
from django.contrib.auth.hashers import make_password
from tenants.backend.scope import in_city
from tenants.registry.models import City
with in_city(City.objects.get(code="64.74")):
    from accounts.models import User
    from services.letters.models import Letter
    letter = (
        Letter.objects.filter(
            state="ready", replaces=None, issued_from__application__state="done",
            issued_from__application__version__service__slug="sktm",
        ).order_by("-pk").first()
    )
    case = letter.issued_from.application
    lurah = case.steps.filter(state="approved", decided_by__isnull=False).last().decided_by
    User.objects.filter(pk=lurah.pk).update(password=make_password("{people.PASSWORD}"))
    print(json.dumps({{
        "lurah": lurah.login, "case": case.pk, "letter": letter.pk, "code": letter.code,
        "number": letter.number, "day": letter.issued_on.strftime("%d-%m-%Y"),
    }}))
"""


def test_a_letter_is_checked_replaced_and_revoked(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    city = balai.city("bontang")
    issued = json.loads(manage(balai, ISSUED))
    bank, lurah = person("bank"), person("lurah")
    people.sign_in(lurah, city, issued["lurah"])
    pdf = people.fetched(lurah.page, f"{city}surat/{issued['letter']}/")
    assert pdf.startswith(b"%PDF")

    # By its file: the same, and one that was changed by a byte.
    bank.go(f"{city}v/", "ways")
    _upload(bank, pdf)
    bank.look("same")
    bank.expect("sama persis dengan surat yang kami terbitkan", issued["number"])
    bank.page.goto(f"{city}v/")
    _upload(bank, bytes([*pdf[:2000], pdf[2000] ^ 1, *pdf[2001:]]))
    bank.look("altered")
    bank.expect("berbeda dengan surat yang kami terbitkan")

    # By its number and day, for who has no QR code.
    bank.page.goto(f"{city}v/")
    bank.page.fill("#id_number", issued["number"].lower())
    bank.page.fill("#id_day", issued["day"])
    bank.press("Cari nomor")
    bank.look("by-number")
    bank.expect(issued["number"], "Ini surat contoh")

    # What it was wanted for was written wrongly: another letter takes its place.
    lurah.page.goto(f"{city}meja/berkas/{issued['case']}/")
    lurah.press("Ganti dengan surat yang benar")
    lurah.page.locator("#id_keperluan").fill("Keringanan biaya rumah sakit")
    lurah.page.locator("#id_reason").fill("Keperluannya tertulis salah.")
    lurah.press("Lihat yang berubah")
    lurah.look("changes")
    lurah.expect("Keringanan biaya rumah sakit")
    lurah.press("Ganti surat ini")
    for _ in range(60):  # the wrong one counts until the right one is made
        lurah.page.goto(f"{city}meja/berkas/{issued['case']}/")
        if lurah.sees("Surat dicabut"):
            break
        lurah.page.wait_for_timeout(500)
    lurah.look("replaced")
    lurah.expect("Surat dicabut", "Keperluannya tertulis salah")

    bank.page.goto(f"{city}v/{issued['code']}")
    bank.look("replaced")
    bank.expect("sudah diganti dengan surat yang benar")
    bank.press("Lihat surat yang benar")
    bank.look("right")
    bank.expect("Menggantikan", issued["number"])
    right = re.search(r"/v/([0-9A-Z]+)", bank.page.url)
    assert right is not None and right[1] != issued["code"]

    # And that one is revoked, with nothing in its place.
    lurah.page.goto(f"{city}meja/berkas/{issued['case']}/")
    lurah.page.locator("summary", has_text="Cabut surat ini").last.click()
    lurah.page.get_by_label("Apa yang salah pada surat ini?").last.fill("Pemohon sudah pindah.")
    lurah.press("Cabut surat", exact=True)
    lurah.look("revoked")
    bank.page.goto(f"{city}v/{right[1]}")
    bank.look("revoked")
    bank.expect("sudah dicabut", "Jangan terima surat ini")


def _upload(bank: Walker, pdf: bytes) -> None:
    file: FilePayload = {"name": "surat.pdf", "mimeType": "application/pdf", "buffer": pdf}
    bank.page.set_input_files("#id_file", file)
    bank.press("Cocokkan")
