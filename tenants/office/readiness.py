"""What is left before residents are served, and which kelurahan and desa take requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet

from kernel.clock import now
from tenants.backend.scope import in_city
from tenants.office.models import Holding, Post, Profile, Unit
from tenants.office.queries import current_holdings, unit_at
from tenants.registry.models import City

# A desk is a role and those who may act instead; one of them holding office is enough.
Desk = tuple[str, ...]
COUNTER: Desk = (Post.Role.LOKET,)
HEAD: Desk = (Post.Role.LURAH, Post.Role.SEKRETARIS)


def are_held(desks: Iterable[Desk], unit_code: str, on: date) -> bool:
    """Whether each of these desks of a unit, or of its successor, has somebody on a day."""
    unit = unit_at(unit_code)
    if unit is None:
        return False
    holdings = current_holdings(on).filter(post__unit=unit, user__is_active=True)
    held = set(holdings.values_list("post__role", flat=True))
    return all(held.intersection(desk) for desk in desks)


def villages(on: date) -> QuerySet[Any]:
    """Every kelurahan and desa, with ``has_counter`` and ``has_head``."""

    def is_held(desk: Desk) -> Exists:
        at_desk = Holding.objects.filter(post__unit=OuterRef("pk"), post__role__in=desk)
        return Exists(at_desk.filter(pk__in=current_holdings(on), user__is_active=True))

    found = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True)
    return found.annotate(has_counter=is_held(COUNTER), has_head=is_held(HEAD)).order_by("code")


def ready_villages(on: date) -> QuerySet[Any]:
    """Those whose counter and head are held: the only ones that take new requests."""
    return villages(on).filter(has_counter=True, has_head=True)


def unready_villages(on: date) -> QuerySet[Any]:
    """The others."""
    return villages(on).exclude(has_counter=True, has_head=True)


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the set-up checklist."""

    key: str
    title: str
    hint: str
    done: bool
    count: str = ""  # "3 dari 15", where counting helps
    path: str = ""  # where it is done, in the city's own pages


def checklist(city: City) -> list[Task]:
    """What is left before residents can apply, in the order to do it."""
    with in_city(city):
        today = now().astimezone(city.tz).date()
        profile = Profile.objects.first()
        units = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True)
        all_villages, addressed = units.count(), units.exclude(address="").count()
        ready = ready_villages(today).count()
        neighbourhoods = Unit.objects.filter(kind=Unit.Kind.RT).count()
        has_people = apps.get_model("residents", "Person").objects.exists()
        held = current_holdings(today).filter(post=OuterRef("pk"), user__is_active=True)
        rt_heads = Post.objects.filter(role=Post.Role.KETUA_RT).filter(Exists(held)).count()
        services = apps.get_model("catalogue", "Service").objects.filter(is_active=True).count()
    return [
        Task("wilayah", "Wilayah", "Kecamatan, kelurahan, dan desa sudah terisi dari data "
             "resmi Kemendagri.", True, path="/kelola/wilayah/"),
        Task("layanan", "Layanan", "Layanan siap pakai bisa langsung dibuka.", services > 0,
             f"{services} layanan", "/kelola/layanan/"),
        Task("identitas", "Logo dan kontak", "Logo dan kontak pengaduan tampil di halaman "
             "warga.", bool(profile and profile.logo and profile.contact), "",
             "/kelola/identitas/"),
        Task("alamat", "Alamat kop surat", "Alamat tiap kelurahan dan desa tercetak di kop surat.",
             addressed > 0, f"{addressed} dari {all_villages}", "/kelola/wilayah/"),
        Task("penduduk", "Data penduduk", "Impor data penduduk agar warga bisa mendaftar dengan "
             "NIK.", has_people, "", "/kelola/penduduk/"),
        Task("kelurahan", "Kelurahan dan desa yang siap", "Yang siap punya petugas loket dan "
             "lurah, kepala desa, atau sekretarisnya. Warga kelurahan lain belum bisa mengajukan.",
             ready > 0, f"{ready} dari {all_villages}", "/kelola/kesiapan/"),
        Task("rt", "Ketua RT", "Tunjuk Ketua RT yang memberi pengantar.", rt_heads > 0,
             f"{rt_heads} dari {neighbourhoods}", "/kelola/rt/"),
    ]  # fmt: skip
