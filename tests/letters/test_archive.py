"""A stored letter is whole, or it is not there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from audit.models import Entry
from services.applications import issuing
from services.letters import archive, tasks
from services.letters.models import Letter
from tests.factories import MONDAY, approve, make_cast, submitted

pytestmark = pytest.mark.django_db


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    """The kernel refuses to let this process write files longer than ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def approved(in_bontang) -> Letter:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    return Letter.objects.get()


def _finish(letter: Letter) -> Letter:
    issuing.finish_letters(application_id=letter.issued_from.application_id, at=MONDAY)
    letter.refresh_from_db()
    return letter


@pytest.fixture
def letter(approved) -> Letter:
    return _finish(approved)


def _compare(monkeypatch, *, days: int = 1) -> None:
    """The nightly comparison, so many days after the letter was made."""
    monkeypatch.setattr(tasks, "now", lambda: MONDAY + timedelta(days=days))
    tasks.compare_files({})


def _file(letter: Letter) -> Path:
    return Path(default_storage.path(letter.file))


def test_a_letter_is_not_ready_when_its_file_could_not_be_written_and_is_whole_on_the_next_try(
    approved,
) -> None:
    with disk_with_room_for(4096), pytest.raises(OSError, match=r"large|space"):
        _finish(approved)
    approved.refresh_from_db()
    assert approved.state == Letter.State.NUMBERED
    letters = Path(default_storage.path("c6474/surat"))
    assert not [path for path in letters.rglob("*") if path.is_file()]
    letter = _finish(approved)
    assert letter.state == Letter.State.READY
    assert archive.is_whole(letter.file, letter.sha256)


def test_any_stored_file_is_written_whole_or_not_at_all(in_bontang) -> None:
    with disk_with_room_for(4096), pytest.raises(OSError, match=r"large|space"):
        default_storage.save("c6474/lain/a", ContentFile(b"x" * 10_000))
    assert not list(Path(default_storage.path("c6474/lain")).iterdir())


@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "missing"])
def test_the_nightly_comparison_writes_missing_and_damaged_files_anew(
    letter, damage, monkeypatch
) -> None:
    file, whole = _file(letter), _file(letter).read_bytes()
    match damage:
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(whole[:1000])
        case "changed":
            file.write_bytes(b"\0" + whole[1:])
        case _:
            file.unlink()
    _compare(monkeypatch)
    assert file.read_bytes() == whole
    assert Entry.objects.filter(what="letter.restored", subject_id=letter.pk).count() == 1
    _compare(monkeypatch)
    assert Entry.objects.filter(what="letter.restored").count() == 1


def test_a_file_that_cannot_be_made_again_is_reported_and_left_alone(
    letter, caplog, monkeypatch
) -> None:
    Letter.objects.update(sha256="0" * 64)
    before = _file(letter).read_bytes()
    _compare(monkeypatch)
    assert f"letters {letter.pk}" in caplog.text
    assert _file(letter).read_bytes() == before


def test_an_old_letter_is_compared_once_within_a_week(letter, monkeypatch) -> None:
    _file(letter).unlink()
    restored = []
    for night in range(100, 107):
        _compare(monkeypatch, days=night)
        restored.append(_file(letter).exists())
        _file(letter).unlink(missing_ok=True)
    assert restored.count(True) == 1


def test_storing_again_repairs_a_file_that_was_left_empty(letter) -> None:
    whole = _file(letter).read_bytes()
    _file(letter).write_bytes(b"")
    assert archive.store(letter.code, whole) == (letter.file, letter.sha256)
    assert _file(letter).read_bytes() == whole
