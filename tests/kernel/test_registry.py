"""Extension points take each key once, in order, and nothing after the start."""

import io
from collections.abc import Iterator

import pytest
from django.core.management import call_command

from kernel import registry
from kernel.registry import Hook, Registry


@pytest.fixture
def tools() -> Iterator[Registry[str]]:
    yield Registry("test tools", "for this test")
    del registry._all["test tools"]


def test_entries_come_in_their_order_and_then_as_registered(tools: Registry[str]) -> None:
    tools.add("b", "saw", order=2)
    tools.add("a", "axe", order=2)
    tools.add("c", "hammer", order=1)
    assert list(tools) == ["hammer", "saw", "axe"]
    assert tools.names() == ["c", "b", "a"]


def test_a_key_is_taken_once(tools: Registry[str]) -> None:
    tools.add("a", "axe")
    tools.add("a", "axe")
    with pytest.raises(RuntimeError, match="a is registered twice: axe and saw"):
        tools.add("a", "saw")


def test_nothing_is_added_after_the_start(tools: Registry[str]) -> None:
    tools.freeze()
    with pytest.raises(RuntimeError, match="too late"):
        tools.add("a", "axe")


def test_two_registries_of_one_name_are_refused(tools: Registry[str]) -> None:
    with pytest.raises(RuntimeError, match="two registries"):
        Registry("test tools", "again")


def test_a_change_for_a_test_is_undone(tools: Registry[str]) -> None:
    tools.add("a", "axe")
    tools.freeze()
    with tools.changed({"a": "saw"}):
        tools.add("b", "hammer")
        assert list(tools) == ["saw", "hammer"]
    assert list(tools) == ["axe"]
    with pytest.raises(RuntimeError, match="too late"):
        tools.add("b", "hammer")


def test_a_hook_has_its_default_until_it_is_filled_and_is_filled_once() -> None:
    hook: Hook[int] = Hook("test hook", "a number", default=1)
    try:
        assert hook.value == 1
        hook.fill("one", 2)
        assert hook.value == 2
        with pytest.raises(RuntimeError, match="filled by one"):
            hook.fill("other", 3)
        with hook.changed(4):
            assert hook.value == 4
        assert hook.value == 2
    finally:
        del registry._all["test hook"]


def test_every_registry_is_frozen_and_listed_by_the_command() -> None:
    assert [one.name for one in registry.every() if not one._frozen] == []
    out = io.StringIO()
    call_command("registries", stdout=out)
    said = out.getvalue()
    assert "seeders: steps of a new city, in order\n    tenants.office.seed." in said
    assert "    mail.send\n" in said
