"""Side-by-side desks, deputies, missed clocks, and who may ask at all."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.applications import actions, queries
from services.applications.models import Application
from services.cases import decisions, tasks
from services.cases import queries as desks
from services.cases.models import Step
from services.cases.morning import send_morning_lists
from services.cases.overdue import handle_overdue
from services.catalogue.queries import service
from services.letters.models import Letter
from services.residents.models import Person
from tenants.office.models import Unit
from tenants.office.queries import posts_of
from tenants.registry.current import city
from tests.factories import (
    MONDAY,
    Cast,
    approve,
    change,
    draft,
    official,
    photo,
    step_of,
    submitted,
)
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=30)


def step(definition: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in definition["steps"] if s["key"] == key)
    return found


def side_by_side(definition: dict[str, Any]) -> None:
    for first in definition["steps"][:2]:
        first["parallel"] = "bersama"


# --- side by side ------------------------------------------------------------------------------


def test_desks_side_by_side_work_at_once_and_both_are_awaited(cast: Cast) -> None:
    change("sktm", side_by_side)
    application = submitted(cast)
    assert {s.key for s in application.steps.filter(state="open")} == {"rt", "loket"}
    loket = application.steps.get(key="loket")
    decisions.approve(step_id=loket.pk, by=cast.rina, at=MONDAY)
    assert {s.key for s in application.steps.filter(state="open")} == {"rt"}
    approve(application, cast.hasan)
    assert step_of(application).key == "lurah"


def test_each_sees_their_own_desk(cast: Cast) -> None:
    change("sktm", side_by_side)
    application = queries.get_for(cast.rina, submitted(cast).pk, today=MONDAY.date())
    mine = desks.step_at(application, posts_of(cast.rina, MONDAY.date()))
    assert mine is not None
    assert mine.key == "loket"


def test_a_refusal_empties_the_desk_beside(cast: Cast) -> None:
    change("sktm", side_by_side)
    application = submitted(cast)
    rt = application.steps.get(key="rt")
    decisions.refuse(step_id=rt.pk, by=cast.hasan, note="Bukan warga saya.", at=MONDAY)
    assert not application.steps.filter(state="open").exists()
    application.refresh_from_db()
    assert application.state == Application.State.REFUSED


def test_what_was_approved_beside_a_return_stays_approved(cast: Cast) -> None:
    change("sktm", side_by_side)
    application = submitted(cast)
    approve_rt = application.steps.get(key="rt")
    decisions.approve(step_id=approve_rt.pk, by=cast.hasan, at=MONDAY)
    loket = application.steps.get(key="loket")
    decisions.return_(step_id=loket.pk, by=cast.rina, note="Foto buram", at=MONDAY)
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert [s.key for s in application.steps.filter(state="open")] == ["loket"]


def test_a_desk_that_had_it_again_does_not_stay_approved_from_before(cast: Cast) -> None:
    """It begins again with new answers, and a return beside it takes it off that desk."""
    change("reklame", only_the_permit)
    change("reklame", side_by_side)
    application = submitted(cast, "reklame", luas="10")
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    _return(step_of(application), cast.petugas)
    actions.save_answers(
        application_id=application.pk, typed={"luas": "4"}, files={}, names={}, by=cast.sari,
        only=["luas"],
    )  # fmt: skip
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    _return(application.steps.get(key="kelurahan", state="open"), cast.rina)
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert {s.key for s in application.steps.filter(state="open")} == {"rt", "kelurahan"}


def _return(waiting: Step, by: User) -> None:
    decisions.return_(step_id=waiting.pk, by=by, note="Ukuran tidak sesuai gambar.", at=MONDAY)


def only_the_permit(definition: dict[str, Any]) -> None:
    definition["outputs"] = [o for o in definition["outputs"] if o["key"] != "rekomendasi"]


def test_new_answers_may_lead_elsewhere(cast: Cast) -> None:
    """Returned by DPMPTSP at 10 m², sent again with 4 m²: that desk is no longer on the route.

    Only while no letter says 10 m² (tests/applications/test_hostile.py).
    """
    change("reklame", only_the_permit)
    application = submitted(cast, "reklame", luas="10")
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    decisions.return_(
        step_id=step_of(application).pk,
        by=cast.petugas,
        note="Ukuran tidak sesuai gambar.",
        at=MONDAY,
    )
    typed = {"luas": "4"}
    actions.save_answers(
        application_id=application.pk, typed=typed, files={}, names={}, by=cast.sari, only=["luas"]
    )
    again = actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert step_of(again).key == "rt", "it begins again, with everybody knowing the new size"


# --- deputies ------------------------------------------------------------------------------------


def test_a_deputy_signs_on_behalf(cast: Cast) -> None:
    deputy = official("sekretaris", cast.village, "sekretaris")
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina)
    posts = posts_of(deputy, MONDAY.date())
    assert [s.case_id for s in desks.inbox(posts)] == [application.pk]
    approve(application, deputy)
    content = Letter.objects.get().content
    assert content.signer_title[0].startswith("a.n. Lurah")
    assert content.signer_name == deputy.name


def test_a_deputy_of_another_desk_is_nobody(cast: Cast) -> None:
    stranger = official("sekcam", cast.kecamatan, "sekretaris")
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina)
    with pytest.raises(NotThere):
        approve(application, stranger)


# --- missed clocks --------------------------------------------------------------------------------


def test_a_silent_rt_is_passed_over_when_the_clock_ends(cast: Cast) -> None:
    application = submitted(cast)
    rt = step_of(application)
    handle_overdue(step_id=rt.pk, at=rt.due_at - timedelta(minutes=1))
    assert step_of(application).key == "rt", "not a minute too early"
    handle_overdue(step_id=rt.pk, at=rt.due_at)
    assert step_of(application).key == "loket"
    rt.refresh_from_db()
    assert (rt.state, rt.decided_by) == (Step.State.SKIPPED, None)
    assert "batas waktu" in rt.note


def test_a_late_counter_reminds_and_tells_the_superior_once_a_day(cast: Cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    for user in (cast.rina, cast.lurah):
        user.email = user.login
        user.save()
    late = step_of(application)
    for hours in (0, 1, 30):
        at = late.due_at + timedelta(hours=hours)
        for waiting in desks.overdue(at=at):
            handle_overdue(step_id=waiting.pk, at=at)
    tell_subscribers()
    mails = Outbox.objects.filter(kind="mail.send", key__contains=f"late:{late.pk}:")
    assert sorted(m.payload["to"] for m in mails) == sorted([cast.rina.email, cast.lurah.email] * 2)
    assert step_of(application) == late, "nobody is passed over who must check"


def test_a_ketua_rt_who_is_late_is_led_to_their_own_page(cast: Cast) -> None:
    change("sktm", lambda definition: step(definition, "rt").update(on_timeout="ingatkan"))
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    late = step_of(submitted(cast))
    handle_overdue(step_id=late.pk, at=late.due_at)
    tell_subscribers()
    mail = Outbox.objects.get(kind="mail.send", key__contains=f"late:{late.pk}:")
    assert city().page("rt-inbox") in mail.payload["body"] and "/meja/" not in mail.payload["body"]


def test_the_periodic_task_finds_what_is_late(cast: Cast, monkeypatch) -> None:
    application = submitted(cast)
    monkeypatch.setattr(tasks, "now", lambda: LATER)
    tasks.overdue({})
    assert step_of(application).key == "loket"


def test_a_case_that_cannot_go_on_holds_up_no_other(cast: Cast, monkeypatch) -> None:
    def to_the_dinas(definition: dict[str, Any]) -> None:
        to = {"level": "dinas", "dinas": "dpmptsp", "role": "petugas_dinas"}
        step(definition, "loket").update(to)

    change("sktm", to_the_dinas)
    stuck, other = submitted(cast), submitted(cast, "reklame")
    Unit.objects.filter(pk=cast.dinas.pk).update(is_active=False)
    monkeypatch.setattr(tasks, "now", lambda: LATER)
    tasks.overdue({})
    assert (step_of(stuck).key, step_of(other).key) == ("rt", "kelurahan")


# --- who may ask ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "person", "message"),
    [
        ({"sex": "perempuan"}, {"sex": 1}, "khusus untuk perempuan"),
        ({"min_age": 17}, {"birth_date": "2020-01-01"}, "17 tahun ke atas"),
        ({"max_age": 30}, {"birth_date": "1950-01-01"}, "paling tua 30"),
        ({"marital": ["belum_kawin"]}, {"marital": 2}, "belum kawin"),
        ({"citizenship": "wni"}, {"citizenship": 2}, "warga negara Indonesia"),
        ({"citizenship": "wna"}, {"citizenship": 1}, "warga negara asing"),
        ({"resident_months": 6}, {"resident_since": date.today()}, "paling sedikit 6 bulan"),
    ],
)
def test_a_service_for_others_says_so_before_anything_is_typed(cast, who, person, message) -> None:
    change("sktm", lambda definition: definition["who"].update(who))
    Person.objects.filter(pk=cast.sari_person.pk).update(**person)
    cast.sari_person.refresh_from_db()
    with pytest.raises(RuleBroken, match=message):
        actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    assert not Application.objects.exists()


@pytest.mark.parametrize("since", [None, "2020-01-31"])
def test_who_has_lived_here_long_or_longer_than_is_written_down_may_ask(cast, since) -> None:
    change("sktm", lambda definition: definition["who"].update(resident_months=6))
    Person.objects.filter(pk=cast.sari_person.pk).update(resident_since=since)
    cast.sari_person.refresh_from_db()
    actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)


def test_what_the_register_knows_is_not_asked_for(cast: Cast) -> None:
    change("sktm", lambda d: d["documents"][0].update(unless_known="no_kk"))
    application = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    assert "pernyataan" not in actions.problems(application)


def test_people_and_tables_reach_the_letter(cast: Cast) -> None:
    application = actions.begin(
        service=service("ahli-waris"), applicant=cast.sari_person, by=cast.sari
    )
    neighbour = cast.tetangga.resident.person
    typed = {
        "pewaris-nama": "Almarhum Contoh",
        "pewaris-tempat_lahir": "Berau",
        "pewaris-tanggal_lahir": "1950-02-03",
        "tanggal_meninggal": "2026-10-01",
        "nomor_akta": "6474-KM-1",
        "ahli_waris-0-nama": cast.sari_person.name,
        "ahli_waris-0-nik": cast.sari_person.nik,
        "ahli_waris-0-hubungan": "Anak",
        "ahli_waris-0-alamat": "Bontang",
        "keperluan": "Balik nama sertifikat",
        "objek": "Tanah dan rumah",
        "saksi1-nik": neighbour.nik,
        "saksi1-nama": neighbour.name,
        "saksi2-nama": "Saksi Luar Kota",
    }
    keys = [d.key for d in application.blueprint.documents]
    wrong = actions.save_answers(
        application_id=application.pk,
        typed=typed,
        files={key: photo() for key in keys},
        names={},
        by=cast.sari,
    )
    assert wrong == {}
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    approve(application, cast.hasan, cast.rina, cast.lurah, cast.loket_kecamatan, cast.camat)
    content = Letter.objects.get().content
    assert content.witnesses == [neighbour.name, "Saksi Luar Kota"]
    assert content.tables[0]["rows"][0][1:3] == [cast.sari_person.name, cast.sari_person.nik]
    assert ["Tempat, tanggal lahir", "Berau, 3 Februari 1950"] in content.blocks[0]["rows"]


def test_answers_at_rest_are_sealed(cast: Cast) -> None:
    application = draft(cast)
    assert b"Beasiswa" not in bytes(Application.objects.get(pk=application.pk).answers_sealed)


# --- who is told


def _mails(to: str) -> list[str]:
    tell_subscribers()
    sent = Outbox.objects.filter(kind="mail.send", payload__to=to).order_by("pk")
    return [str(row.payload["subject"]) for row in sent]


def test_applicant_gets_a_receipt_and_the_ketua_rt_learns_that_somebody_waits(cast: Cast) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    application = submitted(cast)
    assert _mails("sari@example.com") == [f"Permohonan {application.number} sudah kami terima"]
    assert _mails("hasan@example.com") == ["Seorang warga menunggu jawaban Anda"]
    for row in Outbox.objects.filter(kind="mail.send"):
        assert cast.sari_person.name not in row.payload["body"]
    approve(application, cast.hasan)
    decisions.return_(
        step_id=step_of(application).pk, by=cast.rina, note="Kurang jelas.",
        at=MONDAY,
    )  # fmt: skip
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY + timedelta(hours=1))
    assert len([s for s in _mails("sari@example.com") if "kami terima" in s]) == 1


def test_desks_get_one_list_on_the_morning_of_a_working_day(cast: Cast) -> None:
    User.objects.filter(pk=cast.rina.pk).update(email="rina@example.com")
    for _ in range(2):
        approve(submitted(cast), cast.hasan)
    morning = datetime(2026, 11, 25, 7, 10, tzinfo=city().tz)
    assert send_morning_lists(at=morning) == 1
    assert send_morning_lists(at=morning + timedelta(minutes=30)) == 1  # the same mail
    assert _mails("rina@example.com") == ["Berkas yang menunggu Anda hari ini"]
    body = Outbox.objects.get(payload__to="rina@example.com").payload["body"]
    assert "2 berkas" in body and "/meja/" in body
    assert send_morning_lists(at=morning + timedelta(hours=2)) == 0
    sunday = datetime(2026, 11, 29, 7, 10, tzinfo=city().tz)
    assert send_morning_lists(at=sunday) == 0
