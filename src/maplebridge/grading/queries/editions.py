"""Reads of published maps: nothing in here knows more than everybody may know."""

from django.db.models import QuerySet

from maplebridge.grading.models import MapEdition, PublishedArea

MOST_EDITIONS = 60  # five years


def editions() -> QuerySet[MapEdition]:
    """Return the published maps, the latest first."""
    return MapEdition.objects.select_related("month").order_by("-number")


def edition_in_force(number: int | None = None) -> MapEdition | None:
    """Return an edition by number, or the latest that was not corrected."""
    if number is not None:
        return MapEdition.objects.select_related("month", "corrects").filter(number=number).first()
    return editions().filter(corrected_by=None).first()


def public_history(code: str) -> list[PublishedArea]:
    """Return what each edition in force said of an area, the latest first."""
    return list(
        PublishedArea.objects.filter(code=code, edition__corrected_by=None)
        .select_related("edition__month")
        .order_by("-edition__number")[:MOST_EDITIONS]
    )
