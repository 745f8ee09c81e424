"""Nobody opens the page of a neighbour's thing: every address with an id, for every role of the
unit beside it and of the city beside it.

``THINGS`` says what an address is about. An address that stands in neither list fails the test: a
new page is filed here as it is made.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.models import User
from tenants.backend.scope import in_city
from tenants.office.models import Post, Unit
from tenants.registry.models import City
from tests.access.world import (
    OF_DESKS,
    OF_HEADS,
    OF_RESIDENTS,
    OF_TREASURERS,
    World,
    build,
)
from tests.architecture.test_addresses import pages
from tests.factories import account, family, make_cast, official
from ui.page import Audience

pytestmark = pytest.mark.django_db
GUARDED = OF_RESIDENTS | OF_HEADS | OF_TREASURERS | OF_DESKS
# The longest beginning counts. The last id of an address is the thing's own unless named below.
THINGS = {
    "meja/antrean/atur/": "line",
    "meja/antrean/atur/layar/": "screen",
    "meja/antrean/atur/loket/": "window",
    "meja/antrean/nomor/": "ticket",
    "meja/bantuan/": "programme",
    "meja/bantuan/calon/": "candidate",
    "meja/banyak/": "bulk",
    "meja/berkas/": "case",
    "meja/buku/arsip/": "item",
    "meja/buku/berkas/": "book_file",
    "meja/buku/lama/": "paper",
    "meja/buku/lama/berkas/": "paper_import",
    "meja/buku/musnah/": "destruction",
    "meja/buku/surat/": "entry_in",
    "meja/buku/tahanan/": "hold",
    "meja/bulanan/": "rt",
    "meja/hasil/": "result",
    "meja/kios/": "kiosk",
    "meja/kolektif/": "collective",
    "meja/kunjungan/": "visit",
    "meja/kunjungan/foto/": "visit_photo",
    "meja/kunjungan/rumah/": "home_visit",
    "meja/kunjungan/rumah/foto/": "stop_photo",
    "meja/standar/": "village",
    "lapangan/": "home_visit",
    "lapangan/titik/": "stop",
    "meja/loket/": "person",
    "meja/penduduk/": "person",
    "meja/pengumuman/": "of_village",
    "meja/retribusi/": "order",
    "meja/retribusi/bukti/": "proof",
    "meja/retribusi/kuitansi/": "payment",
    "meja/rt/berhalangan/": "holding",
    "meja/status/": "status_file",
    "meja/rt/berhalangan/<int:pk>/selesai/": "absence",
    "meja/surat/": "letter",
    "meja/tanda-tangan/": "signature",
    "meja/tanda-tangan/hasil/": "signing_batch",
    "meja/tanda-tangan/percobaan/": "signing_attempt",
    "berkas/": "document",
    "pengantar/": "vouch",
    "surat/": "letter",
    "antrean/janji/": "appointment",
    "antrean/nomor/": "ticket",
    "bantuan/": "candidate",
    "data-saya/dokumen/": "wallet",
    "data-saya/keberatan/": "reading",
    "data-saya/wakil/": "representation",
    "meja/rt/kartu/": "sheet",
    "kas-rt/kuitansi/": "dues_receipt",
    "kas-rt/laporan/": "month",
    "permohonan/": "case",
    "permohonan/<int:pk>/formulir/": "kk",
    "permohonan/<int:pk>/hasil/": "kk",
    "permohonan/nomor/": "own_number",
    "retribusi/": "order",
    "retribusi/kuitansi/": "payment",
    "rt-saya/kalender/": "activity",
    "rt-saya/kegiatan/": "activity",
    "rt-saya/pengumuman/": "announcement",
    "rt-saya/tukar/": "swap",
    "rt/kas/": "rt",
    "rt/kas/baris/": "entry",
    "rt/kas/jenis/": "dues",
    "rt/kas/kuitansi/": "dues_receipt",
    "rt/kas/laporan/": "month",
    "rt/": "step",
    "rt/bantu/": "behalf",
    "rt/bantu/warga/": "person",
    "rt/bantuan/": "programme",
    "rt/bantuan/calon/": "candidate",
    "rt/berhalangan/": "holding",
    "rt/berhalangan/<int:pk>/selesai/": "absence",
    "rt/buku/keluarga/": "household",
    "rt/buku/tanda/": "mark",
    "rt/buku/warga/": "person",
    "rt/bulanan/": "rt",
    "rt/kegiatan/": "activity",
    "rt/kontak/": "contact",
    "rt/kos/": "house",
    "rt/kos/baru/": "person",
    "rt/laporan/": "report",
    "rt/lapor/": "person",
    "rt/pengumuman/": "announcement",
    "rt/ronda/": "group",
    "rt/ronda/anggota/": "member",
    "rt/tamu/": "guest",
}
# What the other ids of an address are.
OTHERS = {
    "advice_id": "advice", "act": "hand_over", "household": "household",
    "letter_id": "letter", "person": "person", "other": "other",
    "village": "village", "unit": "village", "document": "document", "scan": "scan",
}  # fmt: skip
# What nobody of this world brings about: the tests of each refuse the neighbours.
NOT_REACHED = {
    "meja/berkas/<int:pk>/nomor/",
    "meja/buku/berkas/<int:pk>/",
    "meja/buku/musnah/<int:pk>/berita-acara/",
    "meja/berkas/<int:pk>/peristiwa/",
    "permohonan/<int:pk>/surat-lain/<slug:key>/",
    "pengantar/<int:pk>/",
    "retribusi/daring/<int:pk>/",
    "rt/bantu/<int:pk>/surat/<int:letter_id>/",
    "rt-saya/kegiatan/<int:pk>/<str:day>/foto/",
    "rt/kegiatan/<int:pk>/<str:day>/foto/",
}
# A waiting room takes every resident.
OPEN_TO_ALL = {"antrean/<int:line>/ambil/", "antrean/<int:line>/janji/"}
CLOSED = {403, 404, 405}
# Of the whole kelurahan: a head of another RT there opens them too.
OF_THE_VILLAGE = ("rt/bantuan/",)
# Of the whole city: every dinas visits people in each village, for the cases at its own desks.
OF_THE_CITY = ("meja/kunjungan/rumah/ke/",)


def _routes() -> list[tuple[str, Audience]]:
    """Every address of the city with a number in it, and whom it is for."""
    return [
        (route, said.audience)
        for route, said in pages(get_resolver("config.urls_city"))
        if "<int:" in route and said is not None and said.audience in GUARDED
        if route not in OPEN_TO_ALL
    ]


def _thing(route: str) -> str:
    return THINGS[max((start for start in THINGS if route.startswith(start)), key=len)]


def _address(route: str, world: World) -> str:
    def value(match: re.Match[str]) -> str:
        kind, name = match.groups()
        if kind == "int":
            if name == "scan" and "lama" in route:
                return str(world.ids["paper_scan"])
            return str(world.ids[OTHERS.get(name) or _thing(route)] if name != "number" else 1)
        if kind == "slug":
            known = {"word": "kematian", "output": "surat", "key": "kk"}
            if "formulir" in route:
                return "f102"
            return known.get(name) or ("sktm" if "bantu" in route else "lapor-tamu")
        return "2026-10" if name == "text" else world.day

    return "/" + re.sub(r"<(\w+):(\w+)>", value, route)


def test_every_address_with_an_id_is_filed() -> None:
    missing = [
        route for route, _ in _routes() if not any(route.startswith(start) for start in THINGS)
    ]
    assert missing == []


@pytest.fixture
def enter(client_for: Callable[[City], Client]) -> Callable[[City, User], Client]:
    def enter(city: City, user: User) -> Client:
        client = client_for(city)
        is_resident = user.login.startswith("nik:")
        backend = "services.residents.backends.NikBackend"
        client.force_login(user, backend if is_resident else "accounts.backends.LoginBackend")
        return client

    return enter


def _neighbours(village: Unit, mark: str) -> Iterator[tuple[User, set[Audience]]]:
    """Whoever has a post in a kelurahan and in its first RT, and a resident of it; each with the
    pages that such people have."""
    resident = family(village)[0]
    yield account(resident), OF_RESIDENTS
    rt = resident.household.rt
    Post.objects.get_or_create(unit=rt, role="bendahara_rt", defaults={"title": "Bendahara"})
    yield official(f"ketua-{mark}", rt, "ketua_rt"), OF_HEADS
    yield official(f"bendahara-{mark}", rt, "bendahara_rt"), OF_TREASURERS
    yield official(f"loket-{mark}", village, "loket"), OF_DESKS


def _opened(
    client: Client, world: World, audiences: set[Audience], leaving_out: tuple[str, ...] = ()
) -> list[str]:
    """What this visitor is not kept from."""
    found = []
    for route, audience in _routes():
        if audience not in audiences or route.startswith(leaving_out):
            continue
        address = _address(route, world)
        for method in ("get", "post"):
            status = getattr(client, method)(address, follow=method == "get").status_code
            if status not in CLOSED:
                found.append(f"{method} {route}: {status}")
    return found


def test_each_thing_is_opened_by_those_concerned_and_by_no_neighbour(
    in_bontang: City, blitar: City, enter: Callable[[City, User], Client]
) -> None:
    world = build(make_cast())
    cast = world.cast
    inside = [(enter(in_bontang, user), said) for user, said in world.insiders]
    never = []
    for route, audience in _routes():
        if route in NOT_REACHED:
            continue
        clients = (client for client, said in inside if audience in said)
        answers = (client.get(_address(route, world)).status_code for client in clients)
        if next((answer for answer in answers if answer not in (403, 404)), 404) in (404, 500):
            never.append(route)
    assert not never, "\n".join(never)  # the rest would ask for things that are not there

    there = cast.lurah_lain.holdings.get().post.unit
    far = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk).first()
    assert far is not None
    dinsos = Unit.objects.get(kind="dinas", code__endswith="/dinsos")
    others = [
        (cast.lurah_lain, OF_DESKS),
        *_neighbours(there, "lain"),
        (official("camat-jauh", far, "camat"), OF_DESKS),
    ]
    outsider = official("dinsos", dinsos, "petugas_dinas")
    seen = {
        user.login: _opened(enter(in_bontang, user), world, audiences) for user, audiences in others
    }
    seen["dinsos"] = _opened(enter(in_bontang, outsider), world, OF_DESKS, OF_THE_CITY)
    assert {login: found for login, found in seen.items() if found} == {}

    # Another RT of the same kelurahan.
    rt = cast.tetangga.resident.person.household.rt
    Post.objects.get_or_create(unit=rt, role="bendahara_rt", defaults={"title": "Bendahara"})
    beside = [
        (cast.tetangga, OF_RESIDENTS),
        (cast.bahar, OF_HEADS),
        (official("bendahara-002", rt, "bendahara_rt"), OF_TREASURERS),
    ]
    seen = {
        user.login: _opened(enter(in_bontang, user), world, audiences, OF_THE_VILLAGE)
        for user, audiences in beside
    }
    assert {login: found for login, found in seen.items() if found} == {}

    # The same numbers in another city.
    with in_city(blitar):
        village = Unit.objects.filter(kind__in=["kelurahan", "desa"]).order_by("code")[0]
        seen = {
            user.login: _opened(enter(blitar, user), world, audiences)
            for user, audiences in list(_neighbours(village, "kota-lain"))
        }
    assert {login: found for login, found in seen.items() if found} == {}
