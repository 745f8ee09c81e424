"""An official works through a full list by hand and by keyboard, and approves fifty at once, of
which two meanwhile went another way."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tenants.registry import regions
from tests.journeys import people
from tests.journeys.inside import manage
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]
VILLAGE = regions.villages("64.74")[5].code  # where no other journey is walked
HERE = f"""
from tenants.backend.scope import in_city
from tenants.registry.models import City
village = "{VILLAGE}"
"""
# Fifty cases at the counter, and a second official there.
FIFTY = f"""{HERE}
import io, json
from datetime import date
from PIL import Image
from django.contrib.auth.hashers import make_password
from accounts.models import User
from kernel.clock import now
from services.applications import actions
from services.cases import decisions
from services.cases.models import Step
from services.catalogue.queries import service
from services.residents.models import Person
from tenants.office.actions import appoint
from tenants.office.models import Holding, Post
password = make_password("{people.PASSWORD}")
out = io.BytesIO()
Image.new("RGB", (60, 80), "white").save(out, "JPEG")
with in_city(City.objects.get(code="64.74")):
    held = Holding.objects.get(post__unit__code=village, post__role="loket")
    User.objects.filter(pk=held.user_id).update(password=password)
    other = User.objects.create(login="rekan@contoh.go.id", name="Rekan Loket", password=password)
    appoint(post=held.post, user=other, since=date(2025, 1, 1), by=None)
    heads = [h.user for h in Holding.objects.filter(
        post__unit__code__startswith=f"{{village}}/", post__role="ketua_rt").select_related("user")]
    grown = Person.objects.filter(place__startswith=village, birth_date__lt=date(2000, 1, 1))
    sent = 0
    for person in grown.select_related("household__rt").order_by("pk"):
        if sent == 50:
            break
        by = heads[0]
        begun = actions.begin(service=service("sktm"), applicant=person, by=by)
        typed = {{"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}}
        files = {{spec.key: out.getvalue() for spec in begun.blueprint.documents}}
        actions.save_answers(
            application_id=begun.pk, typed=typed, files=files, names={{}}, by=by)
        actions.submit(application_id=begun.pk, by=by, at=now())
        step = Step.objects.filter(case=begun.pk, state="open").get()
        if step.role != "loket":
            holder = Holding.objects.get(post__unit=step.unit_id, post__role=step.role)
            if holder.user.name == person.name:
                continue
            decisions.approve(step_id=step.pk, by=holder.user, at=now())
        sent += 1
    assert sent == 50, sent
    print(json.dumps({{"loket": held.user.login, "rekan": other.login}}))
"""
# Two of them go another way while the official looks at the page that asks whether to go on.
MEANWHILE = f"""{HERE}
from accounts.models import User
from kernel.clock import now
from services.cases import decisions, taking
from services.cases.models import Step
with in_city(City.objects.get(code="64.74")):
    other = User.objects.get(login="rekan@contoh.go.id")
    waiting = Step.objects.filter(unit__code=village, role="loket", state="open")
    first, second = waiting.order_by("due_at", "pk")[:2]
    taking.take(step_id=first.pk, by=other, at=now())
    decisions.approve(step_id=second.pk, by=other, at=now())
"""


@pytest.fixture(scope="module")
def logins(balai: Installation) -> dict[str, str]:
    found: dict[str, str] = json.loads(manage(balai, FIFTY))
    return found


@pytest.fixture
def counter(
    balai: Installation, browser: Browser, logins: dict[str, str], size: str
) -> Iterator[Walker]:
    walker = Walker(browser, "desktop", "borongan")
    people.sign_in(walker, balai.city("bontang"), logins["loket"])
    yield walker
    walker.context.close()
    assert not walker.problems


def test_fifty_at_once_with_two_failures(balai: Installation, counter: Walker) -> None:
    page = counter.page
    page.goto(balai.city("bontang", "/meja/"))
    counter.look("daftar-penuh")
    counter.expect("50 berkas")

    # By keyboard: nothing was clicked before.
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tbody tr").nth(1).locator("input[type=checkbox]")).to_be_checked()
    expect(page.get_by_text("1 dicentang")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Cari berkas")).to_be_focused()
    page.keyboard.type("jx?")
    expect(page.get_by_role("searchbox", name="Cari berkas")).to_have_value("jx?")
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.get_by_text("Pindah baris")).to_be_visible()

    page.goto(balai.city("bontang", "/meja/"))
    page.get_by_role("button", name="Centang semua").click()
    expect(page.get_by_text("50 dicentang")).to_be_visible()
    counter.press("Setujui…")
    counter.look("yakin")
    counter.expect("50 berkas akan diproses")
    manage(balai, MEANWHILE)
    counter.press("Setujui 50 berkas")
    page.wait_for_selector("text=48 berkas selesai", timeout=60_000)
    counter.look("hasil")
    expect(page.get_by_text("sedang ditangani Rekan Loket")).to_be_visible()
    expect(page.get_by_text("sudah diputuskan oleh Rekan Loket")).to_be_visible()
    failed = page.locator("li", has_text="sedang ditangani Rekan Loket").get_by_role("link")
    failed.click()
    counter.look("di-tangan-rekan")
    counter.expect("Ambil alih")
    assert page.locator("[name=decision]").count() == 0

    page.goto(balai.city("bontang", "/meja/"))
    counter.expect("1 berkas")
