"""Officials from a spreadsheet: every row is checked, then all are appointed, or nobody."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TextIO

from django.db import transaction

from accounts.models import User
from kernel import tables
from kernel.errors import RuleBroken
from kernel.identities import parse_email
from kernel.text import squeeze
from services.residents.imports import sheets, values
from services.residents.imports.columns import as_text
from services.residents.imports.problems import ImportRefused, Problem
from services.setup import appointing
from tenants.office import actions as office
from tenants.office import notices, signing
from tenants.office.models import Post, Unit
from tenants.office.naming import printed
from tenants.office.queries import current_holdings
from tenants.office.roles import Can, can, having, role_of

REQUIRED = ("jabatan", "unit", "nama", "email")
OPTIONAL = ("nik", "nip", "pangkat", "sk", "mulai", "sebagai")
MAX_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One official to appoint. ``line`` is the row number the spreadsheet shows."""

    line: int
    post: Post
    name: str
    email: str
    nik: str
    nip: str
    rank: str
    decree: str
    since: date
    acting: str


class _Posts:
    """Finds the post a row means, by the unit's code or name and the post's title or role."""

    def __init__(self) -> None:
        self.units: dict[str, list[Unit]] = {}
        for unit in Unit.objects.filter(is_active=True):
            self.units.setdefault(unit.code, []).append(unit)
            self.units.setdefault(squeeze(unit.name), []).append(unit)

    def find(self, unit_typed: str, post_typed: str) -> Post:
        found = self.units.get(unit_typed) or self.units.get(squeeze(unit_typed), [])
        if not found:
            raise RuleBroken(f"unit “{unit_typed}” tidak ada; tulis kode atau nama lengkapnya")
        wanted = squeeze(post_typed)
        fitting = [
            post
            for unit in found
            for post in self._posts_of(unit)
            if wanted in (squeeze(post.title), squeeze(role_of(post.role).title))
            or (can(post.role, Can.HEADS) and wanted == squeeze(unit.head))
        ]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise RuleBroken(
                f"ada {len(fitting)} jabatan “{post_typed}” di unit bernama “{unit_typed}”; tulis "
                f"kode unitnya, misalnya {fitting[0].unit.code}"
            )
        titles = ", ".join(post.title for unit in found[:1] for post in self._posts_of(unit))
        raise RuleBroken(
            f"jabatan “{post_typed}” tidak ada di {found[0].name}; "
            f"yang ada: {titles or 'belum ada'}"
        )

    def _posts_of(self, unit: Unit) -> list[Post]:
        posts = list(unit.posts.select_related("unit"))
        if not posts and unit.kind in (Unit.Kind.RT, Unit.Kind.RW, Unit.Kind.DUSUN):
            posts = office.open_posts(unit=unit)
        return posts


