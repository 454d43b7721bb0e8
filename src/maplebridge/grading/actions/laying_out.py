"""Taking over what a town grades from a file, as a whole or not at all: areas, and which followed which."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from maplebridge.grading.actions.counting import CountsRefused, lay_out_area, succeed
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.areas_file import Entry, ReadFile
from maplebridge.grading.models import Area
from maplebridge.places import queries as places
from maplebridge.platform.audit import action


@dataclass(frozen=True, slots=True)
class Laid:
    """What a file brought: how many that were not there, and how many that follow it now."""

    new: int
    corrected: int


@action
def take_over_areas(*, read: ReadFile, on: date) -> Laid:
    """Lay out the areas of a file; those in force take over what it says anew. An empty cell changes nothing.

    A border that truly moved is a new area that follows the old one, so that its history can follow too.
    """
    if read.problems:
        raise CountsRefused("problems")
    ground = places.grounds_by_code(on)
    stations_first = sorted(read.entries, key=lambda one: one.values["kind"] == AreaKind.BEAT)
    corrected = 0
    for one in stations_first:
        facts = _facts(one, ground)
        area = lay_out_area(
            kind=one.values["kind"],
            code=one.values["code"],
            valid_from=one.values["valid_from"],
            **facts,
        )
        corrected += one.known and _correct(area, facts)
    return Laid(read.new, corrected)


def _facts(one: Entry, ground: dict[str, dict[str, int]]) -> dict[str, Any]:
    values = one.values
    grids = {ground["grid"][code] for code in values["grids"] or ()}
    for code in values["sectors"] or ():
        grids |= places.grids_of_sector(ground["sector"][code])
    parent = Area.objects.filter(kind=AreaKind.STATION, code=values["parent"], valid_to=None).first()
    return {
        "name": values["name"],
        "name_en": values["name_en"] or "",
        "parent": parent,
        "grid_ids": grids,
        "beat_id": ground["beat"][values["beat"]] if values["beat"] else None,
        "boundary": values["boundary"],
    }


def _correct(area: Area, facts: dict[str, Any]) -> bool:
    """Bring an area in force up to what a file says of it, and say whether anything changed."""
    told = {name: value for name, value in facts.items() if value and name != "grid_ids"}
    if "parent" in told:
        told["parent_id"] = told.pop("parent").pk
    changed = [name for name, value in told.items() if getattr(area, name) != value]
    for name in changed:
        setattr(area, name, told[name])
    if changed:
        area.save(update_fields=changed)
    grids = facts["grid_ids"]
    moved = bool(grids) and grids != set(area.grids.values_list("pk", flat=True))
    if moved:
        area.grids.set(grids)
    return bool(changed) or moved


@action
def take_over_successions(*, read: ReadFile) -> Laid:
    """Let areas follow others as a file says; those whose people all went elsewhere end with that month."""
    if read.problems:
        raise CountsRefused("problems")
    in_force = {(one.kind, one.code): one for one in Area.objects.filter(valid_to=None)}
    for one in read.entries:
        if one.known:
            continue
        values = one.values
        succeed(
            before=in_force[values["kind"], values["before"]],
            after=in_force[values["kind"], values["after"]],
            share=values["share"],
            since=values["since"].first,
        )
    return Laid(read.new, 0)
