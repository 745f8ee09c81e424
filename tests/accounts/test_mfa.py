"""The second step: nobody passes with a password alone who should not."""

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import LazySettings, settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts import mfa, sealing
from accounts.models import Phone, User
from audit.models import Entry
from kernel.errors import RuleBroken
from tenants.backend.scope import in_city, in_public
from tenants.registry.models import City
from tests.architecture.test_addresses import OPERATOR, PUBLIC_HOST, example, routes
from tests.operators import PASSWORD, code, console, enter, operator, pause, phone, wrong

pytestmark = pytest.mark.django_db
STEP = "/masuk/kode/"
SETTINGS = "/akun/dua-langkah/"


@pytest.fixture
def op() -> User:
    return operator()


def sign_in(client: Client, user: User, path: str = "/masuk/") -> str:
    answer = client.post(path, {"username": user.login, "password": PASSWORD})
    assert answer.status_code == 302
    return str(answer["Location"])


def is_in(client: Client) -> bool:
    return client.get("/akun/").status_code == 200


def deeds(what: str) -> int:
    return Entry.objects.filter(what=what).count()


CONSOLE = sorted(r for r in routes(get_resolver("config.urls_public")) if r.startswith("konsol/"))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", CONSOLE)
def test_nothing_of_the_console_opens_without_a_device_or_without_its_code(
    route: str, method: str, op: User, public_client: Client
) -> None:
    assert PUBLIC_HOST[route] == OPERATOR
    public_client.force_login(op, backend="accounts.backends.LoginBackend")
    answer = getattr(public_client, method)(example(route))
    assert (answer.status_code, answer["Location"].split("?")[0]) in {(302, SETTINGS), (405, "")}
    phone(op)
    answer = getattr(public_client, method)(example(route))
    assert (answer.status_code, answer["Location"].split("?")[0]) in {(302, STEP), (405, "")}


def test_an_operator_sets_the_phone_up_and_gets_ten_codes_once(
    op: User, public_client: Client
) -> None:
    assert sign_in(public_client, op) == "/konsol/"
    assert public_client.get("/konsol/").url == f"{SETTINGS}?next=/konsol/"  # type: ignore[attr-defined]
    page = public_client.get(f"{SETTINGS}?next=/konsol/").content.decode()
    device = Phone.objects.get(user=op)
    assert not device.confirmed
    assert 'src="data:image/svg+xml' in page
    assert re.search(r"<code>([A-Z2-7]{4} ){7}[A-Z2-7]{4}</code>", page)
    same = public_client.get(SETTINGS)
    assert Phone.objects.get(user=op).key == device.key, same
    sent = {"code": wrong(device), "current": PASSWORD}
    assert public_client.post(SETTINGS, sent).status_code == 422
    assert public_client.get("/konsol/").status_code == 302
    pause(device)
    done = public_client.post(SETTINGS, {"code": code(device), "current": PASSWORD})
    codes = re.findall(r"<li><code>([a-z2-7]{4}-[a-z2-7]{4})</code>", done.content.decode())
    assert len(set(codes)) == 10
    assert done.headers["Cache-Control"].startswith("max-age=0")
    assert public_client.get("/konsol/").status_code == 200
    assert codes[0] not in public_client.get(SETTINGS).content.decode()
    assert deeds("mfa.enrolled") == 1


def test_setting_up_wants_the_password_too(op: User, public_client: Client) -> None:
    """A session left open on somebody's desk is not enough."""
    sign_in(public_client, op)
    public_client.get(SETTINGS)
    device = Phone.objects.get(user=op)
    answer = public_client.post(SETTINGS, {"code": code(device), "current": "bukan-ini-12345"})
    assert answer.status_code == 422
    assert not mfa.is_enrolled(op)


def test_a_password_signs_nobody_in_who_has_a_device(op: User, public_client: Client) -> None:
    device = phone(op)
    assert sign_in(public_client, op) == STEP
    assert not is_in(public_client)
    answer = public_client.post(STEP, {"code": code(device)})
    assert answer.status_code == 302 and answer["Location"] == "/konsol/"
    assert public_client.get("/konsol/").status_code == 200
    assert deeds("signed_in") == 1


