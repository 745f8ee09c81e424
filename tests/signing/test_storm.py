"""Some letters and a bad gateway: none signed twice, none lost, nothing left unknown. Ten thousand
are signed by ``./balai bench signing``."""

import pytest

from services.signing.providers import http
from tests.signing.conftest import PASSPHRASE, Desk
from tests.signing.standin import running
from tests.signing.storm import RATES, Storm, make_letters
from tests.signing.test_gateway import signing_by

COUNT = 50
SHARE = 0.025  # of each kind of fault: more of the rare ones than in the real world


@pytest.mark.django_db
@pytest.mark.processes
def test_no_letter_is_signed_twice_or_lost(cast, bontang, monkeypatch) -> None:
    monkeypatch.setattr(http, "READ", 0.5)
    desk = Desk(cast)
    with running() as standin:
        content = desk.letter().content
        gateway = signing_by("bsre_v2", desk, standin)
        make_letters(
            COUNT, unit=cast.village, person=cast.sari_person, signer=cast.lurah, content=content
        )
        standin.rates(dict.fromkeys(RATES, SHARE), seed=14, seconds=0.1)
        storm = Storm(bontang, standin, gateway.lurah, PASSPHRASE, seed=14, threads=0, dies=0.15)
        told = storm.run()
    assert (told.signed, told.twice, told.lost, told.unknown_left) == (COUNT, 0, 0, 0), told
    assert told.became_unknown > 10 and told.killed > 0 and told.attempts > COUNT, told
