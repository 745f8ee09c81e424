"""Delivers events: signed, again with growing pauses until the other side says 2xx."""

import json
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from stripe import WebhookSignature

from deploy.stripe_standin import rules
from deploy.stripe_standin.world import World

SENDERS = 4  # so that order is promised to nobody
PATIENCE = 15.0  # seconds for an answer
MOST_TRIES = 24  # about half a day


class Postman:
    def __init__(self, world: World) -> None:
        self.world = world
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._busy: set[int] = set()
        self._guard = threading.Lock()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def resend(self, event: str) -> None:
        """Once more to every endpoint it was meant for, delivered or not."""
        self.world.store.rows(
            "UPDATE deliveries SET next_at = ?, attempts = 0 WHERE event = ?", time.time(), event
        )

    def _run(self) -> None:
        while not self._stopping.wait(0.05):
            due = self.world.store.rows(
                "SELECT id, event, endpoint, attempts FROM deliveries"
                " WHERE next_at <= ? ORDER BY next_at LIMIT 50",
                time.time(),
            )
            for number, event, endpoint, attempts in due:
                with self._guard:
                    if number in self._busy:
                        continue
                    self._busy.add(number)
                self._pool.submit(self._deliver, number, event, endpoint, attempts)

    def _deliver(self, number: int, event: str, endpoint: str, attempts: int) -> None:
        try:
            store = self.world.store
            with store.transaction():
                target = store.get("webhook_endpoint", endpoint)
                found = store.get("event", event)
                body = json.dumps(self.world.shown(found), indent=2) if found else ""
            if target is None or not body or target["status"] != "enabled":
                store.rows("UPDATE deliveries SET next_at = NULL WHERE id = ?", number)
                return
            status = self._post(target["url"], target["_secret"], body)
            again = None
            if not 200 <= status < 300 and attempts + 1 < MOST_TRIES:
                again = time.time() + rules.webhook_pause(attempts)
            store.rows(
                "UPDATE deliveries SET status = ?, attempts = attempts + 1, next_at = ?"
                " WHERE id = ?",
                status,
                again,
                number,
            )
        finally:
            with self._guard:
                self._busy.discard(number)

    def _post(self, url: str, secret: str, body: str) -> int:
        # Signed with real time: who verifies compares it with theirs.
        signature = WebhookSignature.generate_signature_header(body, secret)
        request = urllib.request.Request(  # noqa: S310  # http and https only, checked on creation
            url,
            data=body.encode(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature,
                "User-Agent": "Stripe/1.0 (stand-in)",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except (OSError, ValueError):
            return 0
