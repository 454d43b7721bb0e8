"""What part of the matters somebody oversees: of a ground, of an agency, of categories."""

from dataclasses import dataclass

from django.db.models import Q

from maplebridge.matters.models import CallOut
from maplebridge.matters.queries.ground import on_grid


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose matters a board or a list of the overseers shows."""

    confidential: bool = False
    grid_id: int | None = None
    agency_id: int | None = None
    category_ids: tuple[int, ...] = ()

    def on(self, prefix: str = "") -> Q:
        """Return the condition, for matters or for rows that point to one."""
        also = Q() if self.confidential else Q(**{f"{prefix}confidential": False})
        if self.grid_id is not None:
            also &= on_grid(self.grid_id, prefix)
        if self.category_ids:
            also &= Q(**{f"{prefix}category_id__in": self.category_ids})
        if self.agency_id is not None:
            called = CallOut.objects.filter(agency_id=self.agency_id, status__in=["sent", "accepted"])
            also &= Q(**{f"{prefix}pk__in" if not prefix else "matter_id__in": called.values("matter_id")})
        return also
