"""A demonstration is entered without a password, so only this machine may reach it."""

import pytest

from deploy.local.options import demo_wanted, only_this_machine, options
from deploy.local.trouble import Trouble

ENV = {"BALAI_PUBLIC_URL": "http://localhost:8000", "BALAI_MODE": "embedded"}


@pytest.mark.parametrize(
    ("bind", "only_here"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.0.0.9", True),
     ("0.0.0.0", False), ("::", False), ("192.168.1.7", False), ("server", False)],
)  # fmt: skip
def test_a_demonstration_needs_a_bind_address_of_this_machine(
    bind: str, only_here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BALAI_DEMO", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert only_this_machine(bind) is only_here
    assert demo_wanted(options(["--bind", bind]), ENV) is only_here


def test_asking_for_both_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALAI_DEMO", "1")
    with pytest.raises(Trouble, match="--no-demo"):
        demo_wanted(options(["--bind", "0.0.0.0"]), ENV)
