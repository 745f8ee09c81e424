"""The one place where test data is made: invented people with valid NIKs, and a small cast."""

import copy
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from PIL import Image

from accounts.models import User
from deploy.local.synthetic import Families, Place
from services.applications import actions
from services.applications.models import Application
from services.cases import decisions
from services.cases import queries as desks
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.catalogue import overrides
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.catalogue.queries import service
from services.catalogue.steps import DeskStep
from services.residents.models import Household, Person, ResidentAccount
from services.residents.places import ensure_rts
from services.residents.sealing import fingerprint, seal, seal_key
from tenants.office.actions import appoint, open_posts
from tenants.office.models import Post, Unit
from tenants.registry.current import city as here

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09.00 WITA
SINCE = date(2025, 1, 1)
SKTM = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
REKLAME = {
    "jenis": "billboard",
    "isi": "Toko Sembako Barokah",
    "luas": "10",
    "lokasi": "Jalan Ahmad Yani 12, depan toko",
    "mulai": "2099-12-01",
    "selesai": "2100-11-30",
    "lahan_sendiri": "ya",
}
_families = Families(seed=7)


def photo(colour: str = "white", size: tuple[int, int] = (60, 80)) -> bytes:
    """A small real JPEG."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def family(village: Unit, rw: int = 1, rt: int = 1) -> list[Person]:
    """One invented household in the register."""
    rows = _families.family(Place(village.code, rw, rt))
    unit = ensure_rts({f"{village.code}/{rw:03d}/{rt:03d}"}).popitem()[1]
    open_posts(unit=unit)
    card = rows[0]["no_kk"]
    household = Household.objects.create(
        kk_sealed=seal(card), kk_print=fingerprint(card), address=rows[0]["alamat"], rt=unit
    )
    return [
        Person.objects.create(
            household=household,
            place=unit.code,
            nik_sealed=seal(row["nik"]),
            nik_print=fingerprint(row["nik"]),
            name=row["nama"],
            sex=int(row["jenis_kelamin"]),
            birth_place=row["tempat_lahir"],
            birth_date=date.fromisoformat(row["tanggal_lahir"]),
            religion=1,
            marital=int(row["status_kawin"]),
            relation=int(row["hubungan"]),
            education=5,
            occupation=15,
            citizenship=1,
        )
        for row in rows
    ]


def account(person: Person, email: str = "") -> User:
    """An account for someone in the register."""
    user = User.objects.create_user(f"nik:{bytes(person.nik_print).hex()}", "kata-sandi-uji")
    user.name, user.email = person.name, email
    user.save()
    ResidentAccount.objects.create(user=user, person=person)
    return user


def official(login: str, unit: Unit, role: str) -> User:
    """Somebody who holds a post since long ago."""
    user = User.objects.create_user(f"{login}@contoh.go.id", "kata-sandi-uji", name=login.title())
    appoint(post=Post.objects.get(unit=unit, role=role), user=user, since=SINCE, by=None)
    return user


@dataclass(frozen=True)
class Cast:
    """A neighbourhood and everyone a case passes, plus those who must see nothing."""

    village: Unit
    kecamatan: Unit
    dinas: Unit
    sari: User  # lives in RT 001
    sari_person: Person
    tetangga: User  # lives in RT 002 of the same kelurahan
    hasan: User  # Ketua RT 001
    bahar: User  # Ketua RT 002
    rina: User  # loket kelurahan
    lurah: User
    loket_kecamatan: User
    camat: User
    petugas: User  # DPMPTSP
    kepala: User  # Kepala DPMPTSP
    lurah_lain: User  # Lurah of another kelurahan


@dataclass(frozen=True)
class Recorded:
    """What making a cast wrote, to be written again at once in the next test of this process."""

    cast: "Cast"
    statements: str
    sequences: tuple[str, ...]  # of the tables that were written
    first_id: int


_recorded: dict[tuple[str, bytes], Recorded] = {}
FIRST_ID = 5_000_001  # of the rows of the first city's cast: no other row has such an id


def make_cast() -> Cast:
    """In the city the test stands in. Made by the actions once in a process; after that the same
    rows are written in one message, which takes a tenth of the time."""
    which = here().schema_name, seal_key()  # numbers are sealed: not after a key was exchanged
    if which not in _recorded:
        _recorded[which] = _record(_make_cast, FIRST_ID * (len(_recorded) + 1))
        return copy.deepcopy(_recorded[which].cast)
    known = _recorded[which]
    with connection.cursor() as cursor:
        before = _counters(cursor, known.sequences)
        _count_from(cursor, dict.fromkeys(known.sequences, known.first_id))
        cursor.execute(known.statements)
        _count_from(cursor, before)
    return copy.deepcopy(known.cast)


def _record(make: Callable[[], Cast], first_id: int) -> Recorded:
    written: list[str] = []
    sequences = _all_sequences()

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            cursor = context["cursor"].cursor
            for one in params if many else (params,):
                text = cursor.mogrify(sql, one)
                written.append(text.decode() if isinstance(text, bytes) else text)
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        before = _counters(cursor, sequences)
        _count_from(cursor, dict.fromkeys(sequences, first_id))
        with connection.execute_wrapper(listen):
            cast = make()
        after = _counters(cursor, sequences)
        _count_from(cursor, before)
    used = tuple(name for name in sequences if after[name] != first_id)
    return Recorded(cast, ";\n".join(written), used, first_id)


def _all_sequences() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = %s", [here().schema_name]
        )
        return tuple(name for (name,) in cursor.fetchall())


def _counters(cursor: Any, sequences: Iterable[str]) -> dict[str, int | None]:
    cursor.execute(
        "SELECT sequencename, last_value FROM pg_sequences"
        " WHERE schemaname = %s AND sequencename = ANY(%s)",
        [here().schema_name, list(sequences)],
    )
    return dict(cursor.fetchall())


def _count_from(cursor: Any, values: dict[str, Any]) -> None:
    """What each sequence counts on from."""
    names = list(values)
    cursor.execute(
        "SELECT setval(format('%%I.%%I', %s::text, name)::regclass, coalesce(value, 1),"
        " value IS NOT NULL) FROM unnest(%s::text[], %s::bigint[]) AS wanted (name, value)",
        [here().schema_name, names, [values[name] for name in names]],
    )


def _make_cast() -> Cast:
    village, other = Unit.objects.filter(kind__in=["kelurahan", "desa"]).order_by("code")[:2]
    kecamatan = Unit.objects.get(code=village.code.rpartition(".")[0])
    dinas = Unit.objects.get(kind="dinas", code__endswith="/dpmptsp")
    sari, *_ = family(village)
    neighbour, *_ = family(village, rt=2)
    rt1 = Unit.objects.get(code=f"{village.code}/001/001")
    rt2 = Unit.objects.get(code=f"{village.code}/001/002")
    return Cast(
        village=village,
        kecamatan=kecamatan,
        dinas=dinas,
        sari=account(sari, "sari@example.com"),
        sari_person=sari,
        tetangga=account(neighbour),
        hasan=official("hasan", rt1, "ketua_rt"),
        bahar=official("bahar", rt2, "ketua_rt"),
        rina=official("rina", village, "loket"),
        lurah=official("lurah", village, "lurah"),
        loket_kecamatan=official("loket-kecamatan", kecamatan, "loket"),
        camat=official("camat", kecamatan, "camat"),
        petugas=official("petugas", dinas, "petugas_dinas"),
        kepala=official("kepala", dinas, "kepala_dinas"),
        lurah_lain=official("lurah-lain", other, "lurah"),
    )


def draft(cast: Cast, slug: str = "sktm", **changes: str) -> Application:
    """Sari's draft with every question answered and every document handed in."""
    application = actions.begin(service=service(slug), applicant=cast.sari_person, by=cast.sari)
    typed = {**(SKTM if slug == "sktm" else REKLAME), **changes}
    files = {spec.key: photo() for spec in application.blueprint.documents}
    wrong = actions.save_answers(
        application_id=application.pk,
        typed=typed,
        files=files,
        names={key: f"{key}.jpg" for key in files},
        by=cast.sari,
    )
    assert wrong == {}
    application.refresh_from_db()
    return application


