"""A kelurahan takes requests only where somebody works on them; none waits at an empty post
unseen."""

from datetime import date, timedelta

import pytest

from kernel.clock import now
from kernel.errors import RuleBroken
from services.applications import actions, staffed
from services.applications.models import Application
from services.cases import route, waiting
from services.catalogue.models import Service
from services.catalogue.queries import service
from services.residents.models import Person
from tenants.office import readiness
from tenants.office.models import Holding, Post, Unit
from tests.factories import (
    MONDAY,
    Cast,
    account,
    approve,
    draft,
    family,
    official,
    photo,
    submitted,
)

pytestmark = pytest.mark.django_db


def today() -> date:
    return route.today_of(now())


def vacate(unit: Unit, role: str) -> None:
    yesterday = today() - timedelta(days=1)
    Holding.objects.filter(post__unit=unit, post__role=role).update(until=yesterday)


def begin(person: Person, cast: Cast, slug: str = "sktm") -> Application:
    return actions.begin(service=service(slug), applicant=person, by=cast.sari)


@pytest.mark.parametrize("role", ["loket", "lurah"])
def test_nothing_begins_where_the_counter_or_the_head_is_vacant(cast: Cast, role: str) -> None:
    vacate(cast.village, role)
    Unit.objects.filter(pk=cast.village.pk).update(address="Jalan Balai 1", phone="0548 5001")
    with pytest.raises(RuleBroken) as refused:
        begin(cast.sari_person, cast)
    assert refused.value.message == (
        f"{cast.village.name} belum melayani di sini. Datanglah ke kantornya: Jalan Balai 1, "
        "telepon 0548 5001."
    )
    assert not Application.objects.exists()


def test_a_deputy_stands_in_for_the_head(cast: Cast) -> None:
    vacate(cast.village, "lurah")
    official("sekretaris", cast.village, "sekretaris")
    assert begin(cast.sari_person, cast).pk
    assert readiness.is_ready(cast.village.code, today())


def test_who_takes_office_later_or_has_a_closed_account_works_on_nothing(cast: Cast) -> None:
    Holding.objects.filter(user=cast.rina).update(since=today() + timedelta(days=1))
    with pytest.raises(RuleBroken, match="belum melayani"):
        begin(cast.sari_person, cast)
    Holding.objects.filter(user=cast.rina).update(since=today())
    cast.rina.is_active = False
    cast.rina.save()
    with pytest.raises(RuleBroken, match="belum melayani"):
        begin(cast.sari_person, cast)


def test_of_a_closed_kelurahan_the_successor_is_asked(cast: Cast) -> None:
    other = Unit.objects.get(posts__holdings__user=cast.lurah_lain)
    Unit.objects.filter(pk=cast.village.pk).update(is_active=False, successor=other)
    with pytest.raises(RuleBroken, match=f"{other.name} belum melayani"):
        begin(cast.sari_person, cast)
    official("loket-lain", other, "loket")
    assert begin(cast.sari_person, cast).pk


def test_drafts_and_cases_under_way_go_on(cast: Cast) -> None:
    begun = draft(cast)
    vacate(cast.village, "loket")
    assert begin(cast.sari_person, cast) == begun
    sent = actions.submit(application_id=begun.pk, by=cast.sari, at=MONDAY)
    assert sent.state == Application.State.RUNNING


def test_a_service_without_a_desk_in_the_kelurahan_stays_open(cast: Cast) -> None:
    vacate(cast.village, "loket")
    vacate(cast.village, "lurah")
    opened = 0
    for entry in Service.objects.filter(current__isnull=False).select_related("current"):
        assert entry.current is not None
        blueprint = entry.current.blueprint
        needs = any(
            step.level == "kelurahan" and not step.optional and not step.when
            for step in blueprint.steps
        )
        assert staffed.is_staffed(blueprint, cast.village.code, today=today()) is not needs
        opened += not needs
    assert opened


