"""What pages need to show a map: where its parts come from, and the small map with pins."""

import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from maplebridge.places import queries

register = template.Library()


@register.simple_tag
def map_sources(base: bool = True) -> SafeString:
    """Return the attributes that tell the scripts where the library, the base map and tiles come from.

    Without `base` no streets are drawn: their page is for those who are signed in.
    """
    version = queries.base_map_version() if base else None
    base_url = f"{reverse('territory_base')}?v={version}" if version else ""
    return format_html(
        'data-library="{}" data-worker="{}" data-library-style="{}" data-base-url="{}" data-tile-url="{}"'
        ' data-box="{}" data-words="{}"',
        static("vendor/maplibre-gl/maplibre-gl.mjs"),
        static("vendor/maplibre-gl/maplibre-gl-worker.mjs"),
        static("vendor/maplibre-gl/maplibre-gl.css"),
        base_url,
        settings.TILE_URL,
        json.dumps(queries.extent()),
        json.dumps(_map_words(), ensure_ascii=False),
    )


def _map_words() -> dict[str, str]:
    """Return what the library says to whoever cannot see the map, under its own names for it."""
    return {
        "Map.Title": gettext("Map"),
        "Marker.Title": gettext("Place on the map"),
        "NavigationControl.ZoomIn": gettext("Zoom in"),
        "NavigationControl.ZoomOut": gettext("Zoom out"),
        "Popup.Close": gettext("Close"),
    }


@register.inclusion_tag("places/minimap.html")
def minimap(
    points: Sequence[dict[str, Any]], label: str = "", size: str = "small", listed: bool = True
) -> dict[str, Any]:
    """Show places on a small map, numbered where there are several, with a list of them underneath."""
    shown = [
        one | {"number": number}
        for number, one in enumerate(points, start=1)
        if one.get("lon") is not None and one.get("lat") is not None
    ]
    return {"points": shown, "label": label, "size": size, "listed": listed, "several": len(shown) > 1}


@register.filter
def json_attribute(value: object) -> str:
    """Show a value as JSON inside an attribute; the template escapes it."""
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def unlocalized(value: float | None) -> str:
    """Show a coordinate for a machine: with a point, whatever the language."""
    return "" if value is None else repr(value)
