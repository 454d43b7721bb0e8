"""What matters can be about: the catalogue of categories, and the door that proposes them."""

from functools import cache

from maplebridge.kernel.text import comparable
from maplebridge.matters import data
from maplebridge.matters.domain.triage import Door
from maplebridge.matters.models import Category, Matter, Sorting
from maplebridge.matters.queries.town import FRESH_S
from maplebridge.platform.freshness import fresh_for


@fresh_for(FRESH_S)
def categories() -> dict[str, Category]:
    """Return the categories in force and ended, by code."""
    return {one.code: one for one in Category.objects.all()}


@fresh_for(FRESH_S)
def categories_by_id() -> dict[int, Category]:
    return {one.pk: one for one in Category.objects.all()}


def categories_listed() -> list[Category]:
    """Return the whole catalogue in the order of its codes."""
    return list(Category.objects.order_by("code"))


def categories_under(code: str) -> tuple[int, ...]:
    """Return the ids of a category and of all below it."""
    return tuple(
        one.pk for known, one in categories().items() if known == code or known.startswith(f"{code}-")
    )


SHORTEST_NAMED = 2  # characters; of Latin letters twice as many, since two are in half of all names


def categories_named(words: str) -> tuple[int, ...]:
    """Return the ids of all categories that these words name, and of those below them.

    They are named by their code, by a part of their name, or by their name with little around it: 噪声扰民.
    """
    wanted = comparable(words).strip()
    if len(wanted) < SHORTEST_NAMED * (2 if wanted.isascii() else 1):
        return ()
    named = [
        code
        for code, one in categories().items()
        if code == wanted or wanted in comparable(one.name_en) or _is_about(wanted, comparable(one.name_zh))
    ]
    return tuple(dict.fromkeys(id for code in named for id in categories_under(code)))


AROUND_A_NAME = 2  # characters


def _is_about(wanted: str, name: str) -> bool:
    return wanted in name or (name in wanted and len(wanted) <= len(name) + AROUND_A_NAME)


def branches() -> list[Category]:
    """Return the first level of the catalogue."""
    return sorted((one for code, one in categories().items() if "-" not in code), key=lambda one: one.code)


@cache
def door() -> Door:
    """Return the product's own door, as it is shipped; read once in a process."""
    return data.door()


def find_categories(words: str, *, most: int = 12) -> list[Category]:
    """Return leaves of the catalogue for some words: those named so, then those that such words are about."""
    leaves = {
        code: one for code, one in categories().items() if code.count("-") == 2 and one.valid_to is None
    }
    wanted = comparable(words)
    named = [
        code
        for code, one in leaves.items()
        if wanted and wanted in comparable(f"{one.name_zh} {one.name_en}")
    ]
    meant = door().propose(words, in_reply_to_staff=False, has_open_matter=False).categories if wanted else ()
    codes = dict.fromkeys([*named, *(one.code for one in meant)])
    return [leaves[code] for code in codes if code in leaves][:most]


def proposed_categories(matter: Matter) -> list[tuple[Category, float]]:
    """Return what the product proposed for a matter, best first, with how probable it thought each."""
    sorting = Sorting.objects.filter(matter=matter).order_by("id").first()
    proposed = (sorting.proposal.get("categories") if sorting else None) or read_now(matter)
    known = categories()
    return [(known[code], probability) for code, probability in proposed if code in known][:3]


def read_now(matter: Matter) -> list[tuple[str, float]]:
    """Return what the door proposes for a matter that no message brought: a part of what was divided."""
    if matter.split_from_id is None:
        return []
    proposal = door().propose(matter.summary, in_reply_to_staff=False, has_open_matter=False)
    return [(one.code, one.probability) for one in proposal.categories]
