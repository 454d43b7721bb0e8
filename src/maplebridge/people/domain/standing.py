"""What a person may do here and now: roles, and the ground they hold for."""

from dataclasses import dataclass, field

from maplebridge.people.domain.roles import FIELD, TOWN_WIDE, Role


class NotSignedIn(Exception):
    """A page asked who somebody is without having asked them to sign in: its rule is missing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's rights at a moment. `grids` holds every grid of their ground, those below included."""

    person_id: int | None
    roles: frozenset[Role] = frozenset()
    grids: frozenset[int] = frozenset()
    grids_by_role: tuple[tuple[Role, frozenset[int]], ...] = ()
    agencies: frozenset[int] = frozenset()
    sectors: frozenset[int] = frozenset()
    chief_levels: tuple[tuple[int, int], ...] = field(default=())  # (level, grid id)

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def person(self) -> int:
        """Return who this is, behind a rule that has asked for a sign-in (`allow`)."""
        if self.person_id is None:
            raise NotSignedIn
        return self.person_id

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    @property
    def is_field(self) -> bool:
        return not self.roles.isdisjoint(FIELD)

    @property
    def is_town_wide(self) -> bool:
        return not self.roles.isdisjoint(TOWN_WIDE)

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def main_role(self) -> str:
        """Return the role that others see: the first of the enumeration, or resident."""
        return next((role.value for role in Role if role in self.roles), "resident")


NOBODY = Standing(person_id=None)
