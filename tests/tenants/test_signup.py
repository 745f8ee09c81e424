"""An official brings a kabupaten or kota onto the platform."""

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.db import connections

from accounts.backends import check
from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.office.models import Post, Unit
from tenants.office.readiness import checklist
from tenants.registry import actions, handover, mail_limits, queries
from tenants.registry.models import City, Domain, Signup

PASSWORD = "sandi-panjang-sekali"


def ask(**other: object) -> Signup:
    values: dict[str, object] = {
        "code": "64.72",
        "subdomain": "samarinda",
        "name": "Siti Rahma",
        "post": "Kepala Dinas Kominfo",
        "email": "Siti@samarindakota.go.id",
        "password": PASSWORD,
    }
    return actions.start_signup(**(values | other))  # type: ignore[arg-type]


def token_of(signup: Signup) -> str:
    """The token in the mail that waits to be sent to this address."""
    with in_public():
        body = (
            Outbox.objects.filter(kind="mail.send", payload__to=signup.email)
            .order_by("-pk")
            .values_list("payload__body", flat=True)[0]
        )
    found = re.search(r"/daftar/konfirmasi/([\w-]+)/", body)
    assert found
    return found[1]


@pytest.fixture
def operator(db: None) -> User:
    with in_public():
        return User.objects.create_user(
            "ops@balai.id", PASSWORD, name="Ops", email="ops@balai.id", is_operator=True
        )


