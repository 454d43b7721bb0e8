"""Which piece of territory a point lies in, and whether the pieces fit together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from shapely import STRtree

from maplebridge.kernel.geo import Point
from maplebridge.kernel.polygons import Area, PolygonError, area_m2, inner_point, read_polygon

# Borders that were digitized twice differ by slivers; below this nobody means an overlap or a gap.
SLIVER_M2 = 50.0
# Points that are taken on a screen or by a phone are off by so much; in the wrong system of coordinates, by more.
STRAY_M = 50.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece as it was drawn, not yet known to be an area."""

    code: str
    level: int
    boundary: Mapping[str, Any] | None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    code: str
    level: int
    area: Area
    parent: str | None = None


class Locator:
    """Finds the pieces of territory that contain a point."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        # In this order the first hit is the answer: the lowest level, and on a border the lowest code.
        self._pieces = sorted(pieces, key=lambda piece: (piece.level, piece.code))
        self._areas = np.array([piece.area for piece in self._pieces], dtype=object)
        shapely.prepare(self._areas)
        self._tree = STRtree(self._areas)

    def all_at(self, point: Point) -> list[Piece]:
        """Return the pieces that hold the point: the lowest level first, then the lowest code."""
        hits = self._tree.query(shapely.Point(point.lon, point.lat), predicate="intersects")
        return [self._pieces[i] for i in sorted(hits)]

    def at(self, point: Point) -> Piece | None:
        return next(iter(self.all_at(point)), None)

    def codes(self, points: Sequence[Point]) -> list[str | None]:
        """Return for each of many points the code of the smallest piece that holds it, or None."""
        places = shapely.points([(point.lon, point.lat) for point in points])
        which, hits = self._tree.query(places, predicate="intersects")
        first = np.full(len(points), len(self._pieces))
        np.minimum.at(first, which, hits)
        return [self._pieces[i].code if i < len(self._pieces) else None for i in first]


class Misfit(StrEnum):
    BROKEN = "broken"
    NO_PARENT = "no_parent"
    OVERLAP = "overlap"
    GAP = "gap"
    OUTSIDE_PARENT = "outside_parent"
    OUTSIDE_GRID = "outside_grid"


_ENGLISH = {
    Misfit.BROKEN: "The boundary of {code} cannot be used: {flaw}.",
    Misfit.NO_PARENT: "{code} lies in {parent}, which has no boundary here.",
    Misfit.OVERLAP: "{code} and {other} overlap by {m2} square meters.",
    Misfit.GAP: "{m2} square meters of {code} belong to none of its parts.",
    Misfit.OUTSIDE_PARENT: "{m2} square meters of {code} lie outside of {parent}.",
    Misfit.OUTSIDE_GRID: "{code} lies {m} meters outside of its grid {grid}.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit, with its place where there is one."""

    misfit: Misfit
    code: str
    params: dict[str, str | int | float] = field(default_factory=dict)
    at: Point | None = None

    def __str__(self) -> str:
        return _ENGLISH[self.misfit].format(code=self.code, **self.params)


def read(drafts: Iterable[Draft]) -> tuple[list[Piece], list[Finding]]:
    """Return the pieces that have a usable boundary, and a finding for each boundary that is broken."""
    pieces: list[Piece] = []
    findings: list[Finding] = []
    for draft in drafts:
        if draft.boundary is None:
            continue
        try:
            pieces.append(Piece(draft.code, draft.level, read_polygon(draft.boundary), draft.parent))
        except PolygonError as error:
            findings.append(Finding(Misfit.BROKEN, draft.code, {"flaw": str(error.code), **error.params}))
    return pieces, findings


def check(pieces: Sequence[Piece], *, sliver_m2: float = SLIVER_M2) -> list[Finding]:
    """Return overlaps of siblings, gaps between them, and children that reach outside of their parent."""
    by_code = {piece.code: piece for piece in pieces}
    families: dict[str | None, list[Piece]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda piece: piece.code):
        families[piece.parent].append(piece)
    findings: list[Finding] = []
    for parent_code, children in families.items():
        findings += _overlaps(children, sliver_m2)
        if parent_code is None:
            continue
        mother = by_code.get(parent_code)
        if mother is None:
            findings += [Finding(Misfit.NO_PARENT, child.code, {"parent": parent_code}) for child in children]
        else:
            findings += _outside(mother, children, sliver_m2)
            findings += _gap(mother, children, sliver_m2)
    return sorted(findings, key=lambda finding: (finding.code, finding.misfit))


