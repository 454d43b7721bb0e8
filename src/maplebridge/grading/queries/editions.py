"""Reads of published maps: nothing in here knows more than everybody may know."""

from collections.abc import Sequence

from django.db import connection
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


# The database looks through what it holds itself: the editions of five years are not carried over for one page.
_ALTERED = """
    SELECT edition.id FROM grading_mapedition AS edition WHERE edition.id = ANY(%s) AND CASE
        WHEN encode(sha256(convert_to(content, 'UTF8')), 'hex') <> digest
            OR encode(sha256(shapes), 'hex') <> shapes_digest
        THEN true
        ELSE EXISTS (
            SELECT FROM jsonb_array_elements(content::jsonb -> 'areas') AS published
            FULL JOIN (SELECT code, said FROM grading_publishedarea WHERE edition_id = edition.id) AS copied
                ON copied.code = published ->> 'code'
            WHERE copied.said IS DISTINCT FROM published
        )
    END
"""


def is_whole(edition: MapEdition) -> bool:
    """Tell whether an edition is as it was published: its content, its shapes, and what was copied out of them."""
    return edition.pk not in _altered([edition.pk])


def was_altered(edition_id: int) -> bool:
    """Tell whether somebody changed an edition behind the product's back: then it is told to nobody."""
    return edition_id in altered_among((edition_id,))


@fresh_for(SEEN_AGAIN_S)
def altered_among(edition_ids: tuple[int, ...]) -> frozenset[int]:
    """Return which of these editions were altered; all areas of a town ask for the same ones."""
    return _altered(edition_ids)


def _altered(edition_ids: Sequence[int]) -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(_ALTERED, [list(edition_ids)])
        return frozenset(id for (id,) in cursor.fetchall())
