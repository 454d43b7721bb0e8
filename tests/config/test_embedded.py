"""Which PostgreSQL is started, and which never."""

import subprocess
from pathlib import Path

import pytest

from maplebridge.config.embedded import server


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The product's own server takes too long; return where another one was begun instead."""
    begun: list[Path] = []

    def too_long(data_dir: Path) -> dict[str, str]:
        raise subprocess.TimeoutExpired("pg_ctl", 10)

    def begin(bin_dir: Path, data_dir: Path) -> dict[str, str]:
        begun.append(data_dir)
        return {}

    monkeypatch.setattr(server, "_start_wheel", too_long)
    monkeypatch.setattr(server, "_installed_bin", lambda: Path("/usr/lib/postgresql/15/bin"))
    monkeypatch.setattr(server, "_start_installed", begin)
    return begun


def test_a_town_that_recovers_slowly_is_not_replaced_by_an_empty_one(
    tmp_path: Path, slow: list[Path]
) -> None:
    data_dir = tmp_path / "postgres"
    data_dir.mkdir()
    (data_dir / "PG_VERSION").write_text("18\n")
    with pytest.raises(server.DatabaseMissing, match="did not come up yet"):
        server.start(data_dir)
    assert slow == []


def test_without_data_the_machines_own_server_may_be_used(tmp_path: Path, slow: list[Path]) -> None:
    server.start(tmp_path / "postgres")
    assert slow == [tmp_path / "postgres-installed"]
