"""What lines of agendas and of old registers are found by, and what somebody types to find them.

Each line carries its keys: the folded words of its texts, and the number squeezed. A typed word
stands for every known word that contains it (``residents.search.words``).
"""

from functools import reduce
from operator import and_

from django.db.models import Q

from kernel.text import fold, squeeze
from services.residents.search import words

_PART = 3  # letters of a word that is looked for inside others


def keys_of(number: str, *texts: str) -> list[str]:
    """What a line with this number and these texts is found by."""
    found = {word for text in (number, *texts) for word in fold(text).split()}
    found |= {squeeze(number)} | {word.lstrip("0") for word in found if word.isdigit()}
    return sorted(key for key in found if 0 < len(key) <= words.LONGEST)


def wanted(text: str) -> Q:
    """That ``search_keys`` has every word that was typed, or the whole number. One query; none
    where nothing was typed."""
    typed = list(dict.fromkeys(fold(text).split()))
    if not typed:
        return Q()
    long = [word for word in typed if len(word) >= _PART and not word.isdigit()]
    known = words.alternatives(long)
    every = [
        Q(search_keys__overlap=[word, *known.get(word, ()), word.lstrip("0") or "0"])
        for word in typed
    ]
    return reduce(and_, every) | Q(search_keys__contains=[squeeze(text)])
