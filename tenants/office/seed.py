"""What a new city's office starts with: its whole territory, its posts, its first official."""

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from tenants.backend.scope import in_public
from tenants.office.kinds import usual_words
from tenants.office.languages import USUAL
from tenants.office.models import Holding, Post, Profile, Unit
from tenants.office.naming import give_short_forms
from tenants.office.roles import SHIPPED, Can, having, level_of
from tenants.registry import regions
from tenants.registry.models import City, Signup
from tenants.registry.provisioning import seeder

BATCH = 1000
# The dinas that shared services go to: slug, name, short name.
DINAS = (
    ("dpmptsp", "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "DPMPTSP"),
    ("disdukcapil", "Dinas Kependudukan dan Pencatatan Sipil", "Disdukcapil"),
    ("dinsos", "Dinas Sosial", "Dinsos"),
)


@seeder(order=10, label="Menyusun wilayah: kecamatan, kelurahan, dan desa")
def territory(city: City) -> None:
    """Every unit of the official list, and the dinas that shared services go to."""
    _add([Unit(kind=Unit.Kind.CITY, code=city.code, name=city.name)])
    top = Unit.objects.get(code=city.code)
    _add(
        [
            named(Unit(kind=Unit.Kind.KECAMATAN, code=a.code, parent=top), a.name)
            for a in regions.kecamatan(city.code)
        ]
        + [
            Unit(
                kind=Unit.Kind.DINAS,
                code=f"{city.code}/{slug}",
                name=name,
                abbreviation=short,
                parent=top,
            )
            for slug, name, short in DINAS
        ]
    )
    above = dict(Unit.objects.filter(kind=Unit.Kind.KECAMATAN).values_list("code", "pk"))
    _add(
        [
            named(
                Unit(
                    kind=Unit.Kind.KELURAHAN if a.is_kelurahan else Unit.Kind.DESA,
                    code=a.code,
                    parent_id=above[a.code[:8]],
                ),
                a.name,
            )
            for a in regions.villages(city.code)
        ]
    )
    units = list(Unit.objects.exclude(kind__in=[Unit.Kind.RW, Unit.Kind.RT]))
    give_short_forms(units)
    Unit.objects.bulk_update(units, ["abbreviation"], batch_size=BATCH)


def _add(units: list[Unit]) -> None:
    Unit.objects.bulk_create(units, batch_size=BATCH, ignore_conflicts=True)


def named(unit: Unit, own: str) -> Unit:
    """The unit, called as its kind is called in its city: ``Nagari Tambangan``."""
    words = usual_words(unit.kind, unit.code)
    unit.word, unit.head = words.word, words.head
    unit.name = f"{words.word} {own}"
    return unit


def posts_at(unit: Unit) -> list[Post]:
    """The posts a unit of this kind has, unsaved."""
    level, short = level_of(unit.kind), unit.abbreviation or unit.name
    head = unit.head or usual_words(unit.kind, unit.code).head or f"Kepala {short}"
    return [
        Post(
            unit=unit, role=role.code,
            title=title.format(head=head, own=unit.own_name, unit=unit.name, short=short),
        )
        for role in SHIPPED.values()
        if (title := role.posts.get(level))
    ]  # fmt: skip


@seeder(order=20, label="Menyiapkan jabatan")
def posts(city: City) -> None:
    """The posts of every unit; nobody holds them yet."""
    units = Unit.objects.exclude(kind__in=[Unit.Kind.RW, Unit.Kind.RT])
    wanted = [post for unit in units for post in posts_at(unit)]
    Post.objects.bulk_create(wanted, batch_size=BATCH, ignore_conflicts=True)


@seeder(order=30, label="Menyiapkan kop surat dan akun pertama")
def first_official(city: City) -> None:
    """The city's face, and the official who signed it up as its first admin."""
    if not Profile.objects.exists():
        Profile.objects.create(government=f"Pemerintah {city.name}", languages=USUAL)
    with in_public():
        signup = Signup.objects.filter(city=city).first()
    if signup is None:
        return  # made by command: the operator adds the first admin
    user, created = User.objects.get_or_create(
        login=signup.email,
        defaults={"name": signup.name, "email": signup.email, "password": signup.password},
    )
    admin = Post.objects.get(having(Can.ADMINISTERS), unit__code=city.code)
    today = now().astimezone(city.tz).date()
    if not admin.holdings.filter(user=user).exists():
        Holding.objects.create(post=admin, user=user, since=today)
    if created:
        audit.record("city.founded", actor=user, subject="city", subject_id=city.code)
