"""The roles of a posting, and what each may do by its nature. Residents have no posting."""

from enum import StrEnum


class Role(StrEnum):
    GRID_CHIEF = "grid_chief"
    GRID_WORKER = "grid_worker"
    OFFICER = "officer"
    AUXILIARY = "auxiliary"
    DEPUTY_SECRETARY = "deputy_secretary"
    TEAM_MEMBER = "team_member"
    MEDIATOR = "mediator"
    BUILDING_CAPTAIN = "building_captain"
    AGENCY_CLERK = "agency_clerk"
    SORTING_OFFICER = "sorting_officer"
    COMMAND = "command"
    CONFIDENTIAL = "confidential"  # the few who may read what must never reach a group
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class TeamRole(StrEnum):
    """A member of the six-role team that each community has (Ping'an)."""

    GOVERNANCE = "governance"
    PUBLIC_ORDER = "public_order"
    HEALTH = "health"
    URBAN_MANAGEMENT = "urban_management"
    MARKET_SUPERVISION = "market_supervision"
    MEDIATION = "mediation"


# Who works on matters of the ground that the posting names.
FIELD = frozenset(
    {
        Role.GRID_CHIEF,
        Role.GRID_WORKER,
        Role.OFFICER,
        Role.AUXILIARY,
        Role.DEPUTY_SECRETARY,
        Role.TEAM_MEMBER,
        Role.MEDIATOR,
        Role.BUILDING_CAPTAIN,
    }
)
# Who works on matters of the whole town.
TOWN_WIDE = frozenset({Role.SORTING_OFFICER, Role.COMMAND, Role.SUPERVISOR})