def test_pages_say_it_before_anything_is_filled(cast: Cast, in_bontang, client_for) -> None:
    vacate(cast.village, "loket")
    client = client_for(in_bontang)
    client.force_login(cast.sari, "services.residents.backends.NikBackend")
    said = f"{cast.village.name} belum melayani di sini"
    home, page = client.get("/").content.decode(), client.get("/layanan/sktm/").content.decode()
    assert said in home and said in page
    assert "Ajukan sekarang" not in page
    assert client.get("/ajukan/sktm/").url == "/layanan/sktm/"
    assert said in client.post("/ajukan/sktm/").content.decode()
    client.logout()
    assert "Ajukan sekarang" in client.get("/layanan/sktm/").content.decode()


def test_neighbours_of_a_ready_kelurahan_read_nothing_of_it(cast, in_bontang, client_for) -> None:
    client = client_for(in_bontang)
    client.force_login(cast.sari, "services.residents.backends.NikBackend")
    assert "belum melayani" not in client.get("/").content.decode()
    assert "Ajukan sekarang" in client.get("/layanan/sktm/").content.decode()


def test_villages_are_told_apart_by_counter_and_head(cast: Cast) -> None:
    assert list(readiness.ready_villages(today())) == [cast.village]
    other = Unit.objects.get(posts__holdings__user=cast.lurah_lain)
    found = {unit.pk: unit for unit in readiness.unready_villages(today())}
    assert (found[other.pk].has_head, found[other.pk].has_counter) == (True, False)
    assert cast.village.pk not in found


def test_cases_at_an_empty_post_are_counted_by_unit_and_post(
    cast: Cast, django_assert_num_queries
) -> None:
    for place in range(2):
        application = submitted(cast) if place == 0 else _neighbours(cast)
        approve(application, cast.hasan)
    assert waiting.by_post(waiting.unattended(today())) == []
    vacate(cast.village, "loket")
    with django_assert_num_queries(1):
        (row,) = waiting.by_post(waiting.unattended(today()))
    assert (row.place, row.number) == (cast.village.name, 2)
    assert row.post_id == Post.objects.get(unit=cast.village, role="loket").pk
    assert waiting.unattended(today()).count() == 2


def test_the_place_of_an_rt_is_told_in_full(cast: Cast) -> None:
    submitted(cast)
    vacate(Unit.objects.get(posts__holdings__user=cast.hasan), "ketua_rt")
    (row,) = waiting.by_post(waiting.unattended(today()))
    assert row.place == f"RT 001, RW 001, {cast.village.name}"
    (row,) = waiting.by_post(waiting.late(MONDAY + timedelta(days=30)))
    assert row.number == 1 and not waiting.late(MONDAY).exists()


def test_a_case_a_deputy_can_decide_is_not_at_an_empty_post(cast: Cast) -> None:
    approve(submitted(cast), cast.hasan, cast.rina)
    vacate(cast.village, "lurah")
    assert [row.number for row in waiting.by_post(waiting.unattended(today()))] == [1]
    official("sekretaris", cast.village, "sekretaris")
    assert waiting.by_post(waiting.unattended(today())) == []


def test_admins_see_what_is_not_ready_and_no_names(cast: Cast, in_bontang, client_for) -> None:
    approve(submitted(cast), cast.hasan)
    vacate(cast.village, "loket")
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client = client_for(in_bontang)
    client.force_login(admin, "accounts.backends.LoginBackend")
    assert "1 permohonan menunggu di jabatan yang kosong" in client.get("/kelola/").content.decode()
    page = client.get("/kelola/kesiapan/").content.decode()
    counter = Post.objects.get(unit=cast.village, role="loket")
    assert f"Tunjuk {counter.title}" in page and "0 dari 15" in page
    assert cast.sari_person.name.title() not in page and cast.sari_person.name not in page
    client.force_login(cast.lurah, "accounts.backends.LoginBackend")
    assert client.get("/kelola/kesiapan/").status_code == 403


def _neighbours(cast: Cast) -> Application:
    """The same request of somebody else in RT 001."""
    person, *_ = family(cast.village)
    application = actions.begin(service=service("sktm"), applicant=person, by=account(person))
    typed = {"keperluan": "Beasiswa", "penghasilan": "1.000.000", "tanggungan": "2"}
    files = {"pernyataan": photo()}
    actions.save_answers(
        application_id=application.pk, typed=typed, files=files,
        names={"pernyataan": "foto.jpg"}, by=application.opened_by,
    )  # fmt: skip
    return actions.submit(application_id=application.pk, by=application.opened_by, at=MONDAY)
