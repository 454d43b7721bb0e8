"""How soon a message is on other people's pages: 500 open streams of one group, commit to arrival.

`bin/bench live [--streams 500] [--messages 100]`. Every stream is a connection of its own, as a browser's
EventSource; the time runs from the acknowledgement of the posted message (it is committed then) to its arrival at
each stream. The time from sending the request is printed too: it holds the whole way.
"""

import argparse
import asyncio
import json
import time
import urllib.parse
from collections.abc import Callable, Sequence

from bench.installation import Installation, installation, use
from bench.kill import Seat, seats
from bench.machine import describe

POSTS_PER_SECOND = 2


async def listen(
    made: Installation, seat: Seat, topic: str, arrivals: dict[str, list[float]], ready: asyncio.Event
) -> None:
    """Follow a topic as a browser does, and note when each message that is waited for arrives."""
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    writer.write(
        f"GET /live/?topic={topic} HTTP/1.1\r\nHost: 127.0.0.1:{made.port}\r\n"
        f"Cookie: {seat.cookies}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    await writer.drain()
    while True:
        line = await reader.readline()
        if not line:
            raise ConnectionError("a stream ended")
        if line.startswith(b": open"):
            ready.set()
        if line.startswith(b"data:"):
            html = json.loads(line[5:])["html"] or ""
            for key in arrivals:
                if key in html:
                    arrivals[key].append(time.monotonic())


async def post(made: Installation, seat: Seat, path: str, **fields: str) -> None:
    """Send a form as a browser does; it is committed when this returns."""
    body = urllib.parse.urlencode(fields).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{made.port}\r\nCookie: {seat.cookies}\r\n"
        f"X-CSRFToken: {seat.token}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )
    await writer.drain()
    status = await reader.readline()
    if b" 302 " not in status:
        raise RuntimeError(f"not taken: {status!r}")
    writer.close()


async def measure(
    made: Installation,
    listening: Sequence[tuple[Seat, str]],
    say: Callable[[int, str], tuple[Seat, str, dict[str, str]]],
    messages: int,
) -> None:
    """Open a stream for each of those who listen, say things, and print how long they took to arrive."""
    arrivals: dict[str, list[float]] = {}
    listeners = []
    for seat, topic in listening:
        ready = asyncio.Event()
        listeners.append(asyncio.create_task(listen(made, seat, topic, arrivals, ready)))
        await asyncio.wait_for(ready.wait(), 30)
    print(f"{len(listening)} streams are open")
    sent, acknowledged = {}, {}
    for number in range(messages):
        key = f"第{number}条消息"
        arrivals[key] = []
        sent[key] = time.monotonic()
        seat, path, fields = say(number, f"{key}：大家晚上好")
        await post(made, seat, path, **fields)
        acknowledged[key] = time.monotonic()
        await asyncio.sleep(max(0.0, 1 / POSTS_PER_SECOND - (time.monotonic() - sent[key])))
    await asyncio.sleep(3)
    for one in listeners:
        one.cancel()
    whole = sorted(at - sent[key] for key, times in arrivals.items() for at in times)
    after = sorted(max(0.0, at - acknowledged[key]) for key, times in arrivals.items() for at in times)
    print(f"arrived {len(whole):,} of {len(listening) * messages:,}")
    print(f"commit to arrival, ms:  {_percentiles(after)}")
    print(f"request to arrival, ms: {_percentiles(whole)}")


def _percentiles(ordered: Sequence[float]) -> str:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return ", ".join(
        f"{name} {1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]:.0f}"
        for name, share in shares.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--messages", type=int, default=100)
    asked = parser.parse_args()
    print(describe("django", "uvicorn", "psycopg"))
    with installation() as made:
        use(made)
        everybody = seats(made, 20)
        made.start_web()
        made.start_worker()
        listening = [everybody[number % len(everybody)] for number in range(asked.streams)]
        speaker = everybody[0]
        asyncio.run(
            measure(
                made,
                [(seat, f"thread:{seat.thread_id}") for seat in listening],
                lambda _number, text: (speaker, f"/groups/{speaker.thread_id}/say/", {"text": text}),
                asked.messages,
            )
        )


if __name__ == "__main__":
    main()