def _table(name: str, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the headings as text by column, with their line numbers."""
    rows = enumerate(sheets.read(content), start=1)
    _, first = next(rows, (1, []))
    header = [as_text(cell).casefold().replace(" ", "_") for cell in first]
    missing = [column for column in REQUIRED if column not in header]
    unknown = [heading for heading in header if heading and heading not in REQUIRED + OPTIONAL]
    if missing or unknown:
        told = f"Baris pertama {name} harus memuat nama kolom."
        told += f" Yang belum ada: {', '.join(missing)}." if missing else ""
        told += f" Yang tidak dikenal: {', '.join(unknown)}." if unknown else ""
        raise ImportRefused(told)
    for number, cells in rows:
        if any(isinstance(cell, int | float) and abs(cell) >= 1e11 for cell in cells):
            raise ImportRefused(
                f"Baris {number} berisi NIK atau NIP sebagai bilangan, jadi angkanya rusak. "
                "Jadikan kolomnya teks, lalu ketik ulang angkanya."
            )
        texts = [as_text(cell) for cell in cells]
        if any(texts):
            yield number, dict(zip(header, texts, strict=False))
        if number > MAX_ROWS:
            raise ImportRefused(f"Paling banyak {MAX_ROWS} baris. Bagi menjadi beberapa berkas.")


def _check(number: int, raw: dict[str, str], posts: _Posts, today: date) -> Row:
    for column in REQUIRED:
        if not raw.get(column):
            raise RuleBroken(f"kolom {column} kosong")
    typed_nip = "".join(raw.get("nip", "").split())
    return Row(
        line=number,
        post=posts.find(raw["unit"], raw["jabatan"]),
        name=printed(raw["nama"], "nama", 150),
        email=parse_email(raw["email"]),
        nik=values.nik(raw["nik"]).digits if raw.get("nik") else "",
        nip=typed_nip,
        rank=printed(raw.get("pangkat", ""), "pangkat", 60),
        decree=printed(raw.get("sk", ""), "sk", 80),
        since=_since(raw.get("mulai", ""), today),
        acting=_acting(raw.get("sebagai", "")),
    )


def _acting(typed: str) -> str:
    found = signing.read_acting(typed)
    if found is None:
        raise RuleBroken(
            f"sebagai “{typed[:30]}” tidak dikenal; tulis Plt., Plh., Pj., Pjs., atau kosongkan"
        )
    return found


def _since(typed: str, today: date) -> date:
    """The first day in office, today or before; a later one is written on the post's page."""
    return values.day(typed, "mulai", today=today) if typed else today


@transaction.atomic
def appoint_all(*, name: str, content: bytes, by: User, today: date) -> int:
    """Appoint everybody a file names, each with an invitation; how many.

    Raises ImportRefused with every problem and its line; then nobody is appointed.
    """
    posts = _Posts()
    rows: list[Row] = []
    problems: list[Problem] = []
    nips: dict[str, int] = {}
    for number, raw in _table(name, content):
        try:
            row = _check(number, raw, posts, today)
            if row.nip and nips.setdefault(row.nip, number) != number:
                raise RuleBroken(f"NIP sama dengan baris {nips[row.nip]}")
            rows.append(row)
        except RuleBroken as wrong:
            problems.append(Problem(number, wrong.message, raw.get("nama", "")))
    for row in rows:
        try:
            with transaction.atomic():
                appointing.appoint(
                    post=row.post, by=by, name=row.name, email=row.email, nik=row.nik,
                    since=row.since, decree=row.decree, nip=row.nip, rank=row.rank,
                    acting=row.acting, quiet=True,
                )  # fmt: skip
        except RuleBroken as wrong:
            problems.append(Problem(row.line, wrong.message, row.name))
    if problems:
        problems.sort(key=lambda problem: problem.line)
        raise ImportRefused(
            f"{len(problems)} baris perlu diperbaiki; belum ada yang ditunjuk.", problems
        )
    if not rows:
        raise ImportRefused(f"{name} tidak berisi satu pun pejabat.")
    notices.tell_of_appointments([f"{row.name}: {row.post.title}" for row in rows], by=by,
                                 today=today)  # fmt: skip
    return len(rows)


def write_template(out: TextIO, *, vacant: Iterable[Post]) -> None:
    """A file to fill in: one row for each vacant post."""
    writer = csv.writer(out, delimiter=";")
    writer.writerow([*REQUIRED, *OPTIONAL])
    for post in vacant:
        writer.writerow(
            [tables.as_text(post.title), post.unit.code, *[""] * (len(REQUIRED + OPTIONAL) - 2)]
        )


def vacant_posts(today: date) -> list[Post]:
    """Posts that nobody holds, heads and counters first as the units stand."""
    held = current_holdings(today).filter(user__is_active=True).values("post")
    filled = having(Can.VOUCHES) | having(Can.TAKES_SEAT)
    found = Post.objects.filter(filled).exclude(pk__in=held).exclude(having(Can.ADMINISTERS))
    return list(found.select_related("unit").order_by("unit__code", "pk"))
