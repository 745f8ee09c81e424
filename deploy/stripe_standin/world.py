"""The state all parts work on: objects, what time it is, and what happened (events)."""

import time
from pathlib import Path
from typing import Any

from stripe._api_version import _ApiVersion

from deploy.stripe_standin import shapes
from deploy.stripe_standin.problems import Doc, missing
from deploy.stripe_standin.store import Store

VERSION = _ApiVersion.CURRENT
# Shown only to those who ask with expand[].
ON_DEMAND = {"invoice": ("payments", "confirmation_secret")}


def outside(value: Any) -> Any:
    """A deep copy without names that begin with ``_``."""
    if isinstance(value, dict):
        return {k: outside(v) for k, v in value.items() if not k.startswith("_")}
    return [outside(one) for one in value] if isinstance(value, list) else value


class World:
    """``base`` is the address of this server; ``key`` the one API key it accepts."""

    def __init__(self, state: Path, *, base: str, key: str, after_retries: str = "unpaid") -> None:
        self.store = Store(state)
        self.base = base
        self.key = key
        self.after_retries = after_retries
        self.request: Doc = {"id": None, "idempotency_key": None}
        self._moment: int | None = None
        self._fixed: int | None = None

    # --- time ---------------------------------------------------------------------------------

    def main_clock(self) -> int:
        """Real time, moved on by what people asked for on the front page."""
        return int(time.time()) + int(self.store.setting("offset", "0"))

    def now(self) -> int:
        """The moment of what is in hand: its customer's clock, else the main one."""
        if self._fixed is not None:
            return self._fixed
        return self._moment if self._moment is not None else self.main_clock()

    def be_at(self, moment: int | None) -> None:
        """Until told otherwise it is this moment, whoever is followed."""
        self._fixed = moment

    def begin(self, request: Doc | None = None) -> None:
        """Nothing of an earlier request is left."""
        self._moment = self._fixed = None
        self.request = request or {"id": None, "idempotency_key": None}

    def follow(self, doc: Doc) -> Doc:
        """From here on time is that of ``doc`` (a customer, a subscription, an invoice)."""
        clock = doc.get("test_clock")
        self._moment = None
        if clock:
            self._moment = int(self.need("test_helpers.test_clock", clock)["frozen_time"])
        return doc

    # --- objects ------------------------------------------------------------------------------

    def need(self, kind: str, name: Any, param: str = "id", status: int = 404) -> Doc:
        found = self.store.get(kind, str(name))
        if found is None or found.get("deleted"):
            raise missing(kind.split(".")[-1].replace("_", " "), str(name), param, status)
        return found

    def named(self, kind: str, name: Any, param: str) -> Doc:
        """What a parameter refers to: its absence is the caller's mistake (400), no lost page."""
        return self.need(kind, name, param, 400)

    def customer(self, name: Any, param: str = "customer") -> Doc:
        """The customer, whose clock is now followed."""
        return self.follow(self.named("customer", name, param))

    def save(self, doc: Doc, *events: str) -> Doc:
        """Keep ``doc`` and tell what happened to it."""
        self.store.save(doc)
        for event in events:
            self.tell(event, doc)
        return doc

    def tell(self, kind: str, doc: Doc) -> Doc:
        """An event with a snapshot of the object as it is now, waiting for every endpoint."""
        data: Doc = {"object": self.shown(doc)}
        before = self.store.told(doc)
        if kind.endswith(".updated"):
            if not before:
                return doc
            data["previous_attributes"] = before
        endpoints = [
            one
            for one in self.store.find("webhook_endpoint", status="enabled")
            if {"*", kind} & set(one["enabled_events"])
        ]
        event = shapes.new(
            "evt",
            self.now(),
            {
                "api_version": VERSION,
                "data": data,
                "pending_webhooks": len(endpoints),
                "request": dict(self.request),
                "type": kind,
            },
        )
        self.store.save(event)
        for one in endpoints:
            self.store.rows(
                "INSERT INTO deliveries (event, endpoint, next_at) VALUES (?, ?, ?)",
                event["id"],
                one["id"],
                time.time(),
            )
        return doc

    # --- what others see --------------------------------------------------------------------------

    def shown(self, doc: Doc) -> Doc:
        """A copy without what stays inside, with prices as they are today."""
        copy: Doc = outside(doc)
        if doc["object"] == "event":
            (waiting,) = self.store.rows(
                "SELECT count(*) FROM deliveries WHERE event = ? AND next_at IS NOT NULL", doc["id"]
            )
            copy["pending_webhooks"] = waiting[0]
        for name in ON_DEMAND.get(doc["object"], ()):
            copy.pop(name, None)
        if doc["object"] == "subscription":
            for item in copy["items"]["data"]:
                price = self.store.get("price", item["price"]["id"])
                if price is not None:
                    item["price"] = outside(price)
                    item["plan"] = shapes.plan_of(item["price"])
        return copy
