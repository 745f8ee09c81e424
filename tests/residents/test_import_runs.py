"""Imports as a whole: what happens again, in another order, halfway, and backwards."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from kernel.errors import RuleBroken, Stale
from messaging import outbox
from services.residents import codes, queries, register
from services.residents.imports import arriving, checks, files, runs, steps, writing
from services.residents.imports.direct import import_people
from services.residents.imports.problems import Outcome
from services.residents.models import (
    Household,
    ImportFamily,
    ImportRow,
    ImportRun,
    Person,
    PersonEvent,
    ResidentAccount,
    Source,
)  # fmt: skip
from services.residents.sealing import fingerprint
from tests.factories import make_cast
from tests.residents.rows import FAMILY, HEAD, WIFE, as_csv

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 1)
State = ImportRun.State


def take(table: Sequence[dict[str, Any]], accept: Sequence[str] = ()) -> Outcome:
    return import_people(name="a.csv", content=as_csv(table), actor=None, accept=accept)


def person(row: dict[str, Any]) -> Person:
    return Person.objects.get(nik_print=fingerprint(row["nik"]))


def everything() -> list[dict[str, Any]]:
    """Every fact of everybody and of every card; not when it was last written."""
    people = [
        {
            k: bytes(v) if isinstance(v, memoryview) else v
            for k, v in row.items()
            if k != "updated_at"
        }
        for row in Person.objects.order_by("pk").values()
    ]
    cards = [
        {
            k: bytes(v) if isinstance(v, memoryview) else v
            for k, v in row.items()
            if k != "updated_at"
        }
        for row in Household.objects.order_by("pk").values()
    ]
    return people + cards


def begun(table: Sequence[dict[str, Any]], by: User) -> ImportRun:
    """An import that was uploaded, mapped as proposed, and checked by a worker."""
    content = as_csv(table)
    run = arriving.upload(name="a.csv", size=len(content), chunks=[content], facts_on=DAY, by=by)
    assert run.state == State.READING, "its headings are our own"
    outbox.run_due()
    return runs.get(run.pk)


def imported(table: Sequence[dict[str, Any]], by: User) -> ImportRun:
    run = begun(table, by)
    runs.accept(run_id=run.pk, kinds=checks.DOUBTS, by=by)
    outbox.run_due()
    return runs.get(run.pk)


# --- events and sources ---------------------------------------------------------------------------


def test_new_people_have_the_import_as_their_source(in_bontang) -> None:
    take(FAMILY)
    found = person(HEAD)
    assert found.source is not None
    assert (found.source.kind, found.source.label) == (Source.Kind.IMPORT, "a.csv")
    assert (found.field_sources, found.place) == ({}, found.household.rt.code)
    assert not PersonEvent.objects.exists()


def test_what_changes_of_a_person_is_one_event_with_before_and_after(in_bontang) -> None:
    take(FAMILY)
    take([HEAD | {"pekerjaan": "Guru", "agama": "Kristen"}])
    found = person(HEAD)
    (event,) = found.events.all()
    assert event.kind == PersonEvent.Kind.CORRECTION
    assert event.changes == {"occupation": [None, 65], "religion": [1, 2]}
    assert found.field_sources == {"occupation": event.source_id, "religion": event.source_id}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"status_dasar": "Mati"}, "death"),
        ({"status_dasar": "Pindah"}, "move_out"),
        ({"status_dasar": "Hilang"}, "missing"),
        ({"no_kk": "6474011203180999", "hubungan": "Anak"}, "card"),
        ({"hubungan": "Suami"}, "head"),
        ({"nama": "Rahmat Kurniawan"}, "correction"),
    ],
)
def test_the_kind_of_event_says_what_happened(in_bontang, change, kind) -> None:
    take(FAMILY)
    take([HEAD | change], checks.DOUBTS)
    assert person(HEAD).events.get().kind == kind


def test_a_family_that_moves_has_an_event_for_each_member(in_bontang) -> None:
    take(FAMILY)
    outcome = take([HEAD | {"alamat": "Jalan Baru 1", "rt": "002"}])
    assert outcome.changed == 0, "nothing of the person alone"
    for row in FAMILY:
        event = person(row).events.get()
        assert event.kind == PersonEvent.Kind.MOVE_WITHIN
        assert event.changes["address"] == ["Jalan Rawa Indah 7", "Jalan Baru 1"]
        assert person(row).place.endswith("/009/002")


def test_others_hear_of_the_dead_and_of_nobody_else(in_bontang, monkeypatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(writing, "publish", told.append)
    take(FAMILY)
    take([HEAD | {"pekerjaan": "Guru"}, WIFE | {"status_dasar": "Mati"}], checks.DOUBTS)
    assert [(event.person_id, event.kind) for event in told] == [(person(WIFE).pk, "death")]


def test_a_number_that_becomes_known_is_sealed_in_the_event(in_bontang) -> None:
    take(FAMILY)
    take([WIFE | {"nik_ayah": "6474010101500001"}])
    event = person(WIFE).events.get()
    assert event.changes == {}
    assert event.all_changes == {"father_nik": [None, "6474010101500001"]}
    again = take([WIFE | {"nik_ayah": "6474010101500001"}])
    assert (again.changed, again.unchanged) == (0, 1)


# --- again, and in another order ------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(in_bontang) -> None:
    take(FAMILY)
    before = everything()
    again = take(FAMILY)
    assert (again.added, again.changed, again.unchanged) == (0, 0, len(FAMILY))
    assert everything() == before
    assert not PersonEvent.objects.exists()


FACTS = {
    "agama": ["", "Islam", "Hindu"], "pekerjaan": ["", "Guru", "Dokter"],
    "nama_ayah": ["", "Slamet"], "status_dasar": ["", "Hidup", "Mati"],
    "golongan_darah": ["", "A", "-", "0"], "penduduk_sejak": ["", "2001-02-03", "00-00-0000"],
}  # fmt: skip
some_file = st.lists(
    st.tuples(
        st.sampled_from([HEAD, WIFE]),
        st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in FACTS.items()}),
    ),
    min_size=1, max_size=2, unique_by=lambda pair: pair[0]["nik"],
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(some_file, min_size=2, max_size=4))
def test_no_order_of_files_loses_a_fact_or_revives_a_dead_person(in_bontang, tables) -> None:
    """What was ever said of somebody is known after all files, and nobody dead is alive again."""
    with transaction.atomic():
        said: dict[str, set[str]] = {}
        died: set[str] = set()
        for table in tables:
            keys = sorted({key for _, facts in table for key in facts})
            lines = [row | {key: facts.get(key, "") for key in keys} for row, facts in table]
            outcome = take(lines)
            held = {problem.line for problem in [*outcome.refused, *outcome.doubts]}
            for line, (row, facts) in enumerate(table, start=2):
                if line in held:
                    continue
                known = {key for key, text in facts.items() if text not in ("", "-", "0")
                         and text != "00-00-0000"}  # fmt: skip
                said.setdefault(row["nik"], set()).update(known)
                if facts.get("status_dasar") == "Mati":
                    died.add(row["nik"])
        names = {"agama": "religion", "pekerjaan": "occupation", "nama_ayah": "father_name",
                 "golongan_darah": "blood", "penduduk_sejak": "resident_since",
                 "status_dasar": "status"}  # fmt: skip
        for nik, keys_said in said.items():
            found = Person.objects.get(nik_print=fingerprint(nik))
            assert all(getattr(found, names[key]) for key in keys_said)
        for nik in died:
            assert Person.objects.get(nik_print=fingerprint(nik)).status == codes.Status.DEAD
        transaction.set_rollback(True)


def test_somebody_entered_between_check_and_writing_is_brought_up_to_date(in_bontang) -> None:
    cast = make_cast()
    take([WIFE], checks.DOUBTS)
    run = begun(FAMILY, cast.rina)
    assert run.counts["new"] == 1
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=cast.rina)
    entered = register.enter(
        facts={"name": "Rahmat", "sex": 1, "birth_place": "Bontang",
               "birth_date": date(1980, 8, 8)},
        household=person(WIFE).household, origin=origin, by=cast.rina, nik=HEAD["nik"],
    )  # fmt: skip
    runs.accept(run_id=run.pk, kinds=checks.DOUBTS, by=cast.rina)
    outbox.run_due()
    found = person(HEAD)
    assert (found.pk, found.name, found.relation) == (entered.pk, HEAD["nama"], 1)
    assert runs.get(run.pk).counts["updated"] == 1


def test_nobody_is_called_alive_who_died_between_check_and_writing(in_bontang) -> None:
    cast = make_cast()
    take(FAMILY)
    run = begun([HEAD | {"status_dasar": "Hidup", "pekerjaan": "Guru"}], cast.rina)
    origin = register.source(kind=Source.Kind.LETTER, label="Akta kematian", by=cast.rina)
    register.change(
        person_id=person(HEAD).pk, facts={"status": codes.Status.DEAD}, origin=origin,
        by=cast.rina, kind=PersonEvent.Kind.DEATH,
    )  # fmt: skip
    runs.accept(run_id=run.pk, kinds=[], by=cast.rina)
    outbox.run_due()
    assert person(HEAD).status == codes.Status.DEAD


# --- undoing --------------------------------------------------------------------------------------


def test_undoing_an_import_restores_every_row(in_bontang) -> None:
    cast = make_cast()
    take([*FAMILY, HEAD | {"nik": "0", "nama": "Bayi", "hubungan": "Anak",
                           "tanggal_lahir": "2026-11-20"}])  # fmt: skip
    before = everything()
    run = imported(
        [
            HEAD | {"nama": "Rahmat K", "pekerjaan": "Guru", "alamat": "Jalan Lain 9", "rt": "003",
                    "nik_ayah": "6474010101500001", "lintang": "-7,15"},
            WIFE | {"no_kk": "6474011203180777", "hubungan": "Kepala keluarga",
                    "status_dasar": "Pindah", "nik_ayah": "", "lintang": ""},
            HEAD | {"nik": "6474012011260001", "nama": "Bayi", "hubungan": "Anak",
                    "tanggal_lahir": "2026-11-20", "alamat": "Jalan Lain 9", "rt": "003"},
            HEAD | {"nik": "6474010808800299", "no_kk": "6474011203180888", "nama": "Orang Baru"},
        ],
        cast.rina,
    )  # fmt: skip
    assert run.counts["refused"] == 0
    assert run.counts["added"] == 1
    assert person(WIFE).household.kk_number == "6474011203180777"
    assert everything() != before
    runs.undo(run_id=run.pk, by=cast.rina)
    outbox.run_due()
    run = runs.get(run.pk)
    assert run.state == State.UNDONE
    assert everything() == before
    undone = PersonEvent.objects.filter(kind=PersonEvent.Kind.UNDO)
    assert undone.count() == PersonEvent.objects.filter(source=run.source).count()


def test_undoing_leaves_what_was_used_or_changed_since_and_says_so(in_bontang) -> None:
    cast = make_cast()
    take([HEAD])
    before = person(HEAD).occupation
    run = imported([HEAD | {"pekerjaan": "Guru", "agama": "Hindu"}, WIFE], cast.rina)
    ResidentAccount.objects.filter(user=cast.rina).delete()
    ResidentAccount.objects.create(user=cast.rina, person=person(WIFE))
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=cast.rina)
    register.change(person_id=person(HEAD).pk, facts={"religion": 3}, origin=origin, by=cast.rina)
    runs.undo(run_id=run.pk, by=cast.rina)
    outbox.run_due()
    told = runs.get(run.pk).counts["undo"]
    assert (told["used"], told["later"], told.get("gone", 0)) == (1, 1, 0)
    found = person(HEAD)
    assert (found.religion, found.occupation) == (3, before)
    assert Person.objects.filter(nik_print=fingerprint(WIFE["nik"])).exists()


def test_an_import_that_wrote_nothing_cannot_be_undone(in_bontang) -> None:
    cast = make_cast()
    run = begun(FAMILY, cast.rina)
    with pytest.raises(Stale):
        runs.undo(run_id=run.pk, by=cast.rina)
    runs.cancel(run_id=run.pk, by=cast.rina)
    with pytest.raises(RuleBroken, match="belum menulis"):
        runs.undo(run_id=run.pk, by=cast.rina)


# --- stopping and going on ------------------------------------------------------------------------


@pytest.fixture
def many() -> list[dict[str, Any]]:
    """Two hundred families of one."""
    return [
        HEAD
        | {"nik": f"647401080880{n:04d}", "no_kk": f"647401120318{n:04d}", "nama": f"Orang {n}"}
        for n in range(1, 201)
    ]


def one_step(run: ImportRun) -> ImportRun:
    with transaction.atomic():
        steps.step({"run": run.pk})
    return runs.get(run.pk)


def test_a_stopped_import_is_undone_as_far_as_it_came(in_bontang, many, monkeypatch) -> None:
    monkeypatch.setattr(writing, "PEOPLE", 50)
    cast = make_cast()
    before = Person.objects.count()
    run = begun(many, cast.rina)
    runs.accept(run_id=run.pk, kinds=[], by=cast.rina)
    while run.counts.get("added", 0) < 60:
        run = one_step(run)
    written = run.counts["added"]
    runs.cancel(run_id=run.pk, by=cast.rina)
    outbox.run_due()
    assert Person.objects.count() == before + written < before + len(many)
    assert not ImportRow.objects.exists()
    runs.undo(run_id=run.pk, by=cast.rina)
    outbox.run_due()
    assert Person.objects.count() == before
    assert not Household.objects.filter(source=run.source_id).exists()


def test_an_import_that_failed_halfway_may_be_undone(in_bontang, many, monkeypatch) -> None:
    monkeypatch.setattr(writing, "PEOPLE", 50)
    cast = make_cast()
    before = Person.objects.count()
    run = begun(many, cast.rina)
    runs.accept(run_id=run.pk, kinds=[], by=cast.rina)
    while run.counts.get("added", 0) < 60:
        run = one_step(run)
    with transaction.atomic():
        steps.gave_up({"run": run.pk}, "the database was away eight times")
    run = runs.get(run.pk)
    assert (run.state, run.path) == (State.FAILED, "")
    runs.undo(run_id=run.pk, by=cast.rina)
    outbox.run_due()
    assert Person.objects.count() == before


def test_a_step_that_fails_halfway_leaves_nothing_and_is_done_again(
    in_bontang, many, monkeypatch
) -> None:
    cast = make_cast()
    run = begun(many, cast.rina)
    runs.accept(run_id=run.pk, kinds=[], by=cast.rina)
    run = one_step(one_step(one_step(run)))
    assert run.phase == "people"
    whole: Callable[..., tuple[int, int]] = writing.write_people

    def broken(*given: Any) -> tuple[int, int]:
        assert whole(*given) == (len(many), 0)
        raise ZeroDivisionError

    monkeypatch.setattr(writing, "write_people", broken)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        steps.step({"run": run.pk})
    assert runs.get(run.pk).counts["added"] == 0
    assert not Person.objects.filter(name="Orang 1").exists()
    monkeypatch.setattr(writing, "write_people", whole)
    one_step(run)
    assert Person.objects.filter(name__startswith="Orang ").count() == len(many)


def test_nothing_of_a_file_stays_when_its_import_is_over(
    in_bontang, django_capture_on_commit_callbacks
) -> None:
    cast = make_cast()
    with django_capture_on_commit_callbacks(execute=True):
        run = begun([*FAMILY, HEAD | {"nik": "12"}], cast.rina)
    path = run.path
    assert default_storage.exists(path)
    assert ImportRow.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        runs.accept(run_id=run.pk, kinds=[], by=cast.rina)
        outbox.run_due()
    run = runs.get(run.pk)
    assert (run.path, run.sheets_sealed) == ("", None)
    assert not default_storage.exists(path)
    assert not ImportRow.objects.exists()
    assert not ImportFamily.objects.exists()
    assert default_storage.exists(run.repair_path)
    ImportRun.objects.filter(pk=run.pk).update(repair_until=run.created_at)
    runs.tidy()
    assert not default_storage.exists(run.repair_path)


def test_an_import_nobody_goes_on_with_is_cancelled(in_bontang) -> None:
    cast = make_cast()
    run = begun(FAMILY, cast.rina)
    ImportRun.objects.update(moved_at=run.created_at - runs.WAITS)
    runs.tidy()
    assert runs.get(run.pk).state == State.CANCELLED
    assert not ImportRow.objects.exists()


def test_a_file_that_is_gone_is_said_so(in_bontang) -> None:
    cast = make_cast()
    content = as_csv(FAMILY)
    run = arriving.upload(name="a.csv", size=9, chunks=[content], facts_on=DAY, by=cast.rina)
    files.forget(run.path)
    outbox.run_due()
    run = runs.get(run.pk)
    assert run.state == State.FAILED
    assert "Unggah lagi" in run.message


# --- files at rest --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, files.PIECE, files.PIECE + 1, 3 * files.PIECE])
def test_a_kept_file_is_read_as_it_was_and_sealed(in_bontang, size) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    path = files.keep([content[:100], content[100:]])
    with files.opened(path) as kept:
        assert kept.read() == content
    if size > 1000:
        with default_storage.open(path) as raw:
            assert content[:64] not in raw.read()


def test_a_file_that_was_cut_off_does_not_open(in_bontang) -> None:
    path = files.keep([b"x" * (2 * files.PIECE)])
    with default_storage.open(path) as raw:
        whole = raw.read()
    cut = default_storage.path(path)
    with open(cut, "wb") as out:  # noqa: PTH123
        out.write(whole[: files.PIECE + 32])
    with pytest.raises(files.Damaged), files.opened(path) as kept:
        kept.read()


def test_a_csv_of_another_encoding_is_read(in_bontang) -> None:
    text = as_csv([HEAD | {"nama": "José Núñez"}]).decode("utf-8-sig")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        import_people(name="a.csv", content=text.encode(encoding), actor=None)
        assert queries.record_by_nik(HEAD["nik"]).name == "José Núñez"  # type: ignore[union-attr]
    out = io.StringIO()
    csv.writer(out, delimiter="|").writerows(csv.reader(io.StringIO(text)))
    assert import_people(name="a", content=out.getvalue().encode(), actor=None).unchanged == 1
