"""A Ketua RT without a signal: what is pressed is sent once it returns, also with the page shut."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.journeys import people
from tests.journeys.device import ROWS, ready
from tests.journeys.walker import Installation, Walker

NOTIFIES = True
pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]

EXPIRE = """() => new Promise((done) => {
  const asked = indexedDB.open('balai-device');
  asked.onsuccess = () => {
    const change = asked.result.transaction('facts', 'readwrite');
    const all = change.objectStore('facts');
    const owner = all.get('owner');
    owner.onsuccess = () => all.put({...owner.result, until: Date.now() - 1});
    change.oncomplete = () => { asked.result.close(); done(true); };
  };
})"""


def of_forms(found: str) -> str:
    """A script that gives what is found in ``rows``: what was pressed on this phone."""
    return f"""() => new Promise((done) => {{
      const asked = indexedDB.open('balai-device');
      asked.onsuccess = () => {{
        const all = asked.result.transaction('forms').objectStore('forms').getAll();
        all.onsuccess = () => {{
          const rows = all.result;
          asked.result.close();
          done({found});
        }};
      }};
    }})"""


ALL_SENT = of_forms("rows.every((row) => row.state !== 'waiting')")
# What the server said of forms that it did not take.
REFUSED = of_forms("rows.filter((row) => row.state === 'refused').map((row) => row.words)")
SEALED = """() => new Promise((done) => {
  const asked = indexedDB.open('balai-device');
  asked.onsuccess = () => {
    const all = asked.result.transaction(['pages', 'facts']);
    const pages = all.objectStore('pages').getAll();
    const key = all.objectStore('facts').get('key');
    all.oncomplete = async () => {
      const text = pages.result.map((row) => new TextDecoder().decode(row.data)).join('');
      const taken = await crypto.subtle.exportKey('raw', key.result.key).catch(() => 'refused');
      asked.result.close();
      done([text, taken]);
    };
  };
})"""


def ask(walker: Walker, city: str, which: int, purpose: str) -> str:
    """A resident of the demonstration asks for a cover letter of the RT; the request's address."""
    people.take_the_place_of(walker, city, "Warga", which)
    walker.page.goto(f"{city}layanan/pengantar-rt-rw/")
    people.begin_request(walker)
    walker.page.fill("#id_keperluan", purpose)
    walker.page.fill("#id_tujuan", "Bank")
    walker.press("Lanjut")
    if walker.page.get_by_role("button", name="Kirim permohonan").count():
        walker.press("Kirim permohonan")
    found = re.search(r"/permohonan/\d+/", walker.page.url)
    assert found is not None, walker.page.url
    return found.group()


def head_of(person: Callable[..., Walker], city: str, name: str) -> Walker:
    walker = person(name)
    walker.page.set_viewport_size({"width": 360, "height": 740})
    people.take_the_place_of(walker, city, "Ketua RT")
    walker.page.goto(f"{city}rt/")
    ready(walker.page)
    return walker


def test_answers_without_signal_are_sent_once_also_with_the_page_shut(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    city = balai.city("bontang")
    asker = person("warga")
    # Purposes that no other journey types: its card would be found in the list too.
    vouched = ask(asker, city, 0, "Beasiswa Yayasan Nelayan")
    refused = ask(asker, city, 1, "Kredit pemilikan rumah")
    rt, other = head_of(person, city, "ketua"), head_of(person, city, "ponsel-lain")
    page = rt.page
    text, taken = page.evaluate(SEALED)
    assert "Beasiswa Yayasan" not in text and "<html" not in text and taken == "refused"

    rt.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Tanpa sinyal. Halaman ini disimpan")).to_be_visible()
    rt.look("kept")
    for number, purpose in enumerate(("Beasiswa Yayasan", "Kredit pemilikan"), start=1):
        page.goto(f"{city}rt/")
        page.locator("article", has_text=purpose).locator("form button.wide").first.click()
        expect(page.locator("[data-forms] li")).to_have_count(number)
    rt.look("two-waiting")
    page.goto(f"{city}rt/")
    expect(page.get_by_text("Sudah Anda jawab; dikirim begitu ada sinyal.")).to_have_count(2)
    rt.look("answered")
    elsewhere = rt.other()  # a page of the same site that sends nothing itself
    page.close()

    # Meanwhile the second request is answered otherwise on another phone.
    other.page.locator("article", has_text="Kredit pemilikan").get_by_role(
        "link", name="Lihat isiannya"
    ).click()
    other.press("Ada yang tidak cocok")
    other.page.get_by_label("Sudah tidak tinggal di sini.").check()
    other.page.locator("main form .stop").last.click()
    other.page.wait_for_load_state("load")

    rt.context.set_offline(False)
    elsewhere.goto(f"{city}v/")
    for _ in range(18):  # a browser tries again after a while where a form is still waiting
        wake(rt, elsewhere, city, "dispatchSyncEvent", tag="balai-forms", lastChance=False)
        try:
            elsewhere.wait_for_function(ALL_SENT, timeout=10_000)
            break
        except PlaywrightTimeout:
            continue
    for which, address, said in (
        (0, vouched, "Surat sudah jadi"),
        (1, refused, "Sudah tidak tinggal di sini"),
    ):
        people.take_the_place_of(asker, city, "Warga", which)
        for _ in range(30):
            asker.page.goto(city.rstrip("/") + address)
            if asker.sees(said):
                break
            asker.page.wait_for_timeout(500)
        asker.expect(said)

    elsewhere.goto(f"{city}rt/kiriman/")
    expect(elsewhere.locator("[data-forms] .tag.ok")).to_have_count(1)
    expect(elsewhere.locator("[data-forms] .tag.stop")).to_have_count(1)
    rt.page = elsewhere
    rt.expect("sudah diputuskan")
    rt.look("sent-and-refused")
    elsewhere.get_by_role("button", name="Hapus").click()
    expect(elsewhere.locator("[data-forms] li")).to_have_count(1)

    # Signing out leaves nothing on the phone.
    elsewhere.locator("details.who summary").click()
    elsewhere.get_by_role("button", name="Keluar").click()
    elsewhere.wait_for_load_state("load")
    for name in ("pages", "forms", "facts"):
        assert elsewhere.evaluate(ROWS, name) == 0, name


def wake(walker: Walker, page: Page, city: str, what: str, **event: object) -> None:
    """What the browser does when the signal returns or a push arrives: it wakes the service
    worker."""
    cdp = walker.context.new_cdp_session(page)
    found: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(row["registrationId"] for row in told["registrations"]),
    )
    cdp.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    whose = {"origin": city.rstrip("/"), "registrationId": found[0]}
    cdp.send(f"ServiceWorker.{what}", {**whose, **event})


