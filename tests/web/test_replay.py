from datetime import datetime

import pytest

from maplebridge.platform import events
from maplebridge.web.replay import Line, NobodyReads, Watcher, replay
from maplebridge.web.replay_ground import make_ground

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the watcher hear nothing: a test's transaction is never committed."""
    monkeypatch.setattr(Watcher, "__init__", lambda self: setattr(self, "told", {}))
    monkeypatch.setattr(Watcher, "stop", lambda self: None)


def _lines(noon: datetime) -> list[Line]:
    return [Line(id="1", text="3号楼楼道的灯坏了，晚上看不见路。", at=noon)]


def test_a_replay_counts_what_came_of_its_messages(noon: datetime) -> None:
    ground = make_ground([], now=noon, today=noon.date())

    def read() -> bool:
        events.deliver_all(now=noon)
        return True

    report = replay(_lines(noon), ground=ground, speed=None, clock_of_file=True, read_on=read)

    assert (report.received, report.raised, report.joined, report.talk) == (1, 1, 0, 0)


def test_a_replay_whose_workers_have_stopped_does_not_wait_for_ever(noon: datetime) -> None:
    ground = make_ground([], now=noon, today=noon.date())

    with pytest.raises(NobodyReads, match="not read: 1"):
        replay(_lines(noon), ground=ground, speed=None, clock_of_file=True, read_on=lambda: False)
