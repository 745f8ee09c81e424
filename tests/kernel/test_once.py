"""What is read once, and when it is read again."""

import pytest

from kernel.once import forget, once, reading_once
from tenants.backend.scope import in_city
from tenants.office.queries import lineage
from tenants.registry.models import City


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        return self.calls


def test_without_reading_once_everything_is_read_each_time() -> None:
    read = Counter()
    assert [once("a", read), once("a", read)] == [1, 2]


def test_inside_a_key_is_read_once_until_the_outer_block_ends() -> None:
    read = Counter()
    with reading_once():
        with reading_once():
            assert [once("a", read), once("a", read), once("b", read)] == [1, 1, 2]
        assert once("a", read) == 1
    with reading_once():
        assert once("a", read) == 3


def test_forgetting_reads_anew() -> None:
    read = Counter()
    forget()  # nothing to forget
    with reading_once():
        once("a", read)
        forget()
        assert once("a", read) == 2


def test_an_error_ends_the_block() -> None:
    read = Counter()
    with pytest.raises(ValueError, match="no"), reading_once():
        once("a", read)
        raise ValueError("no")
    assert [once("a", read), once("a", read)] == [2, 3]


@pytest.mark.django_db
def test_what_was_read_in_one_city_is_not_shown_in_another(bontang: City, blitar: City) -> None:
    with reading_once():
        with in_city(bontang):
            assert lineage("64.74.01")[0].code == "64.74.01"
        with in_city(blitar):
            assert lineage("64.74.01") == []
