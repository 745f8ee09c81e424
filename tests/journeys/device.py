"""What the phone of a Ketua RT keeps."""

import time

from playwright.sync_api import Page

ROWS = """name => new Promise((done) => {
  const asked = indexedDB.open('balai-device');
  asked.onupgradeneeded = () => { asked.transaction.abort(); done(0); };
  asked.onsuccess = () => {
    const all = asked.result.transaction(name).objectStore(name).getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.length); };
  };
  asked.onerror = () => done(0);
})"""


def ready(page: Page) -> None:
    """Until the phone keeps the pages of every request that waits."""
    for _ in range(100):
        if page.evaluate(
            "async () => Boolean(navigator.serviceWorker.controller) &&"
            " (await (await fetch('/rt/ponsel/')).json()).pages.length"
        ) == page.evaluate(ROWS, "pages"):
            return
        time.sleep(0.2)
    raise AssertionError("the phone did not keep the pages")
