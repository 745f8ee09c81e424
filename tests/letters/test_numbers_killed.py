"""Sixteen processes take numbers while some of them are killed: no number lacks, none is there
twice."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from services.letters.models import Counter, Letter
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.factories import make_cast
from tests.worker import ROOT

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.processes]
COUNT = 1500


def test_killed_takers_leave_no_gap_and_no_twin(bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
        unit, person = cast.village, cast.sari_person
    here = connection.settings_dict
    at = f"{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}"
    told = [bontang.schema_name, unit.pk, person.pk, COUNT, 16, 7]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.letters.number_takers", *map(str, told)], cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"postgres://{at}/{here['NAME']}",
             "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert int(ended.stdout) >= 5  # some were killed in the midst of it
    with in_city(bontang):
        sequences = list(Letter.objects.order_by("sequence").values_list("sequence", flat=True))
        assert len(sequences) >= COUNT
        assert sequences == list(range(1, len(sequences) + 1))
        counter = Counter.objects.get(scope=f"surat:{unit.code}:400.9:2026")
        assert counter.value == sequences[-1]
        numbers = Letter.objects.values_list("number", flat=True)
        assert len(set(numbers)) == len(sequences)
