"""The cities as schemas to migrate: which there are, by code or schema name."""

from collections.abc import Iterable

from tenants.backend.scope import in_public
from tenants.registry.models import City
from tenants.schemas import drift as drifting
from tenants.schemas import fleet
from tenants.schemas import plan as planning
from tenants.schemas.fleet import PARALLEL
from tenants.schemas.plan import Plan, Report, Tick

__all__ = ["PARALLEL", "drift", "migrate", "names", "plan"]


def names(only: Iterable[str] | None = None) -> dict[str, str]:
    """Schema → name of every city, or of those with these codes or schema names; a city of the
    demonstration first."""
    chosen = None if only is None else set(only)
    with in_public():
        rows = City.objects.order_by("-is_demo", "schema_name").values_list(
            "schema_name", "code", "name"
        )
        return {
            schema: name
            for schema, code, name in rows
            if chosen is None or schema in chosen or code in chosen
        }


def plan(*, only: Iterable[str] | None = None) -> Plan:
    """What ``migrate`` would do."""
    return planning.plan(names(only))


def migrate(
    *,
    only: Iterable[str] | None = None,
    canaries: Iterable[str] = (),
    parallel: int = 1,
    stop_after: int = 5,
    tick: Tick = lambda done, total: None,
) -> Report:
    """Bring every city (or ``only`` these codes or schema names) to the migrations on disk."""
    wanted = None if only is None else list(only)
    return fleet.migrate(
        lambda: names(wanted),
        canaries=list(names(canaries)),
        parallel=parallel,
        stop_after=stop_after,
        tick=tick,
    )


def drift(*, only: Iterable[str] | None = None) -> dict[str, str]:
    """Cities whose tables differ from the template although their migrations do not."""
    return drifting.drift(sorted(names(only)))
