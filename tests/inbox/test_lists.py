"""The list of a desk: narrowed, kept as views, counted, and what is new since the last look."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.applications import actions
from services.applications.models import Application
from services.cases import taking
from services.cases.models import Step
from services.catalogue.queries import service
from services.desk.inbox_forms import FilterForm
from services.inbox import lists, looking
from services.inbox.lists import Filters
from services.inbox.models import Inbox
from tenants.office.models import Unit
from tests.factories import MONDAY, Cast, account, approve, family, photo, step_of, submitted

As = Callable[[User], Client]


def of_rt_2(cast: Cast) -> Application:
    """A request from RT 002, at the counter."""
    person, *_ = family(cast.village, rt=2)
    user = account(person)
    begun = actions.begin(service=service("sktm"), applicant=person, by=user)
    typed = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
    files = {spec.key: photo() for spec in begun.blueprint.documents}
    wrong = actions.save_answers(
        application_id=begun.pk, typed=typed, files=files, names={}, by=user
    )
    assert wrong == {}
    sent = actions.submit(application_id=begun.pk, by=user, at=MONDAY)
    approve(sent, cast.bahar)
    return sent


@pytest.fixture
def two(cast: Cast) -> tuple[Application, Application]:
    """One from RT 001 and one from RT 002, both at the counter."""
    first = submitted(cast)
    approve(first, cast.hasan)
    return first, of_rt_2(cast)


def shown(client: Client, query: str = "") -> set[str]:
    """The numbers of the cases that the list shows."""
    context = client.get(f"/meja/?{query}").context
    return {row.step.case.number for row in context["rows"]}


def test_a_list_is_narrowed_by_service_unit_holder_and_day(
    cast: Cast, two: tuple[Application, Application], as_: As
) -> None:
    first, second = two
    rina = as_(cast.rina)
    both = {first.number, second.number}
    rt2 = Unit.objects.get(code=f"{cast.village.code}/001/002")
    rw = Unit.objects.get(code=f"{cast.village.code}/001")
    taking.take(step_id=step_of(second).pk, by=cast.rina, at=MONDAY)
    for query, numbers in {
        "": both,
        "service=sktm": both,
        "service=reklame": set(),
        f"unit={rt2.pk}": {second.number},
        f"unit={rw.pk}": both,
        "whose=mine": {second.number},
        "whose=nobody": {first.number},
        "since=2026-11-23": both,
        "since=2026-11-24": set(),
        "until=2026-11-22": set(),
        f"unit={rt2.pk}&whose=nobody": set(),
        "tab=selesai&service=sktm": set(),
    }.items():
        assert shown(rina, query) == numbers, query
    assert rina.get("/meja/?service=tidak-ada").status_code == 422
    assert rina.get("/meja/?since=kemarin").status_code == 422


def test_filters_are_the_same_from_form_and_kept_query() -> None:
    said = {"service": "sktm", "unit": "12", "whose": "mine", "since": "2026-11-23"}
    read = FilterForm.read(said)
    assert {key: value for key, value in FilterForm.written(read).items() if value} == said
    assert not FilterForm.read({"since": "kemarin", "unit": "x"})


def test_what_the_desk_decided_stays_in_its_list_and_is_narrowed_too(
    cast: Cast, two: tuple[Application, Application], as_: As
) -> None:
    approve(two[0], cast.rina)
    rina = as_(cast.rina)
    assert shown(rina, "tab=selesai") == {two[0].number}
    assert shown(rina, "tab=selesai&service=sktm") == {two[0].number}


def test_views_are_tabs_with_counts_in_their_order(
    cast: Cast, two: tuple[Application, Application], as_: As
) -> None:
    rina = as_(cast.rina)
    taking.take(step_id=step_of(two[1]).pk, by=cast.rina, at=MONDAY)
    for name, query in {"Bebas": "whose=nobody", "Milik saya": "whose=mine&service=sktm"}.items():
        answer = rina.post("/meja/saringan/", {"name": name, "query": query})
        assert answer.status_code == 302
    views = rina.get("/meja/").context["views"]
    assert [(view.name, view.count) for view in views] == [("Bebas", 1), ("Milik saya", 1)]
    assert shown(rina, views[1].address.partition("?")[2]) == {two[1].number}
    rina.post("/meja/saringan/ubah/", {"name": "Milik saya", "do": "first"})
    rina.post("/meja/saringan/ubah/", {"name": "Bebas", "do": "drop"})
    assert [view.name for view in rina.get("/meja/").context["views"]] == ["Milik saya"]
    assert as_(cast.lurah).get("/meja/").context["views"] == []


def test_a_view_that_cannot_be_kept_says_why(cast: Cast, as_: As) -> None:
    rina = as_(cast.rina)
    for name in ("", "3507010203040005"):
        answer = rina.post("/meja/saringan/", {"name": name, "query": "whose=mine"})
        assert answer.status_code == 422
        assert answer.context["is_narrowed"], "the filters stay open"
    for number in range(looking.MOST):
        looking.save_view(user=cast.rina, name=f"S{number}", query="", at=MONDAY)
    with pytest.raises(RuleBroken, match="Paling banyak 20"):
        looking.save_view(user=cast.rina, name="Satu lagi", query="", at=MONDAY)
    looking.save_view(user=cast.rina, name="s3", query="whose=mine", at=MONDAY)  # in its place
    with pytest.raises(NotThere):
        looking.drop_view(user=cast.rina, name="tidak ada", at=MONDAY)


def test_what_came_since_the_last_visit_is_marked(cast: Cast, dewi: User, as_: As) -> None:
    rina = as_(cast.rina)
    assert rina.get("/meja/").status_code == 200
    long_ago = timezone.now() - timedelta(hours=5)
    Inbox.objects.filter(user=cast.rina).update(seen_at=long_ago, since=long_ago)
    sent = submitted(cast)
    approve(sent, cast.hasan, at=timezone.now() - timedelta(hours=1))
    for _ in range(2):  # the marks stay as long as the visit lasts
        context = rina.get("/meja/").context
        assert context["counts"].new == 1
        assert [row.is_new for row in context["rows"]] == [True]
    taking.give(step_id=step_of(sent).pk, to=cast.rina, by=dewi, at=timezone.now())
    assert "Diserahkan kepada Anda" in rina.get("/meja/").content.decode()
    later = timezone.now() + timedelta(hours=1)
    assert looking.look(cast.rina, later).since < later - timedelta(minutes=59)
    assert looking.look(cast.rina, later + timedelta(hours=1)).since == later


def test_counts_say_what_the_lists_show(
    cast: Cast, two: tuple[Application, Application], dewi: User
) -> None:
    from services.cases.queries import returned_at
    from tenants.office.queries import posts_of

    posts = posts_of(cast.rina, MONDAY.date())
    taking.take(step_id=step_of(two[0]).pk, by=cast.rina, at=MONDAY)
    late = MONDAY + timedelta(days=30)
    counted = lists.counts(
        posts, cast.rina, at=late, new_since=MONDAY, shown=("late", Filters(whose="mine")),
        views=[("work", Filters(whose="nobody")), ("late", Filters(topic="sktm"))],
    )  # fmt: skip
    assert (counted.open, counted.late, counted.mine, counted.new) == (2, 2, 1, 0)
    assert (counted.shown, counted.views, counted.returned) == (1, [1, 2], 0)
    assert not returned_at(posts).exists()
    empty = lists.counts(
        posts_of(cast.camat, MONDAY.date()), cast.camat, at=late, new_since=MONDAY,
        shown=("work", Filters()), views=[("work", Filters())],
    )  # fmt: skip
    assert (empty.open, empty.views) == (0, [0])


def test_a_step_carries_what_its_case_is_about(cast: Cast) -> None:
    sent = submitted(cast)
    approve(sent, cast.hasan)
    found = Step.objects.filter(case=sent).values_list("topic", "case_unit")
    assert set(found) == {("sktm", sent.unit_id)}
