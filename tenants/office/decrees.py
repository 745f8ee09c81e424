"""Units that are opened, renamed, moved or closed by decree, from a day on.

A decree is noted before its day and carried out by ``apply_due``: every ten minutes, and before
every request that is begun, sent or decided, so that no hour of the day it comes into force goes by
under the old order. What lies above (register, applications, letters) registers what follows.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.once import forget
from kernel.registry import Registry
from kernel.text import line
from tenants.office.actions import open_posts
from tenants.office.calling import retitle, usual_titles, words_for_new
from tenants.office.models import Decree, Holding, Unit
from tenants.office.naming import full_name, give_short_forms, printed
from tenants.office.queries import units_below
from tenants.registry.current import city

Change = Decree.Change
VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
NEIGHBOURHOODS = (Unit.Kind.DUSUN, Unit.Kind.RW, Unit.Kind.RT)
NO_RW = "000"


@dataclass(frozen=True, slots=True)
class Closing:
    """A unit that is closed, and who takes over."""

    unit: Unit
    successor: Unit | None


# What follows a change: new code by old code; and a closing. ``held_up`` says in words why a unit
# without a successor cannot be closed, or "".
moved: Registry[Callable[[dict[str, str]], None]] = Registry("moved", "what follows new unit codes")
closed: Registry[Callable[[Closing], None]] = Registry("closed", "what follows a closed unit")
held_up: Registry[Callable[[Unit], str]] = Registry("held_up", "what forbids closing a unit")


def today_here() -> date:
    return now().astimezone(city().tz).date()


@transaction.atomic
def note(
    *, unit: Unit, change: str, number: str, signed_on: date, effective_on: date, by: User,
    name: str = "", code: str = "", target: Unit | None = None,
) -> Decree:  # fmt: skip
    """Note a change; one whose day has come is carried out at once. Raises RuleBroken."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    number, name = printed(number, "number"), printed(name, "name", 80)
    if effective_on < signed_on:
        raise RuleBroken(
            "Tanggal berlaku tidak boleh sebelum tanggal keputusan.", field="effective_on"
        )
    if not number:
        raise RuleBroken("Isi nomor keputusannya.", field="number")
    if not unit.is_active and change != Change.OPEN:
        raise RuleBroken(f"{unit.name} sudah tidak ada.")
    if Decree.objects.filter(unit=unit, applied_at=None).exists():
        raise RuleBroken(
            "Masih ada keputusan lain yang belum berlaku untuk unit ini. Batalkan dulu, atau "
            "tunggu sampai berlaku."
        )
    decree = Decree(
        unit=unit, change=change, number=number, signed_on=signed_on,
        effective_on=effective_on, name=name, code=code.strip(), target=target, noted_by=by,
    )  # fmt: skip
    _check(decree)
    decree.save()
    audit.record(
        "decree.noted", actor=by, subject="unit", subject_id=unit.code,
        detail={"change": change, "number": decree.number, "on": effective_on.isoformat()},
    )  # fmt: skip
    if effective_on <= today_here():
        _carry_out(decree)
    return decree


@transaction.atomic
def cancel(*, decree_id: int, by: User) -> Decree:
    """Take back a decree that has not come into force. Raises NotThere."""
    decree = Decree.objects.select_for_update().filter(pk=decree_id, applied_at=None).first()
    if decree is None:
        raise NotThere("Keputusan ini sudah berlaku atau sudah dibatalkan.")
    unit = decree.unit
    audit.record(
        "decree.cancelled", actor=by, subject="unit", subject_id=unit.code,
        detail={"change": decree.change, "number": decree.number},
    )  # fmt: skip
    decree.delete()
    if decree.change == Change.OPEN:  # it never was
        Holding.objects.filter(post__unit=unit).delete()
        unit.posts.all().delete()
        unit.delete()
    return decree