@dataclass(frozen=True, slots=True)
class Spot:
    """Something with a point that is said to lie in a grid."""

    code: str
    point: Point
    grid: str


def strays(
    spots: Iterable[Spot], areas: Mapping[str, Area], *, tolerance_m: float = STRAY_M
) -> list[Finding]:
    """Return the spots that lie farther outside of their grid than points are exact, by code."""
    by_grid: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        if spot.grid in areas:
            by_grid[spot.grid].append(spot)
    findings = []
    for grid, inside in by_grid.items():
        for spot, meters in zip(inside, _meters_from(areas[grid], inside), strict=True):
            if meters > tolerance_m:
                params: dict[str, str | int | float] = {"grid": grid, "m": round(meters)}
                findings.append(Finding(Misfit.OUTSIDE_GRID, spot.code, params, spot.point))
    return sorted(findings, key=lambda finding: finding.code)


def _meters_from(area: Area, spots: Sequence[Spot]) -> list[float]:
    """Return how far spots are from an area; within it, 0. Degrees are as long as they are in its south."""
    to_m = np.array([111_320 * cos(radians(area.bounds[1])), 111_320])
    flat = shapely.transform(area, lambda degrees: degrees * to_m)
    shapely.prepare(flat)
    points = shapely.points(np.array([(spot.point.lon, spot.point.lat) for spot in spots]) * to_m)
    return [float(meters) for meters in shapely.distance(flat, points)]


def _overlaps(siblings: Sequence[Piece], sliver_m2: float) -> list[Finding]:
    areas = np.array([piece.area for piece in siblings], dtype=object)
    left, right = STRtree(areas).query(areas, predicate="intersects")
    once = left < right
    findings = []
    for i, j in zip(left[once], right[once], strict=True):
        common = _size(shapely.intersection(areas[i], areas[j]), sliver_m2)
        # A group of houses within a grid is no sibling of it: levels differ, and that is how it should be.
        if common and siblings[i].level == siblings[j].level:
            params: dict[str, str | int | float] = {"other": siblings[j].code, "m2": common.m2}
            findings.append(Finding(Misfit.OVERLAP, siblings[i].code, params, common.at))
    return findings


def _outside(mother: Piece, children: Sequence[Piece], sliver_m2: float) -> list[Finding]:
    findings = []
    for child in children:
        if outside := _size(shapely.difference(child.area, mother.area), sliver_m2):
            params: dict[str, str | int | float] = {"parent": mother.code, "m2": outside.m2}
            findings.append(Finding(Misfit.OUTSIDE_PARENT, child.code, params, outside.at))
    return findings


def _gap(mother: Piece, children: Sequence[Piece], sliver_m2: float) -> list[Finding]:
    rest = shapely.difference(mother.area, shapely.union_all([child.area for child in children]))
    gap = _size(rest, sliver_m2)
    return [Finding(Misfit.GAP, mother.code, {"m2": gap.m2}, gap.at)] if gap else []


@dataclass(frozen=True, slots=True)
class _Size:
    m2: int
    at: Point


def _size(shape: shapely.Geometry, sliver_m2: float) -> _Size | None:
    """Return the extent of all parts larger than a sliver, and a point in the largest, or None."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    sized = [(_rough_m2(part), part) for part in parts]
    real = sorted(
        ((area_m2(part), part) for rough, part in sized if rough > sliver_m2 / 2), key=lambda p: -p[0]
    )
    real = [(m2, part) for m2, part in real if m2 > sliver_m2]
    return _Size(round(sum(m2 for m2, _ in real)), inner_point(real[0][1])) if real else None


def _rough_m2(part: shapely.Polygon) -> float:
    return float(part.area) * 111_320**2 * cos(radians(part.bounds[1]))
