"""The demonstration: invented people, posts and cases in Kota Bontang and Kabupaten Blitar.

Made with the product's own actions, so a demo city differs from a real one in nothing but its
people. Runs only when ``settings.DEMO`` is set, which production refuses to start with.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop
from PIL import Image, ImageDraw

from accounts.demo import DemoPerson
from accounts.models import User
from deploy.local.synthetic import Families, Place
from kernel.clock import now
from services.applications import actions as asking
from services.applications.models import Application
from services.cases import decisions
from services.cases import queries as desks
from services.catalogue.queries import service
from services.catalogue.steps import DeskStep
from services.residents.actions import login_for
from services.residents.imports.direct import import_people
from services.residents.models import Person, ResidentAccount
from tenants.backend.scope import in_city, in_public
from tenants.office.actions import appoint, open_posts
from tenants.office.models import Post, Profile, Unit
from tenants.office.roles import Can, can, having, roles_at
from tenants.office.structure import add_post
from tenants.registry.current import city_or_none
from tenants.registry.models import City

STAFF_DOMAIN = "contoh.go.id"
ACCENTS = {"64.74": "#0b6b5d", "35.05": "#8a3b12"}
PEOPLE = {"64.74": 2000, "35.05": 160}
VILLAGES = {"64.74": None, "35.05": 4}  # None: all of them
RT_PER_VILLAGE = ((1, 1), (1, 2), (1, 3), (2, 4), (2, 5), (2, 6))  # (RW, RT)
SINCE = date(2025, 1, 2)


class NotADemo(RuntimeError):
    """Demo people were asked for where they must not exist."""


def make(city: City) -> None:
    """Fill a demo city once. Raises NotADemo outside a demonstration."""
    if not (settings.DEMO and city.is_demo):
        raise NotADemo(city.code)
    with in_city(city), transaction.atomic():
        if Person.objects.exists():
            return
        villages = list(
            Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA]).order_by("code")[
                : VILLAGES[city.code]
            ]
        )
        families = Families(seed=int(city.code.replace(".", "")))
        _dress(city, villages)
        _populate(families, villages, PEOPLE[city.code])
        _staff(families, villages)
        _treasurer(families, villages[0])
        _neighbourhood_heads()
        _admin(city)
        _residents_with_accounts(villages)
        _cases(villages)


def make_operator() -> None:
    """The platform operator of a demonstration."""
    if not settings.DEMO:
        raise NotADemo("operator")
    with in_public():
        User.objects.get_or_create(
            login=f"operator@{STAFF_DOMAIN}",
            defaults={
                "name": "Operator Balai",
                "email": f"operator@{STAFF_DOMAIN}",
                "is_operator": True,
                "password": "!",
            },
        )


def _dress(city: City, villages: Sequence[Unit]) -> None:
    Profile.objects.update(
        accent=ACCENTS[city.code],
        contact="pengaduan@" + STAFF_DOMAIN,
        website="https://example.id",
        languages="en",
    )
    for number, unit in enumerate([*villages, *Unit.objects.filter(kind=Unit.Kind.KECAMATAN)], 1):
        unit.address = f"Jalan Balai Contoh {number}"
        unit.phone = f"(0548) 500{number:03d}"
        unit.email = f"kantor{number}@{STAFF_DOMAIN}"
        unit.save(update_fields=["address", "phone", "email"])
    Unit.objects.filter(kind=Unit.Kind.DINAS).update(
        address="Jalan Balai Contoh 100", phone="(0548) 500900", email=f"dpmptsp@{STAFF_DOMAIN}"
    )


def _populate(families: Families, villages: Sequence[Unit], people: int) -> None:
    places = [Place(unit.code, rw, rt) for unit in villages for rw, rt in RT_PER_VILLAGE]
    out = io.StringIO()
    rows = families.rows(places, people)
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    import_people(name="demo.csv", content=out.getvalue().encode(), actor=None)


def _account(login: str, name: str) -> User:
    """Someone who signs in from the list of demo people only: no password fits."""
    return User.objects.create_user(login, None, name=name, email=login if "@" in login else "")


def _staff(families: Families, villages: Sequence[Unit]) -> None:
    """Somebody at every post of these villages, of every kecamatan and of the dinas."""
    kecamatan = {unit.code.rpartition(".")[0] for unit in villages}
    posts = Post.objects.select_related("unit").filter(having(Can.CHECKS) | having(Can.HEADS))
    wanted = [
        post
        for post in posts
        if post.unit in villages or post.unit.code in kecamatan or post.unit.kind == Unit.Kind.DINAS
    ]
    for number, post in enumerate(wanted, 1):
        user = _account(f"petugas{number}@{STAFF_DOMAIN}", families.official_name())
        is_camat = post.unit.kind == Unit.Kind.KECAMATAN
        appoint(
            post=post,
            user=user,
            since=SINCE,
            by=None,
            nip=f"19{70 + number % 25:02d}0{1 + number % 9}15200{number % 10}011{number:03d}",
            rank=""
            if not can(post.role, Can.HEADS)
            else "Pembina (IV/a)"
            if is_camat
            else "Penata (III/c)",
        )


def _treasurer(families: Families, village: Unit) -> None:
    """Who takes fees in the first village, once a service has some."""
    user = _account(f"bendahara@{STAFF_DOMAIN}", families.official_name())
    role = next(role for role in roles_at("kelurahan") if Can.COLLECTS in role.can)
    title = f"{role.title} {village.name}"
    post = add_post(unit=village, role=role.code, title=title, by=user)
    appoint(post=post, user=user, since=SINCE, by=None)


def _neighbourhood_heads() -> None:
    """The oldest head of family of each RT leads it; their own account signs in."""
    for rt in Unit.objects.filter(kind=Unit.Kind.RT):
        head = (
            Person.objects.filter(household__rt=rt, relation=1).order_by("birth_date", "pk").first()
        )
        if head is None:
            continue
        (post,) = open_posts(unit=rt)
        appoint(post=post, user=_resident_account(head), since=SINCE, by=None)


def _resident_account(person: Person) -> User:
    user = User.objects.create_user(
        login_for(bytes(person.nik_print or b"")), None, name=person.name, email=""
    )
    ResidentAccount.objects.create(user=user, person=person)
    return user


def _admin(city: City) -> None:
    post = Post.objects.get(having(Can.ADMINISTERS), unit__code=city.code)
    appoint(
        post=post, user=_account(f"admin@{STAFF_DOMAIN}", "Wulan Prameswari"), since=SINCE, by=None
    )


def _residents_with_accounts(villages: Sequence[Unit]) -> None:
    """Adults who lead no RT: six in the first village, where the story plays, two in others."""
    for village in villages:
        people = Person.objects.filter(
            household__rt__code__startswith=f"{village.code}/",
            birth_date__lt=date(2000, 1, 1),
            account__isnull=True,
        )
        for person in people.order_by("pk")[: 6 if village == villages[0] else 2]:
            _resident_account(person)


# --- cases ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Story:
    """One case and how far it has come."""

    slug: str
    typed: dict[str, str]
    approvals: int  # how many desks have approved
    last: str = ""  # "return" or "refuse" by the next desk
    note: str = ""
    days_ago: float = 1


def _sktm(purpose: str, income: str, dependants: str, *steps: object, **more: object) -> Story:
    typed = {"keperluan": purpose, "penghasilan": income, "tanggungan": dependants}
    return Story("sktm", typed, *steps, **more)  # type: ignore[arg-type]


def _reklame(kind: str, words: str, size: str, place: str, approvals: int, days: float) -> Story:
    first = now().date() + timedelta(days=30)
    typed = {
        "jenis": kind, "isi": words, "luas": size, "lokasi": place, "mulai": first.isoformat(),
        "selesai": (first + timedelta(days=364)).isoformat(), "lahan_sendiri": "ya",
    }  # fmt: skip
    return Story("reklame", typed, approvals, days_ago=days)


STORIES = (
    _sktm("Beasiswa anak di SMP Negeri 1", "1.450.000", "3", 0, days_ago=0.2),
    _sktm("Keringanan biaya rumah sakit", "1.200.000", "4", 1, days_ago=1.2),
    _sktm("Pendaftaran KIP Kuliah anak", "1.600.000", "3", 2, days_ago=2.1),
    _reklame("spanduk", "Bazar UMKM Akhir Tahun", "6", "Pagar lapangan kelurahan", 3, 4),
    _sktm(
        "Keringanan pembayaran listrik", "1.300.000", "3", 1, last="return", days_ago=3,
        note="Foto surat pernyataan buram dan tidak terbaca. Mohon foto ulang di tempat terang.",
    ),
    _sktm("Bantuan perbaikan rumah", "1.100.000", "5", 3, days_ago=6),
    _reklame("papan_nama", "Toko Sembako Barokah", "4", "Di depan toko, menghadap jalan", 1, 1.5),
    _reklame("billboard", "Perumahan Griya Asri", "10", "Simpang jalan utama, sisi timur", 4, 7),
    _sktm("Beasiswa anak di SMA Negeri 2", "1.750.000", "2", 3, days_ago=20),
    _sktm(
        "Bantuan modal usaha", "1.900.000", "1", 0, last="refuse", days_ago=8,
        note="Yang bersangkutan sudah pindah dari RT ini sejak bulan Agustus.",
    ),
    _reklame("papan_nama", "Bengkel Las Maju Jaya", "3,5", "Di atas pintu bengkel", 4, 12),
    _reklame("neon_box", "Apotek Sehat Sentosa", "8", "Di depan apotek, tinggi 4 meter", 6, 25),
)  # fmt: skip


def _cases(villages: Sequence[Unit]) -> None:
    accounts = list(
        ResidentAccount.objects.select_related("user", "person__household__rt")
        .exclude(user__holdings__isnull=False)
        .order_by("pk")
    )
    cast = zip(STORIES, accounts, strict=False)
    for story, account in sorted(cast, key=lambda pair: -pair[0].days_ago):
        _play(story, account)


def _play(story: Story, account: ResidentAccount) -> None:
    at = now() - timedelta(days=story.days_ago)
    application = asking.begin(
        service=service(story.slug), applicant=account.person, by=account.user
    )
    specs = application.blueprint.documents
    asking.save_answers(
        application_id=application.pk,
        typed=story.typed,
        files={spec.key: _photo(spec.label) for spec in specs},
        names={spec.key: f"{spec.label}.jpg" for spec in specs},
        by=account.user,
    )
    asking.submit(application_id=application.pk, by=account.user, at=at)
    for _ in range(story.approvals):
        at += timedelta(hours=5 + 7 * (application.pk % 2))
        _decide(application, "approve", "", min(at, now()))
    if story.last == "return":
        _decide(application, "return", story.note, at + timedelta(hours=6))
    elif story.last == "refuse":
        _decide(application, "refuse", story.note, at + timedelta(hours=6))


def _decide(application: Application, decision: str, note: str, at: datetime) -> None:
    step = desks.open_step(Application.objects.get(pk=application.pk))
    assert step is not None
    post = Post.objects.filter(unit=step.unit, role=step.role).first()
    assert post is not None
    holding = post.holdings.select_related("user").first()
    assert holding is not None
    if decision == "approve":
        spec = application.blueprint.step(step.key)
        checked = spec.checks if isinstance(spec, DeskStep) else []
        decisions.approve(step_id=step.pk, by=holding.user, note=note, checked=checked, at=at)
    elif decision == "return":
        decisions.return_(step_id=step.pk, by=holding.user, note=note, at=at)
    else:
        decisions.refuse(step_id=step.pk, by=holding.user, note=note, at=at)


def _photo(words: str) -> bytes:
    """A plain picture that says what it stands for."""
    page = Image.new("RGB", (900, 1200), "#fbfaf6")
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 860, 1160), outline="#857e6e", width=3)
    draw.text((90, 110), words.upper(), fill="#1b2430", font_size=34)
    draw.text((90, 190), "Contoh berkas untuk peragaan.", fill="#55606e", font_size=26)
    for line in range(14):
        top = 300 + line * 44
        draw.line((90, top, 810 - (line % 3) * 90, top), fill="#cfc9ba", width=6)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()


# --- who the sign-in page lists ---------------------------------------------------------------

WARGA = gettext_noop("Warga")
_VILLAGE = ("kelurahan", "desa")
_LISTED: tuple[tuple[tuple[str, ...], Can, str], ...] = (
    (("rt", "dusun"), Can.HEADS, gettext_noop("Ketua RT")),
    ((*_VILLAGE, "kecamatan"), Can.COUNTER, gettext_noop("Loket")),
    (_VILLAGE, Can.HEADS, gettext_noop("Lurah")),
    (_VILLAGE, Can.COLLECTS, gettext_noop("Bendahara")),
    (("kecamatan",), Can.HEADS, gettext_noop("Camat")),
    (("dinas",), Can.CHECKS, gettext_noop("DPMPTSP")),
    (("dinas",), Can.HEADS, gettext_noop("Kepala DPMPTSP")),
    (("kota",), Can.ADMINISTERS, gettext_noop("Admin kota")),
)


def listed() -> Iterable[DemoPerson]:
    """A few people of each kind of post, in the first village: one story can be played."""
    if city_or_none() is None:
        return
    first = (
        Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], households=None)
        .filter(children__children__households__isnull=False)
        .order_by("code")
        .first()
    )
    if first is None:
        return
    area = f"{first.code}/"
    residents = (
        ResidentAccount.objects.filter(person__household__rt__code__startswith=area)
        .exclude(user__holdings__isnull=False)
        .select_related("user", "person__household__rt")
        .order_by("pk")[:2]
    )
    for account in residents:
        rt = account.person.household.rt
        yield DemoPerson(account.user_id, account.user.name, WARGA, f"{rt.name}, {first.name}")
    yield from _officials(first, {account.person.household.rt_id for account in residents})
    yield from _records()


RECORDS = gettext_noop("Disdukcapil")
_OF_RECORDS = (Can.CHECKS, Can.HEADS)


def _records() -> Iterable[DemoPerson]:
    """Who checks requests at the office of population records, then who completes them."""
    here = Post.objects.filter(unit__code__endswith="/disdukcapil").select_related("unit")
    checking, heading = (here.filter(having(can)).order_by("pk")[:1] for can in _OF_RECORDS)
    for post in (*checking, *heading):
        for holding in post.holdings.select_related("user")[:1]:
            yield DemoPerson(holding.user_id, holding.user.name, RECORDS, post.unit.name)


def _officials(village: Unit, rts: set[int]) -> Iterable[DemoPerson]:
    kecamatan = village.code.rpartition(".")[0]
    shown = Q(unit__in=rts) | Q(unit__code__in=[village.code, kecamatan])
    shown |= Q(unit__code__endswith="/dpmptsp") | Q(unit__kind=Unit.Kind.CITY)
    for kinds, capability, label in _LISTED:
        posts = Post.objects.filter(shown, having(capability), unit__kind__in=kinds)
        posts = posts.select_related("unit")
        for post in posts.order_by("-unit__code")[:2]:
            for holding in post.holdings.select_related("user")[:1]:
                yield DemoPerson(holding.user_id, holding.user.name, label, post.unit.name)
