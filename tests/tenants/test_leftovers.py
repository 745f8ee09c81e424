"""Files nothing refers to go after a day; a file somebody refers to never does."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kernel.clock import now
from services.cases import documents
from services.cases import tasks as case_tasks
from services.cases.models import Document
from services.residents import tasks as resident_tasks
from services.residents.imports import arriving
from tenants.registry import leftovers
from tests.factories import draft, make_cast, photo


def age(path: str, days: float) -> str:
    moment = (now() - timedelta(days=days)).timestamp()
    os.utime(default_storage.path(path), (moment, moment))
    return path


@pytest.mark.django_db
def test_an_upload_that_was_rolled_back_goes_after_a_day(in_bontang, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cast = make_cast()
    draft(cast)
    kept = age(Document.objects.get().path, days=400)
    lost: list[str] = []
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        lost.append(documents.keep(documents.accept(photo())))
        raise ZeroDivisionError
    case_tasks.leftovers({})
    assert default_storage.exists(lost[0]), "its row may still be on the way"
    age(lost[0], days=1.1)
    case_tasks.leftovers({})
    assert not default_storage.exists(lost[0])
    assert default_storage.exists(kept)


@pytest.mark.django_db
def test_files_of_imports_stay_while_they_are_needed(in_bontang, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cast = make_cast()
    arriving.upload(
        name="a.csv", size=9, chunks=[b"nik;nama\n"], facts_on=date(2026, 11, 1), by=cast.rina
    )
    folder = Path(tmp_path) / in_bontang.schema_name / "impor"
    [waiting] = [f"{in_bontang.schema_name}/impor/{file.name}" for file in folder.iterdir()]
    age(waiting, days=3)
    never = default_storage.save(f"{in_bontang.schema_name}/impor/lain", ContentFile(b"x"))
    age(never, days=3)
    resident_tasks.leftovers({})
    assert default_storage.exists(waiting)
    assert not default_storage.exists(never)


@pytest.mark.django_db
def test_other_cities_and_other_folders_are_left_alone(in_bontang, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    names = ["kota_3505/dokumen/aa/x.jpg", f"{in_bontang.schema_name}/surat/aa/x.pdf"]
    for name in names:
        age(default_storage.save(name, ContentFile(b"x")), days=9)
    assert leftovers.sweep("dokumen", lambda paths: set(), at=now()) == 0
    assert all(default_storage.exists(name) for name in names)
