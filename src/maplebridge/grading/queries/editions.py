"""Reads of published maps: nothing in here knows more than everybody may know."""

from django.db.models import QuerySet

from maplebridge.grading.models import Area, MapEdition, PublishedArea, Undertaking

MOST_EDITIONS = 60  # five years


def editions() -> QuerySet[MapEdition]:
    """Return the published maps, the latest first."""
    return MapEdition.objects.select_related("month__method").defer("content", "shapes").order_by("-number")


def edition_in_force(number: int | None = None) -> MapEdition | None:
    """Return an edition by number, or the latest that was not corrected."""
    if number is not None:
        return (
            MapEdition.objects.select_related("month__method", "corrects")
            .defer("content", "shapes")
            .filter(number=number)
            .first()
        )
    return editions().filter(corrected_by=None).first()


def public_history(code: str) -> list[PublishedArea]:
    """Return what each edition in force said of an area, the latest first."""
    return list(
        PublishedArea.objects.filter(code=code, edition__corrected_by=None)
        .select_related("edition__month")
        .defer("edition__content", "edition__shapes")
        .order_by("-edition__number")[:MOST_EDITIONS]
    )


def undertakings(area: Area, months: int = 12) -> list[Undertaking]:
    """Return what an area said it does, the latest month first."""
    return list(area.undertakings.order_by("-month")[:months])


def content_of(edition_id: int) -> str:
    """Return the public data of an edition, exactly as it is given out."""
    return str(MapEdition.objects.values_list("content", flat=True).get(pk=edition_id))


def latest_contents(most: int) -> list[str]:
    """Return the public data of the latest editions, the last one first."""
    return list(editions().values_list("content", flat=True)[:most])
