"""No index is kept, and written with every row, that another one already does the work of."""

from dataclasses import dataclass
from itertools import permutations

import pytest
from django.apps import apps
from django.db import connection

INDEXES = """
    SELECT described.relname, named.relname, indisunique, pg_get_expr(indpred, indrelid),
        ARRAY(SELECT pg_get_indexdef(indexrelid, place, false) FROM generate_series(1, indnkeyatts) AS place),
        indclass::text
    FROM pg_index
    JOIN pg_class AS described ON described.oid = indrelid
    JOIN pg_class AS named ON named.oid = indexrelid
    JOIN pg_am ON pg_am.oid = named.relam AND amname = 'btree'
    WHERE described.relname = ANY(%s)
"""


@dataclass(frozen=True)
class Index:
    table: str
    name: str
    is_unique: bool
    only_where: str | None
    columns: list[str]
    compared_as: list[str]

    def begins(self, other: "Index") -> bool:
        """Say whether all that is found through this one is found through the other as well."""
        width = len(self.columns)
        return (
            (self.table, self.only_where) == (other.table, other.only_where)
            and self.columns == other.columns[:width]
            and self.compared_as == other.compared_as[:width]
        )


def indexes() -> list[Index]:
    """Return those of our tables; Django itself makes the ones of a table that joins two others."""
    ours = [one for one in apps.get_models() if one.__module__.startswith("maplebridge.")]
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [[one._meta.db_table for one in ours if not one._meta.proxy]])
        return [Index(*row[:5], compared_as=row[5].split()) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_no_index_begins_another() -> None:
    found = indexes()
    assert len(found) > 200
    needless = [
        f"{one.name} begins {other.name}"
        for one, other in permutations(found, 2)
        if not one.is_unique and one.begins(other)
    ]
    assert needless == []
