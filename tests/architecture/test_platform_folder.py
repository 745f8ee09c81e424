"""`platform/` is a source folder beside a standard module of the same name: never a package."""

import ast
import importlib.metadata
import platform
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("platform", "tenants", "services", "billing", "deploy")


def test_the_standard_platform_module_is_the_standard_library() -> None:
    standard = Path(sysconfig.get_path("stdlib")).resolve()
    assert platform.__file__ is not None
    assert Path(platform.__file__).resolve().is_relative_to(standard)
    assert platform.system()


@pytest.mark.parametrize("where", [ROOT, ROOT / "platform", Path("/")])
def test_so_it_is_for_a_fresh_interpreter_wherever_it_starts(where: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.python_version())"],
        cwd=where,
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == platform.python_version(), found.stderr


def test_no_python_file_directly_in_platform() -> None:
    assert [path.name for path in (ROOT / "platform").iterdir() if path.suffix == ".py"] == []


def test_every_other_source_folder_is_a_package() -> None:
    for top in SOURCES:
        for path in (ROOT / top).rglob("*.py"):
            if path.parent.name != "data":  # a data folder may hold the script that made it
                assert (path.parent / "__init__.py").exists(), path.parent


def test_tests_live_in_tests_without_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))
    assert not (ROOT / "tests" / "platform").exists()
    for top in SOURCES:
        assert not list((ROOT / top).rglob("test_*.py"))


def test_import_names_collide_with_no_standard_module_and_not_with_each_other() -> None:
    names = [path.name for path in (ROOT / "platform").iterdir() if path.is_dir()]
    names = [name for name in names if not name.startswith(("_", "."))]
    names += ["tenants", "services", "billing", "deploy"]
    assert len(names) == len(set(names))
    assert not set(names) & set(sys.stdlib_module_names)


def test_the_linter_knows_every_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    there = {
        path.name for path in (ROOT / "platform").iterdir() if (path / "__init__.py").exists()
    } | {"tenants", "services", "billing", "deploy"}
    assert set(settings["root_packages"]) == there


def test_manage_py_edits_no_path() -> None:
    tree = ast.parse((ROOT / "manage.py").read_text())
    assert not [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.path"
    ]


def test_psycopg_3_stays_out() -> None:
    # Installed beside psycopg2, it would be what Django uses.
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("psycopg")
