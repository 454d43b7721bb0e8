"""Visits every address with everybody: a route without a rule, a fault, or a page that tells too much fails here.

Routes are found in the resolver, so a page that is added later is visited without being listed anywhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Max
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.matters import actions as matters
from maplebridge.matters.models import Matter
from maplebridge.people import queries as people
from maplebridge.people.models import Person

ENDS_THE_VISIT = {"sign_out", "sign_out_everywhere"}
NOWHERE = 987_654_321  # an id that nothing has
# Streams that stay open, and close the connection of the test when they begin: see tests of their own.
NOT_VISITED = {"live": "an open stream; what may be followed is tested with the hub"}
REFUSED = (302, 403, 404, 405)
AREAS = {"people", "places", "rosters", "conversations", "matters", "mediation", "advisories", "grading"}
RECORDS = {"AuditRow", "EventRecord", "Delivery"}  # no page shows one of these by its number


@dataclass(frozen=True)
class Route:
    name: str
    path: str  # with {} for each part that varies
    converters: tuple[Any, ...]
    view: Callable[..., Any]

    @property
    def has_object(self) -> bool:
        return any(isinstance(one, IntConverter) for one in self.converters)

    def address(self, id: int) -> str:
        parts = [str(id) if isinstance(one, IntConverter) else "small" for one in self.converters]
        return self.path.format(*parts)


def routes(patterns: Any = None, prefix: str = "/", converters: tuple[Any, ...] = ()) -> Iterator[Route]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route, own = _template(one)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, prefix + route, converters + own)
        elif isinstance(one, URLPattern):
            name = one.name or f"{prefix}{route}"
            yield Route(name, prefix + route, converters + own, one.callback)


def _template(one: URLPattern | URLResolver) -> tuple[str, tuple[Any, ...]]:
    """Return the path of a pattern with {} for each part that varies, and what reads those parts."""
    path = str(one.pattern)
    found = one.pattern.converters
    for name, converter in found.items():
        for written in (
            f"<int:{name}>",
            f"<slug:{name}>",
            f"<str:{name}>",
            f"<path:{name}>",
            f"<uuid:{name}>",
            f"<{name}>",
        ):
            path = path.replace(written, "{}")
        assert isinstance(converter, (IntConverter, SlugConverter, StringConverter)) or "{}" in path
    assert "<" not in path, f"{path} is written in a way this test cannot fill in"
    return path, tuple(found.values())


ROUTES = {route.name: route for route in routes()}
VISITED = [route for route in ROUTES.values() if route.name not in NOT_VISITED]


@pytest.fixture
def town(db: None) -> Town:
    town = make_town(timezone.now())
    _matter(town, "楼上漏水了，墙都裂了", "05-01-01", confidential=False)
    _matter(town, "邻居家里一直在打人", "01-03-01", confidential=True)
    return town


def _matter(town: Town, text: str, category: str, *, confidential: bool) -> Matter:
    message = town.says(text)
    return matters.raise_matter(
        origin=Matter.Origin.GROUP,
        text=text,
        thread_id=message.thread_id,
        reporter_id=town.neighbor.pk,
        judged=matters.Judged(category=category, severity=2, decided=True, lead="property"),
        where=matters.Where(grid_id=town.entrance_grid.pk, estate_id=town.estate.pk),
        message_id=message.pk,
        now=town.now,
    )


def everybody(town: Town) -> dict[str, Person]:
    """Return one person per role, inside the area of everything there is and outside of it."""
    found = {name: value for name, value in vars(town).items() if isinstance(value, Person)}
    return found | {f"chief of level {level}": chief for level, chief in town.chiefs.items()}


def ids() -> dict[str, set[int]]:
    """Return for each area the highest id of each of its tables: something that exists, for each kind of thing."""
    found: dict[str, set[int]] = {}
    for one in apps.get_models():
        if not one.__module__.startswith("maplebridge.") or one.__name__ in RECORDS:
            continue
        highest = one._default_manager.aggregate(id=Max("pk"))["id"]
        if isinstance(highest, int):
            found.setdefault(one._meta.app_label, set()).add(highest)
    return found


def numbers_of(route: Route, known: dict[str, set[int]]) -> list[int]:
    """Return what to fill in: the things of the area whose page it is; of all areas where pages show several."""
    if not route.has_object:
        return [1]
    area = route.view.__module__.split(".")[1]
    everything = set().union(*known.values())
    return sorted({1} | (known.get(area, set()) if area in AREAS else everything))


def client_of(person: Person | None) -> Client:
    client = Client(raise_request_exception=False)
    if person is not None:
        account = people.account_of(person.pk)
        assert account is not None
        client.force_login(account)
    return client


def test_every_route_has_a_rule() -> None:
    without = [route.path for route in ROUTES.values() if not callable(getattr(route.view, "rule", None))]
    assert not without, f"no rule says who may open: {without}"


def test_every_route_has_a_name_of_its_own() -> None:
    names = [route.name for route in routes()]
    assert len(names) == len(set(names))


def test_there_is_something_to_visit() -> None:
    assert {"home", "sign_in", "groups", "group", "me", "people_admin", "duties"} <= set(ROUTES)


@pytest.mark.usefixtures("refused_in_full_once")
def test_everybody_gets_what_the_rule_says_and_nothing_breaks(town: Town) -> None:
    """Whoever may come sees a page for all that exists, by GET and by an empty POST; the others see nothing."""
    visitors = {"nobody": None, **everybody(town)}
    today = timezone.localdate()
    standings = {name: people.standing_of(one.pk if one else None, today) for name, one in visitors.items()}
    clients = {name: client_of(one) for name, one in visitors.items()}
    known = ids()
    wrong: list[str] = []
    for route in VISITED:
        for name, client in clients.items():
            with transaction.atomic():
                if route.view.rule(standings[name]):
                    wrong += _may_come(client, route, name, numbers_of(route, known))
                else:
                    wrong += _may_not_come(client, route, name)
                transaction.set_rollback(True)  # the next one finds the town as it was
    assert not wrong, "\n".join(wrong)


def _may_come(client: Client, route: Route, name: str, numbers: list[int]) -> Iterator[str]:
    methods = ("get",) if route.name in ENDS_THE_VISIT else ("get", "post")
    for number, method in product(numbers, methods):
        response = getattr(client, method)(route.address(number))
        if response.status_code >= 500:
            yield f"{method} {route.address(number)} as {name} says {response.status_code}"
        elif not _is_safe(response):
            yield f"{method} {route.address(number)} as {name}: no security policy, or a link to the demo"
    if route.has_object:
        for method in methods:
            status = getattr(client, method)(route.address(NOWHERE)).status_code
            # A deed upon what somebody else has ended meanwhile may lead back to the list; a page may not.
            if status not in (404, 405) and (method, status) != ("post", 302):
                yield f"{method} {route.address(NOWHERE)} as {name} says {status} of what does not exist"


def _may_not_come(client: Client, route: Route, name: str) -> Iterator[str]:
    """Refused before anything is looked up: the answer is the same for what exists and what does not."""
    for method in ("get", "post"):
        there = getattr(client, method)(route.address(1))
        not_there = getattr(client, method)(route.address(NOWHERE)) if route.has_object else there
        if there.status_code not in REFUSED:
            yield f"{method} {route.path} as {name} says {there.status_code}"
        if there.status_code != not_there.status_code:
            yield f"{method} {route.path} tells {name} what exists"
        if name == "nobody" and there.status_code == 302 and not there["Location"].startswith("/sign-in/"):
            yield f"{method} {route.path} does not ask nobody to sign in"


def _is_safe(response: Any) -> bool:
    if (
        not response.get("Content-Type", "").startswith("text/html")
        or response.streaming
        or not response.content
    ):
        return True
    policy = response.get("Content-Security-Policy", "")
    return (
        "script-src 'self'" in policy
        and "unsafe-" not in policy
        and "/demo/" not in response.content.decode()
    )
