"""A city's own pages and deeds without Stripe: no key, a dead Stripe, banners, usage, holds."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
import stripe
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from billing import actions, gateway, lifecycle, operating, plans, queries, tasks
from billing.models import Account, Reminder, UsageDay
from deploy.local import ports
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import entitlements, hosts
from tenants.registry.models import City, Signup
from tests.factories import make_cast, official

S = City.Status
OPERATOR = User(pk=1, name="Operator Balai")
DETAILS = {
    "name": "Dinas Kominfo", "official_name": "Rina", "official_post": "PPK",
    "email": "keuangan@bontang.go.id", "phone": "", "address": "", "npwp": "",
    "purchase_reference": "",
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def account(bontang: City) -> Account:
    return actions.open_account(bontang)


@pytest.fixture
def admin(bontang: City) -> User:
    with in_city(bontang):
        unit = Unit.objects.get(kind=Unit.Kind.CITY)
        found = official("admin", unit, "admin")
        found.email = "admin@contoh.go.id"
        found.save()
    return found


def fresh(city: City) -> City:
    with in_public():
        return City.objects.get(pk=city.pk)


def signed_in(client: Client, city: City, user: User) -> Client:
    hosts.forget()
    with in_city(city):
        client.force_login(user, backend="accounts.backends.LoginBackend")
    return client


# --- without Stripe -----------------------------------------------------------------------------


def test_without_a_key_every_deed_says_so_and_nothing_breaks(
    account: Account, admin: User, bontang: City
) -> None:
    assert not gateway.is_configured()
    for deed in (
        lambda: actions.start_card(
            account.pk, plan="madya", interval="month", by=admin, return_to="http://x/"
        ),
        lambda: actions.start_invoice(
            account.pk, plan="madya", interval="month", days=30, by=admin
        ),
        lambda: actions.change_plan(account.pk, plan="madya", interval="month", by=admin),
        lambda: actions.cancel(account.pk, by=admin),
        lambda: actions.portal(account.pk, return_to="http://x/"),
    ):
        with pytest.raises(gateway.NotConfigured, match="belum disiapkan"):
            deed()
    actions.update_account(
        account.pk, **DETAILS, by=admin
    )  # kept, told to Stripe once there is one
    seen = queries.overview(bontang, now())
    assert not seen.can_pay
    assert seen.account is not None
    assert seen.account.email == "keuangan@bontang.go.id"
    assert {use.name for use in seen.uses} == {"letters", "seats", "storage", "messages"}
    assert lifecycle.settle(account.pk, now()) == S.TRIAL


def test_a_dead_stripe_breaks_no_page_of_the_city(
    account: Account, admin: User, bontang: City, client_for: Callable[[City], Client],
    settings: LazySettings,
) -> None:  # fmt: skip
    settings.STRIPE_API_KEY = "sk_test_standin_tests"
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{ports.any_free()}"  # nobody listens
    entitlements.set_status(bontang.pk, S.PAST_DUE, reason="uji", by=None)
    client = signed_in(client_for(bontang), bontang, admin)
    for path in ("/", "/kelola/", "/kelola/pejabat/", "/v/"):
        assert client.get(path).status_code == 200
    with pytest.raises(gateway.Unavailable, match="beberapa menit lagi"):
        actions.start_card(
            account.pk, plan="madya", interval="month", by=admin, return_to="http://x/"
        )
    tasks.compare()  # tomorrow again
    with in_public():
        actions.update_account(account.pk, **DETAILS, by=admin)
        outbox.run_due()
        assert Outbox.objects.get(kind="billing.customer").state == Outbox.State.DUE
    queries.overview(bontang, now())


def test_a_refusal_is_logged_without_the_address_it_quotes(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.STRIPE_API_KEY = "sk_test_standin_tests"
    with pytest.raises(gateway.Refused), gateway._api():
        raise stripe.InvalidRequestError("Invalid email address: ani@contoh.go.id", "email")
    assert "Stripe refuses" in caplog.text and "ani@" not in caplog.text


def test_webhooks_are_refused_without_a_secret(public_client: Client) -> None:
    answer = public_client.post("/stripe/webhook/", b"{}", content_type="application/json")
    assert answer.status_code == 503
    assert public_client.get("/stripe/webhook/").status_code == 405


# --- trial, holds, operators --------------------------------------------------------------------


def test_an_unpaid_trial_is_reminded_then_stopped_and_nothing_is_deleted(
    account: Account, admin: User, bontang: City
) -> None:
    with in_city(bontang):
        make_cast()
        people = User.objects.count()
    start = bontang.trial_ends_at
    assert start is not None
    seen = {}
    for day in range(-10, 40):
        status = lifecycle.settle(account.pk, start + timedelta(days=day, minutes=1))
        seen.setdefault(status, day)
    assert seen == {S.TRIAL: -10, S.PAST_DUE: 0, S.SUSPENDED: 21}
    with in_public():
        kinds = list(Reminder.objects.order_by("sent_at").values_list("kind", flat=True))
        assert kinds == [-7, -1, 1, 7, 14]
        subjects = list(
            Outbox.objects.filter(payload__to="admin@contoh.go.id")
            .order_by("pk").values_list("payload__subject", flat=True)
        )  # fmt: skip
    assert subjects == [
        "Masa coba Kota Bontang berakhir 7 hari lagi",
        "Masa coba Kota Bontang berakhir 1 hari lagi",
        "Pengingat: langganan Kota Bontang",
        "Pengingat: langganan Kota Bontang",
        "Pengingat terakhir: langganan Kota Bontang",
        "Kota Bontang sekarang hanya baca",
    ]
    with in_city(bontang):
        assert User.objects.count() == people


def test_an_operator_extends_a_trial_and_it_runs_again(account: Account, bontang: City) -> None:
    end = bontang.trial_ends_at
    assert end is not None
    late = end + timedelta(days=1)
    assert lifecycle.settle(account.pk, late) == S.PAST_DUE
    operating.extend_trial(account.pk, until=late + timedelta(days=10), by=OPERATOR, at=late)
    assert fresh(bontang).status == S.TRIAL
    assert lifecycle.settle(account.pk, late + timedelta(days=11)) == S.PAST_DUE
    with pytest.raises(RuleBroken, match="akan datang"):
        operating.extend_trial(account.pk, until=late, by=OPERATOR, at=late)


def test_a_hold_stands_until_the_operator_releases_it(account: Account, bontang: City) -> None:
    operating.hold(account.pk, reason="Permintaan kota", by=OPERATOR)
    assert fresh(bontang).status == S.SUSPENDED
    assert lifecycle.settle(account.pk, now() + timedelta(days=2)) == S.SUSPENDED
    operating.release(account.pk, by=OPERATOR)
    assert fresh(bontang).status == S.TRIAL
    with pytest.raises(RuleBroken, match="alasannya"):
        operating.hold(account.pk, reason="  ", by=OPERATOR)


def test_a_closed_city_stays_closed(account: Account, bontang: City) -> None:
    entitlements.set_status(bontang.pk, S.CLOSED, reason="uji", by=None)
    assert lifecycle.settle(account.pk, now() + timedelta(days=100)) == S.CLOSED


def test_a_demo_city_tries_for_ever(account: Account, bontang: City) -> None:
    with in_public():
        City.objects.filter(pk=bontang.pk).update(is_demo=True, trial_ends_at=None)
    assert lifecycle.settle(account.pk, now() + timedelta(days=1000)) == S.TRIAL


def test_an_account_knows_who_signed_up_and_outlives_the_city(bontang: City) -> None:
    with in_public():
        Signup.objects.create(
            code=bontang.code, subdomain="bontang", name="Rina", post="Kepala Dinas Kominfo",
            email="rina@bontang.go.id", terms_accepted_at=now(), confirm_digest="x",
            confirm_expires_at=now(), status_token="x", city=bontang, state="done",
        )  # fmt: skip
    account = actions.open_account(bontang)
    assert (account.official_name, account.email) == ("Rina", "rina@bontang.go.id")
    assert actions.open_account(bontang).pk == account.pk
    assert actions.open_missing() == 1  # Blitar's
    with in_public():
        bontang.delete(force_drop=False)
        account.refresh_from_db()
    assert account.city is None
    assert account.city_name == "Kota Bontang"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("npwp", "123", "15 atau 16"),
        ("email", "rina", "Periksa ejaannya"),
        ("name", " ", "nama instansi"),
        ("purchase_reference", "x" * 81, "paling banyak 80"),
    ],
)
def test_details_that_no_invoice_can_carry_are_refused(
    account: Account, admin: User, field: str, value: str, words: str
) -> None:
    with pytest.raises(RuleBroken, match=words) as refused:
        actions.update_account(account.pk, **{**DETAILS, field: value}, by=admin)
    assert refused.value.field == field


def test_an_unknown_event_cannot_be_replayed(db: None) -> None:
    with pytest.raises(NotThere):
        operating.replay(4711, by=OPERATOR)


# --- pages --------------------------------------------------------------------------------------


def test_banners_tell_the_right_people(
    account: Account, admin: User, bontang: City, client_for: Callable[[City], Client]
) -> None:
    with in_city(bontang):
        cast = make_cast()
    stranger, staff = client_for(bontang), signed_in(client_for(bontang), bontang, cast.rina)
    boss = signed_in(client_for(bontang), bontang, admin)

    def said(client: Client, path: str) -> str:
        hosts.forget()
        return client.get(path).content.decode()

    assert "Masa coba berakhir" not in said(boss, "/kelola/")  # thirty days left
    entitlements.set_trial_end(bontang.pk, now() + timedelta(days=3), reason="uji", by=None)
    assert "Masa coba berakhir" in said(boss, "/kelola/")
    assert "Masa coba" not in said(staff, "/meja/") + said(stranger, "/")
    entitlements.set_trial_end(bontang.pk, now() - timedelta(days=3), reason="uji", by=None)
    lifecycle.settle(account.pk, now())
    assert "Masa coba sudah berakhir" in said(boss, "/kelola/")
    assert "Masa coba" not in said(staff, "/meja/") + said(stranger, "/")
    operating.hold(account.pk, reason="Uji", by=OPERATOR)
    assert "hanya baca; data aman dan bisa diunduh. Alasan pengelola Balai: Uji." in said(
        boss, "/kelola/"
    )
    assert "dihentikan sementara" in said(stranger, "/")


def test_usage_is_kept_once_a_day(bontang: City) -> None:
    with in_city(bontang):
        make_cast()
        tasks.usage({})
        tasks.usage({})
    with in_public():
        row = UsageDay.objects.get()
    assert row.seats == 7
    found = queries.usage_days(row.account, since=row.day)
    assert [day.seats for day in found] == [7]


def test_plans_say_where_a_city_is_too_big_for_them(bontang: City) -> None:
    with in_city(bontang):
        make_cast()
    options = queries.plan_options(bontang, "year", now())
    assert [option.plan.code for option in options] == ["rintisan", "madya", "utama"]
    assert all(option.is_upgrade and not option.exceeded for option in options)


# --- plans --------------------------------------------------------------------------------------


def test_plans_grow_with_their_price() -> None:
    found = plans.plans()
    for smaller, bigger in pairwise(found):
        assert smaller.monthly < bigger.monthly
        for name in ("letters", "seats", "storage_mb", "messages"):
            assert getattr(smaller.limits, name) < getattr(bigger.limits, name)
        assert smaller.yearly_saves > 0
    assert plans.fitting(15).code == "rintisan"
    assert plans.fitting(248).code == "utama"
    for plan in found:
        assert plan.price_with_tax("month") == plan.monthly * 111 // 100


@pytest.mark.parametrize(
    "change",
    [
        ("monthly = 3_900_000", "monthly = 3_900_050"),  # its tax would not be whole rupiah
        ("letters = 3_000", "letters = -1"),
        ("letters = 3_000", "leters = 3_000"),
        ('code = "madya"', 'code = "rintisan"'),
    ],
)
def test_a_wrong_plan_file_is_refused(change: tuple[str, str]) -> None:
    text = (plans.Path(plans.__file__).parent / "plans.toml").read_text()
    assert change[0] in text
    with pytest.raises(ValueError):
        plans.read(text.replace(*change))


@pytest.mark.parametrize(("plan", "interval"), [("emas", "month"), ("madya", "week")])
def test_only_what_is_offered_can_be_chosen(
    account: Account, admin: User, plan: str, interval: str
) -> None:
    with pytest.raises(RuleBroken):
        actions.start_invoice(account.pk, plan=plan, interval=interval, days=30, by=admin)
