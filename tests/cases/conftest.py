import pytest

from tests.factories import Cast, make_cast


@pytest.fixture
def cast(in_bontang) -> Cast:
    return make_cast()
