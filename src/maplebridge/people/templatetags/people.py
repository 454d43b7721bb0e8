"""Roles and their holders in the words that people use."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maplebridge.people.data import agency_kinds
from maplebridge.people.domain.roles import Role, TeamRole
from maplebridge.platform.wording import in_language

register = template.Library()

ROLE_NAMES: dict[str, str | Promise] = {
    Role.GRID_CHIEF: _("Grid chief"),
    Role.GRID_WORKER: _("Grid worker"),
    Role.OFFICER: _("Community officer"),
    Role.AUXILIARY: _("Auxiliary officer"),
    Role.DEPUTY_SECRETARY: _("Deputy secretary"),
    Role.TEAM_MEMBER: _("Member of the six-role team"),
    Role.MEDIATOR: _("Mediator"),
    Role.BUILDING_CAPTAIN: _("Building captain"),
    Role.AGENCY_CLERK: _("Agency clerk"),
    Role.SORTING_OFFICER: _("Sorting officer"),
    Role.COMMAND: _("Command room"),
    Role.CONFIDENTIAL: _("Confidential cases"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.ANALYST: _("Analyst"),
    Role.ADMINISTRATOR: _("Administrator"),
    "resident": _("Resident"),
}
ROLE_DUTIES: dict[str, str | Promise] = {
    Role.GRID_CHIEF: _(
        "Answers for the matters of a grid, and is called when one below did not answer in time."
    ),
    Role.GRID_WORKER: _("Walks the grid with a phone: today's list, photo, one tap; also without a network."),
    Role.OFFICER: _("Looks after a police grid and its neighbor groups, by day and by night."),
    Role.AUXILIARY: _("Helps the officer on the beat."),
    Role.DEPUTY_SECRETARY: _("An officer with a second post in the community."),
    Role.TEAM_MEMBER: _("Governance, public order, health, urban management, market supervision, mediation."),
    Role.MEDIATOR: _("Settles disputes between neighbors."),
    Role.BUILDING_CAPTAIN: _("Knows everybody in the building, and reports what they see."),
    Role.AGENCY_CLERK: _("Accepts or refuses what an agency is called out to, and reports the result."),
    Role.SORTING_OFFICER: _("Decides what the product is not sure of."),
    Role.COMMAND: _("Sees everything urgent at once, day and night."),
    Role.CONFIDENTIAL: _("Handles what must never reach a group, such as domestic violence."),
    Role.SUPERVISOR: _("Chases what is overdue, decides who has to act, calls back residents."),
    Role.ANALYST: _("Reads the rates and prepares the monthly report."),
    Role.ADMINISTRATOR: _("Keeps territory, people, rules and duty tables in order."),
    "resident": _("Asks and reports in the group or alone, and sees what becomes of it."),
}
TEAM_ROLE_NAMES: dict[str, str | Promise] = {
    TeamRole.GOVERNANCE: _("Governance"),
    TeamRole.PUBLIC_ORDER: _("Public order"),
    TeamRole.HEALTH: _("Health"),
    TeamRole.URBAN_MANAGEMENT: _("Urban management"),
    TeamRole.MARKET_SUPERVISION: _("Market supervision"),
    TeamRole.MEDIATION: _("Mediation"),
}


@register.filter
def role_name(role: object) -> str:
    return str(ROLE_NAMES.get(str(role), role))


@register.filter
def role_duties(role: object) -> str:
    return str(ROLE_DUTIES.get(str(role), ""))


@register.filter
def kind_name(code: str) -> str:
    """Return what a kind of agency is called; a kind of the town's own is called by its code."""
    return in_language(*agency_kinds().get(code, (code, code)))


@register.filter
def team_role_name(role: object) -> str:
    return str(TEAM_ROLE_NAMES.get(str(role), role))
