"""A city's own words: edited, published, compared, moved to a new release, taken back."""

import copy
from typing import Any

import pytest

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from services.applications import actions as asking
from services.cases.models import Step
from services.catalogue import actions, adoption, overrides, queries
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Release, Service, ServiceVersion, Switch
from services.catalogue.shipped import shipped
from tests.factories import MONDAY, changes_of, draft, make_cast, step_of, submitted

pytestmark = pytest.mark.django_db
SHARED = {blueprint.slug: blueprint.canonical() for blueprint in shipped()}


@pytest.fixture
def admin(in_bontang) -> User:
    return User.objects.create_user("admin@contoh.go.id", name="Wulan")


def edit(slug: str = "sktm", **change: Any) -> dict[str, Any]:
    current = queries.service(slug).current
    assert current is not None
    return {**copy.deepcopy(current.definition), **change}


def save(admin: User, definition: dict[str, Any]) -> int:
    service = Service.objects.get(slug=definition["slug"])
    return actions.save_draft(
        slug=service.slug,
        definition=definition,
        edition=service.draft_edition,
        by=admin,
        at=MONDAY,
    )


def publish(admin: User, definition: dict[str, Any]) -> ServiceVersion:
    edition = save(admin, definition)
    return actions.publish_draft(slug=definition["slug"], edition=edition, by=admin)


NOW = SHARED["sktm"]["release"]


def release_two(**change: Any) -> Blueprint:
    """The next shared release, received by the city."""
    new = Blueprint.model_validate({**copy.deepcopy(SHARED["sktm"]), "release": NOW + 1, **change})
    actions.receive(new)
    return new


def test_a_published_change_is_data_on_top_of_the_release(admin) -> None:
    publish(admin, edit(title="SKTM Kota Bontang"))
    service = queries.service("sktm")
    assert service.title == "SKTM Kota Bontang"
    assert changes_of(service) == {"title": "SKTM Kota Bontang"}
    assert service.draft is None


def test_a_draft_changes_nothing_for_residents(admin) -> None:
    save(admin, edit(title="Belum"))
    assert queries.service("sktm").title == "Surat Keterangan Tidak Mampu"


def test_two_editors_never_overwrite_each_other(admin) -> None:
    other = User.objects.create_user("lain@contoh.go.id", name="Bayu")
    service = Service.objects.get(slug="sktm")
    save(other, edit(title="Punya Bayu"))
    with pytest.raises(Stale, match="Bayu"):
        actions.save_draft(
            slug="sktm",
            definition=edit(title="Punya Wulan"),
            edition=service.draft_edition,
            by=admin,
            at=MONDAY,
        )
    service.refresh_from_db()
    assert service.draft is not None
    assert service.draft["title"] == "Punya Bayu"


def test_what_does_not_parse_is_refused_with_its_place(admin) -> None:
    definition = edit()
    definition["fields"][0]["type"] = "hologram"
    with pytest.raises(RuleBroken, match=r"Pertanyaan 1 .*Jenis: “hologram” tidak dikenal"):
        save(admin, definition)


def test_what_the_linter_refuses_is_not_published(admin) -> None:
    definition = edit()
    definition["steps"][-1]["on_timeout"] = "teruskan"
    edition = save(admin, definition)
    with pytest.raises(actions.NotPublishable, match="menerbitkan surat"):
        actions.publish_draft(slug="sktm", edition=edition, by=admin)
    assert Service.objects.get(slug="sktm").draft is not None, "the work is not lost"


def test_history_and_restore(admin) -> None:
    first = queries.service("sktm").current
    assert first is not None
    publish(admin, edit(title="Kedua"))
    edition = actions.restore(slug="sktm", version_id=first.pk, by=admin, at=MONDAY)
    version = actions.publish_draft(slug="sktm", edition=edition, by=admin)
    assert version == first, "the same content is the same version"
    assert Service.objects.get(slug="sktm").versions.count() == 2


