"""Routing rules and routes as sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maplebridge.matters import queries
from maplebridge.matters.domain import routing
from maplebridge.matters.templatetags.matter_words import ORIGINS, ROLES, SEVERITIES
from maplebridge.places import queries as places
from maplebridge.platform.wording import enumerated, in_language
from maplebridge.web.administration.words import agency_kinds
from maplebridge.web.territory.layers import LEVEL_NAMES


def sentence(when: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    """Return a routing rule as a sentence."""
    return _("Matters {conditions} go to: {effects}.").format(
        conditions=_when_words(when) or _("of every kind"), effects=_then_words(then)
    )


def route_words(route: routing.Route) -> str:
    parts = [str(ROLES[route.role][1])] if route.role in ROLES else [_chief_words(route.chief_level)]
    kinds = dict(agency_kinds())
    if route.call_out:
        parts.append(
            _("call out {agencies}").format(
                agencies=enumerated(kinds.get(one, one) for one in route.call_out)
            )
        )
    return " · ".join(parts)


def _when_words(when: Mapping[str, Any]) -> str:
    kinds = dict(agency_kinds())
    parts = []
    if code := when.get("category"):
        parts.append(_("of “{category}”").format(category=category_name(code) or code))
    if severities := when.get("severity"):
        parts.append(
            _("that are {severities}").format(severities=enumerated(SEVERITIES[one] for one in severities))
        )
    if code := when.get("grid"):
        parts.append(_("in {grid}").format(grid=_grid_name(code)))
    if origin := when.get("origin"):
        parts.append(_("that come {origin}").format(origin=ORIGINS.get(origin, origin)))
    if kind := when.get("agency_kind"):
        parts.append(_("for {agency}").format(agency=kinds.get(kind, kind)))
    if "hour_from" in when or "hour_to" in when:
        parts.append(
            _("between {start}:00 and {end}:00").format(
                start=when.get("hour_from", 0), end=when.get("hour_to", 24)
            )
        )
    return _(", ").join(parts)


def _then_words(then: Mapping[str, Any]) -> str:
    kinds = dict(agency_kinds())
    parts = []
    if role := then.get("role"):
        parts.append(_("{role} on duty").format(role=ROLES[role][1] if role in ROLES else role))
    if level := then.get("chief_level"):
        parts.append(_chief_words(level))
    if called := then.get("call_out"):
        parts.append(
            _("call out {agencies}").format(agencies=enumerated(kinds.get(one, one) for one in called))
        )
    return _(", ").join(parts)


def _chief_words(level: int) -> str:
    return _("chief of the {level}").format(level=LEVEL_NAMES[level])


def _grid_name(code: str) -> str:
    named = {one.code: one.name for one in places.grids().values()}
    return named.get(code) or named.get(code.ljust(12, "0")) or code


def category_name(code: str) -> str:
    category = queries.categories().get(code)
    return in_language(category.name_zh, category.name_en) if category else ""