def test_from_form_to_city(db: None, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    outgoing.outbox = []
    signup = ask()
    status = queries.progress(signup.status_token)
    assert status and (status.state, status.percent) == ("email_sent", 0)
    confirmed = actions.confirm_email(token_of(signup))
    assert confirmed.state == "approved"
    with in_public():
        outbox.run_due()
    status = queries.progress(signup.status_token)
    assert status
    assert (status.state, status.percent, status.done) == ("done", 100, True)
    assert status.address == "http://samarinda.localhost:8000/"
    assert [m.subject for m in outgoing.outbox] == [
        "Konfirmasi pendaftaran Kota Samarinda di Balai",
        "Kota Samarinda siap di Balai",
    ]
    city = City.objects.get(code="64.72")
    assert (city.schema_name, city.status, city.timezone) == ("c6472", "trial", "Asia/Makassar")
    assert Signup.objects.get(pk=signup.pk).password == ""
    with in_city(city):
        assert Unit.objects.filter(kind="kecamatan").count() == 10
        assert Unit.objects.filter(kind="kelurahan").count() == 59
        user = User.objects.get()
        assert (user.login, user.name) == ("siti@samarindakota.go.id", "Siti Rahma")
        assert user.check_password(PASSWORD)
        posts = office.posts_of(user, now().astimezone(city.tz).date())
        assert [(p.role, p.unit.code) for p in posts] == [("admin", "64.72")]
        left = {key: task.done for key, task in checklist(city).items()}
        assert left["wilayah"] and left["layanan"]
        assert not left["penduduk"] and not left["kelurahan"]
    with in_city(City.objects.get(code="64.74")):
        assert not User.objects.filter(login=user.login).exists()
        assert check(user.login, PASSWORD) is None


def test_progress_names_what_is_being_done(db: None) -> None:
    signup = ask()
    actions.confirm_email(token_of(signup))
    seen: list[tuple[int, str]] = []
    with in_public():
        for _ in range(12):
            status = queries.progress(signup.status_token)
            assert status
            seen.append((status.percent, status.label))
            row = Outbox.objects.filter(state="due", kind__startswith="city.").first()
            if row is None:
                break
            assert outbox.run(row.pk)
    assert seen[0] == (0, "Menyiapkan ruang data")
    assert seen[-1] == (100, "Selesai")
    percents = [percent for percent, _ in seen]
    assert percents == sorted(percents)
    assert len(set(seen)) >= 5
    assert "Menyiapkan jabatan" in {label for _, label in seen}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "99.99"}, "code"),
        ({"code": "64.74"}, "code"),  # Bontang is there already
        ({"subdomain": "admin"}, "subdomain"),
        ({"subdomain": "bontang"}, "subdomain"),
        ({"subdomain": "Kota Samarinda"}, "subdomain"),
        ({"subdomain": "x'; DROP SCHEMA public; --"}, "subdomain"),
        ({"subdomain": "-samarinda"}, "subdomain"),
        ({"subdomain": "sâmarinda"}, "subdomain"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"post": "x" * 121}, "post"),
        ({"email": "siti@"}, "email"),
        ({"password": "12345678901"}, "password"),
        ({"password": "pendek"}, "password"),
    ],
)
def test_what_is_refused(db: None, change: dict[str, object], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        ask(**change)
    assert refused.value.field == field
    assert not Signup.objects.exists()
    if field == "subdomain":
        assert "samarinda" in refused.value.message  # a suggestion that works
        ask()


def test_a_name_that_is_sql_is_only_a_name(db: None) -> None:
    signup = ask(name="Robert'); DROP SCHEMA public CASCADE;--")
    actions.confirm_email(token_of(signup))
    with in_public():
        outbox.run_due()
    with in_city(City.objects.get(code="64.72")):
        assert User.objects.get().name == "Robert'); DROP SCHEMA public CASCADE;--"


def test_expired_link_and_a_new_one(db: None) -> None:
    signup = ask(at=now() - timedelta(hours=25))
    old = token_of(signup)
    with pytest.raises(actions.LinkExpired) as expired:
        actions.confirm_email(old)
    assert expired.value.status_token == signup.status_token
    actions.resend_link(status_token=signup.status_token)
    with pytest.raises(NotThere):
        actions.confirm_email(old)
    assert actions.confirm_email(token_of(signup)).state == "approved"
    with pytest.raises(Stale):
        actions.resend_link(status_token=signup.status_token)


def test_no_flood_of_links(db: None) -> None:
    signup = ask()
    with pytest.raises(RuleBroken, match="satu menit"):
        actions.resend_link(status_token=signup.status_token)


@pytest.mark.parametrize("token", ["", "x", "../../etc", "é" * 40, "\x00"])
def test_made_up_links(db: None, token: str) -> None:
    with pytest.raises(NotThere):
        actions.confirm_email(token)


def test_link_opened_twice(db: None) -> None:
    signup = ask()
    token = token_of(signup)
    actions.confirm_email(token)
    actions.confirm_email(token)
    with in_public():
        outbox.run_due()
        assert actions.confirm_email(token).state == "done"
    assert Domain.objects.filter(domain="samarinda.localhost").count() == 1


@pytest.mark.parametrize(
    "email",
    [
        "siti@bontangkota.go.id",
        "siti@gmail.com",
        "siti@go.id.evil.com",
        "siti@xgo.id",
        "siti@samarinda-go.id",
    ],
)
def test_other_addresses_wait_for_the_operator(db: None, operator: User, email: str) -> None:
    signup = ask(email=email)
    assert actions.confirm_email(token_of(signup)).state == "waiting_approval"
    assert [s.pk for s in queries.waiting_signups()] == [signup.pk]
    with in_public():
        assert Outbox.objects.filter(payload__to="ops@balai.id").count() == 1
        resident = User.objects.create_user("lain@balai.id", PASSWORD, name="Bukan")
    with pytest.raises(RuleBroken):
        actions.approve(signup.pk, by=resident)
    actions.approve(signup.pk, by=operator)
    with pytest.raises(Stale):
        actions.approve(signup.pk, by=operator)
    with in_public():
        outbox.run_due()
    assert City.objects.filter(code="64.72").exists()


def test_rejected_with_a_reason(db: None, operator: User) -> None:
    signup = ask(email="siti@gmail.com")
    actions.confirm_email(token_of(signup))
    with pytest.raises(RuleBroken):
        actions.reject(signup.pk, by=operator, reason=" ")
    actions.reject(signup.pk, by=operator, reason="Bukan alamat dinas.")
    status = queries.progress(signup.status_token)
    assert status and status.failed and status.signup.reason == "Bukan alamat dinas."
    with in_public():
        bodies = Outbox.objects.filter(payload__to="siti@gmail.com").values_list(
            "payload__body", flat=True
        )
        assert any("Bukan alamat dinas." in body for body in bodies)
    assert ask().state == "email_sent"  # the city is free again


def test_the_second_confirmed_is_told(db: None) -> None:
    first, second = ask(), ask(email="budi@samarindakota.go.id", subdomain="samarindakota")
    actions.confirm_email(token_of(first))
    with pytest.raises(RuleBroken, match="sudah terdaftar"):
        actions.confirm_email(token_of(second))
    with pytest.raises(RuleBroken, match="sudah terdaftar"):
        ask(email="tiga@samarindakota.go.id")


def test_two_at_the_same_instant(committed: None) -> None:
    """Eight officials open their links at once: one city, and seven who are told why."""
    signups = [ask(email=f"pejabat{n}@samarindakota.go.id") for n in range(8)]
    tokens = [token_of(s) for s in signups]
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def confirm(token: str) -> None:
        start.wait()
        try:
            outcomes.append(actions.confirm_email(token).state)
        except RuleBroken as told:
            outcomes.append(told.message)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=[t]) for t in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("approved") == 1
    assert {"Kota Samarinda" in o for o in outcomes if o != "approved"} == {True}, outcomes
    with in_public():
        outbox.run_due()
        assert City.objects.filter(code="64.72").count() == 1
        assert Signup.objects.filter(state="done").count() == 1
    with in_city(City.objects.get(code="64.72")):
        assert User.objects.count() == 1


def test_two_cities_want_one_subdomain(db: None) -> None:
    first = ask()
    second = ask(code="64.71", email="a@balikpapan.go.id")  # asks for samarinda too
    actions.confirm_email(token_of(first))
    with pytest.raises(RuleBroken, match="balikpapan"):
        actions.confirm_email(token_of(second))


