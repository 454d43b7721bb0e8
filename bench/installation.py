"""A whole installation of its own for benchmarks that start, load and kill things: database, web, worker.

Everything lives in a folder of its own and listens on loopback only; `Installation` stops what it started.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "maplebridge.config.command"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Installation:
    folder: Path
    port: int
    environment: dict[str, str]
    web: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [*COMMAND, *words], env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"maplebridge {' '.join(words)}: {done.stderr[-2000:]}")
        return done.stdout

    def start_web(self) -> float:
        """Start the web process; return how long it took to its first answer, in seconds."""
        begun = time.monotonic()
        self.web = subprocess.Popen(
            [*COMMAND, "serve", "--no-worker", "--port", str(self.port)],
            env=self.environment,
            cwd=ROOT,
            stderr=self._log("web"),
        )
        self.wait_for_answer()
        return time.monotonic() - begun

    def start_worker(self) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [*COMMAND, "worker"], env=self.environment, cwd=ROOT, stderr=self._log("worker")
        )
        self.workers.append(worker)
        return worker

    def wait_for_answer(self, seconds: float = 180.0) -> None:
        """Wait until the web process answers; say what it said if it does not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (self.web is None or self.web.poll() is None):
            try:
                with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=20):
                    return
            except (OSError, HTTPException):  # URLError is one too
                time.sleep(0.05)
        raise TimeoutError(f"the web process does not answer: {self.last_words('web')}")

    def last_words(self, name: str) -> str:
        """Return the end of what a process wrote."""
        return self._log_path(name).read_text(errors="replace")[-3000:]

    def _log_path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _log(self, name: str) -> int:
        return os.open(self._log_path(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def postmaster(self) -> int:
        return int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        for process in [*self.workers, *([self.web] if self.web else [])]:
            if process.poll() is None:
                process.terminate()
        for process in [*self.workers, *([self.web] if self.web else [])]:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self.workers.clear()
        self.web = None


@contextmanager
def installation(*, keep: bool = False, **more: str) -> Iterator[Installation]:
    """Make an installation with an empty town, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="maplebridge-bench-"))
    folder.chmod(0o755)  # started by root, the database runs under a user of its own
    environment = os.environ | {
        "MAPLEBRIDGE_VAR": str(folder),
        "MAPLEBRIDGE_DATABASE": "bench",
        "MAPLEBRIDGE_PLAIN_STATIC": "1",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        **more,
    }
    environment.pop("DATABASE_URL", None)
    made = Installation(folder, free_port(), environment)
    holder = subprocess.Popen(  # keeps the database up while other processes come and go
        [
            *COMMAND,
            "shell",
            "-c",
            "import sys; from django.db import connection as c; c.ensure_connection(); sys.stdin.read()",
        ],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        made.run("migrate", "-v0")
        made.run("load-catalogue")
        yield made
    finally:
        made.stop()
        if holder.stdin:
            holder.stdin.close()
        try:
            holder.wait(20)
        except subprocess.TimeoutExpired:
            holder.kill()
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(made.postmaster(), signal.SIGQUIT)
        if not keep:
            time.sleep(0.5)
            shutil.rmtree(folder, ignore_errors=True)


def use(made: Installation) -> None:
    """Let this process use the installation's database through Django."""
    os.environ.update({k: v for k, v in made.environment.items() if k.startswith("MAPLEBRIDGE_")})
    os.environ["DJANGO_SETTINGS_MODULE"] = "maplebridge.config.settings"
    import django

    django.setup()
