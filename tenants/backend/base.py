"""Django's PostgreSQL backend, standing in one city at a time.

The stock django-tenants backend keeps the schema on the connection object and sends a session
``SET search_path``: behind a transaction pooler another city's statement then runs on it. Here
the place is a context variable and the path lives exactly as long as a transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.postgresql.introspection import DatabaseIntrospection
from django.db.backends.postgresql.operations import DatabaseOperations
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper

from tenants.backend.citus import CitusSchemaEditor
from tenants.backend.cursor import CityCursor, CityServerCursor
from tenants.backend.place import IN_PUBLIC, Place, SchemaTenant, current_place


@contextmanager
def standing_in(place: Place) -> Iterator[None]:
    """Move to a place and back; per thread and per asyncio task."""
    before = current_place.get()
    current_place.set(place)
    try:
        yield
    finally:
        # Not reset(token): a generator may be closed from another context.
        current_place.set(before)


class CityOperations(DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        text: str | None = super().last_executed_query(cursor, sql, params)
        return (text or "").removeprefix(current_place.get().prefix)


class CityIntrospection(DatabaseIntrospection):
    """Sees the tables of the place alone, not those of public behind it."""

    def _alone(self, name: str, *args: Any) -> Any:
        place = current_place.get()
        with standing_in(Place(place.tenant, include_public=False)):
            return getattr(super(), name)(*args)

    def get_table_list(self, cursor: Any) -> Any:
        return self._alone("get_table_list", cursor)

    def get_table_description(self, cursor: Any, table_name: str) -> Any:
        return self._alone("get_table_description", cursor, table_name)

    def get_sequences(self, cursor: Any, table_name: str, table_fields: Any = ()) -> Any:
        return self._alone("get_sequences", cursor, table_name, table_fields)

    def get_key_columns(self, cursor: Any, table_name: str) -> Any:
        return self._alone("get_key_columns", cursor, table_name)

    def get_constraints(self, cursor: Any, table_name: str) -> Any:
        return self._alone("get_constraints", cursor, table_name)


class DatabaseWrapper(TenantsWrapper):
    ops_class = CityOperations
    introspection_class = CityIntrospection

    @property
    def SchemaEditorClass(self) -> Any:
        return CitusSchemaEditor if settings.CITUS else PostgresWrapper.SchemaEditorClass

    # Whether a command that defines something must not share its message with the path.
    commands_apart = property(lambda self: settings.CITUS)

    # The interface of django-tenants, answered from the context variable.
    tenant = property(lambda self: current_place.get().tenant)
    schema_name = property(lambda self: current_place.get().schema_name)
    include_public_schema = property(lambda self: current_place.get().include_public)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Past TenantsWrapper.__init__: it would move whoever opens a connection to public.
        PostgresWrapper.__init__(self, *args, **kwargs)
        self.path_in_force: str | None = None
        self.touched: set[str] = set()
        self.search_path_set_schemas = None
        self._setting_search_path = False

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        place = Place(tenant, include_public)
        if place.schema_name != current_place.get().schema_name:
            # Content types are numbered per schema.
            ContentType.objects.clear_cache()
        current_place.set(place)

    def set_schema(
        self, schema_name: str, include_public: bool = True, tenant_type: Any = None
    ) -> None:
        self.set_tenant(SchemaTenant(schema_name), include_public)

    def set_schema_to_public(self) -> None:
        current_place.set(IN_PUBLIC)

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": CityCursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.path_in_force = None
        self.touched = set()
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        if name is None:
            cursor = super().create_cursor()
        else:
            cursor = self.connection.cursor(
                name,
                cursor_factory=CityServerCursor,
                scrollable=False,
                withhold=self.connection.autocommit,
            )
            cursor.tzinfo_factory = self.tzinfo_factory if settings.USE_TZ else None
        cursor.wrapper = self
        return cursor

    # Past TenantsWrapper._cursor and its session SET.
    _cursor = PostgresWrapper._cursor  # type: ignore[attr-defined]

    def on_commit(self, func: Callable[[], Any], robust: bool = False) -> None:
        """What was asked for in a city runs in that city, wherever the commit happens."""
        place = current_place.get()

        def in_its_place() -> None:
            with standing_in(place):
                func()

        in_its_place.__qualname__ = getattr(func, "__qualname__", repr(func))
        in_its_place.__wrapped__ = func  # type: ignore[attr-defined]
        super().on_commit(in_its_place, robust=robust)

    def close_if_unusable_or_obsolete(self) -> None:
        """Also recycle a connection that has seen many cities: each leaves about half a MiB in
        the server process's relation cache."""
        super().close_if_unusable_or_obsolete()
        if (
            self.connection is not None
            and not self.in_atomic_block
            and len(self.touched) > settings.CITIES_PER_CONNECTION
        ):
            self.close()
