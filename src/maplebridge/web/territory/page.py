"""The map of the territory with its list, and what is known of one piece."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maplebridge.kernel.geo import Crs
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, standing_of
from maplebridge.places import queries as places
from maplebridge.web.territory.finding import found_at, look_for, point_of
from maplebridge.web.territory.layers import LAYER_NAMES, layer_named, layers_for
from maplebridge.web.territory.telling import Told, told_of

LISTED = 100


FIRST_SHOWN = ("grids-3", "grids-2")


@allow(signed_in)
def territory(request: HttpRequest) -> HttpResponse:
    """Show the map, the list beside it, and what was looked for or chosen."""
    standing = standing_of(request)
    layer = layer_named(standing, request.GET.get("layer") or "grids-2")
    words = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "layers": _layer_rows(standing, layer),
        "layer": layer,
        "layer_name": LAYER_NAMES[layer],
        "words": words,
        "crs": request.GET.get("crs", Crs.WGS84),
        "systems": [
            (Crs.WGS84, "WGS-84"),
            (Crs.GCJ02, _("GCJ-02 (WeChat, Amap)")),
            (Crs.BD09, _("BD-09 (Baidu)")),
        ],
        "found": look_for(words, request.GET.get("crs", ""), standing) if words else None,
        "marker": point_of(request.GET.get("lon"), request.GET.get("lat"), ""),
        "chosen": _told_of_key(request.GET.get("show", ""), standing),
        "box": places.extent(),
        **_listed(layer, request.GET.get("after", "")),
    }
    if context["found"] is None and context["marker"] is not None:
        context["found"] = found_at(context["marker"])
    if context["chosen"] is None and context["found"] is not None:
        context["chosen"] = _told_of_key(context["found"].show, standing)
    if getattr(request, "htmx", False):
        target = request.headers.get("HX-Target", "")
        part = "web/territory_found.html" if target == "territory-found" else "web/territory_list.html"
        return render(request, part, context)
    return render(request, "web/territory.html", context)


def _layer_rows(standing: Standing, chosen: str) -> list[dict[str, Any]]:
    counts = places.counts_of_layers()
    shown = {*FIRST_SHOWN, chosen}
    return [
        {
            "name": name,
            "words": LAYER_NAMES[name],
            "count": counts[name],
            "shown": name in shown,
            "chosen": name == chosen,
            "url": reverse("territory_layer", args=[name]),
        }
        for name in layers_for(standing)
        if counts[name]
    ]


def _listed(layer: str, after: str) -> dict[str, Any]:
    pieces = places.pieces_listed(layer, after=after, most=LISTED + 1)
    return {
        "pieces": pieces[:LISTED],
        "after": pieces[LISTED - 1].code if len(pieces) > LISTED else "",
        "begun": bool(after),
    }


@allow(signed_in)
def territory_piece(request: HttpRequest, name: str, id: int) -> HttpResponse:
    """Tell what is known of one piece: whose it is, who is on duty there, whom to call."""
    layer = layer_named(standing_of(request), name)
    piece = places.shown(layer, id)
    if piece is None:
        raise Http404
    told = told_of(layer, piece, standing_of(request), timezone.now())
    return render(request, "web/territory_piece.html", {"piece": told})


def _told_of_key(key: str, standing: Standing) -> Told | None:
    layer, _slash, number = key.partition("/")
    if not number.isdigit() or layer not in layers_for(standing):
        return None
    piece = places.shown(layer, int(number))
    return told_of(layer, piece, standing, timezone.now()) if piece is not None else None