def test_a_code_works_once(op: User, public_client: Client) -> None:
    device = phone(op)
    used = code(device)
    sign_in(public_client, op)
    public_client.post(STEP, {"code": used})
    other = Client(HTTP_HOST=settings.BASE_DOMAIN)
    sign_in(other, op)
    assert other.post(STEP, {"code": used}).status_code == 422
    assert not is_in(other)


def test_it_counts_for_one_session_only(op: User, public_client: Client) -> None:
    device = phone(op)
    sign_in(public_client, op)
    public_client.post(STEP, {"code": code(device)})
    public_client.post("/keluar/")
    assert sign_in(public_client, op) == STEP
    assert not is_in(public_client)


def test_the_step_belongs_to_whoever_gave_the_password(op: User, public_client: Client) -> None:
    """Nobody's code opens another's session, and without a password there is no step."""
    mine = phone(operator("dua@example.com", "Operator Dua"))
    phone(op)
    assert public_client.get(STEP)["Location"] == "/masuk/"
    sign_in(public_client, op)
    assert public_client.post(STEP, {"code": code(mine)}).status_code == 422
    assert not is_in(public_client)


def test_the_step_ends_when_the_password_changes(op: User, public_client: Client) -> None:
    device = phone(op)
    sign_in(public_client, op)
    op.set_password("kata-sandi-yang-baru")
    op.save()
    assert public_client.post(STEP, {"code": code(device)})["Location"] == "/masuk/"
    assert not is_in(public_client)


def test_a_recovery_code_works_once_and_is_noted(op: User, public_client: Client) -> None:
    phone(op)
    codes = mfa.renew_codes(op)
    sign_in(public_client, op)
    typed = codes[3].upper().replace("-", " ")
    assert public_client.post(STEP, {"code": typed}).status_code == 302
    assert public_client.get("/konsol/").status_code == 200
    assert mfa.codes_left(op) == 9
    assert Entry.objects.get(what="mfa.recovery_used").detail == {"left": 9}
    other = Client(HTTP_HOST=settings.BASE_DOMAIN)
    sign_in(other, op)
    assert other.post(STEP, {"code": typed}).status_code == 422


def test_guessing_is_slowed_down_and_then_stopped(op: User, public_client: Client) -> None:
    device = phone(op)
    sign_in(public_client, op)
    bad = wrong(device)
    assert public_client.post(STEP, {"code": bad}).status_code == 422
    slowed = public_client.post(STEP, {"code": code(device)})  # right, and a second too early
    assert slowed.status_code == 422 and "Tunggu" in slowed.content.decode()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        pause(device)
        last = public_client.post(STEP, {"code": bad})
    assert last.status_code == 429
    pause(device)
    assert public_client.post(STEP, {"code": code(device)}).status_code == 429
    assert not is_in(public_client)


def test_wrong_passwords_and_wrong_codes_count_together(op: User, public_client: Client) -> None:
    """A right password in between does not begin the count anew."""
    device = phone(op)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(public_client, op)
        pause(device)
        last = public_client.post(STEP, {"code": wrong(device)})
    assert last.status_code == 429


def test_a_device_taken_away_ends_what_it_opened(op: User) -> None:
    client = console(op)
    assert client.get("/konsol/").status_code == 200
    mfa.reset(op.pk, reason="ponsel hilang", by=operator("dua@example.com", "Dua"))
    assert client.get("/konsol/")["Location"].startswith(SETTINGS)
    entry = Entry.objects.get(what="mfa.reset")
    assert (entry.actor_name, entry.detail["reason"]) == ("Dua", "ponsel hilang")