def apply_due(on: date | None = None) -> int:
    """Carry out every decree whose day has come, in order; how many. Safe to repeat.

    One that cannot be carried out keeps the reason and is tried again.
    """
    today = on or today_here()
    due = Decree.objects.filter(applied_at=None, effective_on__lte=today)
    done = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            decree = (
                Decree.objects.select_for_update(of=("self",))
                .select_related("unit", "target")
                .filter(pk=pk, applied_at=None)
                .first()
            )
            if decree is None:
                continue
            try:
                with transaction.atomic():
                    _check(decree)
                    _carry_out(decree)
                done += 1
            except RuleBroken as broken:
                Decree.objects.filter(pk=pk).update(problem=broken.message[:300])
    if done:
        forget()  # units have moved
    return done


# --- what each change needs ---------------------------------------------------------------------


def _check(decree: Decree) -> None:
    """Raises RuleBroken for what cannot be carried out."""
    unit, target = decree.unit, decree.target
    if target is not None and not target.is_active:
        raise RuleBroken(f"{target.name} sudah tidak ada.", field="target")
    if decree.change == Change.RENAME:
        if not decree.name:
            raise RuleBroken("Tulis nama barunya.", field="name")
        if unit.kind in (Unit.Kind.RT, Unit.Kind.RW):
            raise RuleBroken("RT dan RW bernomor. Bentuk yang baru, lalu hapus yang lama.")
        full_name(unit.word, decree.name)
    elif decree.change == Change.MOVE:
        _check_move(decree)
    elif decree.change == Change.CLOSE:
        _check_close(unit, target)


def _check_move(decree: Decree) -> None:
    unit, target = decree.unit, decree.target
    if (
        target is None
        or target.kind not in PARENTS.get(unit.kind, ())
        or target.pk == unit.parent_id
    ):
        raise RuleBroken("Pilih unit atasan yang baru.", field="target")
    new = decree.code or _code_below(target, unit)
    if unit.kind in VILLAGES and not re.fullmatch(re.escape(target.code) + r"\.\d{4}", new):
        raise RuleBroken(
            f"Kode barunya harus diawali {target.code}, misalnya {_code_below(target, unit)}.",
            field="code",
        )
    if Unit.objects.filter(code=new).exists():
        raise RuleBroken(f"Kode {new} sudah dipakai. Tulis kode yang lain.", field="code")


def _check_close(unit: Unit, successor: Unit | None) -> None:
    if unit.kind == Unit.Kind.CITY:
        raise RuleBroken("Kota atau kabupaten tidak dihapus di sini.")
    if successor is not None and (successor.pk == unit.pk or not _may_succeed(unit, successor)):
        raise RuleBroken("Pilih unit penerus dari jenis yang sama.", field="target")
    if unit.kind == Unit.Kind.KECAMATAN and units_below(unit).exists():
        raise RuleBroken("Pindahkan atau hapus dulu semua desa dan kelurahan di dalamnya.")
    if successor is None and units_below(unit).exists():
        raise RuleBroken("Di dalamnya masih ada unit lain. Pilih unit penerusnya.", field="target")
    if successor is not None and _lies_in(successor, unit):
        raise RuleBroken("Penerusnya tidak boleh di dalam unit ini sendiri.", field="target")
    for reason in held_up:
        if successor is None and (why := reason(unit)):
            raise RuleBroken(f"{why} Pilih unit penerusnya.", field="target")


def _may_succeed(unit: Unit, other: Unit) -> bool:
    if unit.kind in VILLAGES:
        return other.kind in VILLAGES
    return unit.kind == other.kind


# Where a unit may lie.
PARENTS: dict[str, tuple[str, ...]] = {
    Unit.Kind.KELURAHAN: (Unit.Kind.KECAMATAN,),
    Unit.Kind.DESA: (Unit.Kind.KECAMATAN,),
    Unit.Kind.DUSUN: VILLAGES,
    Unit.Kind.RW: (*VILLAGES, Unit.Kind.DUSUN),
    Unit.Kind.RT: (*VILLAGES, Unit.Kind.DUSUN, Unit.Kind.RW),
}


def _lies_in(unit: Unit, above: Unit) -> bool:
    return unit.code.startswith((f"{above.code}/", f"{above.code}."))


