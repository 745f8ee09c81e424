"""The code of the place a text names. Plain Python: the processes that clean an import use it.

``64.74.01.1001/002/005`` is RT 005 in RW 002; ``services.residents.places`` lists the other forms.
"""

from collections.abc import Iterable, Mapping

from django.utils.text import slugify

from kernel import text
from kernel.errors import RuleBroken
from tenants.office.kinds import DUSUN_WORDS, VILLAGE_WORDS

NO_RW = "000"
_DUSUN = DUSUN_WORDS | {"dsn", "dsn.", "dukuh", "banjar"}
_VILLAGE = VILLAGE_WORDS | {"kel", "ds", "ds.", "kel."}
_LONGEST_DUSUN = 15  # characters of a code: 40 in all


def place_code(village: str, *, rw: str = "", rt: str = "", dusun: str = "") -> str:
    """The code of the deepest known place; ``rw`` and ``rt`` have three digits or are ""."""
    parts = [village, dusun_slug(dusun) if dusun else ""]
    if rw or rt:
        parts += [rw or NO_RW, rt]
    return "/".join(part for part in parts if part)


def dusun_slug(name: str) -> str:
    """The part of a path that stands for a dusun. Raises RuleBroken."""
    words = name.replace("_", " ").split()
    if len(words) > 2 and " ".join(words[:2]).casefold() in DUSUN_WORDS:
        words = words[2:]
    elif len(words) > 1 and words[0].casefold() in _DUSUN:
        words = words[1:]
    slug = slugify(" ".join(words))
    if not slug or slug.isdigit() or len(slug) > _LONGEST_DUSUN:
        raise RuleBroken(
            f"dusun “{name[:40]}” harus nama dengan huruf, paling banyak {_LONGEST_DUSUN} huruf"
        )
    return slug


class VillageNames:
    """Finds the code of the kelurahan or desa a text means, by code or by name."""

    def __init__(self, villages: Iterable[tuple[str, str]]) -> None:
        """``villages`` are codes with names."""
        self._names: dict[str, list[str]] = {}
        self._codes: Mapping[str, str] = {}
        known = {}
        for code, name in villages:
            known[code] = known[code.replace(".", "")] = code
            self._names.setdefault(_bare(name), []).append(code)
        self._codes = known

    def find(self, typed: str) -> str:
        """Raises RuleBroken when there is none or more than one."""
        if typed in self._codes:
            return self._codes[typed]
        found = self._names.get(_bare(typed), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise RuleBroken(
                f"ada {len(found)} kelurahan/desa bernama “{typed[:60]}”; tulis kodenya, "
                f"misalnya {found[0]}"
            )
        raise RuleBroken(f"kelurahan/desa “{typed[:60]}” tidak ada di daerah ini")


def _bare(name: str) -> str:
    """A village's name for comparing, without the word for its kind in front."""
    words = text.fold(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in _VILLAGE else words)
