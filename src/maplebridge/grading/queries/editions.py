"""Reads of published maps: nothing in here knows more than everybody may know."""

import hashlib
import json

from django.db.models import QuerySet

from maplebridge.grading.models import Area, MapEdition, PublishedArea, Undertaking
from maplebridge.platform.freshness import fresh_for

MOST_EDITIONS = 60  # five years
SEEN_AGAIN_S = 60.0  # after which an edition is compared again with what was published


def editions() -> QuerySet[MapEdition]:
    """Return the published maps, the latest month first; a correction of an earlier month is no later map."""
    found = MapEdition.objects.select_related("month__method", "corrected_by").defer("content", "shapes")
    return found.order_by("-month__month", "-number")


def edition_in_force(number: int | None = None) -> MapEdition | None:
    """Return an edition by number, or the latest that was not corrected."""
    if number is not None:
        return (
            MapEdition.objects.select_related("month__method", "corrects", "corrected_by")
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
        .order_by("-edition__month__month", "-edition__number")[:MOST_EDITIONS]
    )


def undertakings(area: Area, months: int = 12) -> list[Undertaking]:
    """Return what an area said it does, the latest month first."""
    return list(area.undertakings.order_by("-month")[:months])


def content_of(edition_id: int) -> str:
    """Return the public data of an edition, exactly as it is given out."""
    return str(MapEdition.objects.values_list("content", flat=True).get(pk=edition_id))


def latest_contents(most: int) -> list[str]:
    """Return the public data of the editions that came out last, the last one first."""
    return list(MapEdition.objects.order_by("-number").values_list("content", flat=True)[:most])


def is_whole(edition: MapEdition) -> bool:
    """Tell whether an edition is as it was published: its content, its shapes, and what was copied out of them."""
    content = hashlib.sha256(edition.content.encode()).hexdigest() == edition.digest
    shapes = hashlib.sha256(bytes(edition.shapes)).hexdigest() == edition.shapes_digest
    if not (content and shapes):
        return False
    said = {each["code"]: each for each in json.loads(edition.content)["areas"]}
    return said == dict(edition.areas.values_list("code", "said"))


@fresh_for(SEEN_AGAIN_S)
def was_altered(edition_id: int) -> bool:
    """Tell whether somebody changed an edition behind the product's back: then it is told to nobody."""
    return not is_whole(MapEdition.objects.get(pk=edition_id))
