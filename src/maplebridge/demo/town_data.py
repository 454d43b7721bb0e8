"""The town's data files (demo/town), read once and handed to the pure generators as one value."""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOWN_FOLDER = Path(__file__).resolve().parents[3] / "demo" / "town"

Point = tuple[float, float]


@dataclass(frozen=True)
class Skeleton:
    """The lines every town of every seed shares, in meters east and north of the origin."""

    lon: float
    lat: float
    county_code: str
    outline: tuple[Point, ...]
    river: tuple[Point, ...]
    river_width: float
    park: tuple[Point, ...]
    pond: tuple[Point, ...]
    old_town: Point
    border_name: str
    border: tuple[Point, ...]
    crossing_name: str
    crossing: tuple[Point, ...]


@dataclass(frozen=True)
class SiteName:
    kind: str
    name: str


@dataclass(frozen=True)
class TownNames:
    city: str
    county: str
    station: str
    subdistricts: tuple[str, ...]
    towns: tuple[str, ...]
    communities: tuple[str, ...]
    old_town: str
    bridges: tuple[str, ...]
    river: str
    park: str
    riverside: tuple[str, ...]
    streets: tuple[str, ...]
    lanes: tuple[str, ...]
    estates: tuple[str, ...]
    lane_estates: tuple[str, ...]
    sites: tuple[SiteName, ...]
    small_sites: tuple[SiteName, ...]


@dataclass(frozen=True)
class AgencyName:
    code: str
    kind: str
    name: str
    short: str
    around_the_clock: bool


@dataclass(frozen=True)
class NameParts:
    """What persons' names and nicknames are put together from."""

    surnames: tuple[str, ...]
    surname_weights: tuple[int, ...]
    given_old_women: tuple[str, ...]
    given_old_men: tuple[str, ...]
    given_women: tuple[str, ...]
    given_men: tuple[str, ...]
    given_girls: tuple[str, ...]
    given_boys: tuple[str, ...]
    nickname_patterns: tuple[str, ...]
    nickname_child: tuple[str, ...]
    nickname_parent: tuple[str, ...]
    nickname_free: tuple[str, ...]


@dataclass(frozen=True)
class TownData:
    skeleton: Skeleton
    names: TownNames
    agencies: tuple[AgencyName, ...]
    people: NameParts


def read_town_data(folder: Path = TOWN_FOLDER) -> TownData:
    """Read the four files the town is made from."""
    return TownData(
        skeleton=_skeleton(_toml(folder / "ground.toml")),
        names=_names(_toml(folder / "names.toml")),
        agencies=_agencies(folder / "agencies.csv"),
        people=_people(_toml(folder / "people.toml")),
    )


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _points(pairs: list[list[float]]) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in pairs)


def _skeleton(raw: dict[str, Any]) -> Skeleton:
    shape, roads = raw["shape"], raw["main_roads"]
    return Skeleton(
        lon=raw["origin"]["lon"],
        lat=raw["origin"]["lat"],
        county_code=raw["codes"]["county"],
        outline=_points(shape["outline"]),
        river=_points(shape["river"]),
        river_width=shape["river_width"],
        park=_points(shape["park"]),
        pond=_points(shape["pond"]),
        old_town=_points([shape["old_town"]])[0],
        border_name=roads["border"]["name"],
        border=_points(roads["border"]["line"]),
        crossing_name=roads["crossing"]["name"],
        crossing=_points(roads["crossing"]["line"]),
    )


def _names(raw: dict[str, Any]) -> TownNames:
    town: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in raw["town"].items()
    }
    return TownNames(
        **town,
        sites=tuple(SiteName(**site) for site in raw["site"]),
        small_sites=tuple(SiteName(**site) for site in raw["small_site"]),
    )


def _agencies(path: Path) -> tuple[AgencyName, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            AgencyName(row["code"], row["kind"], row["name"], row["short"], row["around_the_clock"] == "yes")
            for row in csv.DictReader(file)
        )


def _people(raw: dict[str, Any]) -> NameParts:
    surnames = raw["surnames"].split()
    lists = {key: tuple(value) for key, value in raw.items() if isinstance(value, list)}
    return NameParts(
        surnames=tuple(name.rstrip("0123456789") for name in surnames),
        surname_weights=tuple(int(name.lstrip(name.rstrip("0123456789"))) for name in surnames),
        **lists,
    )
