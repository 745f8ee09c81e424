"""What a post may do is asked by capability: a role's code stands in roles.toml and in services."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tenants.office.roles import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("platform", "tenants", "services", "billing", "deploy")
# Steps of services as data, written in Python.
DATA = {"services/catalogue/shorthand.py", "services/setup/editing.py"}
IN_TEMPLATE = re.compile(r"""(?:==|!=|\bin)\s*["']([^"']+)["']""")


def _codes_in(node: ast.AST) -> set[str]:
    return {
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    } & SHIPPED.keys()


def named_roles(source: str) -> Iterator[int]:
    """Lines that compare with a role's code, collect some, or ask the database for one."""
    for node in ast.walk(ast.parse(source)):
        asks = isinstance(node, ast.keyword) and "role" in (node.arg or "").split("__")
        if asks or isinstance(node, ast.Compare | ast.Set | ast.List | ast.Tuple | ast.Dict):
            if isinstance(node, ast.Dict):
                found = {code for key in node.keys if key is not None for code in _codes_in(key)}
            else:
                found = _codes_in(node)
            if found:
                yield node.lineno  # type: ignore[attr-defined]


def test_no_code_names_a_role() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts and str(path.relative_to(ROOT)) not in DATA
        for line in named_roles(path.read_text("utf-8"))
    ]
    assert not found, "ask tenants.office.roles for a capability"


def test_no_template_names_a_role() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {code}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.html"))
        for code in IN_TEMPLATE.findall(path.read_text("utf-8"))
        if code in SHIPPED
    ]
    assert not found, "use the filter any_can of the tag library roles"


def test_each_way_of_naming_a_role_is_found() -> None:
    for source in (
        'post.role == "lurah"',
        'HEADS = ("lurah", "camat")',
        'HEADS = {"lurah"}',
        'SUPERIORS = {"loket": other}',
        'posts.filter(post__role="loket")',
        'posts.filter(role__in=["loket"])',
    ):
        assert list(named_roles(source)), source
    assert not list(named_roles('page(Audience.ADMIN); title = "lurah"'))
