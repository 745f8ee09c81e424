"""`./balai` itself, before anything of ours is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "readlink", "cat", "cksum", "env", "uname", "rm")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The script in a folder of its own, with nothing prepared."""
    for name in ("balai", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def run(clone: Path, *words: str, program: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program or clone / "balai"), *words],
        env={"PATH": str(clone / "bin"), "HOME": str(clone)},
        cwd="/",
        capture_output=True,
        text=True,
    )


def test_help_names_every_command(clone: Path) -> None:
    done = run(clone, "help")
    assert done.returncode == 0
    for word in ("up", "test", "lint", "bench", "manage", "--port", "DATABASE_URL"):
        assert word in done.stdout
    assert run(clone).stdout == done.stdout


def test_an_unknown_command_is_refused_with_the_list(clone: Path) -> None:
    done = run(clone, "naik")
    assert done.returncode == 1
    assert 'Perintah "naik" tidak dikenal' in done.stderr
    assert "./balai up" in done.stderr


def test_it_works_through_a_link(clone: Path) -> None:
    link = clone / "tautan"
    link.symlink_to("balai")
    assert run(clone, "help", program=link).returncode == 0


def test_without_python_it_says_what_to_install(clone: Path) -> None:
    done = run(clone, "up")
    assert done.returncode == 1
    assert "Balai memerlukan Python 3.11" in done.stderr
    assert "apt-get install python3" in done.stderr
    assert "none was found" in done.stderr
    assert not (clone / ".venv").exists()


def test_too_old_a_python_is_no_python(clone: Path) -> None:
    old = clone / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert "Balai memerlukan Python 3.11" in run(clone, "up").stderr


def test_python_without_venv_is_named(clone: Path) -> None:
    half = clone / "bin" / "python3"
    half.write_text(
        '#!/bin/sh\ncase "$*" in\n*"import venv"*) exit 1 ;;\n*print*) echo 3.12 ;;\nesac\nexit 0\n'
    )
    half.chmod(0o755)
    done = run(clone, "up")
    assert done.returncode == 1
    assert "python3.12-venv" in done.stderr


def test_it_is_posix() -> None:
    """dash knows nothing else; where it is missing, sh at least reads it."""
    shell = shutil.which("dash") or "sh"
    assert subprocess.run([shell, "-n", str(ROOT / "balai")]).returncode == 0
    assert subprocess.run([shell, "-n", str(ROOT / "deploy/run")]).returncode == 0
