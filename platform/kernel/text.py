"""Text that people type: what it becomes when it is kept, what a document can print, how to
compare it.

``PRINTABLE`` is the one list of characters: forms, the register import, the service editors and
the typesetter use it. ``tests/typeset`` proves that the document fonts print each of them in
regular, bold and italic. Names of people are narrower: ``not_latin``.
"""

import re
import unicodedata
from collections.abc import Iterator


def _code_points(ranges: str) -> frozenset[str]:
    found: set[str] = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        found.update(chr(point) for point in range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


# Latin letters, Greek letters used as signs, punctuation, currencies, arrows, mathematics. Spaces
# and line breaks are not listed: ``tidy`` makes them " " and "\n".
_LATIN = _code_points(
    """
    0021-007E 00A1-00AC 00AE-033F 0342 0345-034E 0350-036F 0391-03A1 03A3-03A9 03B1-03C9 03D1
    03D5-03D6 03F1 03F5 0E3F 10FC 1D00-1D25 1D2C-1D65 1D6B-1DB3 1DB5-1DBF 1E00-1EFF 2010-2027
    2030-2040 2042 2044-2052 2054-205E 2070 2074-207E 2080-208E 2090-209C 20A0-20C0 2100-2101
    2103-2106 2108-2109 2113-2114 2116-2118 211E 2120 2122 2127 2129 212E 213A-213B 2140-2144
    214A-214D 214F-2151 2153-2182 2184 2189 2190-2300 2422-2423 25CA 25E6 266A 26AD-26AE
    27E6-27E7 2A7D-2A7E 2C60-2C7F A71B-A71F A722-A727 A72D A730 A735 A765 A78B-A78E A790-A791
    A793 A7AA A7F8-A7F9 AB52 AB66
    """
)
# Scripts of the archipelago besides; their digits become 0 to 9.
_OTHERS = {
    "Arab": _code_points(  # Jawi and Pegon too
        "0606-061B 061D-065F 066A-06DC 06DE-06EF 06FA-06FF 0750-077F 08A0-08E1 08E3-08FF FD3E-FD3F "
        "FDFD"
    ),
    "Bugis": _code_points("1A00-1A1B 1A1E-1A1F"),
    "Bali": _code_points("1B00-1B4B 1B5A-1B7C"),
    "Sunda": _code_points("1B80-1BAF 1BBA-1BBF 1CC0-1CC7"),
    "Batak": _code_points("1BC0-1BF3 1BFC-1BFF"),
    "Rejang": _code_points("A930-A953 A95F"),
    "Jawa": _code_points("A980-A9CD A9CF A9DE-A9DF"),
}
_SCRIPT = {char: script for script, chars in _OTHERS.items() for char in chars}
PRINTABLE = _LATIN | _SCRIPT.keys()
LATIN = _LATIN  # what letters of the first two layouts print
DOUBLER = "\ua9cf"  # of Javanese: stands on a letter as marks do, and is none

# Format characters that are drawn (Arabic and Syriac number signs): refused, not taken out.
_DRAWN_FORMATS = _code_points("0600-0605 06DD 070F 0890-0891 08E2 110BD 110CD")
# Characters of other categories without any ink: fillers, joiners, variation selectors.
_BLANK = _code_points("034F 115F-1160 17B4-17B5 180B-180F 2800 3164 FE00-FE0F FFA0 E0100-E01EF")
# Marks on one letter: no script needs more, and a pile of them covers the lines above and below.
_MARKS = "".join(char for char in sorted(PRINTABLE) if unicodedata.category(char) in ("Mn", "Me"))
_PILE = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_LINE_BREAKS = {"\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"}
APOSTROPHES = "'’‘`´ʼʻʹʾʿ′＇"
_APOSTROPHE = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))


def _kept(char: str) -> str:
    """One character as ``tidy`` keeps it."""
    if char in PRINTABLE or char in " \n":
        return char
    if char in _LINE_BREAKS:
        return "\n"
    kind = unicodedata.category(char)
    if char == "\t" or kind == "Zs":
        return " "
    if char in _BLANK or kind == "Cc" or (kind == "Cf" and char not in _DRAWN_FORMATS):
        return ""
    if kind == "Nd":  # digits of another script mean the same numbers
        return str(unicodedata.decimal(char))
    same = unicodedata.normalize("NFKC", char)  # full-width letters, ligatures
    return same if all(part in PRINTABLE for part in same) else char


