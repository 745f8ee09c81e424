"""A Lurah signs fifty letters on a phone, with a wrong passphrase three times; the gateway is away,
and what became of a letter that nobody knows is settled."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tenants.registry import regions
from tests.journeys import people
from tests.journeys.inside import manage
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker
from tests.signing.standin import PASSWORD, USER, Standin, running

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]
VILLAGE = regions.villages("64.74")[6].code  # where no other journey is walked
PASSPHRASE = "empat kuda hijau berlari"
NIK = "6474014107800001"
HERE = f"""
import io, json
from datetime import date
from tenants.backend.scope import in_city
from tenants.registry.models import City
from accounts.models import User
from kernel.clock import now
from services.signing import accounts
from services.signing.models import Account, Signature
from tenants.office.models import Holding
village = "{VILLAGE}"
"""
# Letters that wait for the Lurah.
APPROVED = f"""{HERE}
from PIL import Image
from django.contrib.auth.hashers import make_password
from services.applications import actions
from services.cases import decisions
from services.cases.models import Step
from services.catalogue.queries import service
from services.residents.models import Person
out = io.BytesIO()
Image.new("RGB", (60, 80), "white").save(out, "JPEG")
with in_city(City.objects.get(code="64.74")):
    lurah = Holding.objects.get(post__unit__code=village, post__role="lurah").user
    User.objects.filter(pk=lurah.pk).update(password=make_password("{people.PASSWORD}"))
    accounts.keep(provider="local", is_on=True, base="", allow_http=False,
                  typed={{"level": "B-B"}}, by=lurah, at=now())
    heads = [h.user for h in Holding.objects.filter(
        post__unit__code__startswith=f"{{village}}/", post__role="ketua_rt").select_related("user")]
    grown = Person.objects.filter(place__startswith=village, birth_date__lt=date(2000, 1, 1))
    done = 0
    for person in grown.select_related("household__rt").order_by("pk"):
        if done == COUNT:
            break
        begun = actions.begin(service=service("sktm"), applicant=person, by=heads[0])
        typed = {{"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}}
        files = {{spec.key: out.getvalue() for spec in begun.blueprint.documents}}
        actions.save_answers(
            application_id=begun.pk, typed=typed, files=files, names={{}}, by=heads[0])
        actions.submit(application_id=begun.pk, by=heads[0], at=now())
        while step := Step.objects.filter(case=begun.pk, state="open", kind="desk").first():
            holder = Holding.objects.filter(post__unit=step.unit_id, post__role=step.role).first()
            if holder is None or holder.user.name == person.name:
                break
            decisions.approve(step_id=step.pk, by=holder.user, at=now())
        else:
            done += 1
    assert done == COUNT, done
    print(json.dumps({{"lurah": lurah.login, "name": lurah.name}}))
"""
AT_GATEWAY = f"""{HERE}
from services.residents import officials
with in_city(City.objects.get(code="64.74")):
    lurah = Holding.objects.get(post__unit__code=village, post__role="lurah").user
    Account.objects.update(is_on=False)
    row = Account.objects.filter(provider="bsre_v1").first() or Account(provider="bsre_v1")
    row.is_on, row.base, row.allow_http, row.options = True, "BASE", True, {{}}
    row.changed_by, row.changed_at = lurah, now()
    row.seal_keys({{"user": "{USER}", "password": "{PASSWORD}"}})
    row.save()
    officials.identify(user=lurah, nik="{NIK}", by=None)
    # As if they had been approved after the city changed: what was promised is not changed.
    waiting = Signature.objects.filter(unit__code=village, state__in=Signature.WAITING)
    waiting.update(provider="bsre_v1")
"""
# The Camat signs these letters too; both have a certificate of the city.
BOTH_SIGN = f"""{HERE}
from django.contrib.auth.hashers import make_password
from services.catalogue.blueprint import Blueprint
from services.catalogue.actions import publish
from services.catalogue.queries import service
from services.signing import certificates
step = {{"kind": "signature", "key": "camat_tanda", "title": "Camat ikut menandatangani",
        "level": "kecamatan", "role": "camat", "clock": {{"amount": 1, "unit": "hari_kerja"}}}}
with in_city(City.objects.get(code="64.74")):
    lurah = Holding.objects.get(post__unit__code=village, post__role="lurah").user
    camat = Holding.objects.get(
        post__unit__code=village.rpartition(".")[0], post__role="camat").user
    accounts.keep(provider="local", is_on=True, base="", allow_http=False,
                  typed={{"level": "B-B"}}, by=lurah, at=now())
    # What still waits for a gateway is confirmed apart.
    Signature.objects.filter(unit__code=village, state__in=Signature.WAITING).update(
        provider="local")
    for one in (lurah, camat):
        User.objects.filter(pk=one.pk).update(password=make_password("{people.PASSWORD}"))
        if certificates.own(one) is None:
            certificates.enrol(user=one, passphrase="{PASSPHRASE}", again="{PASSPHRASE}", at=now())
    definition = service("sktm").current.definition
    steps = [one for one in definition["steps"] if one["key"] != "camat_tanda"]
    publish(Blueprint.model_validate({{**definition, "steps": [*steps, step]}}), actor=None)
    print(json.dumps({{"lurah": lurah.login, "camat": camat.login, "name": camat.name}}))
"""
# What an admin looks at; the gateway puts a picture on the page.
AT_ADMIN = f"""{HERE}
from django.contrib.auth.hashers import make_password
from services.signing import certificates
with in_city(City.objects.get(code="64.74")):
    look = {{"look": "visible", "box": "1,100,500,180,60"}}
    Account.objects.filter(is_on=True).update(options=look)
    lurah = Holding.objects.get(post__unit__code=village, post__role="lurah").user
    waiting = Signature.objects.filter(unit__code=village, state__in=Signature.WAITING).first()
    own = certificates.own(lurah) or certificates.enrol(
        user=lurah, passphrase="{PASSPHRASE}", again="{PASSPHRASE}", at=now())
    admin = Holding.objects.filter(post__role="admin").first().user
    User.objects.filter(pk=admin.pk).update(password=make_password("{people.PASSWORD}"))
    print(json.dumps({{"signature": waiting.pk, "number": waiting.letter.number,
                       "certificate": own.pk, "name": lurah.name, "admin": admin.login}}))
"""
NEWEST = f"""{HERE}
with in_city(City.objects.get(code="64.74")):
    letter = Signature.objects.filter(unit__code=village).latest("pk").letter
    print(json.dumps({{"code": letter.code, "number": letter.number}}))
"""
LURAH_ALONE = f"""{HERE}
from services.catalogue.blueprint import Blueprint
from services.catalogue.actions import publish
from services.catalogue.queries import service
with in_city(City.objects.get(code="64.74")):
    definition = service("sktm").current.definition
    steps = [one for one in definition["steps"] if one["key"] != "camat_tanda"]
    publish(Blueprint.model_validate({{**definition, "steps": steps}}), actor=None)
"""
OFF = f"""{HERE}
with in_city(City.objects.get(code="64.74")):
    Account.objects.update(is_on=False)
"""
WAITING = f"""{HERE}
with in_city(City.objects.get(code="64.74")):
    print(Signature.objects.filter(unit__code=village, state__in=Signature.WAITING).count())
"""


@pytest.fixture(scope="module")
def lurah_of(balai: Installation) -> Iterator[dict[str, str]]:
    try:
        found: dict[str, str] = json.loads(manage(balai, APPROVED.replace("COUNT", "52")))
        yield found
    finally:
        manage(balai, OFF)  # other journeys get their letters at once


@pytest.fixture(scope="module")
def gateway() -> Iterator[Standin]:
    with running() as found:
        yield found


@pytest.fixture
def lurah(
    balai: Installation, browser: Browser, lurah_of: dict[str, str], size: str
) -> Iterator[Walker]:
    walker = Walker(browser, "phone", "tanda-tangan")
    people.sign_in(walker, balai.city("bontang"), lurah_of["lurah"])
    yield walker
    walker.context.close()
    assert not walker.problems


def test_fifty_letters_on_a_phone(
    balai: Installation, lurah: Walker, lurah_of: dict[str, str], gateway: Standin
) -> None:
    page = lurah.page
    page.goto(balai.city("bontang", "/meja/"))
    lurah.look("daftar")
    lurah.expect("menunggu tanda tangan elektronik Anda")
    page.get_by_role("link", name="Tandatangani sekarang").click()
    page.get_by_role("link", name="Sertifikat saya").click()
    page.get_by_label("Kata sandi sekarang").fill(people.PASSWORD)
    page.get_by_label("Frasa sandi baru").fill(PASSPHRASE)
    page.get_by_label("Ketik sekali lagi").fill(PASSPHRASE)
    lurah.press("Buat sertifikat")
    lurah.look("sertifikat")
    lurah.expect("tidak tersertifikasi")

    for _ in range(3):
        page.goto(balai.city("bontang", "/meja/tanda-tangan/"))
        page.locator("input[name=step]").first.check()
        page.get_by_label("Frasa sandi sertifikat").fill("bukan yang ini, bukan")
        lurah.press("Tandatangani yang dicentang")
        page.wait_for_selector("text=1 belum", timeout=60_000)
        lurah.expect("Frasa sandi salah")
    lurah.look("salah-tiga-kali")
    lurah.expect("3 kali berturut-turut")

    page.goto(balai.city("bontang", "/meja/tanda-tangan/"))
    boxes = page.locator("input[name=step]")
    assert boxes.count() >= 50
    for number in range(50):
        boxes.nth(number).check()
    expect(page.get_by_text("50 dicentang")).to_be_visible()
    lurah.look("lima-puluh")
    page.get_by_label("Frasa sandi sertifikat").fill(PASSPHRASE)
    lurah.press("Tandatangani yang dicentang")
    page.wait_for_selector("text=50 surat ditandatangani", timeout=120_000)
    lurah.look("hasil")

    # The gateway is away, then back, and gives one answer that says nothing.
    waiting = int(manage(balai, WAITING))
    manage(balai, AT_GATEWAY.replace("BASE", "http://127.0.0.1:9"))
    _sign_first(balai, lurah)
    page.wait_for_selector("text=tidak bisa dihubungi", timeout=60_000)
    lurah.look("gateway-tidak-ada")
    assert int(manage(balai, WAITING)) == waiting
    manage(balai, AT_GATEWAY.replace("BASE", gateway.base))
    gateway.tell("user", nik=NIK, name=lurah_of["name"], passphrase=PASSPHRASE)
    gateway.tell("fault", part="sign/pdf", kind="empty")
    _sign_first(balai, lurah)
    page.get_by_role("link", name="Periksa hasilnya").click(timeout=60_000)
    lurah.look("belum-diketahui")
    lurah.press("Periksa", exact=True)
    # A worker asks the gateway; the certificate that comes with the file is new to the city.
    page.get_by_role("button", name="Ini sertifikat saya").wait_for(timeout=60_000)
    lurah.look("sertifikat-belum-dikenal")
    lurah.press("Ini sertifikat saya")
    lurah.expect("surat ini sudah ditandatangani")
    assert list(gateway.ledger().values()) == [1]
    assert int(manage(balai, WAITING)) == waiting - 1


def test_the_camat_signs_after_the_lurah(
    balai: Installation, lurah_of: dict[str, str], browser: Browser, size: str
) -> None:
    who = json.loads(manage(balai, BOTH_SIGN))
    try:
        manage(balai, APPROVED.replace("COUNT", "1"))
        letter = json.loads(manage(balai, NEWEST))
        for name in ("lurah", "camat"):
            walker = Walker(browser, "phone", f"tanda-tangan-{name}")
            people.sign_in(walker, balai.city("bontang"), who[name])
            page = walker.page
            page.goto(balai.city("bontang", "/meja/tanda-tangan/"))
            page.locator("main li, main tr").filter(has_text=letter["number"]).locator(
                "input[name=step]"
            ).check()
            page.locator("input[name=passphrase]").fill(PASSPHRASE)
            walker.press("Tandatangani yang dicentang")
            page.wait_for_selector("text=1 surat ditandatangani", timeout=60_000)
            walker.look("hasil")
            page.goto(balai.city("bontang", f"/v/{letter['code']}"))
            walker.look("cek")
            walker.expect("Surat ini belum selesai" if name == "lurah" else who["name"])
            assert not walker.problems
            walker.context.close()
    finally:
        manage(balai, LURAH_ALONE)


def test_a_sheet_is_tried_and_an_admin_gives_a_letter_and_a_certificate_up(
    balai: Installation, lurah: Walker, lurah_of: dict[str, str], gateway: Standin,
    person: Callable[..., Walker],
) -> None:  # fmt: skip
    manage(balai, AT_GATEWAY.replace("BASE", gateway.base))
    gateway.tell("user", nik=NIK, name=lurah_of["name"], passphrase=PASSPHRASE)
    known = json.loads(manage(balai, AT_ADMIN))
    lurah.page.goto(balai.city("bontang", "/meja/tanda-tangan/sertifikat/"))
    lurah.page.locator("#id_try_passphrase").fill(PASSPHRASE)
    lurah.press("Kirim lembar uji")
    lurah.page.get_by_text("menghitung y dari atas halaman").wait_for(timeout=60_000)
    lurah.look("lembar-uji")
    lurah.expect(known["name"], "tanpa stempel waktu")

    admin = person("admin")
    people.sign_in(admin, balai.city("bontang"), known["admin"])
    admin.go(balai.city("bontang", "/kelola/tanda-tangan/"), "cara")
    admin.go(balai.city("bontang", f"/kelola/tanda-tangan/surat/{known['signature']}/"), "surat")
    admin.expect(known["number"])
    admin.page.locator("#id_reason").fill("Surat ini tidak diperlukan lagi.")
    admin.press("Batalkan surat")
    admin.look("dibatalkan")
    admin.expect(f"Surat {known['number']} dibatalkan")
    admin.go(
        balai.city("bontang", f"/kelola/tanda-tangan/sertifikat/{known['certificate']}/"), "cabut"
    )
    admin.page.locator("#id_reason").fill("Ponselnya hilang.")
    admin.page.locator("#id_current").fill(people.PASSWORD)
    admin.press("Cabut sertifikat")
    admin.look("dicabut")


def _sign_first(balai: Installation, lurah: Walker) -> None:
    page = lurah.page
    page.goto(balai.city("bontang", "/meja/tanda-tangan/"))
    page.locator("input[name=step]").first.check()
    page.locator("input[name=passphrase]").fill(PASSPHRASE)
    lurah.press("Tandatangani yang dicentang")
