"""Row ids and years are printed as they are; amounts for people have separators."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
GROUPING = re.compile(r"\|\s*(intcomma|localize)\b|\|\s*floatformat:[\"']-?\d*[gu]")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("number", [1002, 1_000_003, 1968])
def test_a_number_in_a_template_has_no_thousands_separator(language: str, number: int) -> None:
    template = engines["django"].from_string(
        "{{ n }}|{% blocktranslate %}{{ n }}{% endblocktranslate %}|{% firstof n %}"
    )
    with translation.override(language):
        assert template.render({"n": number}) == f"{number}|{number}|{number}"


def test_no_template_groups_digits_by_another_filter() -> None:
    """``|grouped`` and ``|rupiah`` are the only filters that group digits."""
    found = [
        str(path.relative_to(ROOT))
        for top in ("platform", "tenants", "services", "billing")
        for path in (ROOT / top).rglob("templates/**/*.html")
        if GROUPING.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
