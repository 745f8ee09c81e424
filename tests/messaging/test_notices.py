"""Every notice has its texts, a reader gets theirs, and a channel is added by a folder alone."""

import copy
import importlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import LazySettings
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.test import Client

from accounts.models import User
from messaging import choices, notices, outbox, work
from messaging.channels import channels
from messaging.models import NoticeChoice, Outbox
from services.applications import notices as applications
from services.cases.morning import send_morning_lists
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, submitted
from tests.told import tell_subscribers

ALL = list(notices.notices)
VARIABLE = re.compile(r"{{ *(\w+)|{% (?:el)?if (?:not )?(\w+)|{% for \w+ in (\w+)")


@pytest.mark.parametrize("about", ALL, ids=[about.name for about in ALL])
def test_a_notice_has_its_texts_and_they_use_every_declared_field_and_no_other(
    about: notices.Notice,
) -> None:
    for language in ["id", *(["en"] if about.english else [])]:
        found: Any = get_template(f"notices/{about.name}/{language}.txt")
        source = found.template.source
        subject, gap, body = source.partition("\n\n")
        assert gap and "\n" not in subject and body.strip()
        loops = set(re.findall(r"{% for (\w+) in", source))
        used = {name for match in VARIABLE.findall(source) for name in match if name}
        assert used - loops == about.fields


def test_no_text_is_left_without_a_notice() -> None:
    root = Path(__file__).parents[2]
    texts = [
        path.parent.relative_to(folder).as_posix()
        for top in ("platform", "tenants", "services", "billing")
        for folder in (root / top).rglob("templates/notices")
        for path in folder.rglob("*.txt")
    ]
    assert set(texts) == set(notices.notices.names())


DONE = {"number": "26-11-000001", "has_letter": True, "service": "SKTM", "link": "/x/"}


def test_a_reader_is_written_to_in_their_language_and_in_indonesian_otherwise() -> None:
    values = {**DONE, "city": "Kota Bontang"}
    assert notices.written(applications.DONE, "en", "email", values).subject == (
        "Application 26-11-000001 is finished"
    )
    for language in ("", "id", "jv"):  # no text in Javanese
        text = notices.written(applications.DONE, language, "email", values)
        assert text.subject == "Permohonan 26-11-000001 sudah selesai"


def test_values_stand_in_a_text_as_they_are_and_break_no_line_of_the_subject() -> None:
    values = {**DONE, "number": "1\r\nBcc: x@example.com", "city": "Ma'ruf & <Co>"}
    text = notices.written(applications.DONE, "id", "email", values)
    assert text.subject == "Permohonan 1 Bcc: x@example.com sudah selesai"
    assert text.body.endswith("Ma'ruf & <Co>\n")


@pytest.mark.parametrize("values", [DONE, {**DONE, "city": "", "nik": "6474"}])
def test_missing_and_unknown_values_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="applications/done"):
        notices.written(applications.DONE, "id", "email", values)


# --- in a city


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def _mails(to: str) -> list[str]:
    tell_subscribers()
    sent = Outbox.objects.filter(kind="mail.send", payload__to=to).order_by("pk")
    return [str(row.payload["subject"]) for row in sent]


@pytest.mark.django_db
def test_an_applicant_who_reads_english_gets_an_english_receipt(cast: Cast) -> None:
    User.objects.filter(pk=cast.sari.pk).update(language="en")
    application = submitted(cast)
    assert _mails("sari@example.com") == [f"We have received application {application.number}"]
    body = Outbox.objects.get(payload__to="sari@example.com").payload["body"]
    assert "Certificate" in body or "Letter" in body  # the service's own English title


@pytest.mark.django_db
def test_the_language_somebody_chooses_is_kept_with_their_account(
    cast: Cast, settings: LazySettings
) -> None:
    client = Client(HTTP_HOST="bontang.localhost")
    client.post("/bahasa/", {"language": "en", "back": "/"})
    client.force_login(cast.sari)
    cast.sari.refresh_from_db()
    client.post("/bahasa/", {"language": "en", "back": "/"})
    cast.sari.refresh_from_db()
    assert cast.sari.language == "en"
    client.post("/bahasa/", {"language": "id", "back": "/"})
    cast.sari.refresh_from_db()
    assert cast.sari.language == "id"


@pytest.mark.django_db
def test_officials_are_told_at_once_or_daily_as_each_chooses(cast: Cast) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    assert choices.of(cast.hasan) == {"arrival": True, "digest": False}
    assert choices.of(cast.rina) == {"arrival": False, "digest": True}
    assert choices.of(cast.sari) == {}
    choices.choose(user_id=cast.hasan.pk, wanted={"arrival": False, "digest": True})
    choices.choose(user_id=cast.rina.pk, wanted={"arrival": True, "digest": False})
    application = submitted(cast)
    assert _mails("hasan@example.com") == []
    morning = MONDAY.replace(hour=23).astimezone(MONDAY.tzinfo)  # 07.00 in Bontang, next day
    assert send_morning_lists(at=morning) == 1
    assert _mails("hasan@example.com") == ["Berkas yang menunggu Anda hari ini"]
    assert "/rt/" in Outbox.objects.get(payload__to="hasan@example.com").payload["body"]
    approve(application, cast.hasan)
    assert _mails(cast.rina.login) == [f"Berkas {application.number} masuk ke {cast.village.name}"]
    assert send_morning_lists(at=morning) == 0  # the counter wants no list


@pytest.mark.django_db
def test_the_account_page_offers_the_choice_to_officials_alone(cast: Cast) -> None:
    desk = Client(HTTP_HOST="bontang.localhost")
    desk.force_login(cast.rina)
    assert "Begitu ada yang menunggu saya" in desk.get("/akun/").text
    answer = desk.post("/akun/", {"part": "notices", "notices-arrival": "on"})
    assert answer.status_code == 302
    kept = NoticeChoice.objects.filter(user=cast.rina).values_list("occasion", "is_wanted")
    assert dict(kept) == {"arrival": True, "digest": False}
    resident = Client(HTTP_HOST="bontang.localhost")
    resident.force_login(cast.sari)
    assert "Begitu ada yang menunggu saya" not in resident.get("/akun/").text


# --- a channel from a folder


@pytest.fixture
def board(settings: LazySettings) -> Iterator[ModuleType]:
    """The channel in tests/messaging/added, with its texts: nothing else names it."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [Path(__file__).parent / "added" / "templates"]
    settings.TEMPLATES = templates
    sys.modules.pop("tests.messaging.added.board", None)
    notices._templates.cache_clear()
    with channels.changed(), work.handlers.changed():
        yield importlib.import_module("tests.messaging.added.board")
    notices._templates.cache_clear()


@pytest.fixture
def screen() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A screen that listens on a port of its own; what it was shown."""
    shown: list[dict[str, str]] = []

    class Screen(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            shown.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Screen)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", shown
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_a_channel_from_a_folder_carries_a_notice_in_its_own_words(
    cast: Cast, board: Any, screen: tuple[str, list[dict[str, str]]]
) -> None:
    board.address, shown = screen
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com", phone="0812")
    submitted(cast)
    tell_subscribers()
    row = Outbox.objects.get(kind="board.show")
    assert row.payload["to"] == "0812"
    assert outbox.run(row.pk) is True
    [message] = shown
    assert message["text"].startswith("Ada warga RT 001")
    assert Outbox.objects.filter(kind="mail.send", payload__to="hasan@example.com").count() == 1
    with pytest.raises(TemplateDoesNotExist):
        get_template("notices/applications/done/id.board.txt")  # falls back to the usual text