def test_nobody_resets_themself_or_without_a_reason(op: User) -> None:
    with pytest.raises(RuleBroken, match="orang lain"):
        mfa.reset(op.pk, reason="ponsel hilang", by=op)
    with pytest.raises(RuleBroken, match="alasan"):
        mfa.reset(op.pk, reason=" ", by=operator("dua@example.com", "Dua"))


def test_another_operator_resets_in_the_console(op: User) -> None:
    lost = operator("dua@example.com", "Operator Dua")
    phone(lost)
    client = console(op)
    assert "Operator Dua" in client.get("/konsol/operator/").content.decode()
    page = f"/konsol/operator/{lost.pk}/lepas/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": ""}).status_code == 422
    assert mfa.is_enrolled(lost)
    assert client.post(page, {"reason": "Ponselnya dicuri"}).status_code == 302
    assert not mfa.is_enrolled(lost)
    own = client.post(f"/konsol/operator/{op.pk}/lepas/", {"reason": "mau saja"})
    assert own.status_code == 422 and mfa.is_enrolled(op)


def test_the_command_resets_too(op: User, capsys: pytest.CaptureFixture[str]) -> None:
    phone(op)
    call_command("reset_mfa", op.login, "--by", "Admin server", "--reason", "ponsel hilang")
    assert not mfa.is_enrolled(op)
    assert Entry.objects.get(what="mfa.reset").detail["by"] == "Admin server"


def test_operators_cannot_switch_it_off(op: User) -> None:
    client = console(op)
    device = Phone.objects.get(user=op)
    answer = client.post(SETTINGS, {"code": code(device), "part": "matikan"})
    assert answer.status_code == 422
    assert mfa.is_enrolled(op)


def test_new_recovery_codes_need_a_code_and_end_the_old_ones(op: User) -> None:
    client = console(op)
    device = Phone.objects.get(user=op)
    old = mfa.renew_codes(op)
    assert client.post(SETTINGS, {"code": wrong(device), "part": "kode"}).status_code == 422
    pause(device)
    assert client.post(SETTINGS, {"code": code(device), "part": "kode"}).status_code == 200
    assert not StaticToken.objects.filter(token=old[0].replace("-", "")).exists()
    assert mfa.codes_left(op) == 10


# --- a city's officials -------------------------------------------------------------------------


