"""What is known of a piece of territory: who holds it, who is on duty there, whom to call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places
from maplebridge.platform import wording
from maplebridge.rosters import queries as rosters
from maplebridge.web.territory.layers import LEVEL_NAMES


@dataclass(frozen=True, slots=True)
class Line:
    """Something known of a place: what it is, who or what, and a number to call."""

    label: str
    value: str
    phone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of territory in words."""

    layer: str
    id: int
    kind: str
    name: str
    code: str
    lon: float | None
    lat: float | None
    lines: list[Line] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.layer}/{self.id}"


def told_of(layer: str, piece: Any, standing: Standing, now: datetime) -> Told:
    """Return what a person may know of a piece of territory."""
    kind = LEVEL_NAMES[piece.level] if layer in places.GRID_LAYERS else KIND_NAMES[layer]
    middle = places.middle_of(piece)
    on = timezone.localdate(now)
    tell = _grid_to_residents if not standing.is_staff else TELLERS.get(layer, _tell_grid)
    return Told(
        layer=layer,
        id=piece.pk,
        kind=str(kind),
        name=str(piece) if layer == "buildings" else piece.name,
        code=piece.code,
        lon=round(middle.lon, 6) if middle else None,
        lat=round(middle.lat, 6) if middle else None,
        lines=[line for line in tell(piece, on, now) if line.value or line.phone],
    )


KIND_NAMES = {
    "sectors": gettext_lazy("Police grid"),
    "beats": gettext_lazy("Beat"),
    "estates": gettext_lazy("Estate"),
    "buildings": gettext_lazy("Building"),
    "key_sites": gettext_lazy("Key site"),
}
SITE_KINDS = {
    "school": gettext_lazy("School"),
    "kindergarten": gettext_lazy("Kindergarten"),
    "hospital": gettext_lazy("Hospital"),
    "clinic": gettext_lazy("Clinic"),
    "market": gettext_lazy("Market"),
    "mall": gettext_lazy("Mall"),
    "park": gettext_lazy("Park"),
    "bridge": gettext_lazy("Bridge"),
    "alley": gettext_lazy("Narrow alley"),
    "station": gettext_lazy("Police station"),
    "fire_station": gettext_lazy("Fire station"),
    "bus_hub": gettext_lazy("Bus hub"),
    "bank": gettext_lazy("Bank"),
    "gas_station": gettext_lazy("Gas station"),
    "library": gettext_lazy("Library"),
    "elder_center": gettext_lazy("Center for the elderly"),
    "service_center": gettext_lazy("Service center"),
}


def _grid_to_residents(grid: Any, on: date, now: datetime) -> list[Line]:
    """Tell what is posted for everybody: extent, who looks after it, where to complain."""
    return [*_extent(grid), *_chief(grid, on), *_workers(grid, on), _complaints(grid.pk, on)]


def _tell_grid(grid: Any, on: date, now: datetime) -> list[Line]:
    sectors = places.sectors_named(places.sectors_over(grid.pk))
    return [
        _above(grid.pk),
        *_chief(grid, on),
        *_workers(grid, on),
        *_team(grid, on),
        *_on_duty(sectors, now),
        Line(_("Police grids"), _names(sectors)),
        *_extent(grid),
        _complaints(grid.pk, on),
    ]


def _tell_sector(sector: Any, on: date, now: datetime) -> list[Line]:
    beats = places.beats_of_sector(sector.pk)
    return [
        Line(_("Police station"), sector.station),
        *_officers(on, sector_id=sector.pk),
        *_on_duty([sector], now),
        Line(_("Beats"), _names(beats)),
        Line(_("Extent"), _extent_words(places.grids_of_sector(sector.pk), sector)),
    ]


def _tell_beat(beat: Any, on: date, now: datetime) -> list[Line]:
    sectors = places.sectors_named([beat.sector_id])
    return [
        *_officers(on, beat_id=beat.pk),
        *_on_duty(sectors, now),
        Line(_("Police grid"), _names(sectors)),
        Line(_("Estates"), _names(places.estates_of_beat(beat.pk))),
    ]


def _tell_estate(estate: Any, on: date, now: datetime) -> list[Line]:
    buildings = places.buildings_of_estate(estate.pk)
    households = sum(one.households for one in buildings)
    return [
        _manager(estate.grid_id, estate.pk, on),
        _grid_line(estate.grid_id),
        *_workers(estate.grid, on),
        *_beat_line(estate.beat_id, on),
        *_on_duty(places.sectors_named(places.sectors_over(estate.grid_id)), now),
        Line(
            _("Extent"),
            _("{buildings} buildings, {households} households").format(
                buildings=len(buildings), households=wording.counted(households)
            ),
        ),
        Line(_("Also called"), wording.enumerated(estate.aliases)),
    ]


def _tell_building(building: Any, on: date, now: datetime) -> list[Line]:
    captains = people.postings_on(on).filter(role=Role.BUILDING_CAPTAIN, building_id=building.pk)
    households = _("{n} households").format(n=building.households) if building.households else ""
    floors = _("{n} floors").format(n=building.floors) if building.floors else ""
    return [
        Line(_("Address"), _address(building)),
        Line(_("Building captain"), _nicknames(captains.values_list("person_id", flat=True))),
        _manager(building.grid_id, building.estate_id, on),
        _grid_line(building.grid_id),
        *_workers(places.get_grid(building.grid_id), on),
        *_on_duty(places.sectors_named(places.sectors_over(building.grid_id)), now),
        Line(_("Extent"), " · ".join(part for part in (floors, households) if part)),
    ]


