"""What residents are told of grading: an advisory drafted from a confirmed warning, and the map of a month."""

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maplebridge.advisories import actions as advisories
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.domain.broadcasting import BroadcastRefused
from maplebridge.conversations.queries import broadcasts
from maplebridge.conversations.queries.broadcasts import Broadcast
from maplebridge.grading.domain.watching import Pieces
from maplebridge.grading.models import Area, EarlyWarning, MapEdition
from maplebridge.matters import queries as matters
from maplebridge.places import queries as places
from maplebridge.platform.audit import action

AREA = "grading"
MAP = "safety_map"  # the subject, as residents opt out of it
HOLDS = timedelta(days=31)  # until the next one


@action
def draft_advisory(*, warning_id: int, now: datetime, of_any_subject: bool = False) -> Broadcast | None:
    """Draft what residents may do about a confirmed warning; again, it is the same draft.

    None where it is not confirmed, where no subject fits (unless one of any subject is wanted), or where nobody
    knows on which ground it is.
    """
    one = EarlyWarning.objects.select_related("area", "last_run").get(pk=warning_id)
    if one.state != EarlyWarning.State.CONFIRMED or one.decided_by_id is None:
        return None
    grids, place = _ground_of(one)
    days = (one.ends_on - one.starts_on).days + 1
    why = _("Early warning {number}: {observed:.0f} in {days} days, {expected:.1f} to be expected")
    return advisories.draft_from_warning(
        warning_id=one.pk,
        category=one.category,
        grids=grids,
        place=place,
        what=category.name_zh if (category := matters.categories().get(one.category)) else "",
        why=why.format(number=one.pk, observed=one.observed, days=days, expected=one.expected),
        by_id=one.decided_by_id,
        now=now,
        of_any_subject=of_any_subject,
    )


def _ground_of(one: EarlyWarning) -> tuple[list[int], str]:
    """Return the ground that a warning is about and its name: never less than a community, as no house is named."""
    if one.area is not None:
        return list(one.area.grids.values_list("pk", flat=True)), one.area.name
    if one.pieces_are == Pieces.GRIDS:
        grounds = list(dict.fromkeys(_community_of(id) for id in one.pieces))
        return grounds, "、".join(places.grid_facts(id).name for id in grounds)
    if one.pieces:
        areas = Area.objects.filter(pk__in=one.pieces).order_by("code")
        grids = areas.filter(grids__isnull=False).values_list("grids", flat=True)
        return sorted(set(grids)), "、".join(area.name for area in areas)
    at = places.grid_at(one.lon, one.lat) if one.lon is not None and one.lat is not None else None
    grid_id = at or matters.grid_of_most(one.matters)
    if grid_id is None:
        return [], ""
    ground = _community_of(grid_id)
    return [ground], places.grid_facts(ground).name


def _community_of(grid_id: int) -> int:
    facts = places.grid_facts(grid_id)
    return facts.community_id or facts.id


@action
def tell_edition(*, number: int, link: str, by_id: int, now: datetime) -> Broadcast:
    """Draft the message to the groups of an edition's areas; it is released as every other is."""
    edition = MapEdition.objects.select_related("month").get(number=number)
    if MapEdition.objects.filter(corrects=edition).exists():
        raise BroadcastRefused("not_now")
    codes = edition.areas.values_list("code", flat=True)
    areas = Area.objects.filter(kind=edition.month.kind, code__in=codes)
    grids = set(areas.filter(grids__isnull=False).values_list("grids", flat=True))
    if not grids:
        raise BroadcastRefused("nobody")
    words = {language: _words_of(edition, language) for language in ("zh-hans", "en")}
    return broadcasting.draft(
        kind=MAP,
        subject=words["zh-hans"]["subject"],
        text=words["zh-hans"]["text"],
        translations={"en": words["en"]},
        link=link,
        grids=sorted(grids),
        expires_at=now + HOLDS,
        source_area=AREA,
        source_id=edition.number,
        by_id=by_id,
        now=now,
    )


def _words_of(edition: MapEdition, language: str) -> dict[str, str]:
    with translation.override(language):
        month = date_format(edition.month.month, "YEAR_MONTH_FORMAT")
        if edition.corrects_id is not None:
            subject = _("The safety map of {month}, corrected").format(month=month)
        else:
            subject = _("The safety map of {month} is out").format(month=month)
        text = _("See what color your area has and why, what is done about it, and what you can do.")
        return {"subject": subject, "text": text}


def told_of(number: int) -> Broadcast | None:
    """Return the message about an edition."""
    return broadcasts.of_source(AREA, number)
