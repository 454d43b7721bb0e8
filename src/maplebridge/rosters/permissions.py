"""Who may see the duty table, and who keeps it."""

from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing


def sees_duties(standing: Standing) -> bool:
    return standing.is_field or standing.has(
        Role.SUPERVISOR, Role.COMMAND, Role.SORTING_OFFICER, Role.ADMINISTRATOR
    )


def keeps_duties(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.ADMINISTRATOR)
