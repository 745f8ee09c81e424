"""Whether what the lines of a file say can be done: against units, posts and the register."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import SequenceMatcher

from django.db.models import Q

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.text import squeeze
from services.heads.appointing import check_person
from services.heads.table import Office, Reader, Typed
from services.residents import officials
from services.residents.models import Person
from services.residents.places import village_names
from services.residents.queries import lies_in, people
from services.residents.sealing import prints
from tenants.office.models import Holding, Unit
from tenants.office.roles import NEIGHBOURHOOD, deputy_of, head_of, treasurer_of

ROLE_OF: Mapping[Office, Callable[[str], str]] = {
    Office.HEAD: head_of, Office.DEPUTY: deputy_of, Office.TREASURER: treasurer_of,
}  # fmt: skip
ALIKE = 0.75  # of two names, from 0 to 1
# An RT, RW or dusun below a village: what may be made where it is missing.
_NEW = re.compile(r"(\d\d\.\d\d\.\d\d\.\d{4})(/[a-z][a-z0-9-]*)?((/\d{3}){1,2})?")


@dataclass(slots=True)
class Checked:
    """A line that can be done, or why not."""

    typed: Typed | None
    line: int
    reason: str = ""
    doubts: list[str] = field(default_factory=list)
    person: Person | None = None
    unit: Unit | None = None  # None: it is to be made
    holding: Holding | None = None  # the same person holds the post already
    is_same: bool = False  # and nothing would change
    elsewhere: bool = False
    replaces: bool = False

    @property
    def makes_unit(self) -> bool:
        return not self.reason and self.unit is None


def reader(today: date) -> Reader:
    """What reads lines of this city. Two queries."""
    called = Unit.objects.filter(kind__in=NEIGHBOURHOOD, is_active=True).exclude(head="")
    heads = {squeeze(head): kind for kind, head in called.values_list("kind", "head").distinct()}
    return Reader(village_names(), heads, today)


class Checker:
    """Checks lines, a few hundred at a time; remembers what other lines of the file said."""

    def __init__(self, by: User, today: date) -> None:
        self._own, self._today = officials.own_people(by), today

    def check(self, lines: Sequence[Typed]) -> list[Checked]:
        """Constant queries."""
        self._units = Unit.objects.in_bulk({line.code for line in lines}, field_name="code")
        villages = {line.code.partition("/")[0] for line in lines}
        self._villages = set(
            Unit.objects.filter(
                code__in=villages, is_active=True, kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA]
            ).values_list("code", flat=True)
        )
        self._people = self._known(lines)
        self._held: dict[tuple[int, str], list[Holding]] = defaultdict(list)
        holdings = Holding.objects.filter(
            Q(until__isnull=True) | Q(until__gte=min(line.since for line in lines)),
            post__unit__in=self._units.values(), is_acting=False,
        )  # fmt: skip
        for held in holdings.select_related("post", "user__resident").order_by("since", "pk"):
            self._held[held.post.unit_id, held.post.role].append(held)
        return [self._checked(line) for line in lines]

    def _known(self, lines: Iterable[Typed]) -> dict[str, Person]:
        digits = {print_: line.nik.digits for line in lines for print_ in prints(line.nik.digits)}
        found = people().filter(nik_print__in=digits).select_related("merged_into__household")
        return {
            digits[bytes(person.nik_print)]: person.merged_into or person
            for person in found
            if person.nik_print is not None
        }

    def _checked(self, line: Typed) -> Checked:
        found = Checked(line, line.line)
        try:
            self._place(found, line)
            self._person(found, line)
            self._post(found, line)
        except RuleBroken as wrong:
            found.reason = wrong.message
        return found

    def _place(self, found: Checked, line: Typed) -> None:
        found.unit = self._units.get(line.code)
        if found.unit is None:
            form = _NEW.fullmatch(line.code)
            if form is None or form[1] not in self._villages or not (form[2] or form[3]):
                raise RuleBroken(f"Wilayah “{line.code[:40]}” tidak ada. Periksa kode unitnya.")
            found.doubts.append("wilayahnya belum ada di sini, jadi akan dibuat")
        elif found.unit.kind not in NEIGHBOURHOOD:
            raise RuleBroken(f"{found.unit.name} bukan RT, RW, atau dusun. Periksa kode unitnya.")
        elif not found.unit.is_active:
            raise RuleBroken(f"{found.unit.name} sudah dihapus. Periksa lagi wilayahnya.")
        if found.unit is not None and not ROLE_OF[line.office](found.unit.kind):
            raise RuleBroken(f"{found.unit.name} tidak punya {line.office} di sini.")

    def _person(self, found: Checked, line: Typed) -> None:
        person = found.person = self._people.get(line.nik.digits)
        if person is None:
            raise RuleBroken(
                "NIK ini tidak tercatat di data penduduk. Periksa lagi angkanya, atau impor dulu "
                "datanya."
            )
        if line.name:
            one, other = officials.bare_name(line.name), officials.bare_name(person.name)
            if one != other and SequenceMatcher(None, one, other).ratio() < ALIKE:
                raise RuleBroken(
                    "Namanya tidak sama dengan nama pemilik NIK ini di data penduduk. Periksa lagi "
                    "nama dan NIK-nya."
                )
            if one != other:
                found.doubts.append("ejaan namanya berbeda dari data penduduk")
        check_person(person, since=line.since, own_people=self._own)
        if not lies_in(person.place, line.code):
            found.elsewhere = True
            found.doubts.append("menurut data penduduk ia tinggal di luar wilayah ini")

    def _post(self, found: Checked, line: Typed) -> None:
        if found.unit is None:
            return
        role = ROLE_OF[line.office](found.unit.kind)
        for held in self._held[found.unit.pk, role]:
            account = getattr(held.user, "resident", None)
            if account is not None and found.person and account.person_id == found.person.pk:
                self._again(found, line, held)
                return
            if held.since >= line.since:
                raise RuleBroken(
                    f"Jabatan ini sudah dipegang orang lain sejak {held.since:%d-%m-%Y}. Isi "
                    "kolom mulai dengan tanggal sesudahnya, atau akhiri dulu jabatannya."
                )
            found.replaces = True
            found.doubts.append(
                f"menggantikan pejabat sekarang, yang berakhir "
                f"{line.since - timedelta(days=1):%d-%m-%Y}"
            )

    def _again(self, found: Checked, line: Typed, held: Holding) -> None:
        """The line names whoever holds the post: nothing to do, or details to correct."""
        if line.says_since and line.since != held.since:
            raise RuleBroken(
                f"Orang ini sudah memegang jabatan ini sejak {held.since:%d-%m-%Y}. Tulis tanggal "
                "itu di kolom mulai, atau kosongkan."
            )
        found.holding, found.replaces = held, False
        told = (line.decree, line.decree_on, line.until)
        known = (held.decree, held.decree_on, held.until)
        found.is_same = all(new in ("", None, old) for new, old in zip(told, known, strict=True))


def refuse_conflicts(lines: Iterable[Checked]) -> None:
    """Refuse lines that another line contradicts: one person with two posts, one post with two
    people. Of equal lines the first stays."""
    by_post: dict[tuple[str, Office], list[Checked]] = defaultdict(list)
    by_nik: dict[str, list[Checked]] = defaultdict(list)
    for one in lines:
        if one.typed is not None and not one.reason:
            by_post[one.typed.code, one.typed.office].append(one)
            by_nik[one.typed.nik.digits].append(one)
    for some in by_post.values():
        first = some[0]
        for other in some[1:]:
            assert first.typed is not None and other.typed is not None
            if first.typed.nik == other.typed.nik:
                other.reason = f"Baris ini sama dengan baris {first.line}. Hapus salah satunya."
            else:
                other.reason = _two(first.line, "menyebut orang lain untuk jabatan yang sama")
                first.reason = _two(other.line, "menyebut orang lain untuk jabatan yang sama")
    for some in by_nik.values():
        open_ones = [one for one in some if not one.reason]
        for one in open_ones if len(open_ones) > 1 else []:
            other = next(two for two in open_ones if two is not one)
            one.reason = _two(other.line, "menyebut NIK yang sama untuk jabatan lain")
        # assigned in turn, so that each names another line


def _two(line: int, what: str) -> str:
    return f"Baris {line} {what}. Perbaiki atau hapus salah satunya."
