"""Everything the stand-in remembers: one SQLite file, one writer at a time."""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.stripe_standin.problems import Doc

TABLES = """
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
  data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, next_at REAL, status INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """Objects by id. Within one transaction the same id is the same dict."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + TABLES)
        self._lock = threading.RLock()
        self._seen: dict[str, Doc] = {}
        self._before: dict[str, Doc] = {}
        self._depth = 0

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested ones are part of the outer one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
                self._forget()

    @contextlib.contextmanager
    def tentative(self) -> Iterator[None]:
        """What happens inside is undone at its end: for previews."""
        self._db.execute("SAVEPOINT tentative")
        self._forget()
        try:
            yield
        finally:
            self._db.execute("ROLLBACK TO tentative")
            self._db.execute("RELEASE tentative")
            self._forget()

    def _forget(self) -> None:
        self._seen.clear()
        self._before.clear()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    # --- objects --------------------------------------------------------------------------------

    def _load(self, name: str, text: str) -> Doc:
        if name not in self._seen:
            self._seen[name] = json.loads(text)
            self._before[name] = json.loads(text)
        return self._seen[name]

    def get(self, kind: str, name: str) -> Doc | None:
        found = self.rows("SELECT data FROM objects WHERE id = ? AND kind = ?", name, kind)
        return self._load(name, found[0][0]) if found else None

    def any(self, name: str) -> Doc | None:
        found = self.rows("SELECT data FROM objects WHERE id = ?", name)
        return self._load(name, found[0][0]) if found else None

    def find(self, kind: str, **equal: Any) -> list[Doc]:
        """Newest first. ``a__b=1`` asks for the field b inside a."""
        sql = "SELECT id, data FROM objects WHERE kind = ?"
        values: list[Any] = [kind]
        for path, value in equal.items():
            sql += " AND json_extract(data, ?) IS ?"
            values += ["$." + path.replace("__", "."), value]
        return [self._load(*row) for row in self.rows(sql + " ORDER BY seq DESC", *values)]

    def save(self, doc: Doc) -> Doc:
        with self._lock:
            self._db.execute(
                "INSERT INTO objects (id, kind, data) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
                [doc["id"], doc["object"], json.dumps(doc)],
            )
        self._seen[doc["id"]] = doc
        return doc

    def delete(self, name: str) -> None:
        self.rows("DELETE FROM objects WHERE id = ?", name)
        self._seen.pop(name, None)

    def told(self, doc: Doc) -> Doc:
        """What of ``doc`` changed since it was last told (the old values); tells it now."""
        old = self._before.get(doc["id"], {})
        self._before[doc["id"]] = json.loads(json.dumps(doc))
        return {k: v for k, v in old.items() if doc.get(k) != v and not k.startswith("_")}

    # --- settings and answers ---------------------------------------------------------------------

    def setting(self, name: str, default: str = "") -> str:
        found = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return str(found[0][0]) if found else default

    def set(self, name: str, value: str) -> None:
        self.rows(
            "INSERT INTO settings VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )

    def answer(self, key: str) -> tuple[str, int, str] | None:
        found = self.rows("SELECT request, status, body FROM answers WHERE key = ?", key)
        return found[0] if found else None

    def keep_answer(self, key: str, request: str, status: int, body: str) -> None:
        self.rows("INSERT INTO answers VALUES (?, ?, ?, ?)", key, request, status, body)
