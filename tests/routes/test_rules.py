"""Every route has a rule and a name of its own, and the pages of every area are visited by some file here."""

from tests.routes.test_grading import ABOVE
from tests.routes.test_others import OTHERS
from tests.routes.visits import ROUTES, VISITED, routes


def test_every_route_has_a_rule() -> None:
    without = [route.path for route in ROUTES.values() if not callable(getattr(route.view, "rule", None))]
    assert not without, f"no rule says who may open: {without}"


def test_every_route_has_a_name_of_its_own() -> None:
    names = [route.name for route in routes()]
    assert len(names) == len(set(names))


def test_there_is_something_to_visit() -> None:
    assert {"home", "sign_in", "groups", "group", "me", "people_admin", "duties"} <= set(ROUTES)


def test_the_pages_of_every_area_are_visited() -> None:
    assert {route.area for route in VISITED} == {"matters", "mediation", "web", *ABOVE, *OTHERS}
