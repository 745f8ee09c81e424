"""Which city the running code stands in.

Kept in a context variable: each thread, each asyncio task and each request has its own, and a
fresh thread stands in ``public``. A database connection only *reads* it, at each statement.
"""

import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

PUBLIC = "public"
# Names Balai itself makes: c6474, c6474_lama, template, spare_000017. Nothing a person typed.
SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


class SchemaTenant:
    """Stands in for a City where only the schema's name is known."""

    domain_url = None
    tenant_type = None

    def __init__(self, schema_name: str) -> None:
        self.schema_name = schema_name

    def get_tenant_type(self) -> None:
        return None

    def __repr__(self) -> str:
        return f"SchemaTenant({self.schema_name!r})"


@dataclass(frozen=True, slots=True)
class Place:
    """A city (or public), with its search path ready to send."""

    tenant: Any
    include_public: bool = True
    name: str = field(init=False)
    path: str = field(init=False)
    prefix: str = field(init=False)

    def __post_init__(self) -> None:
        name = self.tenant.schema_name
        if not isinstance(name, str) or not SCHEMA_NAME.match(name) or name.startswith("pg_"):
            raise ValueError(f"not a schema name of ours: {name!r}")
        path = f'"{name}"'
        if self.include_public and name != PUBLIC:
            path += f',"{PUBLIC}"'
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "prefix", f"SET LOCAL search_path={path};")

    @property
    def schema_name(self) -> str:
        return self.name


IN_PUBLIC = Place(SchemaTenant(PUBLIC))
current_place: ContextVar[Place] = ContextVar("balai_place", default=IN_PUBLIC)
