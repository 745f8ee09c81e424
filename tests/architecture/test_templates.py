"""Templates a person can read, and pages that need no other server and no inline script."""

import re
from collections.abc import Callable
from pathlib import Path

from deploy.local.lines import too_long

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [
    folder
    for top in ("platform", "tenants", "services", "billing", "deploy")
    for folder in sorted((ROOT / top).rglob("templates"))
]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
COMMENTS = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.S)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


TEXTS = {name_of(path): COMMENTS.sub("", path.read_text(encoding="utf-8")) for path in TEMPLATES}


def wrong(check: Callable[[str], None]) -> list[str]:
    """The templates that fail a check, each with what it said: one test over all of them, since
    a test for each would take longer to begin and end than to run."""
    found = []
    for name, text in TEXTS.items():
        try:
            check(text)
        except AssertionError as failed:
            found.append(f"{name}: {failed}")
    return found


def test_no_inline_style() -> None:

    def check(text: str) -> None:
        assert not re.search(r"<style\b", text, re.I)
        assert not re.search(r"<[^>]*\sstyle\s*=", text, re.I)

    assert wrong(check) == []


def test_no_inline_script() -> None:

    def check(text: str) -> None:
        for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.S | re.I):
            assert "src=" in attributes, attributes
            assert not body.strip()
        assert not re.search(r"<[^>]*\son[a-z]+\s*=\s*[\"']", text, re.I)
        assert "javascript:" not in text.lower()
        assert "hx-on" not in text

    assert wrong(check) == []


def test_nothing_from_elsewhere() -> None:

    def check(text: str) -> None:
        for address in re.findall(r"(?:src|srcset|action)\s*=\s*[\"'](https?:)?//", text):
            raise AssertionError(address)
        assert not re.search(r"<link\b[^>]*href\s*=\s*[\"'](https?:)?//", text)

    assert wrong(check) == []


def test_a_form_that_changes_something_is_the_component() -> None:
    """``<c-form>`` carries the token against forged requests, so no page can forget it."""

    def check(text: str) -> None:
        for form in re.findall(r"<form\b[^>]*method\s*=\s*[\"']?post.*?</form>", text, re.S | re.I):
            assert "{% csrf_token %}" in form and "{{ slot }}" in form

    assert wrong(check) == []


# Not yet: the choice of another kind of answer.
BY_HAND = {"services/setup/templates/setup/service/part.html"}


def test_what_people_fill_in_is_a_field_of_a_form() -> None:
    """``<c-field>`` ties label, hint, error and input together; widgets draw the input."""
    typed = re.compile(r"<(?:textarea|select)\b|<input\b(?![^>]*type=\"hidden\")")
    found = {
        name_of(path)
        for path in TEMPLATES
        if typed.search(path.read_text(encoding="utf-8"))
        and not {"cotton", "widgets", "questions"} & set(path.parts)
    }
    assert found == BY_HAND


COMPONENTS = {
    ".".join(path.relative_to(folder / "cotton").with_suffix("").parts): path.read_text("utf-8")
    for folder in FOLDERS
    for path in (folder / "cotton").rglob("*.html")
}


def test_a_component_takes_what_it_is_given() -> None:
    """A slip in a name would otherwise show as an empty place."""

    def check(text: str) -> None:
        plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", text)
        for name, given in re.findall(
            r"<c-([\w.-]+)((?:\s+[\w:.-]+(?:=\"[^\"]*\")?)*)\s*/?>", plain
        ):
            if name in ("slot", "vars"):
                continue
            source = COMPONENTS[name.replace("-", "_")]
            for argument in re.findall(r"\s:?([\w.-]+)(?:=\"[^\"]*\")?", given):
                known = re.search(rf"\b{argument.replace('-', '_')}\b", source)
                assert known or "{% others attrs %}" in source, f"<c-{name}> takes no {argument}"
        assert len(re.findall(r"<c-[\w.-]+\s", plain)) <= len(
            re.findall(r"<c-[\w.-]+(?:\s+[\w:.-]+(?:=\"[^\"]*\")?)*\s*/?>", plain)
        ), 'an argument of a component is not written as name="value"'

    assert wrong(check) == []


def test_a_component_is_not_included() -> None:
    """There is one way to use it; includes are parts that read the page's own names."""

    def check(text: str) -> None:
        assert not re.search(r"\{% include [\"']cotton/", text)
        assert not re.search(r"\{% include [^%]* with \w+=", text), "make it a component"

    assert wrong(check) == []


def test_no_line_is_too_long() -> None:
    assert too_long(FOLDERS) == []


def test_a_line_that_is_too_long_is_found(tmp_path: Path) -> None:
    (tmp_path / "long.html").write_text("<p>\n" + "x" * 121 + "\n</p>\n", encoding="utf-8")
    assert too_long([tmp_path]) == [f"{tmp_path}/long.html:2: 121 characters, 120 at most"]


def test_there_are_templates() -> None:
    assert TEMPLATES
