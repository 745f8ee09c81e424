"""Each city's data key opens only for that city and with the right master key."""

import base64
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from tenants.registry import keys


def test_a_key_opens_again_and_is_different_for_each() -> None:
    first, second = keys.new_city_key(code="64.74"), keys.new_city_key(code="64.74")
    assert first != second
    assert len(keys.unwrap(first, code="64.74")) == 32
    city = SimpleNamespace(code="64.74", data_key=memoryview(first))
    assert keys.city_key(city) == keys.unwrap(first, code="64.74")  # type: ignore[arg-type]


def test_a_key_copied_to_another_city_does_not_open() -> None:
    with pytest.raises(keys.KeyLost):
        keys.unwrap(keys.new_city_key(code="64.74"), code="35.05")


@pytest.mark.parametrize(
    "harm", [lambda b: b[:-1], lambda b: bytes([b[0] ^ 1]) + b[1:], lambda b: b""]
)
def test_an_altered_key_does_not_open(harm: object) -> None:
    with pytest.raises(keys.KeyLost):
        keys.unwrap(harm(keys.new_city_key(code="64.74")), code="64.74")  # type: ignore[operator]


def test_another_master_key_does_not_open_it(settings: object) -> None:
    stored = keys.new_city_key(code="64.74")
    settings.MASTER_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()  # type: ignore[attr-defined]
    with pytest.raises(keys.KeyLost):
        keys.unwrap(stored, code="64.74")


@pytest.mark.parametrize("text", ["", "kurz", base64.urlsafe_b64encode(b"x" * 16).decode()])
def test_a_bad_master_key_is_named(settings: object, text: str) -> None:
    settings.MASTER_KEY = text  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="BALAI_MASTER_KEY"):
        keys.new_city_key(code="64.74")
