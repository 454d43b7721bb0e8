"""What every page knows: the town, the reader, the way around."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.mediation.queries.coming import Coming, coming_sessions
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import standing_of


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the bars: where it leads, how it looks."""

    url: str
    icon: str
    label: str
    active: bool


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Return what every template may use; what costs a query is computed only where it is shown."""
    person = SimpleLazyObject(lambda: _person(request))
    return {
        "town": settings.TOWN_NAME,
        "demo": settings.DEMO,
        "demo_url": reverse("demo_roles") if settings.DEMO else "",
        "sign_out_url": reverse_lazy("sign_out"),
        "safety_map_url": reverse_lazy("safety_map"),
        "dispute_url": reverse_lazy("dispute_new"),
        "coming_sessions": SimpleLazyObject(lambda: _coming_sessions(request)),
        "standing": SimpleLazyObject(lambda: standing_of(request)),
        "nav": SimpleLazyObject(lambda: navigation(standing_of(request), request.path)),
        "person": person,
        "large_type": SimpleLazyObject(lambda: bool(person and person.elder_mode)),
        "languages": settings.LANGUAGES,
        "tile_url": settings.TILE_URL,
    }


def _coming_sessions(request: HttpRequest) -> list[Coming]:
    return coming_sessions(standing_of(request), timezone.now())


def _person(request: HttpRequest) -> Any:
    standing = standing_of(request)
    return people.get_person(standing.person_id) if standing.person_id is not None else None


Named = tuple[str, str, Any]  # the page's name, an icon, and a label in the reader's language


def navigation(standing: Standing, path: str) -> list[Place]:
    """Return where a person goes every day, most used first."""
    entries = [(reverse(name), icon, _(label)) for name, icon, label in _names(standing)]
    active = max((url for url, _icon, _label in entries if path.startswith(url)), key=len, default="")
    return [Place(url, icon, label, url == active) for url, icon, label in entries]


def _names(standing: Standing) -> list[Named]:
    if not standing.signed_in:
        return []
    if not standing.is_staff:
        return [GROUPS, RAISE, MINE, REMINDERS, ME]
    names: list[Named] = []
    if standing.has(Role.SUPERVISOR, Role.COMMAND):
        names += [OVERSIGHT]
    if standing.has(Role.SORTING_OFFICER, Role.SUPERVISOR):
        names += [SORTING]
    if standing.is_field:
        names += [TODAY, MAP]
    if standing.has(Role.SORTING_OFFICER):
        names += [TODAY]  # what nobody else owns yet is theirs
    if standing.has(Role.MEDIATOR, Role.SUPERVISOR):
        names += [DISPUTES]
    if standing.agencies:
        names += [INBOX]
    if standing.has(Role.CONFIDENTIAL):
        names += [CONFIDENTIAL]
    if standing.is_field or standing.has(Role.SORTING_OFFICER, Role.COMMAND, Role.SUPERVISOR):
        names += [RAISE, GROUPS]
    if standing.agencies:
        names += [GROUPS]  # the property manager is in the groups of its estates
    if standing.has(Role.ADMINISTRATOR):
        names += [ADMINISTRATION]
    names += [SEARCH]
    if standing.has(Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR, Role.COMMAND) or standing.is_field:
        names += [STATISTICS]
    if standing.has(Role.SUPERVISOR, Role.ANALYST, Role.COMMAND):
        names += [LEADERS, GRADING]
    if standing.has(Role.SUPERVISOR, Role.ANALYST, Role.COMMAND):
        names += [WARNINGS]
    if standing.has(Role.SUPERVISOR, Role.ANALYST, Role.COMMAND, Role.OFFICER):
        names += [ADVISORIES]
    if standing.is_field or standing.has(Role.SORTING_OFFICER, Role.COMMAND, Role.CONFIDENTIAL):
        names += [DISPUTES]
    if not standing.is_field:
        names += [MAP]
    if standing.has(Role.SUPERVISOR, Role.ADMINISTRATOR, Role.COMMAND) or standing.is_field:
        names += [DUTIES]
    return [*dict.fromkeys([*names, ME])]


# (name of the page, icon, label), in the words of the people who go there.
GROUPS = ("groups", "messages", gettext_lazy("Groups"))
RAISE = ("raise", "circle-plus", gettext_lazy("Report"))
MINE = ("my_matters", "list-check", gettext_lazy("My matters"))
ME = ("me", "user", gettext_lazy("Me"))
TODAY = ("today", "checklist", gettext_lazy("Today"))
MAP = ("territory", "map-2", gettext_lazy("Map"))
DISPUTES = ("disputes", "scale", gettext_lazy("Mediation"))
INBOX = ("agency_inbox", "inbox", gettext_lazy("Inbox"))
SORTING = ("sorting", "arrows-split", gettext_lazy("Sorting"))
OVERSIGHT = ("oversight", "layout-dashboard", gettext_lazy("Oversight"))
CONFIDENTIAL = ("confidential", "shield-lock", gettext_lazy("Confidential"))
SEARCH = ("search", "search", gettext_lazy("Search"))
STATISTICS = ("statistics", "chart-bar", gettext_lazy("Statistics"))
LEADERS = ("leaders", "presentation", gettext_lazy("For leaders"))
GRADING = ("grading", "shield-check", gettext_lazy("Safety grading"))
ADVISORIES = ("advisories", "speakerphone", gettext_lazy("Advisories"))
REMINDERS = ("reminders", "bell", gettext_lazy("Reminders"))
WARNINGS = ("warnings", "radar-2", gettext_lazy("Early warning"))
DUTIES = ("duties", "calendar", gettext_lazy("On duty"))
ADMINISTRATION = ("administration", "settings", gettext_lazy("Admin"))  # as it fits a fifth of a phone
