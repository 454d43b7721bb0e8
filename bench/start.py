"""How long a start takes, and how much memory web and worker hold: idle, and under load.

`bin/bench start`. Memory is the proportional set size of the processes (pages that are shared count once).
"""

import threading
import time
import urllib.request
from statistics import median

from bench.installation import Installation, installation, use
from bench.kill import Log, Seat, client, seats
from bench.machine import describe, family, resident_mb

STARTS = 5
LOAD_S = 20
CLIENTS = 12
LOOK_S = 60


def main() -> None:
    print(describe("django", "uvicorn"))
    with installation() as made:
        use(made)
        everybody = seats(made, CLIENTS)
        starts = []
        for _ in range(STARTS):
            starts.append(made.start_web())
            made.stop()
        print(
            f"start to first answer: median {median(starts):.2f} s of {STARTS} (largest {max(starts):.2f} s)"
        )
        made.start_web()
        made.start_worker()
        _open_pages(made, everybody[0])
        looking = _most_while_looking(made)
        print(f"idle:       {_memory(made)} (at most {looking:.0f} MB while it looked for what is unusual)")
        _load(made, everybody)
        print(f"under load: {_memory(made)}")


def _most_while_looking(made: Installation) -> float:
    """Wait until a worker has looked for what is unusual, which it does once after its start, in a process of its own.

    Return the most megabytes that all processes held meanwhile.
    """
    most, looked, end = 0.0, False, time.monotonic() + LOOK_S
    while time.monotonic() < end:
        looking = any(len(family(one.pid)) > 1 for one in made.workers)
        if looked and not looking:
            break
        looked = looked or looking
        most = max(most, sum(_held(made)))
        time.sleep(0.05)
    return most


def _open_pages(made: Installation, seat: Seat) -> None:
    for path in ("/groups/", f"/groups/{seat.thread_id}/"):
        request = urllib.request.Request(made.address + path, headers={"Cookie": seat.cookies})
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()


def _load(made: Installation, everybody: list[Seat]) -> None:
    """Post messages and open pages from a dozen clients at once for a while."""
    stopping = threading.Event()
    log = Log(made.folder / "load.jsonl")
    threads = [
        threading.Thread(target=client, args=(n, made, everybody[n % len(everybody)], log, stopping))
        for n in range(CLIENTS)
    ]
    for one in threads:
        one.start()
    end = time.monotonic() + LOAD_S
    while time.monotonic() < end:
        _open_pages(made, everybody[0])
    stopping.set()
    for one in threads:
        one.join()
    print(f"({len(log.acknowledged) / LOAD_S:.0f} messages a second were taken)")


def _memory(made: Installation) -> str:
    web, worker = _held(made)
    return f"{web + worker:.0f} MB = web {web:.0f} + worker {worker:.0f}"


def _held(made: Installation) -> tuple[float, float]:
    """Return the megabytes of the web process and of the workers."""
    assert made.web is not None
    return resident_mb(made.web.pid), sum(resident_mb(one.pid) for one in made.workers)


if __name__ == "__main__":
    main()
