"""Who grades, who releases, who may see a beat's color, who rings residents, who watches for what is unusual."""

from collections.abc import Collection

from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing

OF_THE_AREA = (Role.OFFICER, Role.AUXILIARY, Role.DEPUTY_SECRETARY)


def sees_internal_map(standing: Standing) -> bool:
    """Beats are for work planning: the officers whose ground it is, and those who plan."""
    return standing.has(
        Role.OFFICER, Role.AUXILIARY, Role.COMMAND, Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR
    )


def grades(standing: Standing) -> bool:
    """Enter counts, close a month, propose colors, look at what other methods would say."""
    return standing.has(Role.ANALYST, Role.ADMINISTRATOR)


def keeps_methods(standing: Standing) -> bool:
    """See versions of the method on their way, and confirm one: whoever wrote it is not the one who confirms it."""
    return grades(standing) or reviews(standing)


def comments(standing: Standing) -> bool:
    return standing.has(Role.OFFICER, Role.SUPERVISOR, Role.COMMAND)


def reviews(standing: Standing) -> bool:
    """Release a proposed month. Whoever proposed it is not one of those who release it."""
    return standing.has(Role.SUPERVISOR)


def undertakes(standing: Standing, ground: Collection[int]) -> Role | None:
    """Return in which role somebody may say what an area does: those who work on its ground, and supervisors."""
    if standing.has(Role.SUPERVISOR):
        return Role.SUPERVISOR
    near = (
        role for role, grids in standing.grids_by_role if role in OF_THE_AREA and not grids.isdisjoint(ground)
    )
    return next(near, None)


def rings_residents(standing: Standing) -> bool:
    """Interview by phone. Not the officers whose work is asked about."""
    return standing.has(Role.ANALYST, Role.SUPERVISOR)


def watches(standing: Standing) -> bool:
    return standing.has(Role.COMMAND, Role.SUPERVISOR, Role.ANALYST)


def decides_on_warnings(standing: Standing) -> bool:
    return standing.has(Role.COMMAND, Role.SUPERVISOR, Role.ANALYST)


def reads_reports(standing: Standing) -> bool:
    """Read what a month came to, as a report and on the leaders' page."""
    return standing.has(Role.SUPERVISOR, Role.COMMAND, Role.ANALYST)


def writes_reports(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.ANALYST)


def releases_reports(standing: Standing) -> bool:
    """Release a report. Whoever had a hand in its words is not one of those."""
    return standing.has(Role.SUPERVISOR)