def test_guest_is_reported_without_signal_from_the_list_a_phone_keeps(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    city = balai.city("blitarkab")
    rt = head_of(person, city, "ketua")
    page = rt.page
    page.goto(f"{city}rt/buku/")  # opened with a signal, and not among the pages a phone keeps
    rt.context.set_offline(True)
    page.goto(f"{city}rt/buku/")
    rt.expect("Tidak ada sambungan")
    page.goto(f"{city}rt/buku/semua/")
    rt.expect("Daftar warga", "Tanpa sinyal")
    rt.look("everybody")
    page.goto(f"{city}rt/lapor/")
    rt.press("Laporan Tamu")
    rt.press("Pilih dari daftar warga")
    page.locator("#id_person").select_option(index=1)
    page.fill("#id_nama", "Jumadi Tamu")
    page.get_by_label("Laki-laki").check()
    page.fill("#id_asal", "Samarinda")
    page.fill("#id_malam", "2")
    page.fill("#id_untuk", "menjenguk keluarga")
    page.fill("#id_alamat", "Jalan Cumi-cumi 12")
    rt.look("guest")
    rt.press("Kirim laporan")
    expect(page.locator("[data-forms] .tag.warn")).to_have_count(1, timeout=15_000)
    rt.context.set_offline(False)
    page.goto(f"{city}rt/kiriman/")
    expect(page.locator("[data-forms] .tag.ok")).to_have_count(1)
    page.goto(f"{city}rt/lapor/")
    rt.expect("Laporan Tamu", "sedang diperiksa")
    page.goto(f"{city}rt/tamu/")
    assert page.locator("main li").filter(has_text="Jumadi Tamu").count() == 1
    rt.look("guest-book")


def test_push_shows_that_somebody_waits_with_the_page_shut(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    city = balai.city("blitarkab")
    rt = head_of(person, city, "ketua")
    rt.context.grant_permissions(["notifications"], origin=city.rstrip("/"))
    expect(rt.page.get_by_role("button", name="Kabari saya di ponsel ini")).to_be_visible()
    rt.look("offer")
    rt.page.goto(f"{city}v/")
    told = {"title": "Ada warga yang menunggu Anda", "tag": "push:1", "link": f"{city}rt/"}
    wake(rt, rt.page, city, "deliverPushMessage", data=json.dumps(told))
    rt.page.wait_for_function(
        "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
        ".some((one) => one.title === 'Ada warga yang menunggu Anda' && one.data.endsWith('/rt/'))"
    )


def test_nothing_is_kept_after_the_term_or_for_somebody_without_a_post(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    city = balai.city("blitarkab")
    rt = head_of(person, city, "ketua")
    rt.page.evaluate(EXPIRE)
    rt.context.set_offline(True)
    rt.page.goto(f"{city}rt/")
    rt.expect("Tidak ada sambungan")
    rt.look("after-the-term")
    assert rt.page.evaluate(ROWS, "pages") == 0
    rt.context.set_offline(False)
    rt.page.goto(f"{city}rt/")
    ready(rt.page)
    people.take_the_place_of(rt, city, "Warga")  # the same phone, an account without a post
    rt.page.goto(f"{city}rt/")
    rt.expect("bukan untuk akun Anda")
    assert rt.page.evaluate(ROWS, "pages") == 0
    assert rt.page.evaluate(ROWS, "facts") == 0
