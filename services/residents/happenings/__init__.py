"""What happens to people: each act checks that it can be, and writes what follows for everybody
whom it concerns.

All of it is written by ``register``; the events of one act carry its source, so that
``register.undo`` gives everybody back what the act changed. Doubts are asked, not forbidden: an
act raises ``Doubtful`` until its basis says that they were read.
"""

from services.residents.happenings.absence import come_back, die, go_missing
from services.residents.happenings.basis import (
    Arrival,
    Basis,
    Doubtful,
    Heading,
    NewCard,
    require_possible,
)
from services.residents.happenings.family import (
    MOTHERS,
    Split,
    be_born,
    change_head,
    check_parents,
    correct,
    divorce,
    identify,
    marry,
    new_card,
)
from services.residents.happenings.moving import move_card, move_in, move_out, move_within

__all__ = [
    "MOTHERS",
    "Arrival",
    "Basis",
    "Doubtful",
    "Heading",
    "NewCard",
    "Split",
    "be_born",
    "change_head",
    "check_parents",
    "come_back",
    "correct",
    "die",
    "divorce",
    "go_missing",
    "identify",
    "marry",
    "move_card",
    "move_in",
    "move_out",
    "move_within",
    "new_card",
    "require_possible",
]