def _tell_key_site(site: Any, on: date, now: datetime) -> list[Line]:
    return [
        Line(_("Kind"), str(SITE_KINDS.get(site.kind, site.kind))),
        _grid_line(site.grid_id),
        *_workers(places.get_grid(site.grid_id), on),
        *_on_duty(places.sectors_named(places.sectors_over(site.grid_id)), now),
    ]


TELLERS: dict[str, Callable[[Any, date, datetime], list[Line]]] = {
    "sectors": _tell_sector,
    "beats": _tell_beat,
    "estates": _tell_estate,
    "buildings": _tell_building,
    "key_sites": _tell_key_site,
}


def _names(pieces: list[Any]) -> str:
    return wording.enumerated(pieces)


def _nicknames(ids: Any) -> str:
    wanted = list(dict.fromkeys(ids))
    known = people.persons(wanted)
    return wording.enumerated(known[one].nickname for one in wanted if one in known)


def _above(grid_id: int) -> Line:
    facts = places.grids()
    names = [facts[one].name for one in places.grid_facts(grid_id).chain[1:] if one in facts]
    return Line(_("Belongs to"), " › ".join(reversed(names)))


def _grid_line(grid_id: int) -> Line:
    facts = places.grid_facts(grid_id)
    key = f"grids-{facts.level}/{facts.id}"
    return Line(_("Grid"), facts.name, url=f"{reverse('territory')}?show={key}")


def _chief(grid: Any, on: date) -> list[Line]:
    chief = people.chiefs_on(on).get(grid.pk)
    return [Line(_("Grid chief"), _nicknames([chief]))] if chief else []


def _workers(grid: Any, on: date) -> list[Line]:
    return [Line(_("Grid worker"), _nicknames(people.holders_over(Role.GRID_WORKER, grid.pk, on)[:3]))]


TEAM_NAMES = {
    "governance": gettext_lazy("governance"),
    "public_order": gettext_lazy("public order"),
    "health": gettext_lazy("health"),
    "urban_management": gettext_lazy("urban management"),
    "market_supervision": gettext_lazy("market supervision"),
    "mediation": gettext_lazy("mediation"),
}


def _team(grid: Any, on: date) -> list[Line]:
    """Return the six-role team that is posted at the grid itself."""
    posted = people.postings_on(on).filter(role=Role.TEAM_MEMBER, grid_id=grid.pk).order_by("team_role", "id")
    members = [(one.team_role, one.person_id) for one in posted]
    known = people.persons([person for _role, person in members])
    words = [
        f"{known[person].nickname}({TEAM_NAMES[role]})" for role, person in members if role in TEAM_NAMES
    ]
    return [Line(_("Six-role team"), wording.enumerated(words))]


def _officers(on: date, **ground: int) -> list[Line]:
    posted = people.postings_on(on).filter(role=Role.OFFICER, **ground).order_by("id")
    return [Line(_("Community officer"), _nicknames(posted.values_list("person_id", flat=True)))]


def _beat_line(beat_id: int | None, on: date) -> list[Line]:
    return _officers(on, beat_id=beat_id) if beat_id is not None else []


def _on_duty(sectors: list[Any], now: datetime) -> list[Line]:
    ids = [person for one in sectors for person in rosters.on_duty(one.pk, Role.OFFICER, now)]
    return [Line(_("On duty now"), _nicknames(ids))]


def _manager(grid_id: int, estate_id: int | None, on: date) -> Line:
    """Return the property manager with the office's phone, which is public."""
    found = people.agency_for("property", on, grid_id=grid_id, estate_id=estate_id)
    agency = people.get_agency(found) if found else None
    return Line(_("Property manager"), agency.name if agency else "", phone=agency.phone if agency else "")


def _complaints(grid_id: int, on: date) -> Line:
    """Return the office above a grid that takes complaints about it: the community's, else the subdistrict's."""
    for kind in ("community", "subdistrict"):
        found = people.agency_for(kind, on, grid_id=grid_id)
        agency = people.get_agency(found) if found else None
        if agency and agency.phone:
            return Line(_("Questions and complaints"), agency.name, phone=agency.phone)
    return Line(_("Questions and complaints"), "")


def _extent(grid: Any) -> list[Line]:
    below = places.with_descendants([grid.pk])
    lines = [Line(_("Extent"), _extent_words(below, grid))]
    if grid.level <= 3:
        lines += [
            Line(_("Estates"), _names(places.estates_in(below))),
            Line(_("Roads"), wording.enumerated(places.roads_in(below))),
        ]
    return lines


def _extent_words(grid_ids: Any, piece: Any) -> str:
    buildings, households = places.size_of(places.with_descendants(grid_ids))
    parts = []
    if buildings:
        parts.append(
            _("{buildings} buildings, {households} households").format(
                buildings=wording.counted(buildings), households=wording.counted(households)
            )
        )
    if (m2 := places.area_m2_of(piece)) is not None:
        parts.append(
            _("{n} km²").format(n=f"{m2 / 1e6:.2f}") if m2 >= 1e5 else _("{n} m²").format(n=f"{m2:,.0f}")
        )
    return " · ".join(parts)


def _address(building: Any) -> str:
    road = (
        f"{building.road}{building.road_number}号".replace("号号", "号")
        if building.road_number
        else building.road
    )
    return road if building.road else ""
