"""Exchanging the master key and cities' data keys while the cities work."""

import re
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.core.management import call_command
from django.test import Client

from kernel.clock import now
from kernel.errors import RuleBroken
from services.residents import actions, officials, queries
from services.residents.imports import runs
from services.residents.models import ImportRun, OfficialIdentity, Person, PersonEvent
from services.residents.sealing import is_current, prints, seal, unseal
from tenants.backend.scope import in_city
from tenants.ownership import rotation
from tenants.registry import keys
from tenants.registry.models import City
from tests.factories import Cast, make_cast, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a test there is one process, and it is told at once."""
    monkeypatch.setattr(rotation, "seconds_to_wait", lambda city, *, at: 0.0)


def fresh(city: City) -> City:
    return City.objects.get(pk=city.pk)


def rotate(city: City) -> None:
    begun = rotation.begin(city.pk, at=now())
    while sum(changed for _, changed in rotation.seal_anew(begun)):
        pass
    rotation.end(city.pk, at=now())


def test_everything_opens_and_is_found_after_a_rotation(bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
        sent = submitted(cast)
        before = {
            "nik": cast.sari_person.nik, "kk": cast.sari_person.household.kk_number,
            "answers": sent.answers,
        }  # fmt: skip
        officials.identify(user=cast.rina, nik="6474014404850003", by=None)
        event = PersonEvent.objects.create(
            person=cast.sari_person, kind="identified", numbers_sealed=seal('{"nik": [null, "1"]}'),
            source=_source(),
        )  # fmt: skip
        old = bytes(Person.objects.get(pk=cast.sari_person.pk).nik_sealed or b"")
    rotate(bontang)
    with in_city(fresh(bontang)):
        with pytest.raises(InvalidTag):
            unseal(old)
        person = queries.person_by_nik(before["nik"])
        assert person is not None
        assert (person.nik, person.household.kk_number) == (before["nik"], before["kk"])
        sent.refresh_from_db()
        sent._opened = None
        assert sent.answers == before["answers"]
        assert officials.nik_prints(cast.rina) == set(prints("6474014404850003"))
        assert bytes(OfficialIdentity.objects.get(user=cast.rina).nik_print) in prints(
            "6474014404850003"
        )
        assert PersonEvent.objects.get(pk=event.pk).all_changes == {"nik": [None, "1"]}


def _source() -> Any:
    from services.residents import register
    from services.residents.models import Source

    return register.source(kind=Source.Kind.ENTRY, label="uji", by=None)


def test_between_begin_and_end_old_and_new_rows_are_found(bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
        nik = cast.sari_person.nik
    begun = rotation.begin(bontang.pk, at=now())
    with in_city(begun):
        assert queries.person_by_nik(nik) == cast.sari_person, "sealed with the key before"
        assert not is_current(cast.sari_person.nik_sealed or b"")
        assert actions.login_of(nik) == cast.sari.login
    list(rotation.seal_anew(begun))
    with in_city(begun):
        assert queries.person_by_nik(nik) == cast.sari_person
        assert is_current(Person.objects.get(pk=cast.sari_person.pk).nik_sealed or b"")
        cast.sari.refresh_from_db()
        assert actions.login_of(nik) == cast.sari.login, "the login follows the fingerprint"


def test_resident_signs_in_before_during_and_after(
    bontang: City, client_for: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with in_city(bontang):
        cast = make_cast()
        nik = cast.sari_person.nik

    def sign_in() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            client: Client = client_for(fresh(bontang))
            answer = client.post("/masuk/", {"username": nik, "password": "kata-sandi-uji"})
        return int(answer.status_code)

    from tenants.registry import hosts

    assert sign_in() == 302
    begun = rotation.begin(bontang.pk, at=now())
    hosts.forget()
    assert sign_in() == 302
    list(rotation.seal_anew(begun))
    assert sign_in() == 302
    rotation.end(bontang.pk, at=now())
    hosts.forget()
    assert sign_in() == 302


def test_interrupted_rotation_goes_on_where_it_stopped(bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
        nik = cast.sari_person.nik
    begun = rotation.begin(bontang.pk, at=now())
    next(rotation.seal_anew(begun))  # the process ends after the first batch
    again = rotation.begin(bontang.pk, at=now())
    assert bytes(again.data_key) == bytes(begun.data_key), "no third key"
    rotate(bontang)
    with in_city(fresh(bontang)):
        assert queries.person_by_nik(nik) == cast.sari_person


def test_value_that_opens_with_no_key_stops_the_rotation(bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
        Person.objects.filter(pk=cast.sari_person.pk).update(nik_sealed=secrets.token_bytes(60))
    begun = rotation.begin(bontang.pk, at=now())
    with pytest.raises(Exception, match="tidak terbuka dengan kunci mana pun"):
        list(rotation.seal_anew(begun))
    assert fresh(bontang).previous_key is not None


def test_new_master_key_wraps_every_city_and_old_one_is_needed_no_more(
    bontang: City, blitar: City, settings: Any
) -> None:
    with in_city(bontang):
        nik = make_cast().sari_person.nik
    old = settings.MASTER_KEY
    settings.MASTER_KEY = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    with pytest.raises(keys.KeyLost):
        keys.city_key(fresh(bontang))
    settings.OLD_MASTER_KEYS = [old]
    call_command("rotate_keys", "--master")
    settings.OLD_MASTER_KEYS = []
    for city in (fresh(bontang), fresh(blitar)):
        assert len(keys.city_key(city)) == 32
    with in_city(fresh(bontang)):
        assert queries.person_by_nik(nik) is not None


def test_command_rotates_a_city(bontang: City, capsys: Any) -> None:
    with in_city(bontang):
        cast: Cast = make_cast()
        nik = cast.sari_person.nik
    call_command("rotate_keys", "64.74")
    assert fresh(bontang).previous_key is None
    assert "disegel ulang" in capsys.readouterr().out
    with in_city(fresh(bontang)):
        assert queries.person_by_nik(nik) == cast.sari_person


def test_numbers_are_looked_up_by_every_fingerprint() -> None:
    """A filter by one fingerprint would miss rows while a key is exchanged. Rows that are compared
    with each other (``OuterRef``) agree again once the exchange is over."""
    root = Path(__file__).resolve().parents[2]
    one = re.compile(r"(?:filter|get|exclude)\([^()]*(?:nik|kk)_print=(?!OuterRef)")
    found = [
        str(path.relative_to(root))
        for folder in ("services", "tenants", "billing")
        for path in (root / folder).rglob("*.py")
        if one.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_rotation_waits_for_an_import_and_the_other_way_round(bontang: City) -> None:
    with in_city(bontang):
        run = runs.open_run(name="warga.csv", facts_on=now().date(), by=None)
    with pytest.raises(RuleBroken, match="impor penduduk sedang berjalan"):
        rotation.begin(bontang.pk, at=now())
    with in_city(bontang):
        ImportRun.objects.filter(pk=run.pk).update(is_open=None, state="cancelled")
    begun = rotation.begin(bontang.pk, at=now())
    with in_city(begun), pytest.raises(RuleBroken, match="Kunci data"):
        runs.open_run(name="warga.csv", facts_on=now().date(), by=None)
