"""Static files as the server gives them, which asks asynchronously."""

import asyncio
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.http import FileResponse
from django.test import AsyncClient
from pytest_django.fixtures import Settings

SCRIPT = "lamps = []\n" * 1_000


@pytest.fixture
def static_root(settings: Settings, tmp_path: Path) -> Path:
    (tmp_path / "page.js").write_text(SCRIPT)
    settings.STATIC_ROOT = str(tmp_path)
    return tmp_path


def fetch(method: str, **headers: str) -> tuple[Any, bytes]:
    """Fetch the script in a thread of its own: where a browser is open, its loop runs in that of the tests."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, fetched(method, **headers)).result()


async def fetched(method: str, **headers: str) -> tuple[Any, bytes]:
    response = await getattr(AsyncClient(), method)("/static/page.js", headers=headers)
    assert isinstance(response, FileResponse)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        body = b"".join([piece async for piece in response])
    response.close()
    return response, body


def test_a_file_is_streamed_asynchronously_and_closed(static_root: Path) -> None:
    response, body = fetch("get")
    assert (response.status_code, response.is_async) == (200, True)
    assert body.decode() == SCRIPT
    assert response["Content-Length"] == str(len(SCRIPT))


def test_a_part_of_a_file_is_streamed(static_root: Path) -> None:
    response, body = fetch("get", range="bytes=0-4")
    assert (response.status_code, body) == (206, b"lamps")


def test_styles_of_others_lie_in_a_layer_below_ours() -> None:
    """Outside every layer they would win over whatever ours say, such as the size of what a finger must meet."""
    vendor = Path(__file__).parents[2] / "src/maplebridge/platform/static/vendor"
    sheets = sorted(vendor.rglob("*.css"))
    assert {one.name for one in sheets} >= {"bootstrap.css", "maplibre-gl.css"}
    assert [one.name for one in sheets if not one.read_text().startswith("@layer bootstrap{")] == []
