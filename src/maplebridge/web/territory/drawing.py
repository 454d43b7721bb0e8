"""What the map draws: the town's base map and one layer at a time, packed."""

import gzip
import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from maplebridge.people.permissions import allow, signed_in, standing_of
from maplebridge.places import queries as places
from maplebridge.platform.freshness import fresh_for
from maplebridge.web.territory.layers import layer_named

FRESH_S = 30.0
KEPT_S = 60  # a browser may show a layer that old without asking
A_YEAR_S = 31_536_000


def _json(request: HttpRequest, packed: tuple[bytes, str], *, seconds: int) -> HttpResponse:
    """Answer with JSON that is packed already, or say that the browser has it."""
    body, etag = packed
    headers = {
        "ETag": etag,
        "Cache-Control": f"private, max-age={seconds}",
        "Vary": "Accept-Encoding, Cookie",
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return HttpResponse(body, content_type="application/geo+json", headers=headers)


def _packed(content: dict[str, Any]) -> tuple[bytes, str]:
    body = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@fresh_for(3600.0)
def _packed_base(version: str) -> tuple[bytes, str]:
    return _packed(places.base_map())


@fresh_for(FRESH_S)
def _packed_layer(name: str) -> tuple[bytes, str]:
    return _packed(places.drawn_layer(name))


@allow(signed_in)
def territory_base(request: HttpRequest) -> HttpResponse:
    """Serve streets, water, parks and houses from the town's own data; its version is in the address."""
    version = places.base_map_version()
    seconds = A_YEAR_S if request.GET.get("v") == version else KEPT_S
    return _json(request, _packed_base(version), seconds=seconds)


@allow(signed_in)
def territory_layer(request: HttpRequest, name: str) -> HttpResponse:
    """Serve one layer of the territory; of very many buildings those in the window."""
    layer = layer_named(standing_of(request), name)
    box = _box(request.GET.get("box", ""))
    packed = _packed_layer(layer) if box is None else _packed(places.drawn_layer(layer, box))
    return _json(request, packed, seconds=KEPT_S)


def _box(text: str) -> places.Box | None:
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    return (west, south, east, north) if west < east and south < north else None
