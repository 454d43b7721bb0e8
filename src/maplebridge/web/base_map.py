"""The ground under every map: streets, water, parks and houses, from a file of the town's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from maplebridge.kernel.geo import Crs
from maplebridge.people.permissions import administrator, allow
from maplebridge.places import actions, queries
from maplebridge.places.domain.base_map import BaseMap, BaseMapRefused, Flaw, LeftOut, read_base_map

MOST_BYTES = 8 * 2**20  # what is larger would hold up others while it is read; the command takes it
LAYERS = {
    "land": gettext_lazy("Land"),
    "park": gettext_lazy("Parks and green"),
    "water": gettext_lazy("Water"),
    "streets": gettext_lazy("Streets and paths"),
    "buildings": gettext_lazy("Houses"),
}
SYSTEMS = {
    Crs.WGS84: gettext_lazy("WGS 84: OpenStreetMap, satellite receivers"),
    Crs.GCJ02: gettext_lazy("GCJ-02: Tencent, Amap, WeChat"),
    Crs.BD09: gettext_lazy("BD-09: Baidu"),
}


@allow(administrator)
def base_map(request: HttpRequest) -> HttpResponse:
    """Show what the maps draw under everything, and take it from a file."""
    if request.method != "POST":
        return render(request, "web/base_map.html", _context(request))
    file, system = request.FILES.get("file"), request.POST.get("system", "")
    if file is None or system not in set(Crs):
        return _refused(request, _("Please choose a file."))
    if (file.size or 0) > MOST_BYTES:
        return _refused(
            request,
            _(
                "This file is larger than 8 MB. Please leave out what lies outside of the town, or let whoever runs"
                " the server read it: maplebridge import-base-map FILE."
            ),
        )
    try:
        read = read_base_map(file.read(), town=queries.extent(), crs=Crs(system))
    except BaseMapRefused as refused:
        return _refused(request, refusal_words(refused))
    actions.set_base_map(layers=read.layers)
    messages.success(request, _taken_words(read))
    return redirect("base_map")


@allow(administrator)
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Draw nothing under the territory any more."""
    actions.set_base_map(layers={})
    messages.success(request, _("The ground of the maps was taken away."))
    return redirect("base_map")


def _context(request: HttpRequest, wrong: str = "") -> dict[str, Any]:
    counts = queries.base_map_counts()
    return {
        "wrong": wrong,
        "systems": SYSTEMS.items(),
        "chosen": request.POST.get("system", Crs.WGS84.value),
        "drawn": [(LAYERS[name], count) for name, count in counts.items() if name in LAYERS and count],
        "is_drawn": any(counts.values()),
    }


def _refused(request: HttpRequest, wrong: str) -> HttpResponse:
    return render(request, "web/base_map.html", _context(request, wrong), status=422)


def _taken_words(read: BaseMap) -> str:
    count = sum(read.counts.values())
    words = [ngettext("One thing is drawn now.", "%(n)s things are drawn now.", count) % {"n": f"{count:,}"}]
    left_out = {
        LeftOut.OTHER_THING: _("%(n)s are something else."),
        LeftOut.NO_SHAPE: _("%(n)s are neither lines nor areas, or broken."),
        LeftOut.FAR_AWAY: _("%(n)s lie outside of the town."),
    }
    words += [left_out[why] % {"n": f"{number:,}"} for why, number in sorted(read.left_out.items())]
    return " ".join(words)


def refusal_words(refused: BaseMapRefused) -> str:
    """Return why a file cannot be drawn, and what to do."""
    words = {
        Flaw.NOT_JSON: _("This file is not GeoJSON in UTF-8. Please save it as GeoJSON."),
        Flaw.NOT_FEATURES: _("This file has no features. Please save it as a GeoJSON FeatureCollection."),
        Flaw.TOO_MANY: _(
            "This file has %(count)s features, at most %(limit)s are read. Please leave some out."
        ),
        Flaw.NOTHING_KNOWN: _(
            "None of the %(count)s features is a street, water, a park or a house. Please keep the properties of"
            " OpenStreetMap, or say in a property “layer”: streets, water, park, buildings or land."
        ),
        Flaw.LAT_BEFORE_LON: _(
            "The file has latitude before longitude (%(lon)s, %(lat)s). Please save it with longitude first."
        ),
        Flaw.ELSEWHERE: _(
            "Everything in this file lies elsewhere, about %(lon)s, %(lat)s. Please choose a file of this town."
        ),
        Flaw.TOO_HEAVY: _(
            "What the map would draw has %(megabytes)s MB, at most %(limit)s MB can be shown on phones. Please leave"
            " out houses or paths."
        ),
    }
    return words[refused.code] % refused.params
