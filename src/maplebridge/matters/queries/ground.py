"""Where a matter is: as a condition, and in words."""

from django.db.models import Q

from maplebridge.matters.models import Matter
from maplebridge.places import queries as places


def on_grid(grid_id: int, prefix: str = "") -> Q:
    """Return the condition for matters of a grid and of all grids below it."""
    level = places.grid_facts(grid_id).level
    if level == 4:
        return Q(**{f"{prefix}town_id": grid_id})
    if level == 3:
        return Q(**{f"{prefix}community_id": grid_id})
    return Q(**{f"{prefix}grid_id__in": sorted(places.with_descendants([grid_id]))})


def place_words(matter: Matter) -> str:
    """Return where it is, as precisely as is known: as somebody wrote it, the building, the estate, the grid."""
    if matter.place:
        return matter.place
    if matter.building_id is not None:
        return str(matter.building)
    if matter.estate_id is not None:
        return str(matter.estate)
    facts = places.grids().get(matter.grid_id or 0)
    return facts.name if facts else ""
