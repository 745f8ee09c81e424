"""How commands that define tables reach the server: PostgreSQL takes many in one message, Citus
with schema-based sharding takes each in a message of its own.

What else Citus asks for is said where it is done: one foreign key per ALTER (``compiler``), a
column without constraints that are added by name afterwards (``backend.citus``), the template
kept on the coordinator (``template``).
"""

from collections.abc import Sequence
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction


class Strategy(Protocol):
    """How to send commands in the current schema."""

    groups_foreign_keys: bool  # several of one table in one ALTER

    def send(self, cursor: Any, commands: Sequence[str]) -> None:
        """Send commands, all or nothing; also outside a transaction."""

    def create_local(self, cursor: Any, command: str) -> None:
        """Send the CREATE SCHEMA of a schema that is no city's."""


class OneMessage:
    """PostgreSQL: a message of several commands is one transaction, and one round trip."""

    groups_foreign_keys = True

    def send(self, cursor: Any, commands: Sequence[str]) -> None:
        cursor.execute(";\n".join(commands))

    def create_local(self, cursor: Any, command: str) -> None:
        cursor.execute(command)


class CommandByCommand:
    """Citus: each command that defines something is a message of its own."""

    groups_foreign_keys = False

    def send(self, cursor: Any, commands: Sequence[str]) -> None:
        with transaction.atomic():
            for command in commands:
                cursor.execute(command)

    def create_local(self, cursor: Any, command: str) -> None:
        # Otherwise every schema becomes a group of shards on some node.
        with transaction.atomic():
            cursor.execute("SET LOCAL citus.enable_schema_based_sharding = off")
            cursor.execute(command)


def strategy() -> Strategy:
    """The one of this installation (``BALAI_CITUS``)."""
    return CommandByCommand() if settings.CITUS else OneMessage()
