"""Addresses are named: only ``urls`` modules know paths, so that a page can move."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).parents[2]
TOPS = ("platform", "tenants", "services", "billing")
# What crawlers are told is a list of paths by its nature.
# ``type`` of a problem is a name in the form of a path (RFC 9457), and no page.
KNOW_PATHS = {"platform/ui/robots.py", "platform/ui/problems.py"}


def _first_parts(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route.split("/")[0]
        else:
            yield from _first_parts(pattern, route)


PARTS = {
    part
    for tree in ("config.urls_city", "config.urls_public")
    for part in _first_parts(get_resolver(tree))
    if part and "<" not in part and "." not in part
}
PATH = re.compile(rf"^/(?:{'|'.join(sorted(map(re.escape, PARTS)))})/")


def _modules() -> Iterator[Path]:
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            is_urls = path.name.startswith("urls") or "migrations" in path.parts
            if not is_urls and name not in KNOW_PATHS:
                yield path


def _paths_in(source: str) -> list[str]:
    return [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and PATH.match(node.value)
    ]


def test_the_law_sees_a_path() -> None:
    assert _paths_in("redirect('/akun/')") == ["line 1: /akun/"]
    assert _paths_in("request.path.startswith(('/kelola/',))")
    assert _paths_in("redirect('account')") == []


def test_no_module_writes_a_path_of_a_page() -> None:
    written = {
        path.relative_to(ROOT).as_posix(): found
        for path in _modules()
        if (found := _paths_in(path.read_text(encoding="utf-8")))
    }
    assert written == {}


def test_no_template_writes_a_path_of_a_page() -> None:
    written = [
        f"{path.relative_to(ROOT)}: {found}"
        for top in TOPS
        for path in sorted((ROOT / top).rglob("*.html"))
        for found in re.findall(r'(?:href|action|src)="(/[a-z][^"]*)', path.read_text("utf-8"))
    ]
    assert written == []


def test_no_module_asks_for_a_model_by_name() -> None:
    """``apps.get_model`` reaches upward without an import; migrations alone need it."""
    asking = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if "apps.get_model(" in path.read_text("utf-8")
    ]
    assert asking == []
