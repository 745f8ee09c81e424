"""Pages work under a strict Content-Security-Policy and without anybody else's servers."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for top in ("platform", "tenants", "services", "billing")
    for path in (ROOT / top).rglob("templates/**/*.html")
)
COMMENTS = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.S)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(params=TEMPLATES, ids=name_of)
def text(request: pytest.FixtureRequest) -> str:
    return COMMENTS.sub("", request.param.read_text(encoding="utf-8"))


def test_no_inline_style(text: str) -> None:
    assert not re.search(r"<style\b", text, re.I)
    assert not re.search(r"<[^>]*\sstyle\s*=", text, re.I)


def test_no_inline_script(text: str) -> None:
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.S | re.I):
        assert "src=" in attributes, attributes
        assert not body.strip()
    assert not re.search(r"<[^>]*\son[a-z]+\s*=\s*[\"']", text, re.I)
    assert "javascript:" not in text.lower()
    assert "hx-on" not in text


def test_nothing_from_elsewhere(text: str) -> None:
    for address in re.findall(r"(?:src|srcset|action)\s*=\s*[\"'](https?:)?//", text):
        raise AssertionError(address)
    assert not re.search(r"<link\b[^>]*href\s*=\s*[\"'](https?:)?//", text)


def test_every_form_that_changes_something_is_protected(text: str) -> None:
    for form in re.findall(r"<form\b[^>]*method\s*=\s*[\"']?post.*?</form>", text, re.S | re.I):
        assert "{% csrf_token %}" in form


def test_there_are_templates() -> None:
    assert TEMPLATES