def _code_below(parent: Unit, unit: Unit) -> str:
    """The code of a unit that comes to lie below another, with its own last part."""
    if "/" not in unit.code:
        return f"{parent.code}.{unit.code.rpartition('.')[2]}"
    middle = f"/{NO_RW}" if unit.kind == Unit.Kind.RT and parent.kind != Unit.Kind.RW else ""
    return f"{parent.code}{middle}/{unit.code.rpartition('/')[2]}"


# --- carrying out -------------------------------------------------------------------------------


def _carry_out(decree: Decree) -> None:
    unit = Unit.objects.select_for_update().get(pk=decree.unit_id)
    decree.before_name, decree.before_code = unit.name, unit.code
    if decree.change == Change.RENAME:
        _rename(unit, decree.name)
    elif decree.change == Change.MOVE:
        assert decree.target is not None
        _move(unit, decree.target, decree.code or _code_below(decree.target, unit))
    elif decree.change == Change.CLOSE:
        _close(unit, decree.target, decree.effective_on)
    else:
        unit.is_active = True
        unit.save(update_fields=["is_active"])
    decree.applied_at, decree.problem = now(), ""
    decree.save()
    audit.record(
        "decree.applied", actor=None, subject="unit", subject_id=unit.code,
        detail={"change": decree.change, "number": decree.number, "before": decree.before_code},
    )  # fmt: skip


def _rename(unit: Unit, name: str) -> None:
    before = {unit.pk: usual_titles(unit)}
    unit.name = full_name(unit.word, name)
    unit.save(update_fields=["name"])
    retitle([unit], before)


def _move(unit: Unit, parent: Unit, code: str) -> None:
    _give_codes({unit.code: code})
    unit.refresh_from_db()
    unit.parent = parent
    unit.save(update_fields=["parent"])


def _give_codes(roots: dict[str, str]) -> None:
    """New codes for these units and for everything in them; whoever keeps codes is told.

    Raises RuleBroken when one is taken.
    """
    new: dict[str, str] = {}
    changed = []
    for old, code in roots.items():
        inside = Q(code=old) | Q(code__startswith=f"{old}/") | Q(code__startswith=f"{old}.")
        for unit in Unit.objects.select_for_update().filter(inside):
            new[unit.code] = code + unit.code[len(old) :]
            unit.code = new[unit.code]
            changed.append(unit)
    _refuse_taken(new)
    Unit.objects.bulk_update(changed, ["code"], batch_size=500)
    for follow in moved:
        follow(new)


def _refuse_taken(new: dict[str, str]) -> None:
    taken = Unit.objects.filter(code__in=new.values()).exclude(code__in=new)
    if found := taken.first():
        raise RuleBroken(f"Kode {found.code} sudah dipakai {found.name}.", field="code")
    if any(len(code) > 40 for code in new.values()):
        raise RuleBroken("Kode barunya terlalu panjang.", field="code")


def _close(unit: Unit, successor: Unit | None, on: date) -> None:
    if successor is not None:
        _hand_over_parts(unit, successor)
    for follow in closed:
        follow(Closing(unit, successor))
    unit.is_active, unit.successor = False, successor
    unit.save(update_fields=["is_active", "successor"])
    last = on - timedelta(days=1)
    open_ended = Q(until__isnull=True) | Q(until__gt=last)
    for holding in Holding.objects.filter(open_ended, post__unit=unit).select_for_update():
        holding.until = max(last, holding.since)
        holding.save(update_fields=["until"])


