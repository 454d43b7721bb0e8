from maplebridge.places.domain import drawing

LEFT = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1.00001, 0.5], [1, 1], [0, 1], [0, 0]]]}
RIGHT = {"type": "Polygon", "coordinates": [[[1, 0], [2, 0], [2, 1], [1, 1], [1.00001, 0.5], [1, 0]]]}


def test_neighbors_still_share_their_border() -> None:
    left, right = drawing.simplified([LEFT, RIGHT], 1_500.0)

    assert {tuple(point) for point in left["coordinates"][0]} == {(0, 0), (1, 0), (1, 1), (0, 1)}
    assert {tuple(point) for point in right["coordinates"][0]} == {(1, 0), (2, 0), (2, 1), (1, 1)}


def test_nothing_is_lost_where_all_is_smaller_than_the_tolerance() -> None:
    tiny = {"type": "Polygon", "coordinates": [[[0, 0], [0.00001, 0], [0.00001, 0.00001], [0, 0]]]}

    assert [one["type"] for one in drawing.simplified([tiny], 10_000.0)] == ["Polygon"]
    assert drawing.simplified([], 1.0) == []


def test_the_box_is_around_all() -> None:
    assert drawing.box_of([LEFT, RIGHT]) == (0, 0, 2, 1)
    assert drawing.box_of([]) is None
