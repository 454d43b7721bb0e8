"""The open streams of this process: one listener on the database, any number of pages that follow topics."""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection
from django.utils import translation

from maplebridge.platform import live

logger = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
RECONNECT_S = 1.0
MOST_WAITING = 200  # a page that falls further behind is told to load anew


class Stream:
    """One open page: for whom, and what it has not been sent yet."""

    def __init__(self, audience: live.Audience, person_id: int | None) -> None:
        self.audience = audience
        self.person_id = person_id
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)

    def send(self, data: bytes) -> None:
        try:
            self.waiting.put_nowait(data)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Close the stream; the page connects again and asks for everything anew."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Hub:
    def __init__(self) -> None:
        self._followers: dict[str, set[Stream]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    async def follow(
        self, topics: Iterable[str], audience: live.Audience, person_id: int | None
    ) -> AsyncIterator[bytes]:
        """Yield the news of the topics as server-sent events, with a heartbeat, until the page goes away."""
        stream = Stream(audience, person_id)
        if self._listener is None or self._listener.done():
            parameters = await sync_to_async(live.way_to_listen)()
            self._listener = asyncio.create_task(self._listen(parameters))
        for topic in topics:
            self._followers[topic].add(stream)
        try:
            yield b": open\n\n"
            while True:
                try:
                    data = await asyncio.wait_for(stream.waiting.get(), HEARTBEAT_S)
                except TimeoutError:
                    data = b": alive\n\n"
                if data is None:
                    return
                yield data
        finally:
            for topic in topics:
                self._followers[topic].discard(stream)
                if not self._followers[topic]:
                    del self._followers[topic]

    async def _listen(self, parameters: dict[str, Any]) -> None:
        while True:
            try:
                listener = await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
                async with listener:
                    await listener.execute(f"LISTEN {live.CHANNEL}")
                    async for notice in listener.notifies():
                        await self._spread(notice.payload)
            except psycopg.OperationalError:
                logger.warning("the database is away; streams wait")
                await asyncio.sleep(RECONNECT_S)
                self._end_all()

    async def _spread(self, payload: str) -> None:
        """Send the news to all who follow the topic; where they cannot be rendered, these pages ask for everything."""
        topic, kind, id = json.loads(payload)
        streams = list(self._followers.get(topic, ()))
        try:
            await self._send(topic, kind, id, streams)
        except Exception:
            # Whatever one piece of news is: the others, and whoever follows them, do not wait for it.
            logger.exception("%s %s cannot be told", kind, id)
            for stream in streams:
                stream.end()

    async def _send(self, topic: str, kind: str, id: int, streams: list[Stream]) -> None:
        if not streams:
            return
        by_audience: dict[live.Audience, list[Stream]] = defaultdict(list)
        for stream in streams:
            by_audience[stream.audience].append(stream)
        rendered, withheld_from = await sync_to_async(_rendered, thread_sensitive=False)(
            kind, id, list(by_audience)
        )
        for audience, html in rendered.items():
            if html == "":
                continue
            data = _as_event({"topic": topic, "kind": kind, "id": id, "html": html})
            for number, stream in enumerate(by_audience[audience]):
                if stream.person_id not in withheld_from:
                    stream.send(data)
                if number % 100 == 99:
                    await asyncio.sleep(0)  # let the streams write

    def _end_all(self) -> None:
        for stream in {one for group in self._followers.values() for one in group}:
            stream.end()


def _rendered(
    kind: str, id: int, audiences: Iterable[live.Audience]
) -> tuple[dict[live.Audience, str | None], frozenset[int]]:
    """Render the news once for all who see the same, and say who is not told, on a connection that is given back."""
    try:
        return {one: _html(kind, id, one) for one in audiences}, live.withheld_from(kind, id)
    finally:
        connection.close()


def _html(kind: str, id: int, audience: live.Audience) -> str | None:
    with translation.override(audience.language):
        return live.html_of(kind, id, audience)


def _as_event(news: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(news, ensure_ascii=False)}\n\n".encode()


hub = Hub()
