"""Learning the words of names and addresses, so that their parts and misspellings find them.

Every writer of names calls this with the folded texts it writes: ``learn`` for single people,
``learn_from`` for many at once. A word that another transaction is adding is waited for: whoever
writes for minutes learns the words beforehand, in a transaction of its own.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from kernel.text import fold

_ALTERNATIVES = 200  # known words that contain a typed one; shared by all that were typed
LONGEST = 60  # letters of a word that is looked for by its parts

# Spellings that sound alike: Soekarno, Djoko, Tjahyono, Achmad, Syaifuddin, Yusup.
_ALIKE = {
    "oe": "u", "dj": "j", "tj": "c", "sj": "s", "sy": "s", "sh": "s", "ch": "h", "kh": "h",
    "dh": "d", "th": "t", "bh": "b", "ph": "f", "ie": "i",
}  # fmt: skip
_LETTERS = ("ovpqzey", "uffksii")


def sound(expression: str) -> str:
    """SQL: a folded word as it sounds, for comparing spellings."""
    for spelled, spoken in _ALIKE.items():
        expression = f"replace({expression}, '{spelled}', '{spoken}')"
    plain = f"translate({expression}, '{_LETTERS[0]}', '{_LETTERS[1]}')"
    return rf"regexp_replace(regexp_replace({plain}, '(.)\1+', '\1', 'g'), 'd$', 't')"


def near(expression: str) -> str:
    """SQL: how a word sounds, and that with each letter left out once, as an array."""
    heard = sound(expression)
    return (
        f"ARRAY(SELECT DISTINCT left(s, n - 1) || substr(s, n + 1)"  # noqa: S608
        f" FROM (SELECT {heard} AS s) heard, generate_series(1, length(s) + 1) n)"
    )


def parts(expression: str) -> str:
    """SQL: every three letters in a row of a word, as an array."""
    return (
        f"ARRAY(SELECT DISTINCT substr({expression}, n, 3)"  # noqa: S608
        f" FROM generate_series(1, length({expression}) - 2) n)"
    )


def containing(typed: Sequence[str], most: int) -> tuple[str, list[Any]]:
    """SQL and its values: for each of these, of three letters and more, the known words that
    contain it, those that begin with it first; ``most`` for each."""
    one = """
        (SELECT %s AS typed, word FROM residents_searchword
          WHERE parts @> %s::text[] AND word LIKE %s
          ORDER BY NOT starts_with(word, %s), length(word), word LIMIT %s)"""
    values: list[Any] = []
    for word in typed:
        groups = [word[n : n + 3] for n in range(len(word) - 2)]
        values += [word, groups, f"%{word}%", word, most]
    return " UNION ALL ".join([one] * len(typed)), values


def alternatives(typed: Sequence[str]) -> dict[str, list[str]]:
    """The known words that contain each of these. One query; none where nothing was typed."""
    found: dict[str, list[str]] = {word: [] for word in typed}
    if typed:
        with connection.cursor() as cursor:
            cursor.execute(*containing(typed, _ALTERNATIVES // len(typed)))
            for word, known in cursor.fetchall():
                found[word].append(known)
    return found


def learn(texts: Iterable[str]) -> None:
    """Know the words of these names and addresses. One statement; none without a word."""
    folded = sorted({word for text in texts for word in fold(text).split()})
    if folded:
        learn_from("SELECT unnest(%s::text[])", [folded])


def learn_from(query: str, params: Sequence[Any] = ()) -> None:
    """Know the words of all texts that ``query`` selects: one column, folded as in
    ``Person.name_key``. Works for millions: one statement, and only new words are written.

    For an import: ``learn_from("SELECT name_key FROM staging")``, committed before people are
    written.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEARN.format(texts=query), list(params))


def learn_all() -> None:
    """Know every word of the register anew: after a city came back from its open copy."""
    learn_from(ALL_TEXTS)


ALL_TEXTS = (
    "SELECT name_key FROM residents_person UNION ALL SELECT address_key FROM residents_household"
)
_LEARN = f"""
    INSERT INTO residents_searchword (word, parts, near)
    SELECT word, {parts("word")}, {near("word")}
      FROM (SELECT DISTINCT word FROM ({{texts}}) AS texts (text),
                   unnest(string_to_array(text, ' ')) AS word) AS new
     WHERE length(word) BETWEEN 2 AND {LONGEST} AND word !~ '^[0-9]+$'
       AND NOT EXISTS (SELECT FROM residents_searchword k WHERE k.word = new.word)
     ORDER BY word
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own constants
