"""Activities and the night watch: which days, who answers, who is on duty, and who may swap."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import NotThere, RuleBroken, Stale
from services.neighbourhood import activities, watch
from services.neighbourhood.activities import Facts
from services.neighbourhood.models import Activity, WatchGroup
from services.residents import codes
from services.residents.models import Person
from services.web.access import today as city_today
from tenants.office.models import Post
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, family
from tests.neighbourhood.conftest import As
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
FACTS = Facts(
    title="Kerja bakti", on=TODAY, begins_at=time(8), place="Pos RT", bring="Cangkul; sapu"
)


def planned(cast: Cast, posts: list[Post], **changes: object) -> Activity:
    return activities.plan(
        unit_id=posts[0].unit.pk, facts=replace(FACTS, **changes), posts=posts,  # type: ignore[arg-type]
        by=cast.hasan, at=MONDAY, today=TODAY,
    )  # fmt: skip


def answers(found: Activity, person: Person, *, comes: bool) -> None:
    activities.reply(
        activity_id=found.pk, on=TODAY, comes=comes, person=person, at=MONDAY, today=TODAY
    )


@given(
    on=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    repeats=st.sampled_from(Activity.Repeats.values),
)
def test_days_stand_in_order_within_the_year(on: date, repeats: str) -> None:
    until = on + activities.LONGEST if repeats else on
    found = list(activities.days(Activity(on=on, until=until, repeats=repeats), date.min, date.max))
    assert found[0] == on and found == sorted(set(found)) and found[-1] <= until
    assert len(found) in {"": {1}, "weekly": {53}, "monthly": {13}}[repeats]
    if repeats == "weekly":
        assert {day.weekday() for day in found} == {on.weekday()}


def test_a_meeting_of_the_31st_falls_on_the_last_day() -> None:
    found = Activity(on=date(2026, 1, 31), until=date(2026, 4, 30), repeats="monthly")
    told = list(activities.days(found, date(2026, 2, 1), date(2026, 12, 31)))
    assert told == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_the_last_answer_of_each_resident_counts(cast: Cast, posts: list[Post]) -> None:
    found = planned(cast, posts)
    answers(found, cast.sari_person, comes=True)
    answers(found, cast.sari_person, comes=False)
    (meeting,) = activities.to_come_for(cast.sari_person, TODAY)
    assert (meeting.come, meeting.cannot, meeting.own) == (0, 1, False)
    (seen,) = activities.to_come(posts, TODAY)
    assert (seen.come, seen.cannot) == (0, 1)


def changed(cast: Cast, posts: list[Post], found: Activity, **changes: object) -> Activity:
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]
    return activities.change(
        activity_id=found.pk, facts=facts, posts=posts, by=cast.hasan, today=TODAY
    )


def test_an_activity_is_put_right_and_who_answered_is_asked_anew_for_another_day(
    cast: Cast, posts: list[Post]
) -> None:
    found = planned(cast, posts)
    answers(found, cast.sari_person, comes=True)
    changed(cast, posts, found, place="Balai RT")
    (meeting,) = activities.to_come_for(cast.sari_person, TODAY)
    assert (meeting.activity.place, meeting.own) == ("Balai RT", True)
    later = TODAY + timedelta(days=2)
    changed(cast, posts, found, on=later)
    (meeting,) = activities.to_come_for(cast.sari_person, TODAY)
    assert (meeting.on, meeting.come, meeting.own) == (later, 0, None)
    with pytest.raises(RuleBroken, match="sudah lewat"):
        changed(cast, posts, found, on=TODAY - timedelta(days=1))
    with pytest.raises(NotThere):
        changed(cast, posts_of(cast.bahar, TODAY), found, place="Pos lain")
    activities.cancel(activity_id=found.pk, posts=posts, by=cast.hasan, at=MONDAY)
    with pytest.raises(Stale):
        changed(cast, posts, found)


def test_one_far_ahead_stays_in_the_list_of_the_head_and_none_is_planned_beyond_a_year(
    cast: Cast, posts: list[Post]
) -> None:
    later = TODAY + timedelta(days=200)
    found = planned(cast, posts, on=later)
    assert [meeting.on for meeting in activities.to_come(posts, TODAY)] == [later]
    assert activities.to_come_for(cast.sari_person, TODAY) == []
    assert "Warga melihatnya mulai" in activities.shown_from(found, TODAY)
    with pytest.raises(RuleBroken, match="Periksa tahunnya"):
        planned(cast, posts, on=TODAY + timedelta(days=367))


def test_the_day_of_what_took_place_already_stays(
    cast: Cast, posts: list[Post], signed_in: As
) -> None:
    day = city_today() - timedelta(days=7)
    found = planned(cast, posts, repeats="weekly")
    Activity.objects.update(on=day, until=day + timedelta(days=60))
    client, address = signed_in(cast.hasan), f"/rt/kegiatan/{found.pk}/ubah/"
    assert 'name="on"' not in client.get(address).content.decode()
    told = {"unit": found.unit_id, "title": "Kerja bakti", "begins_at": "09.00",
            "place": "Lapangan", "on": "01-01-2031"}  # fmt: skip
    assert client.post(address, told).status_code == 302
    found.refresh_from_db()
    assert (found.on, found.place, found.repeats) == (day, "Lapangan", "weekly")
    assert signed_in(cast.bahar).get(address).status_code == 404


def test_neighbours_of_another_rt_see_no_activity(cast: Cast, posts: list[Post]) -> None:
    found = planned(cast, posts)
    neighbour = cast.tetangga.resident.person
    assert activities.to_come_for(neighbour, TODAY) == []
    with pytest.raises(NotThere):
        answers(found, neighbour, comes=True)
    with pytest.raises(NotThere):
        activities.of_area(posts_of(cast.bahar, TODAY), found.pk)


def test_a_cancelled_one_is_answered_no_more(cast: Cast, posts: list[Post]) -> None:
    found = planned(cast, posts)
    activities.cancel(activity_id=found.pk, posts=posts, by=cast.hasan, at=MONDAY)
    assert activities.to_come_for(cast.sari_person, TODAY) == []
    with pytest.raises(RuleBroken):
        answers(found, cast.sari_person, comes=True)


def test_an_outcome_is_noted_on_its_day_and_again(cast: Cast, posts: list[Post]) -> None:
    found = planned(cast, posts, repeats="weekly")

    def note(on: date, attended: int) -> None:
        activities.note(
            activity_id=found.pk, on=on, attended=attended, text="Selesai", posts=posts,
            by=cast.hasan, at=MONDAY, today=TODAY,
        )  # fmt: skip

    note(TODAY, 12)
    note(TODAY, 14)
    outcome = activities.outcome_of(found, TODAY)
    assert outcome is not None and outcome.attended == 14
    with pytest.raises(RuleBroken):
        note(TODAY + timedelta(weeks=1), 1)
    with pytest.raises(NotThere):
        note(TODAY - timedelta(days=1), 1)


def test_the_calendar_file_names_nobody(cast: Cast, posts: list[Post], signed_in: As) -> None:
    found = planned(cast, posts, repeats="monthly", on=date(TODAY.year + 1, 1, 31))
    shown = signed_in(cast.sari).get(f"/rt-saya/kalender/{found.pk}/").content.decode()
    assert "RRULE:FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1" in shown
    assert "DESCRIPTION:Cangkul\\; sapu" in shown and "T080000" in shown
    assert cast.hasan.name not in shown and "ATTENDEE" not in shown and "ORGANIZER" not in shown
    assert signed_in(cast.tetangga).get(f"/rt-saya/kalender/{found.pk}/").status_code == 404


def group(cast: Cast, posts: list[Post], weekday: int | None, *members: Person) -> WatchGroup:
    found = watch.start(
        unit_id=posts[0].unit.pk, name=f"Regu {weekday}", weekday=weekday, posts=posts,
        by=cast.hasan,
    )  # fmt: skip
    for person in members:
        join(cast, posts, found, person)
    return found


def join(cast: Cast, posts: list[Post], found: WatchGroup, person: Person) -> None:
    watch.join(group_id=found.pk, person_id=person.pk, posts=posts, by=cast.hasan, today=TODAY)


def on_duty(posts: list[Post], on: date) -> list[Person]:
    found = watch.nights([posts[0].unit.pk], on, on)
    return found[0].people if found else []


@pytest.fixture
def other(cast: Cast) -> Person:
    """A grown-up neighbour of RT 001."""
    found = family(cast.village)[0]
    Person.objects.filter(pk__in=[found.pk, cast.sari_person.pk]).update(
        birth_date=date(1985, 1, 1)
    )
    cast.sari_person.refresh_from_db()
    found.refresh_from_db()
    return found


def test_the_group_of_the_weekday_keeps_watch_unless_a_date_says_otherwise(
    cast: Cast, posts: list[Post], other: Person
) -> None:
    group(cast, posts, TODAY.weekday(), cast.sari_person)
    second = group(cast, posts, None, other)
    assert on_duty(posts, TODAY) == [cast.sari_person]
    watch.put(group_id=second.pk, on=TODAY, posts=posts, by=cast.hasan, today=TODAY)
    assert on_duty(posts, TODAY) == [other]
    assert on_duty(posts, TODAY + timedelta(days=1)) == []


def test_children_strangers_and_those_who_left_keep_no_watch(
    cast: Cast, posts: list[Post], other: Person
) -> None:
    found = group(cast, posts, TODAY.weekday(), other)
    Person.objects.filter(pk=cast.sari_person.pk).update(
        birth_date=TODAY, marital=codes.Marital.SINGLE
    )
    with pytest.raises(RuleBroken):
        join(cast, posts, found, cast.sari_person)
    with pytest.raises(NotThere):
        join(cast, posts, found, cast.tetangga.resident.person)
    Person.objects.filter(pk=other.pk).update(status=codes.Status.MOVED)
    assert on_duty(posts, TODAY) == []


def test_a_swap_holds_once_both_agree(cast: Cast, posts: list[Post], other: Person) -> None:
    tomorrow = TODAY + timedelta(days=1)
    group(cast, posts, TODAY.weekday(), cast.sari_person)
    group(cast, posts, tomorrow.weekday(), other)
    swap = watch.ask(
        person=cast.sari_person, on=TODAY, other_id=other.pk, other_on=tomorrow, at=MONDAY,
        today=TODAY,
    )  # fmt: skip
    assert on_duty(posts, TODAY) == [cast.sari_person]

    def answer(person: Person) -> None:
        watch.answer(swap_id=swap.pk, person=person, agrees=True, at=MONDAY, today=TODAY)

    with pytest.raises(NotThere):
        answer(cast.sari_person)
    answer(other)
    assert on_duty(posts, TODAY) == [other]
    assert on_duty(posts, tomorrow) == [cast.sari_person]
    with pytest.raises(Stale):
        answer(other)
    tell_subscribers()


def test_only_nights_on_duty_are_swapped(cast: Cast, posts: list[Post], other: Person) -> None:
    group(cast, posts, TODAY.weekday(), cast.sari_person, other)
    tomorrow = TODAY + timedelta(days=1)
    for on, other_on in ((TODAY, tomorrow), (tomorrow, TODAY), (TODAY, TODAY)):
        with pytest.raises(NotThere):
            watch.ask(
                person=cast.sari_person, on=on, other_id=other.pk, other_on=other_on, at=MONDAY,
                today=TODAY,
            )  # fmt: skip


def test_another_head_changes_no_group(cast: Cast, posts: list[Post]) -> None:
    found = group(cast, posts, 0)
    theirs = posts_of(cast.bahar, TODAY)
    with pytest.raises(NotThere):
        watch.end(group_id=found.pk, posts=theirs, by=cast.bahar, at=MONDAY)
    with pytest.raises(RuleBroken):
        group(cast, posts, 0)


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "x"])
def test_a_month_that_is_none_is_not_found(cast: Cast, signed_in: As, month: str) -> None:
    assert signed_in(cast.hasan).get(f"/rt/ronda/bulan/{month}/").status_code == 404


def test_pages_ask_the_same_for_one_and_for_many(
    cast: Cast, posts: list[Post], other: Person, signed_in: As
) -> None:
    pages = [(cast.hasan, "/rt/kegiatan/"), (cast.hasan, "/rt/ronda/"),
             (cast.hasan, f"/rt/ronda/bulan/{TODAY:%Y-%m}/"),
             (cast.sari, "/rt-saya/"), (cast.sari, "/rt-saya/ronda/")]  # fmt: skip

    def counted() -> list[int]:
        found = []
        for user, path in pages:
            client = signed_in(user)
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                shown = client.get(path)
            assert shown.status_code == 200 and len(shown.content) < 60_000, path
            found.append(len(seen))
        return found

    tomorrow = city_today() + timedelta(days=1)
    planned(cast, posts, repeats="weekly", on=tomorrow)
    group(cast, posts, 0, cast.sari_person, other)
    few = counted()
    for weekday in range(1, 5):
        planned(cast, posts, on=tomorrow)
        group(cast, posts, weekday, cast.sari_person, other)
    assert counted() == few and max(few) <= 22
