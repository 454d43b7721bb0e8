"""A Django database backend that starts the product's own PostgreSQL when the first query needs it."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from maplebridge.config.embedded import server


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        where = server.start(Path(self.settings_dict["DATA_DIR"]))
        self.settings_dict.update(where)
        _ensure_database(where, self.settings_dict["NAME"] or "postgres")
        return super().get_connection_params()


_known: set[str] = set()


def _ensure_database(where: dict[str, str], name: str) -> None:
    """Create the product's database on a server that has just been made."""
    if name in _known or name == "postgres" or name.startswith("test_"):
        return
    with psycopg.connect(
        host=where["HOST"], port=where["PORT"], user=where["USER"], dbname="postgres", autocommit=True
    ) as connection:
        row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if row is None:
            # Web and worker may start at once: whoever comes second finds the database made.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    _known.add(name)
