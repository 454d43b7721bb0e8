"""What layers the map has, and whose they are to see."""

from django.http import Http404
from django.utils.translation import gettext_lazy

from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places

LAYER_NAMES = {
    "grids-5": gettext_lazy("Counties"),
    "grids-4": gettext_lazy("Subdistricts and towns"),
    "grids-3": gettext_lazy("Communities"),
    "grids-2": gettext_lazy("Grids"),
    "grids-1": gettext_lazy("Small grids"),
    "sectors": gettext_lazy("Police grids"),
    "beats": gettext_lazy("Beats"),
    "estates": gettext_lazy("Estates"),
    "buildings": gettext_lazy("Buildings"),
    "key_sites": gettext_lazy("Key sites"),
}
LEVEL_NAMES = {
    1: gettext_lazy("Small grid"),
    2: gettext_lazy("Grid"),
    3: gettext_lazy("Community"),
    4: gettext_lazy("Subdistrict or town"),
    5: gettext_lazy("County"),
}
# What everybody may see: grids are posted with their extent, their worker and the number for complaints.
PUBLIC_LAYERS = tuple(places.GRID_LAYERS)


def layers_for(standing: Standing) -> tuple[str, ...]:
    return places.LAYERS if standing.is_staff else PUBLIC_LAYERS


def layer_named(standing: Standing, name: str) -> str:
    if name not in layers_for(standing):
        raise Http404
    return name
