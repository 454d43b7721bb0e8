"""The PostgreSQL of an operator: one that is installed on the machine, asked by a role without special powers."""

import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLDEST = 15
STORY = (
    "tests/matters/test_raising.py",
    "tests/matters/test_answering.py",
)


def installed() -> Path | None:
    """Return the programs of the oldest PostgreSQL on the machine that is new enough."""
    found = {int(path.split("/")[4]): Path(path) for path in glob.glob("/usr/lib/postgresql/[0-9]*/bin")}
    return next((found[version] for version in sorted(found) if version >= OLDEST), None)


def as_its_user(*words: str | Path) -> None:
    """Run a program of the server; it refuses to work for root."""
    own = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*own, *map(str, words)], check=True, cwd="/", capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Return the address of a database of its own, with a role that owns it and may do nothing else."""
    programs = installed()
    if programs is None:
        pytest.skip(f"no PostgreSQL {OLDEST} or newer is installed under /usr/lib/postgresql")
    folder = Path(tempfile.mkdtemp(prefix="maplebridge-operator-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    where = ["-h", folder, "-p", str(port)]
    listening = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    try:
        as_its_user(programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        as_its_user(
            programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", listening, "start"
        )
        role = "CREATE ROLE town LOGIN CREATEDB NOSUPERUSER"  # CREATEDB for the tests' own database only
        as_its_user(programs / "psql", *where, "-U", "postgres", "-c", role, "postgres")
        as_its_user(programs / "createdb", *where, "-U", "postgres", "-O", "town", "town")
        yield f"postgresql://town@127.0.0.1:{port}/town"
    finally:
        with suppress(subprocess.SubprocessError):  # it did not start
            as_its_user(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def run_there(address: str, var: Path, *words: str) -> str:
    environment = os.environ | {"DATABASE_URL": address, "MAPLEBRIDGE_VAR": str(var)}
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def test_the_tables_are_made_by_a_role_without_powers(address: str, tmp_path: Path) -> None:
    run_there(address, tmp_path, "maplebridge.config.command", "migrate", "--verbosity", "0")
    run_there(address, tmp_path, "maplebridge.config.command", "load-catalogue")
    assert "holds" in run_there(address, tmp_path, "maplebridge.config.command", "audit-check")
    assert not (tmp_path / "postgres").exists()  # nothing was started of one's own


def test_matters_are_raised_and_answered_there(address: str, tmp_path: Path) -> None:
    told = run_there(address, tmp_path, "pytest", *STORY, "-p", "no:cacheprovider")
    assert " passed" in told
    assert "failed" not in told
