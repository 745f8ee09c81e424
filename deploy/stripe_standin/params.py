"""What a request may say: read from the parameter types of the installed library itself.

The library's TypedDicts are the list of what today's API knows; anything else is refused the way
Stripe refuses it. Values arrive as text and leave as what their types say.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl

import stripe.params
import stripe.params.billing_portal
import stripe.params.checkout
import stripe.params.test_helpers
from stripe._request_options import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

from deploy.stripe_standin.problems import Doc, Problem, needed

OPTIONS = frozenset(RequestOptions.__annotations__)


def decode(text: str) -> Doc:
    """``items[0][price]=x`` as nested dicts; a list is one of numbers until its type is known."""
    top: Doc = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        parts = [part.rstrip("]") for part in key.split("[")]
        here = top
        for part in parts[:-1]:
            inner = here.setdefault(part, {})
            if not isinstance(inner, dict):
                raise Problem(f"Invalid object: {key}", param=parts[0])
            here = inner
        last = parts[-1]
        here[last if last else str(len(here))] = value
    return top


def type_named(name: str) -> type:
    """``checkout.SessionCreateParams`` of ``stripe.params``."""
    place: Any = stripe.params
    for part in name.split("."):
        place = getattr(place, part)
    return place  # type: ignore[no-any-return]


@cache
def _fields(kind: type) -> tuple[dict[str, Any], frozenset[str]]:
    # The options' types name what their own module imports.
    hints = get_type_hints(kind, localns={"StripeContext": object, "Mapping": Mapping})
    own = {name: hint for name, hint in hints.items() if name not in OPTIONS}
    return own, frozenset(kind.__required_keys__) - OPTIONS  # type: ignore[attr-defined]


def read(kind: type, raw: Doc) -> Doc:
    """``raw`` as ``kind`` declares it. Raises Problem for what it does not know or misses."""
    return _object(kind, raw, "")


def _object(kind: type, raw: Doc, at: str) -> Doc:
    fields, required = _fields(kind)
    for name in raw:
        if name not in fields:
            full = f"{at}[{name}]" if at else name
            raise Problem(
                f"Received unknown parameter: {full}", code="parameter_unknown", param=full
            )
    done = {
        name: _value(fields[name], value, f"{at}[{name}]" if at else name)
        for name, value in raw.items()
    }
    for name in sorted(required):
        if name not in raw:
            raise needed(f"{at}[{name}]" if at else name)
    return done


def _alternatives(hint: Any) -> list[Any]:
    if get_origin(hint) in (Union, UnionType):
        return [one for part in get_args(hint) for one in _alternatives(part)]
    return [hint]


def _value(hint: Any, value: Any, at: str) -> Any:
    options = _alternatives(hint)
    words = [w for o in options if get_origin(o) is Literal for w in get_args(o)]
    if isinstance(value, dict):
        return _structure(options, value, at)
    if value == "":
        if "" in words:
            return ""
        raise Problem(
            f"You passed an empty string for '{at}'. We assume empty values are an attempt to"
            f" unset a parameter; however '{at}' cannot be unset.",
            code="parameter_invalid_empty",
            param=at,
        )
    return _scalar(options, [word for word in words if word], str(value), at)


def _structure(options: list[Any], value: Doc, at: str) -> Any:
    for option in options:
        origin = get_origin(option)
        if origin is list and all(key.isdigit() for key in value):
            (inner,) = get_args(option)
            ordered = [value[key] for key in sorted(value, key=int)]
            return [_value(inner, one, f"{at}[{n}]") for n, one in enumerate(ordered)]
        if is_typeddict(option):
            return _object(option, value, at)
        if origin is dict:
            inner = get_args(option)[1]
            return {
                key: "" if one == "" else _value(inner, one, f"{at}[{key}]")
                for key, one in value.items()
            }
    raise Problem(f"Invalid {at}: it is not an object or a list.", param=at)


def _scalar(options: list[Any], words: list[str], value: str, at: str) -> Any:
    if value in words:
        return value
    if int in options and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if bool in options and value in {"true", "false"}:
        return value == "true"
    for number in (float, Decimal):
        if number in options:
            try:
                exact = Decimal(value)
            except InvalidOperation:
                continue
            return float(exact) if number is float else str(exact)
    if str in options and not words:
        return value
    if words:
        # The types leave room for values of later versions (`|str`); Stripe itself does not.
        raise Problem(f"Invalid {at}: must be one of {', '.join(words)}", param=at)
    code = "parameter_invalid_integer" if int in options else None
    what = {int: "integer", bool: "boolean", float: "decimal", Decimal: "decimal"}
    name = next((text for kind, text in what.items() if kind in options), "object")
    raise Problem(f"Invalid {name}: {value}", code=code, param=at)
