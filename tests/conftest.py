import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.http import HttpRequest, HttpResponse
from django.test import TransactionTestCase
from django.views import defaults
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright
from tests.factories.kept import emptied

from maplebridge.config import urls
from maplebridge.platform.freshness import forget

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the one browser of all tests: two that are driven side by side would share a loop, and cannot."""
    with sync_playwright() as playwright:
        # Playwright's loop runs in this thread, and Django takes that for asynchronous code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield started
        started.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def passwords_soon() -> Iterator[None]:
    """Digest passwords in the product's way, in a thousand rounds instead of a million."""
    rounds = PBKDF2PasswordHasher.iterations
    PBKDF2PasswordHasher.iterations = 1_000
    yield
    PBKDF2PasswordHasher.iterations = rounds


@pytest.fixture(scope="session", autouse=True)
def emptied_soon() -> Iterator[None]:
    """Take away what a test has committed by deleting it: to flush a hundred tables makes each of them anew."""
    flush = TransactionTestCase._fixture_teardown

    def delete(case: TransactionTestCase) -> None:
        if not emptied():
            flush(case)

    TransactionTestCase._fixture_teardown = delete
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture
def refused_in_full_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show each visitor the whole page of a refusal the first time, and only its reason in the thousands after it."""
    for status, page in ((403, defaults.permission_denied), (404, defaults.page_not_found)):
        monkeypatch.setattr(urls, f"handler{status}", _in_full_once(status, page), raising=False)


def _in_full_once(status: int, page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    seen: set[int | None] = set()

    def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
        if request.user.pk in seen:
            return HttpResponse(str(exception), content_type="text/plain", status=status)
        seen.add(request.user.pk)
        return page(request, exception)

    return answer


@pytest.fixture
def noon() -> datetime:
    """Return noon in the town on a Monday that is a working day."""
    return datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture(autouse=True)
def media_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "MEDIA_ROOT", tmp_path / "media")
