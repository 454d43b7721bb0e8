"""The command that operators type: what it can do, and what is wrong in words."""

import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from maplebridge.config.command import overview
from maplebridge.web.management.commands.serve import ensure_free


def test_the_overview_names_what_an_operator_types() -> None:
    told = overview()
    for command in ("audit-check", "import-territory", "migrate", "retain", "start", "worker"):
        assert f"\n  {command} " in told
    assert "work-on" not in told
    assert "flush" not in told


def test_a_port_that_is_taken_or_none_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port}.*--port"):
            ensure_free("127.0.0.1", port)
    with pytest.raises(CommandError, match="1 to 65535"):
        ensure_free("127.0.0.1", 99_999)
    ensure_free("127.0.0.1", port)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="must end in one of"):
        call_command("export_territory", "grids", tmp_path / "grids.txt")
    with pytest.raises(CommandError, match="No such file"):
        call_command("export_territory", "grids", tmp_path / "nowhere" / "grids.csv")