def tidy(text: str) -> str:
    """What people typed or pasted, as it is kept: composed (NFC), without invisible, control and
    direction characters, every kind of space as " ", line breaks as "\\n", no space at the ends.

    Text of invisible characters alone becomes "": it is as empty as it looks.
    """
    if text.isascii() and text.isprintable():  # nearly every cell of a register
        return text.strip()
    kept = visible(text).strip()
    return kept if any(not unicodedata.combining(char) for char in kept) else ""


def visible(text: str) -> str:
    """``tidy`` that keeps spaces at the ends: for text that is put together with other text."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    kept = unicodedata.normalize("NFC", "".join(map(_kept, composed)))
    return _PILE.sub("\\1", kept)


def line(text: str) -> str:
    """``tidy`` in one line, with single spaces."""
    return " ".join(tidy(text).split())


def name(text: str) -> str:
    """A person's name in one line; every kind of apostrophe becomes '."""
    return line(text).translate(_APOSTROPHE)


def unprintable(text: str) -> str:
    """The first character a document cannot print, or "". Ask after ``tidy``."""
    if text.isascii() and text.isprintable():
        return ""
    return next((char for char, is_drawn in drawn(text) if not is_drawn and char not in " \n"), "")


def drawn(text: str) -> Iterator[tuple[str, bool]]:
    """Each character and whether documents print it as it stands: a mark only on a letter of its
    own script. Spaces and line breaks are not."""
    below = ""  # the script of the letter that marks stand on
    for char in text:
        script = _SCRIPT.get(char, "")
        if not unicodedata.category(char).startswith("M") and char != DOUBLER:
            below = script
        yield char, char in PRINTABLE and script == below


def not_latin(text: str) -> str:
    """The first character that no name of a person may have, or "": population documents write
    names in Latin letters (Permendagri 73/2022). Ask after ``name``."""
    return next((char for char in text if char in _SCRIPT), "")


def show_sign(char: str) -> str:
    """A character for a message: itself where it can be seen, and its code point."""
    code = f"U+{ord(char):04X}"
    return f"“{char}” ({code})" if char.isprintable() else code


def fold(text: str) -> str:
    """For searching and comparing: lower case, without accents, apostrophes and punctuation;
    words separated by one space."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHE).replace("'", "").casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not _is_mark(c))))


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Cf")


def squeeze(text: str) -> str:
    """``fold`` without spaces: Ma'ruf, MA’RUF, Maruf and Ma ruf give the same."""
    return fold(text).replace(" ", "")


def digits(text: str) -> str:
    """A number people copied, without spaces, dots, dashes and invisible characters."""
    if text.isascii() and text.isdigit():
        return text
    return "".join(
        char
        for char in tidy(text)
        if char not in " \n." and unicodedata.category(char) != "Pd" and char != "−"
    )


_ROMAN = re.compile(r"(?:II|III|IV|VI|VII|VIII|IX|XI|XII|XIII)\b")


def in_capitals_and_small(name: str) -> str:
    """A register's NAMA KAPITAL as a name is read: Ma'ruf, Al-Habsyi, O'Brien, Sastro III.

    A name that is not all capitals stays as it is.
    """
    if not name.isupper():
        return name
    first, *rest = re.split(r"(\s+)", name)
    return _capital(first) + "".join(
        word if _ROMAN.match(word) else _capital(word) for word in rest
    )


def _capital(word: str) -> str:
    def one(found: re.Match[str]) -> str:
        part = found.group()
        head, mark, tail = part.partition("'")
        if mark and len(head) == 1 and head in "OD":  # O'Brien, D'Souza
            return f"{head}'{tail.capitalize()}"
        return part.capitalize()

    return re.sub(rf"[^\W\d_]+(?:[{re.escape(APOSTROPHES)}][^\W\d_]+)*", one, word)
