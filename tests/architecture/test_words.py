"""What residents read is marked for translation, and every marked word is there in English."""

import ast
import gettext
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.words import FOLDER, REFUSALS, RESIDENTS_MEET, ROOT, Entry, read_po, used

ENTRIES = read_po(FOLDER / "django.po")[1:]
PLACEHOLDERS = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")

# Pages of officials stay Indonesian, and so does the way a city signs up.
OFFICIALS = {"base_desk.html"}
PUBLIC = [
    ROOT / "tenants/registry/templates/registry" / name
    for name in ("landing.html", "privacy.html", "security.html", "terms.html", "text.html")
] + [ROOT / "billing/templates/billing/prices.html"]
RESIDENTS = PUBLIC + sorted(
    path
    for folder in ("services/portal", "platform/accounts", "platform/ui")
    for path in (ROOT / folder).rglob("templates/**/*.html")
    if path.name not in OFFICIALS
)
SAME_IN_BOTH = {"balai", "Balai"}  # the product's name


def test_every_marked_word_has_an_entry_and_every_entry_is_marked() -> None:
    wanted, there = set(used()), {entry.key for entry in ENTRIES}
    assert not wanted - there, "add these to django.po, then msgfmt -o django.mo django.po"
    assert not there - wanted, "nobody says these any more"
    assert len(ENTRIES) == len(there), "an entry stands twice"


def test_singular_and_plural_are_those_of_the_source() -> None:
    words = used()
    assert {e.key: e.plural for e in ENTRIES} == {w.text: w.plural for w in words.values()}


def test_every_entry_is_whole() -> None:
    assert [(entry.key, fault) for entry in ENTRIES if (fault := _fault(entry))] == []


def _fault(entry: Entry) -> str:
    """What an entry lacks; "" for one that is whole."""
    if "fuzzy" in entry.flags:
        return "fuzzy"
    if len(entry.texts) != (2 if entry.plural else 1):
        return "singular and plural"
    for text in entry.texts:
        if not text.strip():
            return "empty"
        if sorted(PLACEHOLDERS.findall(text)) != sorted(PLACEHOLDERS.findall(entry.key)):
            return "other placeholders"
        if '"' in PLACEHOLDERS.sub("", text):
            return "would end an attribute"
        if text.endswith((" ", "…", ".", ":")) != entry.key.endswith((" ", "…", ".", ":")):
            return "ends otherwise"
    return ""


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in ENTRIES:
        if entry.plural:
            said = [compiled.ngettext(entry.key, entry.plural, number) for number in (1, 2)]
        else:
            said = [compiled.gettext(entry.key)]
        assert said == entry.texts, "msgfmt -o django.mo django.po"
    catalogue: dict[object, str] = compiled._catalog  # type: ignore[attr-defined]
    keys = {key[0] if isinstance(key, tuple) else key for key in catalogue}
    assert keys - {""} == {entry.key for entry in ENTRIES}


# --- templates ----------------------------------------------------------------------------------


class Visible(HTMLParser):
    """Words a person reads or hears."""

    SPOKEN = (
        "aria-label", "alt", "placeholder", "title", "data-busy", "data-label",
        "action", "busy", "caps", "caption", "heads", "label", "text",  # of components
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent = tag in ("script", "style")
        self.found += [text for name, text in attrs if name in self.SPOKEN and text]

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def bare(source: str) -> list[str]:
    """Words of a template outside its tags."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    source = re.sub(r"\{% block (width|title) %\}(read|phone)", "", source)
    source = re.sub(r"(\{% if people %\}\{% else %\})phone", r"\1", source)
    source = re.sub(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", "", source, flags=re.S)
    visible = Visible()
    visible.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.S))
    words = [word for text in visible.found for word in re.findall(r"[^\W\d_]{2,}", text)]
    return [word for word in words if word not in SAME_IN_BOTH]


@pytest.mark.parametrize("path", RESIDENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_bare_word_where_residents_read(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == [], "put it in {% translate %}"


def test_a_bare_word_is_found() -> None:
    assert bare('<p aria-label="Dua kata">{% translate "Ya" %} {{ x }} satu</p>') == [
        "Dua", "kata", "satu",
    ]  # fmt: skip


# --- Python -------------------------------------------------------------------------------------

# Said to officials only, in the same module.
TO_OFFICIALS = {"Berkas ini sudah diputuskan oleh "}


def modules() -> list[Path]:
    found = [ROOT / name for name in RESIDENTS_MEET]
    return [path for top in found for path in ([top] if top.suffix else sorted(top.rglob("*.py")))]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_refusal_with_values_in_it_is_translated_where_it_is_made(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if node.func.id in REFUSALS and isinstance(first, ast.JoinedStr):
                begin = first.values[0]
                said = begin.value if isinstance(begin, ast.Constant) else ""
                assert said in TO_OFFICIALS, f"line {node.lineno}: gettext(…) % values"


SCRIPTS = ROOT / "platform/ui/static/ui"


def test_the_scripts_words_come_with_the_page() -> None:
    from ui.language import script_words

    said: set[str] = set()
    for name in ("balai.js", "map.js", "keep-typed.js"):
        path = SCRIPTS / name
        if path.exists():
            text = path.read_text(encoding="utf-8")
            said |= set(re.findall(r'\b(?:kata|word)\(\s*"([^"]+)"', text))
    assert said == set(script_words())
