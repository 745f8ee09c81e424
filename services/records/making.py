"""Books as files: short ones at once, long ones by a worker, each noted in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from services.records import books, printing, spreadsheets
from services.records.access import Reach, reach_of
from services.records.books import Asked, Book
from services.records.models import BookFile
from services.records.shelf import last_day
from services.residents.imports import files as kept_files
from tenants.office.queries import posts_of
from tenants.office.roles import Can, can, is_desk
from tenants.registry.current import city

KIND = "records.book"
FOLDER = "buku"  # below the city's: sealed, until they are deleted
AT_ONCE = 1000  # lines of a book that is made while its reader waits
KEEPS = timedelta(days=7)
MOST_WAITING = 5  # books of one reader under way
PDF, XLSX, ZIP = "application/pdf", spreadsheets.MEDIA_TYPE, "application/zip"
FORMATS = ("pdf", "xlsx")
State = BookFile.State


@dataclass(frozen=True, slots=True)
class Made:
    """A book as bytes."""

    content: bytes
    name: str
    media_type: str


def get(asked: Asked, format: str, *, reach: Reach, by: User, at: datetime) -> Made | BookFile:
    """The file at once, or the order to a worker where it is long. Raises NotThere, RuleBroken."""
    if format not in FORMATS:
        raise NotThere("Berkas ini tidak ada.")
    book = books.make(asked, reach, at=at)
    if book.count > AT_ONCE:
        return _order(asked, book, format, by=by, at=at)
    with TemporaryDirectory() as folder:
        name, media_type, count = _write(asked, book, format, Path(folder) / "book", at)
        content = (Path(folder) / "book").read_bytes()
    _note(asked, book, format, count, by)
    return Made(content, name, media_type)


def _write(asked: Asked, book: Book, format: str, path: Path, at: datetime) -> tuple[str, str, int]:
    """Write the file; its name, its kind, and how many lines it has."""
    name = _name(asked, book)
    if format == "xlsx":
        return f"{name}.xlsx", XLSX, spreadsheets.write(book, path)
    day = last_day(asked, at.astimezone(city().tz).date())
    if book.count > printing.A_VOLUME:
        return f"{name}.zip", ZIP, printing.volumes(book, path, day=day, at=at)
    path.write_bytes(printing.single(book, day=day, at=at))
    return f"{name}.pdf", PDF, book.count


def _name(asked: Asked, book: Book) -> str:
    office = book.unit.code.replace("/", "-") if book.unit is not None else "semua"
    month = f"-{asked.month:02d}" if asked.month else ""
    return f"{book.title.lower().replace(' ', '-')[:60]}-{office}-{asked.year}{month}".replace(
        "/", "-"
    )


def _note(asked: Asked, book: Book, format: str, count: int, by: User) -> None:
    """Who took which residents' data along, and how many lines."""
    audit.record(
        "records.exported", actor=by, subject="book", subject_id=asked.kind,
        detail={
            "format": format, "unit": book.unit.pk if book.unit else 0, "year": asked.year,
            "month": asked.month, "topic": asked.topic, "lines": count,
        },
    )  # fmt: skip


@transaction.atomic
def _order(asked: Asked, book: Book, format: str, *, by: User, at: datetime) -> BookFile:
    waiting = BookFile.objects.filter(by=by, state=State.MAKING).count()
    if waiting >= MOST_WAITING:
        raise RuleBroken(
            "Masih ada buku Anda yang sedang dibuat. Tunggu sampai salah satu selesai."
        )
    file = BookFile.objects.create(
        kind=asked.kind, wanted=asked.as_json(), format=format, unit=book.unit, by=by, at=at,
        title=f"{book.title}, {book.period}"[:200],
    )  # fmt: skip
    outbox.enqueue(KIND, {"file": file.pk}, key=f"book:{file.pk}")
    return file


def make(payload: Mapping[str, Any]) -> None:
    """What a worker does: write the book as whoever asked may read it now."""
    file = BookFile.objects.select_for_update(of=("self",)).select_related("by").filter(
        pk=payload["file"], state=State.MAKING
    ).first()  # fmt: skip
    if file is None:
        return
    at = now()
    asked = Asked(**file.wanted)
    posts = posts_of(file.by, at.astimezone(city().tz).date())
    reach = reach_of(
        [post for post in posts if is_desk(post.role)],
        administers=any(can(post.role, Can.ADMINISTERS) for post in posts),
    )
    try:
        book = books.make(asked, reach, at=at)
    except NotThere:  # who asked holds the post no longer
        _fail(file)
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book"
        file.name, file.media_type, file.lines = _write(asked, book, file.format, path, at)
        file.path = kept_files.keep(printing.pieces(path), FOLDER)
    file.state, file.made_at = State.READY, at
    file.save()
    _note(asked, book, file.format, file.lines, file.by)


def gave_up(payload: Mapping[str, Any], error: str) -> None:
    """After the last attempt."""
    file = BookFile.objects.filter(pk=payload["file"], state=State.MAKING).first()
    if file is not None:
        _fail(file)


def _fail(file: BookFile) -> None:
    file.state = State.FAILED
    file.save(update_fields=["state"])


def files_of(user: User) -> QuerySet[BookFile]:
    """Those somebody asked for, newest first."""
    return BookFile.objects.filter(by=user).select_related("unit").order_by("-pk")


def file_of(user: User, pk: int) -> BookFile:
    """One that somebody asked for and that lies ready. Raises NotThere."""
    file = files_of(user).filter(pk=pk, state=State.READY).first()
    if file is None:
        raise NotThere("Berkas ini belum siap, atau sudah dihapus.")
    return file


def opened(file: BookFile) -> IO[bytes]:
    """Its bytes. Raises FileNotFoundError."""
    return kept_files.opened(file.path)


def expire(*, at: datetime) -> None:
    """Delete files that lay ready for a week."""
    _forget(BookFile.objects.filter(state=State.READY, made_at__lt=at - KEEPS))


def _forget(files: QuerySet[BookFile]) -> None:
    for file in files:
        path, file.path, file.state = file.path, "", State.EXPIRED
        file.save(update_fields=["path", "state"])
        kept_files.forget(path)


def forget_all() -> None:
    """Delete every file that lies ready: it is sealed with a key that was exchanged, and its book
    can be made anew."""
    _forget(BookFile.objects.filter(state=State.READY))
