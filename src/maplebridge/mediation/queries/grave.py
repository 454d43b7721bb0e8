"""Where in the town's catalogue what never comes to mediation belongs."""

from maplebridge.matters import queries as matters
from maplebridge.mediation.domain.acceptance import TO_CONFIDENTIAL, Grave
from maplebridge.mediation.domain.rules import MediationRules

POLICE = "police"
LEAF = 2  # strokes in the code of a category to which matters belong


def fitting(grave: Grave) -> list[str]:
    """Return the codes of the categories into which it may be handed: for violence and abuse, those the few read."""
    leaves = [
        one for one in matters.categories_listed() if one.valid_to is None and one.code.count("-") == LEAF
    ]
    if grave in TO_CONFIDENTIAL:
        return [one.code for one in leaves if one.confidential]
    return [one.code for one in leaves if one.lead == POLICE and not one.confidential]


def category_of(grave: Grave, rules: MediationRules) -> str | None:
    """Return the category that the town has set; where its catalogue has no such one, the first that fits.

    Whoever is in danger waits for no setting; those who read it sort it anew.
    """
    codes = fitting(grave)
    chosen = rules.grave_categories[grave]
    return chosen if chosen in codes else next(iter(codes), None)