def test_a_new_release_waits_until_it_is_taken(admin) -> None:
    publish(admin, edit(title="Judul kami"))
    release_two(summary="Kalimat baru dari nasional.")
    service = queries.service("sktm")
    assert adoption.newest(service) is not None
    verdicts = {row.address: row.verdict for row in adoption.comparison(service)}
    assert verdicts == {"title": "ours", "summary": "theirs"}
    assert service.current is not None
    assert service.current.blueprint.summary == SHARED["sktm"]["summary"]

    version = adoption.adopt(slug="sktm", take=[], by=admin)
    assert version.blueprint.title == "Judul kami"
    assert version.blueprint.summary == "Kalimat baru dari nasional."
    service = queries.service("sktm")
    assert adoption.newest(service) is None
    assert changes_of(service) == {"title": "Judul kami"}


def test_a_conflict_is_decided_place_by_place(admin) -> None:
    publish(admin, edit(title="Judul kami", summary="Ringkasan kami."))
    release_two(title="Judul baru", summary="Ringkasan baru.")
    rows = {row.address: row.verdict for row in adoption.comparison(queries.service("sktm"))}
    assert rows == {"title": "conflict", "summary": "conflict"}
    version = adoption.adopt(slug="sktm", take=["title"], by=admin)
    assert version.blueprint.title == "Judul baru"
    assert version.blueprint.summary == "Ringkasan kami."


def test_declining_a_release_and_taking_the_next(admin) -> None:
    release_two(title="Judul dua")
    adoption.keep(slug="sktm", by=admin)
    service = Service.objects.get(slug="sktm")
    assert service.kept_until == NOW + 1
    three = {**SHARED["sktm"], "release": NOW + 2, "title": "Judul tiga"}
    actions.receive(Blueprint.model_validate(three))
    assert adoption.adopt(slug="sktm", take=[], by=admin).blueprint.title == "Judul tiga"


def test_an_adopted_release_can_be_rolled_back(admin) -> None:
    before = publish(admin, edit(title="Judul kami"))
    release_two(summary="Baru.")
    adoption.adopt(slug="sktm", take=[], by=admin)
    actions.roll_back(slug="sktm", version_id=before.pk, by=admin)
    service = queries.service("sktm")
    assert service.current == before
    assert service.base == Release.objects.get(slug="sktm", number=NOW)
    assert adoption.newest(service) is not None, "the release waits again"


def test_a_release_is_not_taken_over_unpublished_work(admin) -> None:
    save(admin, edit(title="Setengah jadi"))
    release_two(summary="Baru.")
    with pytest.raises(RuleBroken, match="belum diterbitkan"):
        adoption.adopt(slug="sktm", take=[], by=admin)


def test_applications_under_way_stay_on_their_version(admin) -> None:
    cast = make_cast()
    application = draft(cast)
    release_two(title="Judul dua")
    adoption.adopt(slug="sktm", take=[], by=admin)
    sent = asking.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert sent.blueprint.release == NOW


def test_receiving_shipped_releases_again_changes_nothing(in_bontang) -> None:
    before = list(ServiceVersion.objects.values_list("pk", "digest"))
    assert actions.receive_releases() == []
    assert list(ServiceVersion.objects.values_list("pk", "digest")) == before
    assert Release.objects.count() == len(SHARED)


def test_a_service_of_the_citys_own(admin) -> None:
    own = {**edit(), "slug": "surat-nelayan", "title": "Surat Keterangan Nelayan"}
    actions.create_own(definition=own, by=admin, at=MONDAY)
    service = Service.objects.get(slug="surat-nelayan")
    assert not service.is_active
    with pytest.raises(RuleBroken, match="Terbitkan dulu"):
        actions.set_active(slug="surat-nelayan", is_active=True, by=admin)
    actions.publish_draft(slug="surat-nelayan", edition=service.draft_edition, by=admin)
    actions.set_active(slug="surat-nelayan", is_active=True, by=admin)
    assert queries.service("surat-nelayan").base is None
    with pytest.raises(RuleBroken, match="sudah dipakai"):
        actions.create_own(definition=own, by=admin, at=MONDAY)


