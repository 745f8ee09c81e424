"""Who keeps the register of whom: a counter its village, the dinas of population records all."""

import pytest

from services.residents.keeping import areas, keeps
from tenants.office.models import Post, Unit
from tests.factories import make_cast

pytestmark = pytest.mark.django_db


def test_counter_keeps_its_village_and_population_office_the_city(in_bontang: object) -> None:
    cast = make_cast()

    def posts(unit: Unit, role: str) -> list[Post]:
        return list(Post.objects.filter(unit=unit, role=role).select_related("unit"))

    office = Unit.objects.get(code__endswith="/disdukcapil")
    other = Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk)[0]
    counter, elsewhere = posts(cast.village, "loket"), posts(other, "loket")
    assert areas(counter) == [cast.village.code]
    assert keeps(counter, cast.sari_person)
    assert not keeps(elsewhere, cast.sari_person)
    assert keeps(posts(office, "petugas_dinas"), cast.sari_person)
    for unit, role in (
        (cast.village, "lurah"), (cast.kecamatan, "loket"), (cast.dinas, "petugas_dinas"),
    ):  # fmt: skip
        assert posts(unit, role)
        assert areas(posts(unit, role)) == []
