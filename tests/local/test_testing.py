"""Where data of a test run lie."""

import os
from pathlib import Path

import pytest

from deploy.local import testing

PLENTY = 64 * 2**30


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(testing, "MEMORY", tmp_path)
    return tmp_path


def test_in_memory_where_there_is_plenty_of_it(memory: Path) -> None:
    found = testing.memory_folder(PLENTY, PLENTY)
    assert found is not None and found.parent == memory
    assert testing.memory_folder(testing.LEAST_FREE - 1, PLENTY) is None
    assert testing.memory_folder(PLENTY, testing.LEAST_AVAILABLE - 1) is None


def test_not_where_the_machine_has_no_such_place(memory: Path) -> None:
    memory.rmdir()
    assert testing.memory_folder(PLENTY, PLENTY) is None


def test_a_folder_that_somebody_else_may_write_is_not_used(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "LEAST_FREE", 0)
    monkeypatch.setattr(testing, "LEAST_AVAILABLE", 0)
    found = testing.memory_folder(PLENTY, PLENTY)
    assert found is not None and testing._in_memory() == found
    found.chmod(0o777)
    assert testing._in_memory() is None
    (found / "of").unlink()
    found.rmdir()
    found.symlink_to(memory / "elsewhere")
    assert testing._in_memory() is None


def test_what_a_removed_checkout_left_is_removed(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "LEAST_FREE", 0)
    monkeypatch.setattr(testing, "LEAST_AVAILABLE", 0)
    gone, here = (memory / f"balai-{os.geteuid()}-{name}" for name in ("gone", "here"))
    for folder, of in ((gone, memory / "no such checkout"), (here, memory)):
        folder.mkdir()
        (folder / "of").write_text(f"{of}\n")
    assert testing._in_memory() is not None
    assert not gone.exists() and here.exists()
