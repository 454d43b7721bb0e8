import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.geo import Point
from maplebridge.kernel.polygons import contains, read_polygon
from maplebridge.places.domain.territory import Draft, Locator, Misfit, Piece, check, read

UNIT = 0.01  # about a kilometer


def boundary(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[[101 + x * UNIT, 36 + y * UNIT] for x, y in corners]]}


def piece(code: str, level: int, *sides: float, parent: str | None = None) -> Piece:
    west, south, east, north = sides
    return Piece(code, level, read_polygon(boundary(west, south, east, north)), parent)


def at(x: float, y: float) -> Point:
    return Point(101 + x * UNIT, 36 + y * UNIT)


COMMUNITY = piece("C", 3, 0, 0, 2, 2)
WEST = piece("C-1", 2, 0, 0, 1, 2, parent="C")
EAST = piece("C-2", 2, 1, 0, 2, 2, parent="C")


def test_a_point_lies_in_the_smallest_grid_first() -> None:
    locator = Locator([COMMUNITY, EAST, WEST])
    assert [found.code for found in locator.all_at(at(0.5, 0.5))] == ["C-1", "C"]


def test_a_point_on_a_border_belongs_to_the_lowest_code() -> None:
    found = Locator([EAST, WEST, COMMUNITY]).at(at(1, 1))
    assert found == WEST


def test_a_point_outside_lies_nowhere() -> None:
    locator = Locator([COMMUNITY])
    assert locator.at(at(3, 3)) is None
    assert locator.codes([at(3, 3), at(1, 1)]) == [None, "C"]


def test_without_pieces_nothing_is_found() -> None:
    assert Locator([]).at(at(1, 1)) is None
    assert Locator([]).codes([at(1, 1)]) == [None]


@given(st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 3)), min_size=1, max_size=30))
def test_many_points_are_found_where_each_alone_is(places: list[tuple[float, float]]) -> None:
    locator = Locator([COMMUNITY, EAST, WEST])
    points = [at(x, y) for x, y in places]
    alone = [found.code if (found := locator.at(point)) else None for point in points]
    assert locator.codes(points) == alone


def test_a_hundred_thousand_points_find_their_grid() -> None:
    draw = random.Random(1)
    grids = [piece(f"{x:02d}{y:02d}", 2, x, y, x + 1, y + 1) for x in range(40) for y in range(40)]
    points = [at(draw.uniform(0, 40), draw.uniform(0, 40)) for _ in range(100_000)]
    found = Locator(grids).codes(points)
    area = {grid.code: grid.area for grid in grids}
    assert all(code is not None for code in found)
    assert all(contains(area[code], point) for code, point in zip(found[:500], points, strict=False) if code)


def findings(*pieces: Piece) -> list[tuple[Misfit, str]]:
    return [(finding.misfit, finding.code) for finding in check(pieces)]


def test_grids_that_fill_their_community_are_right() -> None:
    assert findings(COMMUNITY, EAST, WEST) == []


def test_siblings_that_overlap_are_told_with_size_and_place() -> None:
    wide = piece("C-1", 2, 0, 0, 1.5, 2, parent="C")
    (finding,) = check([COMMUNITY, wide, EAST])
    assert (finding.misfit, finding.code, finding.params["other"]) == (Misfit.OVERLAP, "C-1", "C-2")
    assert finding.params["m2"] == pytest.approx(
        1_000_000, rel=0.05
    )  # half of a kilometer by two, at 36 degrees
    assert finding.at is not None
    assert contains(wide.area, finding.at)
    assert contains(EAST.area, finding.at)


def test_slivers_of_digitizing_are_no_overlap() -> None:
    assert findings(COMMUNITY, piece("C-1", 2, 0, 0, 1.00001, 2, parent="C"), EAST) == []


def test_what_no_grid_covers_is_a_gap() -> None:
    (finding,) = check([COMMUNITY, WEST])
    assert (finding.misfit, finding.code) == (Misfit.GAP, "C")
    assert finding.at is not None
    assert contains(EAST.area, finding.at)


def test_a_grid_that_reaches_out_of_its_community_is_told() -> None:
    assert findings(COMMUNITY, WEST, piece("C-2", 2, 1, 0, 2.5, 2, parent="C")) == [
        (Misfit.OUTSIDE_PARENT, "C-2")
    ]


def test_a_grid_whose_parent_has_no_boundary_is_told() -> None:
    assert findings(WEST) == [(Misfit.NO_PARENT, "C-1")]


def test_the_same_ground_at_two_levels_is_no_overlap() -> None:
    assert findings(piece("A", 3, 0, 0, 1, 1), piece("B", 2, 0, 0, 1, 1)) == []


def test_a_boundary_that_crosses_itself_is_told_and_the_others_are_read() -> None:
    corners = [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]
    bowtie = {"type": "Polygon", "coordinates": [[[101 + x, 36 + y] for x, y in corners]]}
    pieces, broken = read([Draft("X", 2, bowtie), Draft("Y", 2, boundary(0, 0, 1, 1)), Draft("Z", 2, None)])
    assert [found.code for found in pieces] == ["Y"]
    assert [(finding.misfit, finding.code, finding.params["flaw"]) for finding in broken] == [
        (Misfit.BROKEN, "X", "crosses_itself")
    ]


def test_every_finding_can_be_said() -> None:
    wide = piece("C-2", 2, 0.5, 0, 3, 1, parent="C")
    lost = piece("D-1", 2, 5, 5, 6, 6, parent="D")
    said = [str(finding) for finding in check([COMMUNITY, WEST, wide, lost])]
    assert len(said) == 4
    assert not any("{" in sentence for sentence in said)
