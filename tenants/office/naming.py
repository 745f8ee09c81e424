"""A unit's name without its kind, and the short form its letters' numbers carry. Plain Python."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from kernel.errors import RuleBroken
from kernel.text import line, show_sign, unprintable
from tenants.office.kinds import ALL_WORDS

LONGEST = 12  # characters of a short form
LONGEST_NAME = 100  # characters of a unit's name, with the word before it
LONGEST_TITLE = 120  # characters of a post's title
# Before the letters of a short form, by the word for the kind in small letters.
_PREFIXES = {
    "kelurahan": "Kel-",
    "kalurahan": "Kal-",
    "desa": "Ds-",
    "nagari": "Nag-",
    "gampong": "Gp-",
    "kampung": "Kp-",
    "kampong": "Kp-",
    "pekon": "Pk-",
    "tiyuh": "Ty-",
    "lembang": "Lb-",
    "negeri": "Ng-",
    "kute": "Kt-",
    "kepenghuluan": "Kph-",
    "kecamatan": "Kec-",
    "distrik": "Dis-",
    "kapanewon": "Kap-",
    "kemantren": "Kem-",
}
_KINDS = ALL_WORDS | {"kota", "kabupaten"}


class Named(Protocol):
    """What the short form of a unit is made of."""

    kind: str
    code: str
    name: str
    abbreviation: str


def own_name(name: str, word: str) -> str:
    """A unit's name without the word for its kind: ``Banjar Dinas Kelod`` → ``Kelod``.

    ``word`` may be unknown (blank): then the first word is taken off when it is such a word.
    """
    rest = name.removeprefix(f"{word} ").strip() if word else ""
    return rest if rest and rest != name.strip() else bare_name(name)


def bare_name(name: str) -> str:
    """A name without its first word when that is a kind: ``Kelurahan Kota Baru`` → ``Kota Baru``.

    Never empty for a name. After Kota or Kabupaten, ``Administrasi`` is taken off too.
    """
    first, _, rest = name.strip().partition(" ")
    if first.casefold() not in _KINDS or not rest:
        return name.strip()
    if first in ("Kota", "Kabupaten"):
        rest = rest.removeprefix("Administrasi ")
    return rest.strip()


def _short_forms(kind: str, name: str) -> Iterator[str]:
    """Short forms for a unit, the usual one first, without an end."""
    word = name.partition(" ")[0].casefold()
    prefix = _PREFIXES.get(word, _PREFIXES.get(kind, ""))
    room = LONGEST - len(prefix)
    words = re.findall(r"[A-Z0-9]+", bare_name(name).upper().replace("'", "")) or ["X"]
    bones = [word[0] + re.sub(r"[AIUEO]", "", word[1:]) for word in words]
    if len(words) > 1:
        usual = "".join(word[0] for word in words)
        usual += bones[-1][1:][: max(0, 3 - len(usual))]
        for more in range(2, room):  # more letters of the last word, then of the first
            yield prefix + usual[:4] if more == 2 else prefix + usual[:4] + bones[-1][1:more]
            yield prefix + (bones[0][:more] + "".join(bone[0] for bone in bones[1:]))[:room]
    else:
        yield prefix + bones[0][:3]
    letters = "".join(words)
    for whole in ("".join(bones), letters):
        for length in range(3, room + 1):
            yield prefix + whole[:length]
    for turn in range(2, 10_000):
        number = str(turn)
        yield prefix + letters[: room - len(number)] + number


def short_form(kind: str, name: str, taken: Collection[str]) -> str:
    """The first short form of a unit that no other unit has, compared without case.

    ``Kelurahan Belimbing`` → ``Kel-BLM``. ``taken`` are those of the city's other units, in
    capitals.
    """
    for found in _short_forms(kind, name):
        own = found.rpartition("-")[2]
        if len(own) > 1 and len(found) <= LONGEST and found.upper() not in taken:
            return found
    raise RuleBroken(f"Tidak ada singkatan yang masih bebas untuk {name}.")


def give_short_forms(units: Iterable[Named], taken: Iterable[str] = ()) -> None:
    """Set the short form of every unit that has none and can sign letters, in the order of codes.

    Forms that are set stay, so a unit added later changes no other.
    """
    ordered = sorted(units, key=lambda unit: (len(unit.code), unit.code))
    used = {form.upper() for form in taken}
    used |= {unit.abbreviation.upper() for unit in ordered if unit.abbreviation}
    for unit in ordered:
        if not unit.abbreviation and unit.kind not in ("rt", "rw", "dusun"):
            unit.abbreviation = short_form(unit.kind, unit.name, used)
            used.add(unit.abbreviation.upper())


def check_short_form(text: str) -> str:
    """A short form as typed, fit to stand between the slashes of a number. Raises RuleBroken."""
    if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", text):
        raise RuleBroken(
            "Pakai hanya huruf, angka, titik, dan tanda hubung. Misalnya Kel-BLB.",
            field="abbreviation",
        )
    return text


def printed(text: str, field: str, longest: int = LONGEST_TITLE) -> str:
    """Words of an office or official as letters print them, in one line; "" stays "".

    Raises RuleBroken for a sign that no letter can print, and for what is too long.
    """
    found = line(text)
    if sign := unprintable(found):
        raise RuleBroken(
            f"Tanda {show_sign(sign)} tidak bisa dicetak di surat. Hapus atau ganti.", field=field
        )
    if len(found) > longest:
        raise RuleBroken(f"Paling panjang {longest} huruf. Singkatlah.", field=field)
    return found


def full_name(word: str, own: str) -> str:
    """A unit's name with the word before it. Raises RuleBroken when it is too long."""
    return printed(f"{word} {own}", "name", LONGEST_NAME)
