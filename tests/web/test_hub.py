"""The open streams: what one piece of news cannot do to the others."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from maplebridge.platform import live
from maplebridge.web import hub as hubs
from maplebridge.web.hub import Hub, Stream

STAFF = live.Audience("zh-hans", is_staff=True)


def test_news_that_cannot_be_rendered_end_no_other_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    def rendered(kind: str, id: int, audiences: list[live.Audience]) -> object:
        if id == 1:
            raise LookupError("gone meanwhile")
        return dict.fromkeys(audiences, "<li>"), frozenset()

    async def spread() -> tuple[Stream, Stream]:
        hub, struck, other = Hub(), Stream(STAFF, 1), Stream(STAFF, 2)
        hub._followers |= {"thread:1": {struck}, "thread:2": {other}}
        await hub._spread('["thread:1", "message", 1]')
        await hub._spread('["thread:2", "message", 2]')
        return struck, other

    monkeypatch.setattr(hubs, "_rendered", rendered)
    with ThreadPoolExecutor(1) as thread:  # where no browser of another test has its loop
        struck, other = thread.submit(asyncio.run, spread()).result()
    assert struck.waiting.get_nowait() is None  # this page connects again, and asks for everything
    assert b"<li>" in (other.waiting.get_nowait() or b"")
