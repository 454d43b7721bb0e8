import os
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand, CommandError, CommandParser

RESTART_S = 1.0


class Command(BaseCommand):
    help = "Serve the pages, with a worker beside them."
    requires_system_checks = ()  # migrating makes them, and bin/check: they are about the code, not the town

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-worker", action="store_true", help="the workers run elsewhere (bin/worker)")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_free(options["host"], options["port"])
        stopping = threading.Event()
        keeper = threading.Thread(target=_keep_worker, args=[stopping], daemon=True)
        if not options["no_worker"]:
            keeper.start()
        try:
            uvicorn.run(
                "maplebridge.config.asgi:application",
                host=options["host"],
                port=options["port"],
                log_level=os.environ.get("MAPLEBRIDGE_LOG", "warning").lower(),
                lifespan="off",
                timeout_graceful_shutdown=3,
                proxy_headers=True,
            )
        finally:
            stopping.set()
            if keeper.is_alive():
                keeper.join(15)


def ensure_free(host: str, port: int) -> None:
    """Do nothing, or raise CommandError where nobody can listen."""
    if not 0 < port < 1 << 16:
        raise CommandError(f"{port} is no port: give one from 1 to 65535 with --port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {error}. Another one is given with --port."
        ) from error


def _keep_worker(stopping: threading.Event) -> None:
    """Keep one worker process running; start another when it dies."""
    while not stopping.is_set():
        worker = subprocess.Popen([sys.executable, "-m", "maplebridge.config.command", "worker"])
        while worker.poll() is None and not stopping.is_set():
            time.sleep(0.2)
        if worker.poll() is None:
            worker.terminate()
            worker.wait()
        else:
            time.sleep(RESTART_S)