def _hand_over_parts(unit: Unit, successor: Unit) -> None:
    """What lies in a closed unit comes to lie in its successor; where a number is taken there,
    below a dusun with the closed village's name."""
    parts = list(Unit.objects.filter(code__startswith=f"{unit.code}/"))
    tops = [part for part in parts if part.parent_id == unit.pk]
    if not tops:
        return
    below = successor.code
    wanted = {part.code: below + part.code[len(unit.code) :] for part in parts}
    if unit.kind in VILLAGES and Unit.objects.filter(code__in=wanted.values()).exists():
        below = f"{successor.code}/{slugify(unit.own_name)[:15]}"
        words = words_for_new(Unit.Kind.DUSUN, below)
        dusun, _ = Unit.objects.get_or_create(
            code=below,
            defaults={
                "kind": Unit.Kind.DUSUN, "parent": successor, "word": words.word,
                "head": words.head, "name": f"{words.word} {unit.own_name}",
            },
        )  # fmt: skip
        open_posts(unit=dusun)
        successor = dusun
    _give_codes({part.code: below + part.code[len(unit.code) :] for part in tops})
    Unit.objects.filter(pk__in=[part.pk for part in tops]).update(parent=successor)


# --- opening ------------------------------------------------------------------------------------


@transaction.atomic
def open_unit(
    *, parent: Unit, kind: str, name: str, number: str, signed_on: date, effective_on: date,
    by: User, code: str = "",
) -> Decree:  # fmt: skip
    """Note a new unit below another; it takes part from its day on. Raises RuleBroken.

    ``name`` is a name for a kecamatan, village or dusun, and a number for an RT or RW.
    """
    parent = Unit.objects.select_for_update().get(pk=parent.pk)  # one code is given once
    code = _new_code(parent, kind, line(name), code.strip())
    if Unit.objects.filter(code=code).exists():
        raise RuleBroken(f"Kode {code} sudah dipakai.", field="code")
    words = words_for_new(kind, code)
    own = f"{int(name):03d}" if kind in (Unit.Kind.RT, Unit.Kind.RW) else line(name)
    dusun = parent if parent.kind == Unit.Kind.DUSUN else parent.parent
    if kind in (Unit.Kind.RT, Unit.Kind.RW) and dusun and dusun.kind == Unit.Kind.DUSUN:
        own = f"{own} {dusun.name}"
    unit = Unit(kind=kind, code=code, parent=parent, is_active=False, word=words.word,
                head=words.head, name=full_name(words.word, own))  # fmt: skip
    used = Unit.objects.exclude(abbreviation="").values_list("abbreviation", flat=True)
    give_short_forms([unit], used)
    unit.save()
    open_posts(unit=unit)
    return note(
        unit=unit, change=Change.OPEN, number=number, signed_on=signed_on,
        effective_on=effective_on, by=by, name=line(name), code=code,
    )  # fmt: skip


def kinds_below(unit: Unit) -> list[str]:
    """Which kinds of unit may be opened in this one."""
    below = [kind for kind, above in PARENTS.items() if unit.kind in above]
    return [Unit.Kind.KECAMATAN.value] if unit.kind == Unit.Kind.CITY else [str(k) for k in below]


def _new_code(parent: Unit, kind: str, name: str, code: str) -> str:
    if kind not in kinds_below(parent):
        raise RuleBroken("Unit seperti itu tidak dibentuk di sini.", field="kind")
    if not name:
        raise RuleBroken("Tulis namanya.", field="name")
    if kind in (Unit.Kind.RT, Unit.Kind.RW):
        if not (name.isascii() and name.isdigit() and 1 <= int(name) <= 999):
            raise RuleBroken("RT dan RW bernomor 1 sampai 999.", field="name")
        middle = f"/{NO_RW}" if kind == Unit.Kind.RT and parent.kind != Unit.Kind.RW else ""
        return f"{parent.code}{middle}/{int(name):03d}"
    if kind == Unit.Kind.DUSUN:
        slug = slugify(name)[:15]
        if not slug or slug.isdigit():
            raise RuleBroken("Nama dusun ditulis dengan huruf.", field="name")
        return f"{parent.code}/{slug}"
    digits = {"kecamatan": r"\d\d", "kelurahan": r"1\d{3}", "desa": r"[23]\d{3}"}[kind]
    if not re.fullmatch(re.escape(parent.code) + r"\." + digits, code):
        example = {"kecamatan": "01", "kelurahan": "1001", "desa": "2001"}[kind]
        raise RuleBroken(
            f"Tulis kode Kemendagri-nya, misalnya {parent.code}.{example}.", field="code"
        )
    return code
