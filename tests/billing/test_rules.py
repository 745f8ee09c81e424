"""Money on its way to Stripe, tax numbers, and the life of a subscription, in plain Python."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import plans, rules
from billing.actions import DAYS_UNTIL_DUE
from billing.rules import Standing, from_stripe_amount, rounded_rupiah, to_stripe_amount
from kernel.errors import RuleBroken

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_stripe_counts_rupiah_in_hundredths() -> None:
    assert to_stripe_amount(1_500_000) == 150_000_000


@given(st.integers(0, 9_999_999_999))
def test_amounts_survive_the_way_there_and_back(rupiah) -> None:
    assert from_stripe_amount(to_stripe_amount(rupiah)) == rupiah
    assert rounded_rupiah(to_stripe_amount(rupiah)) == rupiah


@pytest.mark.parametrize("rupiah", [-1, 10_000_000_000])
def test_impossible_charges_are_refused(rupiah) -> None:
    with pytest.raises(ValueError, match="rupiah"):
        to_stripe_amount(rupiah)


def test_sen_are_never_rounded_away() -> None:
    with pytest.raises(ValueError, match="rupiah"):
        from_stripe_amount(150)


@pytest.mark.parametrize(("amount", "rupiah"), [(149, 1), (150, 2), (-150, -2), (-149, -1), (0, 0)])
def test_a_proration_is_shown_to_the_nearest_rupiah(amount, rupiah) -> None:
    assert rounded_rupiah(amount) == rupiah


def test_ppn_is_twelve_percent_of_eleven_twelfths() -> None:
    assert rules.tax_of(9_800_000) == 1_078_000
    assert rules.tax_of(1_200_000) == 1_200_000 * 11 // 12 * 12 // 100


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01.234.567.8-901.000", "012345678901000"),
        ("0012 3456 7890 1234", "0012345678901234"),
        ("", ""),
    ],
)
def test_tax_numbers_are_kept_as_digits(typed, kept) -> None:
    assert rules.clean_npwp(typed) == kept
    assert rules.clean_npwp(rules.pretty_npwp(kept)) == kept


@pytest.mark.parametrize("typed", ["123", "01234567890100x", "12345678901234567", "١" * 15])
def test_other_numbers_are_no_tax_numbers(typed) -> None:
    with pytest.raises(RuleBroken, match="15 atau 16"):
        rules.clean_npwp(typed)


# --- the life of a subscription -----------------------------------------------------------------

moments = st.none() | st.integers(-90 * 24, 90 * 24).map(lambda h: NOW + timedelta(hours=h))
standings = st.builds(
    Standing,
    status=st.sampled_from(["trial", "active", "past_due", "suspended"]),
    is_live=st.booleans(),
    owed_since=moments,
    ended_at=moments,
    trial_ends_at=moments,
    is_held=st.booleans(),
    warned_at=moments,
)


@given(standings)
def test_whoever_owes_nothing_is_never_stopped(standing) -> None:
    if not standing.is_held and rules.debt_since(standing, NOW) is None:
        assert rules.next_status(standing, NOW) in {"trial", "active"}


@given(standings)
def test_a_paid_subscription_serves_at_once_whatever_was_before(standing) -> None:
    paid = Standing(
        status=standing.status, is_live=True, trial_ends_at=standing.trial_ends_at,
        ended_at=standing.ended_at, warned_at=standing.warned_at,
    )  # fmt: skip
    assert rules.next_status(paid, NOW) == "active"


@given(standings)
def test_nobody_is_stopped_without_the_last_reminder_a_week_before(standing) -> None:
    if rules.next_status(standing, NOW) == "suspended" and not standing.is_held:
        assert rules.debt_since(standing, NOW) is not None
        assert standing.warned_at is not None
        assert NOW - standing.warned_at >= rules.GRACE


@given(standings)
def test_what_the_rule_wants_is_stable_and_legal(standing) -> None:
    from dataclasses import replace

    from tenants.registry.entitlements import MOVES

    wanted = rules.next_status(standing, NOW)
    assert wanted == standing.status or wanted in MOVES[standing.status]
    assert rules.next_status(replace(standing, status=wanted), NOW) == wanted


@given(standings, st.sampled_from(["closed", "provisioning"]))
def test_closed_cities_are_left_alone(standing, status) -> None:
    from dataclasses import replace

    assert rules.next_status(replace(standing, status=status), NOW) == status


@given(st.integers(0, 60), st.sets(st.sampled_from(rules.REMIND_AFTER)))
def test_one_reminder_at_a_time_and_none_twice(days, sent) -> None:
    kind = rules.due_reminder(NOW - days * DAY, NOW, sent)
    if kind is not None:
        assert kind not in sent
        assert kind <= days
        assert all(kind > earlier for earlier in sent)


def test_reminders_come_on_the_first_seventh_and_fourteenth_day() -> None:
    sent: list[int] = []
    came = {}
    for day in range(0, 30):
        kind = rules.due_reminder(NOW, NOW + day * DAY, sent)
        if kind is not None:
            sent.append(kind)
            came[day] = kind
    assert came == {1: 1, 7: 7, 14: 14}


def test_whoever_slept_gets_the_latest_reminder_alone() -> None:
    assert rules.due_reminder(NOW - 40 * DAY, NOW, []) == 14
    assert rules.due_reminder(NOW - 40 * DAY, NOW, [14]) is None


def test_the_end_of_a_trial_is_announced_seven_days_and_a_day_before() -> None:
    end, sent, came = NOW + 30 * DAY, [], {}
    for day in range(0, 31):
        kind = rules.due_notice(end, NOW + day * DAY, sent)
        if kind is not None:
            sent.append(kind)
            came[day] = kind
    assert came == {23: 7, 29: 1}


def test_a_whole_unpaid_life() -> None:
    """Thirty days of trial, then nothing: late at once, stopped three weeks later."""
    end, warned, status = NOW + 30 * DAY, None, "trial"
    seen = {}
    for day in range(0, 60):
        at = NOW + day * DAY
        standing = Standing(status=status, trial_ends_at=end, warned_at=warned)
        since = rules.debt_since(standing, at)
        if since is not None and rules.due_reminder(since, at, [14] if warned else []) == 14:
            warned = at
        status = rules.next_status(Standing(status=status, trial_ends_at=end, warned_at=warned), at)
        seen.setdefault(status, day)
    assert seen == {"trial": 0, "past_due": 30, "suspended": 51}


def test_how_long_an_unpaid_invoice_is_served_is_what_the_documents_say() -> None:
    text = (Path(__file__).parents[2] / "docs" / "billing.md").read_text()
    bounds = [days + rules.REMIND_AFTER[-1] + rules.GRACE.days for days in DAYS_UNTIL_DUE]
    assert "so {}, {} or {} days after the invoice was issued".format(*bounds) in text


def test_a_plan_too_small_for_a_city_is_refused_and_the_fitting_one_is_named() -> None:
    small, *others = plans.plans()
    assert small.villages is not None
    plans.require_fitting(small, small.villages)
    with pytest.raises(RuleBroken) as refused:
        plans.require_fitting(small, small.villages + 1)
    assert plans.fitting(small.villages + 1).name in refused.value.message
    assert refused.value.field == "plan"
    for plan in others:
        if plan.villages is None:
            plans.require_fitting(plan, 9999)
