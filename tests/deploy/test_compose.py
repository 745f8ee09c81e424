"""Which variables and rights each program of compose is given."""

from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())[
    "services"
]


def test_only_our_own_programs_get_the_master_key() -> None:
    ours = {name for name, service in SERVICES.items() if service.get("env_file") == "balai.env"}
    assert ours == {"prepare", "web", "worker", "beat"}
    for example in ("database.env.example", "broker.env.example"):
        assert "MASTER" not in (DEPLOY / example).read_text()
    for name in ("BROKER_PASSWORD=", "POSTGRES_PASSWORD=", "POSTGRES_USER="):
        assert f"\n{name}" not in (DEPLOY / "balai.env.example").read_text()


def test_nothing_but_the_proxy_is_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}


def test_the_application_works_as_no_superuser() -> None:
    assert "NOSUPERUSER" in (DEPLOY / "database" / "owner.sh").read_text()
    assert "postgres://balai:" in (DEPLOY / "balai.env.example").read_text()
