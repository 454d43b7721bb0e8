"""Who writes to residents, and who lets it go out."""

from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing


def drafts(standing: Standing) -> bool:
    return standing.has(Role.COMMAND, Role.SUPERVISOR, Role.ANALYST, Role.OFFICER)


def releases(standing: Standing) -> bool:
    """Release and stop. More than a thousand receivers need a second person, whatever the role."""
    return standing.has(Role.COMMAND, Role.SUPERVISOR)


def keeps_templates(standing: Standing) -> bool:
    """Change what is offered to those who write: the same who answer for what goes out."""
    return standing.has(Role.COMMAND, Role.SUPERVISOR)


def reads_reminders(standing: Standing) -> bool:
    """Everybody who is signed in: staff live somewhere as well."""
    return standing.signed_in