def test_failed_provisioning_is_said_and_goes_on(db: None, operator: User) -> None:
    from tenants.registry import provisioning

    signup = ask()
    actions.confirm_email(token_of(signup))
    broken = list(provisioning.seeders)[2]

    def fail(city: City) -> None:
        Post.objects.all().delete()
        raise RuntimeError("disk full")

    with provisioning.seeders.changed({broken.name: replace(broken, run=fail)}):
        with in_public():
            for _ in range(outbox.MAX_ATTEMPTS):
                Outbox.objects.filter(state="due").update(due_at=now())
                outbox.run_due()
        status = queries.progress(signup.status_token)
        assert status and status.state == "failed" and 0 < status.percent < 100
    actions.retry(signup.pk, by=operator)
    with in_public():
        outbox.run_due()
    status = queries.progress(signup.status_token)
    assert status and status.done
    with in_city(City.objects.get(code="64.72")):
        assert Post.objects.filter(role="lurah").count() == 59


def test_operators_are_told_of_each_founding(db: None, operator: User) -> None:
    signup = ask()
    assert actions.confirm_email(token_of(signup)).state == "approved"
    with in_public():
        told = Outbox.objects.get(payload__to="ops@balai.id").payload
    assert told["subject"] == "Kota baru: Kota Samarinda"
    assert "siti@samarindakota.go.id" in told["body"]


def test_a_domain_that_an_earlier_official_used_proves_the_next_one(db: None) -> None:
    with in_public():
        earlier = ask(email="lama@pemda-samarinda.go.id")
        Signup.objects.filter(pk=earlier.pk).update(state=Signup.State.REJECTED)
        new = ask(email="baru@pemda-samarinda.go.id")
        assert not queries.proves_itself(new)
        Signup.objects.filter(pk=earlier.pk).update(state=Signup.State.DONE)
        assert queries.proves_itself(new)


def test_the_first_mail_holds_no_typed_words(db: None) -> None:
    ask(name="Menang hadiah, buka https://evil.example/", post="Klik https://evil.example/")
    with in_public():
        mail = Outbox.objects.get(kind="mail.send").payload
    assert "evil" not in str(mail)


def test_three_mails_a_day_to_one_address(db: None) -> None:
    for _ in range(3):
        ask()
    with pytest.raises(RuleBroken, match="besok") as refused:
        ask(email="SITI@samarindakota.go.id")
    assert refused.value.field == "email"
    assert Signup.objects.count() == 3
    ask(email="lain@samarindakota.go.id")


def test_ten_mails_an_hour_from_one_network(db: None) -> None:
    for n in range(10):
        ask(email=f"a{n}@samarindakota.go.id", remote="203.0.113.9")
    with pytest.raises(RuleBroken, match="satu jam"):
        ask(email="b@samarindakota.go.id", remote="203.0.113.9")
    ask(email="b@samarindakota.go.id", remote="203.0.113.10")


def test_two_hundred_mails_an_hour_in_all(db: None) -> None:
    for n in range(mail_limits.IN_ALL):
        mail_limits.count(email=f"a{n}@example.com", remote="")
    with pytest.raises(RuleBroken, match="satu jam"):
        mail_limits.count(email="b@example.com", remote="")


def test_a_wrong_address_is_corrected_and_its_link_dies(db: None) -> None:
    signup = ask(email="sitti@samarindakota.go.id")
    old = token_of(signup)
    changed = actions.correct_email(
        status_token=signup.status_token, email="Siti@samarindakota.go.id"
    )
    with pytest.raises(NotThere):
        actions.confirm_email(old)
    assert actions.confirm_email(token_of(changed)).email == "siti@samarindakota.go.id"
    with pytest.raises(Stale):
        actions.correct_email(status_token=signup.status_token, email="lain@x.go.id")


def _founded() -> tuple[Signup, City]:
    signup = ask()
    actions.confirm_email(token_of(signup))
    assert handover.issue(signup.pk) is None  # the city is not ready
    with in_public():
        outbox.run_due()
    return signup, City.objects.get(code="64.72")


def _token(address: str | None) -> str:
    assert address and address.startswith("http://samarinda.localhost:8000/masuk/baru/")
    return address.rstrip("/").rpartition("/")[2]


def test_a_handover_signs_in_once_in_its_own_city_and_soon(db: None) -> None:
    signup, city = _founded()
    bontang = City.objects.get(code="64.74")
    token = _token(handover.issue(signup.pk))
    with in_city(bontang):
        assert handover.redeem(token, city=bontang) is None
    with in_city(city):
        assert handover.redeem(token, city=city, at=now() + handover.LASTS) is None
        assert handover.redeem("", city=city) is None
        user = handover.redeem(token, city=city)
        assert user is not None and user.login == "siti@samarindakota.go.id"
        assert handover.redeem(token, city=city) is None
        assert handover.redeem("", city=city) is None


def test_a_new_handover_ends_the_one_before(db: None) -> None:
    signup, city = _founded()
    first, second = _token(handover.issue(signup.pk)), _token(handover.issue(signup.pk))
    with in_city(city):
        assert handover.redeem(first, city=city) is None
        assert handover.redeem(second, city=city) is not None
