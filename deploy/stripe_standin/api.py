"""The doorman of `/v1`: key, version, parameters, idempotency, lists, expansion."""

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.stripe_standin import collection, params, shapes
from deploy.stripe_standin.problems import Doc, Problem, not_modelled
from deploy.stripe_standin.world import VERSION, World

Handler = Callable[..., Doc]


@dataclass(frozen=True)
class Route:
    """``known``: the parameters of the type that the stand-in models or may leave unheeded."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    type_name: str | None
    known: frozenset[str]


ROUTES: list[Route] = []


def route(
    method: str, path: str, type_name: str | None = None, known: str = ""
) -> Callable[[Handler], Handler]:
    """Register a handler ``(world, params, *names)``; ``{}`` in the path is an id."""
    pattern = re.compile("/v1/" + path.replace("{}", r"([A-Za-z0-9_\-.]+)") + "/?")

    def register(handler: Handler) -> Handler:
        ROUTES.append(
            Route(method, pattern, handler, type_name, frozenset(known.split()) | {"expand"})
        )
        return handler

    return register


@dataclass
class Answer:
    status: int
    body: str
    replayed: bool = False


def handle(
    world: World, method: str, path: str, text: str, headers: dict[str, str], query: str
) -> Answer:
    """Answer one request. ``headers`` have lower-case names."""
    try:
        _check_key(world, headers.get("authorization", ""))
        version = headers.get("stripe-version", VERSION)
        if version != VERSION:
            raise Problem(
                f"The stand-in speaks {VERSION} only, not {version}: the version of the installed"
                " library.",
                code="standin_version",
            )
        return _once(world, method, path, text if method == "POST" else query, headers)
    except Problem as problem:
        return Answer(problem.status, json.dumps(problem.body, indent=2))


def _check_key(world: World, given: str) -> None:
    kind, _, key = given.partition(" ")
    if kind != "Bearer" or not key:
        raise Problem("You did not provide an API key.", status=401)
    if not secrets.compare_digest(key.encode(), world.key.encode()):
        raise Problem(f"Invalid API Key provided: {key[:8]}****", status=401)


def _once(world: World, method: str, path: str, text: str, headers: dict[str, str]) -> Answer:
    """The same key with the same request gets the same answer, and nothing happens twice."""
    key = headers.get("idempotency-key") if method == "POST" else None
    request = hashlib.sha256(f"{method} {path}\n{text}".encode()).hexdigest()
    with world.store.transaction():
        known = world.store.answer(key) if key else None
        if known is not None:
            if known[0] != request:
                raise Problem(
                    "Keys for idempotent requests can only be used with the same parameters they"
                    f" were first used with. Try using a key other than '{key}' if you meant to"
                    " execute a different request.",
                    kind="idempotency_error",
                )
            return Answer(known[1], known[2], replayed=True)
        world.begin({"id": shapes.new_id("req"), "idempotency_key": key})
        try:
            answer = Answer(200, json.dumps(run(world, method, path, text), indent=2))
        except Problem as problem:
            if not problem.keep:
                raise
            answer = Answer(problem.status, json.dumps(problem.body, indent=2))
        if key:
            world.store.keep_answer(key, request, answer.status, answer.body)
        return answer


def run(world: World, method: str, path: str, text: str) -> Doc:
    for one in ROUTES:
        found = one.pattern.fullmatch(path)
        if found is None or one.method != method:
            continue
        raw = params.decode(text)
        wanted = raw.pop("expand", {})
        if one.type_name is not None:
            given = params.read(params.type_named(one.type_name), raw)
        elif raw:
            name = next(iter(raw))
            raise Problem(
                f"Received unknown parameter: {name}", code="parameter_unknown", param=name
            )
        else:
            given = {}
        for name in given:
            if name not in one.known:
                raise not_modelled(name)
        doc = one.handler(world, given, *found.groups())
        return expanded(world, doc, list(wanted.values()))
    raise Problem(
        f"Unrecognized request URL ({method}: {path}).", code="standin_unknown_url", status=404
    )


# --- expansion ----------------------------------------------------------------------------------


def expanded(world: World, doc: Doc, paths: list[str]) -> Doc:
    """What others see of ``doc`` with ids at ``paths`` replaced by their objects."""
    seen = doc if doc["object"] == "list" or doc.get("deleted") else world.shown(doc)
    for path in paths:
        if len([part for part in path.split(".") if part != "data"]) > 4:
            raise Problem("You cannot expand more than 4 levels.", param="expand")
        _expand(world, seen, path.split("."), path)
    return seen


def _expand(world: World, here: Any, parts: list[str], whole: str) -> None:
    if isinstance(here, list):
        for one in here:
            _expand(world, one, parts, whole)
        return
    if here is None or not parts:
        return
    if not isinstance(here, dict):
        raise _impossible(whole)
    name = parts[0]
    if name not in here:
        here[name] = _on_demand(world, here, name, whole)
    value = here[name]
    if isinstance(value, str):
        found = world.store.any(value) if shapes.kind_of(value) else None
        if found is None:
            raise _impossible(whole)
        value = here[name] = world.shown(found)
    elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        value = here[name] = [world.shown(world.store.any(one) or {}) for one in value]
    elif not isinstance(value, dict | list) and value is not None:
        raise _impossible(whole)
    _expand(world, value, parts[1:], whole)


def _impossible(path: str) -> Problem:
    return Problem(
        f"This property cannot be expanded ({path}).", code="parameter_invalid", param="expand"
    )


def _on_demand(world: World, here: Doc, name: str, whole: str) -> Any:
    """What is only there for those who ask."""
    kind, store = here.get("object"), world.store
    if kind == "invoice" and name == "payments":
        found = [world.shown(one) for one in collection.payments_of(world, here)]
        return shapes.list_of(f"/v1/invoice_payments?invoice={here['id']}", found)
    if kind == "invoice" and name == "confirmation_secret":
        inner = store.get("invoice", here["id"])
        intent = collection.intent_of(world, inner or {})
        if intent is None:
            return None
        return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    if kind == "customer" and name == "subscriptions":
        alive = [
            world.shown(one)
            for one in store.find("subscription", customer=here["id"])
            if one["status"] not in {"canceled", "incomplete_expired"}
        ]
        return shapes.list_of(f"/v1/customers/{here['id']}/subscriptions", alive)
    if kind == "customer" and name == "tax_ids":
        kept = [world.shown(one) for one in store.find("tax_id", customer=here["id"])]
        return shapes.list_of(f"/v1/customers/{here['id']}/tax_ids", kept)
    if kind == "checkout.session" and name == "line_items":
        inner = store.get("checkout.session", here["id"]) or {}
        return shapes.list_of(
            f"/v1/checkout/sessions/{here['id']}/line_items", inner.get("_lines", [])
        )
    if kind == "charge" and name == "refunds":
        given = [world.shown(one) for one in store.find("refund", charge=here["id"])]
        return shapes.list_of(f"/v1/charges/{here['id']}/refunds", given)
    if kind == "product" and name == "default_price":
        return None
    raise _impossible(whole)


# --- lists --------------------------------------------------------------------------------------


def page(world: World, url: str, found: list[Doc], asked: Doc) -> Doc:
    """One page of ``found`` (newest first), by cursor."""
    limit = asked.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Problem("Invalid integer: limit must be between 1 and 100.", param="limit")
    found = [one for one in found if not one.get("deleted")]
    names = [one["id"] for one in found]

    def place(param: str) -> int:
        if asked[param] not in names:
            known = world.store.any(asked[param])
            if known is None:
                raise Problem(
                    f"No such object: '{asked[param]}'", code="resource_missing", param=param
                )
            return len(names) if param == "starting_after" else 0
        return names.index(asked[param])

    if "starting_after" in asked:
        found = found[place("starting_after") + 1 :]
        data, more = found[:limit], len(found) > limit
    elif "ending_before" in asked:
        found = found[: place("ending_before")]
        data, more = found[-limit:], len(found) > limit
    else:
        data, more = found[:limit], len(found) > limit
    return shapes.list_of(url, [world.shown(one) for one in data], more)


def within(value: int | None, asked: Any) -> bool:
    """``created=5`` or ``created[gte]=5``."""
    if isinstance(asked, int):
        return value == asked
    checks = {
        "gt": lambda a, b: a > b,
        "gte": lambda a, b: a >= b,
        "lt": lambda a, b: a < b,
        "lte": lambda a, b: a <= b,
    }
    return value is not None and all(checks[name](value, limit) for name, limit in asked.items())


def lister(kind: str, path: str, type_name: str, **filters: str) -> None:
    """GET a list: ``filters`` map parameters to fields (``a__b`` inside a)."""

    def handler(world: World, asked: Doc, *names: str) -> Doc:
        equal = {field: asked[name] for name, field in filters.items() if name in asked}
        found = world.store.find(kind, **equal)
        for name in ("created", "due_date"):
            if name in asked:
                found = [one for one in found if within(one[name], asked[name])]
        return page(world, f"/v1/{path}", found, asked)

    known = "limit starting_after ending_before created due_date " + " ".join(filters)
    route("GET", path, type_name, known)(handler)


def getter(kind: str, path: str) -> None:
    """GET one by its id."""

    def handler(world: World, asked: Doc, name: str) -> Doc:
        return world.need(kind, name)

    route("GET", f"{path}/{{}}")(handler)
