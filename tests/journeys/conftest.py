"""A town that runs: web server, worker and database in this process, and people with phones and desks before it.

The server stands on a free port of the loopback; the worker delivers and sweeps beside it, as in an installation."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from django.core.handlers.asgi import ASGIHandler
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, Error
from tests.factories.town import Town, make_town
from tests.journeys.people import Somebody, cookie_of

from maplebridge.matters.models import TownRule
from maplebridge.people.models import Person
from maplebridge.platform import events
from maplebridge.platform.freshness import forget
from maplebridge.web.worker import Worker, listening

STATIC = {
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_AUTOREFRESH": True,
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


@pytest.fixture(scope="session")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Serve the product as it is served to a town; return its address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    with django_db_blocker.unblock(), override_settings(**STATIC):
        config = uvicorn.Config(
            ASGIHandler(),
            host="127.0.0.1",
            port=port,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, name="web")
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        running.should_exit = True
        thread.join()
        connection.close_pool()


class WorkerBeside(Worker):
    """The worker in a thread, where no signal reaches it."""

    def run(self) -> None:
        try:
            with listening() as listener:
                self._work(listener)
        finally:
            connection.close()

    def stop(self) -> None:
        self.stopping = True
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {events.WORK_CHANNEL}")


@pytest.fixture
def town(transactional_db: None, server: str, browser: Browser) -> Iterator[Town]:
    """Build the town as it stands right now, and let its worker run."""
    made = make_town(timezone.now())
    _without_nights()
    forget()
    worker = WorkerBeside()
    thread = threading.Thread(target=worker.run, name="worker")
    thread.start()
    yield made
    worker.stop()
    thread.join()


def _without_nights() -> None:
    """Let the test mean the same at any hour: nobody is asked in place of a chief, or not told, because it is dark."""
    today = timezone.localdate()
    for name, hour in (("night_from", 24), ("night_to", 0), ("quiet_from", 0), ("quiet_to", 0)):
        TownRule.objects.create(name=name, value=hour, reason="-", valid_from=today - timedelta(days=1))


@pytest.fixture
def somebody(server: str, browser: Browser, town: Town) -> Iterator[Callable[..., Somebody]]:
    """Seat people before the product, each with a browser of their own; at the end nothing may have gone wrong."""
    seated: list[Somebody] = []

    def seat(person: Person | None = None, *, phone: bool = True, **more: Any) -> Somebody:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        options = {"viewport": size, "has_touch": phone, "is_mobile": phone, "locale": "zh-CN", **more}
        context = browser.new_context(base_url=server, **options)
        context.set_default_timeout(15000)
        if person is not None:
            context.add_cookies([{"name": "sessionid", "value": cookie_of(person), "url": server}])
        one = Somebody(context.new_page(), server)
        seated.append(one)
        return one

    yield seat
    if folder := os.environ.get("MAPLEBRIDGE_PICTURES"):  # how every page looked at the end of the last test
        for number, one in enumerate(seated):
            one.page.screenshot(path=f"{folder}/{number}.png", full_page=True)
    troubles = [trouble for one in seated for trouble in one.troubles]
    for one in seated:
        with suppress(Error):
            one.page.context.close()
    assert not troubles