def submitted(cast: Cast, slug: str = "sktm", **changes: str) -> Application:
    application = draft(cast, slug, **changes)
    return actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)


def step_of(application: Application) -> Step:
    """Where the case lies now, read afresh."""
    step = desks.open_step(Application.objects.get(pk=application.pk))
    assert step is not None
    return step


def approve(application: Application, *users: User, at: datetime = MONDAY) -> None:
    """These officials approve, one after the other."""
    for user in users:
        step = step_of(application)
        spec = kind_of(step.case).plan(step.case).step(step.key)
        checked = spec.checks if isinstance(spec, DeskStep) else []
        decisions.approve(step_id=step.pk, by=user, checked=checked, at=at)


def all_users(cast: Cast) -> Sequence[User]:
    return [value for value in vars(cast).values() if isinstance(value, User)]


def without_english(slug: str) -> None:
    """Publish this service as a city would write it: in Indonesian alone."""
    current = service(slug).current
    assert current is not None
    definition = {k: v for k, v in current.definition.items() if k != "translations"}
    publish(Blueprint.model_validate(definition), actor=None)


def changes_of(service: Service) -> dict[str, Any]:
    """What the city's current version says differently from its shared release, by place."""
    assert service.base is not None and service.current is not None
    return overrides.difference(service.base.definition, service.current.definition)


def change(slug: str, edit: Any) -> None:
    """Publish the service with this edit."""
    current = service(slug).current
    assert current is not None
    definition = copy.deepcopy(current.definition)
    edit(definition)
    publish(Blueprint.model_validate(definition), actor=None)