def test_an_official_may_switch_it_on_and_off_in_the_citys_own_schema(
    bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(bontang)
    with in_city(bontang):
        user = User.objects.create_user("rina@contoh.go.id", PASSWORD, name="Rina")
    sign_in(client, user)
    client.get(SETTINGS)
    with in_city(bontang):
        device = Phone.objects.get(user=user)
    done = client.post(SETTINGS, {"code": code(device), "current": PASSWORD})
    assert done.status_code == 200
    with in_public():
        assert not Phone.objects.exists()
    client.post("/keluar/")
    assert sign_in(client, user) == STEP
    assert not is_in(client)
    assert client.post(STEP, {"code": code(device, 1)}).status_code == 302
    assert is_in(client)
    with in_city(bontang):
        Phone.objects.update(last_t=0)
    assert client.post(SETTINGS, {"code": code(device), "part": "matikan"}).status_code == 302
    with in_city(bontang):
        assert not Phone.objects.exists() and not StaticDevice.objects.exists()


def test_a_citys_session_verifies_nobody_on_the_platform(op: User, bontang: City) -> None:
    """The same numbers in another schema are another person."""
    with in_city(bontang):
        user = User.objects.create_user("rina@contoh.go.id", PASSWORD, name="Rina")
        device = phone(user)
    public = Client(HTTP_HOST=settings.BASE_DOMAIN)
    public.force_login(op, backend="accounts.backends.LoginBackend")
    session = public.session
    session["otp_device_id"] = device.persistent_id
    session.save()
    assert public.get("/konsol/").status_code == 302


def test_residents_are_not_offered_it(bontang: City, client_for: Callable[[City], Client]) -> None:
    client = client_for(bontang)
    with in_city(bontang):
        user = User.objects.create_user("nik:" + "a" * 64, PASSWORD, name="Sari")
        client.force_login(user, backend="accounts.backends.LoginBackend")
    assert client.get(SETTINGS).status_code == 422
    assert "dua langkah" not in client.get("/akun/").content.decode()


# --- demonstration ------------------------------------------------------------------------------


def test_the_demonstrations_operator_needs_no_phone(
    op: User, public_client: Client, settings
) -> None:
    settings.DEMO = True
    for _ in range(3):  # within one half minute: each code works once
        answer = public_client.post("/masuk/peragaan/", {"who": op.pk})
        assert answer["Location"] == STEP
        page = public_client.get(STEP).content.decode()
        shown = re.search(r"<code>(\d{6})</code>", page)
        assert shown is not None
        assert f'value="{shown[1]}"' in page
        assert public_client.post(STEP, {"code": shown[1]})["Location"] == "/konsol/"
        assert public_client.get("/konsol/").status_code == 200
        public_client.post("/keluar/")


def test_a_demonstrations_device_counts_for_nothing_elsewhere(
    op: User, public_client: Client, settings
) -> None:
    settings.DEMO = True
    public_client.post("/masuk/peragaan/", {"who": op.pk})
    shown = mfa.demo_code(op)
    public_client.post(STEP, {"code": shown})
    assert public_client.get("/konsol/").status_code == 200
    settings.DEMO = False
    assert public_client.get("/konsol/")["Location"].startswith(SETTINGS)
    assert mfa.demo_code(op) == ""
    assert not mfa.is_enrolled(op)
    with pytest.raises(RuleBroken):
        mfa.check(_request(public_client), op, "123456")
    mfa.demo_device(operator("dua@example.com", "Dua"))
    assert Phone.objects.filter(name=mfa.DEMO).count() == 1


def test_recovery_codes_of_a_demonstration_count_for_nothing_elsewhere(
    op: User, public_client: Client, settings
) -> None:
    settings.DEMO = True
    public_client.post("/masuk/peragaan/", {"who": op.pk})
    assert public_client.post(STEP, {"code": mfa.renew_codes(op)[0]}).status_code == 302
    assert public_client.get("/konsol/").status_code == 200
    settings.DEMO = False
    assert public_client.get("/konsol/")["Location"].startswith(SETTINGS)


def test_the_code_of_a_real_device_is_never_shown(
    op: User, public_client: Client, settings
) -> None:
    settings.DEMO = True
    phone(op)
    public_client.post("/masuk/peragaan/", {"who": op.pk})
    page = public_client.get(STEP).content.decode()
    assert not re.search(r"<code>\d{6}</code>", page)


def _request(client: Client):
    from django.test import RequestFactory

    request = RequestFactory().post(STEP)
    request.session = client.session
    return request


def test_both_steps_by_the_helper_of_these_tests(op: User, public_client: Client) -> None:
    assert enter(public_client, op).get("/konsol/").status_code == 200


# --- at rest ------------------------------------------------------------------------------------


def stored(device: Phone) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM otp_totp_totpdevice WHERE id = %s", [device.pk])
        return str(cursor.fetchone()[0])


def plain(user: User) -> tuple[Phone, str]:
    """As a release before this one stored a phone and a recovery code."""
    with in_public():
        device = phone(user)
        Phone.objects.filter(pk=device.pk).update(key="ab" * 20)
        paper = StaticDevice.objects.create(user=user, name=mfa.PAPER, confirmed=True)
        StaticToken.objects.create(device=paper, token="abcdefgh")
        device.refresh_from_db()
    return device, "abcdefgh"


def test_what_is_stored_opens_nothing(op: User, public_client: Client) -> None:
    with in_public():
        device, codes = mfa.confirm(op, code(mfa.enrolment(op)))
        secret = device.bin_key
        kept = stored(device)
        assert sealing.is_sealed(kept) and secret.hex() not in kept and len(kept) <= 80
        tokens = set(StaticToken.objects.values_list("token", flat=True))
        assert not tokens & {text.replace("-", "") for text in codes}
    # What is kept of a recovery code is no code.
    sign_in(public_client, op)
    for token in list(tokens)[:2]:
        with in_public():
            StaticDevice.objects.update(throttling_failure_count=0)
        assert public_client.post(STEP, {"code": token}).status_code == 422
    with in_public():
        StaticDevice.objects.update(throttling_failure_count=0)
    assert public_client.post(STEP, {"code": codes[0]}).status_code == 302
    assert public_client.get("/konsol/").status_code == 200
    with in_public():
        assert mfa.codes_left(op) == mfa.RECOVERY_CODES - 1


def test_a_sealed_key_copied_to_somebody_else_does_not_open(op: User) -> None:
    other = operator("lain@example.com")
    with in_public():
        theirs, mine = phone(other), phone(op)
        Phone.objects.filter(pk=mine.pk).update(key=stored(theirs))
        mine.refresh_from_db()
        with pytest.raises(sealing.Unreadable):
            assert mine.bin_key


def test_secrets_of_an_older_release_work_and_are_sealed(op: User, public_client: Client) -> None:
    device, paper = plain(op)
    sign_in(public_client, op)
    assert public_client.post(STEP, {"code": code(device)}).status_code == 302
    with in_public():
        assert sealing.is_sealed(stored(device))  # by being used
    public_client.post("/keluar/")
    sign_in(public_client, op)
    assert public_client.post(STEP, {"code": paper}).status_code == 302
    with in_public():
        StaticToken.objects.create(device=StaticDevice.objects.get(), token="hgfedcba")
        Phone.objects.filter(pk=device.pk).update(key="ab" * 20)
        assert mfa.seal_all() == 2 and mfa.seal_all() == 0
        assert sealing.is_sealed(stored(device))
        device.refresh_from_db()
        assert device.bin_key == bytes.fromhex("ab" * 20)
        StaticDevice.objects.update(throttling_failure_count=0)
    public_client.post("/keluar/")
    sign_in(public_client, op)
    assert public_client.post(STEP, {"code": "HGFE-DCBA"}).status_code == 302


def test_setting_up_begins_anew_when_the_key_went_in_between(
    op: User, settings: LazySettings
) -> None:
    with in_public():
        before = mfa.enrolment(op).pk
        settings.SECOND_STEP_KEYS = ["C" * 43 + "="]
        device = mfa.enrolment(op)
        assert device.pk != before and len(device.bin_key) == 20


def test_a_new_key_takes_over_within_a_day(
    op: User, public_client: Client, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    old = settings.MASTER_KEY
    with in_public():
        device, _ = mfa.confirm(op, code(mfa.enrolment(op)))
        secret = device.bin_key
        settings.SECOND_STEP_KEYS = ["B" * 43 + "=", old]
        assert device.bin_key == secret
        assert mfa.seal_all() == 1
        settings.SECOND_STEP_KEYS = ["B" * 43 + "="]
        device.refresh_from_db()
        assert device.bin_key == secret
        # Lost altogether: said once, without a name, and a reset helps.
        settings.SECOND_STEP_KEYS = ["C" * 43 + "="]
        assert mfa.seal_all() == 0
        assert f"user {op.pk} does not open" in caplog.text and op.login not in caplog.text
    sign_in(public_client, op)
    assert public_client.post(STEP, {"code": "123456"}).status_code == 422  # no fault of ours
    call_command("reset_mfa", op.login, by="Uji", reason="kunci hilang")
    with in_public():
        assert not mfa.is_enrolled(op)


@pytest.mark.parametrize("key", ["!" * 44, " " * 44, "A" * 42 + "!=", "é" * 43 + "=", "A" * 43])
def test_a_mistyped_key_stops_the_start(key: str) -> None:
    env = {**os.environ, "BALAI_MODE": "test", "BALAI_SECOND_STEP_KEYS": key}
    command = [sys.executable, "-c", "import config.settings"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "BALAI_SECOND_STEP_KEYS must be keys" in done.stderr
