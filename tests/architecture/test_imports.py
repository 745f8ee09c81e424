"""Who may import whom. The layers are import-linter's; what a rule may touch is checked here."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("platform", "tenants", "services", "billing", "deploy")
NOT_IN_RULES = {
    "django", "rest_framework", "celery", "stripe", "psycopg2", "redis", "django_tenants",
    "requests", "httpx", "aiohttp", "urllib3", "http", "socket",
}  # fmt: skip


def modules() -> Iterator[Path]:
    for top in SOURCES:
        yield from sorted((ROOT / top).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[1:] if parts[0] == "platform" else parts)


def imported(path: Path) -> set[str]:
    """Top-level names of every module this file imports, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
            if node.module == "urllib":
                found |= {f"urllib.{alias.name}" for alias in node.names}
            elif node.module.startswith("urllib."):
                found.add(node.module)
    return found


def test_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


RULES = [
    path
    for path in modules()
    if path.name == "rules.py" or "rules" in path.relative_to(ROOT).parts[:-1]
]


@pytest.mark.parametrize("path", RULES, ids=name_of)
def test_rules_are_plain_python(path: Path) -> None:
    assert not imported(path) & (NOT_IN_RULES | {"urllib.request"})


def test_the_kernel_is_plain_python() -> None:
    for path in (ROOT / "platform/kernel").rglob("*.py"):
        assert not imported(path) & (NOT_IN_RULES | {"urllib.request"}), path


def test_stripe_is_imported_in_billing_and_its_stand_in_alone() -> None:
    names = [name_of(path) for path in modules() if "stripe" in imported(path)]
    assert not [
        name for name in names if not name.startswith(("billing.", "deploy.stripe_standin."))
    ]


def test_nobody_imports_psycopg_3() -> None:
    assert not [path for path in modules() if "psycopg" in imported(path)]


def test_places_are_entered_through_scope_alone() -> None:
    """`with city:` of django-tenants keeps its stack on the class, which all threads share."""
    wrong = []
    for path in modules():
        # Messaging lies below tenants and knows schemas by name only.
        below = name_of(path).startswith("messaging.")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.With | ast.AsyncWith):
                for item in node.items:
                    bare = isinstance(item.context_expr, ast.Name | ast.Attribute)
                    what = ast.unparse(item.context_expr)
                    if bare and what.split(".")[-1] in {"city", "tenant"}:
                        wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} with {what}")
            if isinstance(node, ast.ImportFrom) and node.module == "django_tenants.utils":
                for alias in node.names:
                    if alias.name in {"tenant_context", "schema_context"} and not below:
                        wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {alias.name}")
    assert not wrong, "use tenants.backend.scope: " + ", ".join(wrong)


def test_settings_are_the_only_reader_of_the_environment() -> None:
    """Everything configurable is in settings, with its name; the launcher comes before Django."""
    allowed = {"config", "deploy"}
    without_django = {"messaging.timetable"}  # one name, which settings read too
    wrong = [
        name_of(path)
        for path in modules()
        if name_of(path).split(".")[0] not in allowed
        and name_of(path) not in without_django
        and ("os.environ" in path.read_text() or "getenv(" in path.read_text())
    ]
    assert wrong == []


def test_no_file_is_a_missing_noun() -> None:
    """Past about 400 lines look for the noun that is missing; here is the wall."""
    long = {
        name_of(path): count
        for path in modules()
        if "migrations" not in path.parts
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert long == {}