def test_e_rt_is_off_in_one_kelurahan_and_on_in_another(admin) -> None:
    cast = make_cast()
    actions.switch(unit=cast.village, what=Switch.ERT, is_on=False, by=admin)
    application = submitted(cast)
    assert [(s.key, s.state) for s in application.steps.all()] == [
        ("rt", Step.State.SKIPPED),
        ("loket", Step.State.OPEN),
    ]
    actions.switch(unit=cast.village, what=Switch.ERT, is_on=True, by=admin)
    assert step_of(submitted(cast, "reklame")).key == "rt"


def test_a_service_closed_in_one_kelurahan(admin) -> None:
    cast = make_cast()
    actions.switch(unit=cast.village, what="sktm", is_on=False, by=admin)
    with pytest.raises(RuleBroken, match="belum dibuka di wilayah"):
        draft(cast)


def test_a_closed_service_is_not_there(admin) -> None:
    actions.set_active(slug="sktm", is_active=False, by=admin)
    with pytest.raises(NotThere):
        queries.service("sktm")


def test_the_linter_knows_this_citys_empty_desks(admin) -> None:
    found = queries.lint(Blueprint.model_validate(SHARED["sktm"]))
    assert any(f.place == "steps.lurah.role" and "15 dari 15" in f.message for f in found)
    make_cast()
    found = queries.lint(Blueprint.model_validate(SHARED["sktm"]))
    assert any(f.place == "steps.lurah.role" and "13 dari 15" in f.message for f in found)


def test_lists_read_no_definitions(in_bontang, django_assert_num_queries) -> None:
    with django_assert_num_queries(1) as captured:
        services = queries.offered()
        assert queries.search("tidak mampu", services).services[0].slug == "sktm"
        assert queries.categories(services)
    assert "definition" not in captured[0]["sql"]


def test_the_effective_definition_is_parsed_once(in_bontang) -> None:
    first, second = (queries.service("sktm").current for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.blueprint is second.blueprint


def test_a_thousand_services_of_a_hundred_questions(
    admin, bontang, client_for, django_assert_max_num_queries
) -> None:
    many = edit()
    question = many["fields"][0]
    many["fields"] += [{**question, "key": f"tanya{n}"} for n in range(100)]
    blueprint = Blueprint.model_validate(many)
    version = actions.publish(blueprint, actor=admin)
    card = Service.objects.get(slug="sktm").card
    Service.objects.bulk_create(
        Service(
            slug=f"layanan-{n}", title=f"Layanan {n}", category="umum", card=card, current=version
        )
        for n in range(1000)
    )
    client = client_for(bontang)
    for address in ("/", "/?q=layanan+500", "/kebutuhan/umum/"):
        with django_assert_max_num_queries(5):
            assert client.get(address).status_code == 200


def test_difference_speaks_the_same_language_as_the_pages(admin) -> None:
    definition = edit()
    definition["fields"][0]["label"] = "Untuk apa?"
    publish(admin, definition)
    assert changes_of(queries.service("sktm")) == {"fields.keperluan.label": "Untuk apa?"}
    assert overrides.GONE not in changes_of(queries.service("sktm")).values()


def test_a_new_city_has_every_shipped_service_as_if_opened_one_by_one(in_bontang) -> None:
    def whole() -> list[tuple[object, ...]]:
        rows = Service.objects.order_by("slug").values_list(
            "slug", "title", "category", "card", "is_active", "current__digest",
            "current__release", "base__number", "base__digest",
        )  # fmt: skip
        return list(rows)

    at_once = whole()
    assert len(at_once) == len(shipped())
    Service.objects.update(current=None, base=None)
    ServiceVersion.objects.all().delete()
    Release.objects.all().delete()
    Service.objects.all().delete()
    for blueprint in shipped():
        actions.open_shipped(blueprint)
    assert whole() == at_once
