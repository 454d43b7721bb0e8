from pathlib import Path

import pytest

from maplebridge.platform import stages


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "_recorder", None)
    stages.record()


@stages.stage("outer")
def outer() -> str:
    return inner() + inner()


@stages.stage("inner")
def inner() -> str:
    return "done"


@stages.stage("fails")
def fails() -> None:
    raise ValueError("it fails")


@pytest.mark.usefixtures("recording")
def test_stages_of_a_message_add_up_to_the_whole(tmp_path: Path) -> None:
    with stages.reading(7):
        assert outer() == "donedone"
    with stages.reading(8), pytest.raises(ValueError, match="it fails"):
        fails()
    stages.save(tmp_path / "stages")
    seven, eight = stages.load(tmp_path / "stages")
    assert (seven.message_id, eight.message_id) == (7, 8)
    assert set(seven.seconds) == {stages.REST, "outer", "inner"}
    assert set(eight.seconds) == {stages.REST, "fails"}
    for one in (seven, eight):
        assert sum(one.seconds.values()) == pytest.approx(one.ended - one.began)


@pytest.mark.usefixtures("recording")
def test_outside_a_message_nothing_is_measured(tmp_path: Path) -> None:
    assert outer() == "donedone"
    stages.save(tmp_path / "stages")
    assert stages.load(tmp_path / "stages") == []


def test_without_being_asked_nothing_is_written(tmp_path: Path) -> None:
    with stages.reading(7):
        outer()
    stages.save(tmp_path / "stages")
    assert not (tmp_path / "stages").exists()
