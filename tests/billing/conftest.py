from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.billing.standin import Receiver, Standin


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    """One stand-in for the file: its clock only ever goes forward."""
    running = Standin(tmp_path_factory.mktemp("stripe"))
    yield running
    running.stop()


@pytest.fixture
def new_standin(tmp_path: Path) -> Iterator[Callable[..., Standin]]:
    """Starts stand-ins of the test's own."""
    running: list[Standin] = []

    def start(**more: str) -> Standin:
        folder = tmp_path / str(len(running))
        folder.mkdir()
        running.append(Standin(folder, **more))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.close()
