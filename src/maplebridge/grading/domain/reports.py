"""The life of a report: drafted, asked for, released by somebody who had no hand in its words, never changed again."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any


class ReportRefused(Exception):
    """What cannot be done with a report. `code` says why; pages put it into words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_open(*, released: bool) -> None:
    if released:
        raise ReportRefused("released_already")


def check_edit(section: str, words: str, sections: Collection[str], *, released: bool) -> None:
    check_open(released=released)
    if section not in sections:
        raise ReportRefused("no_such_section")
    if not words.strip():
        raise ReportRefused("section_empty")


def check_release(
    *, released: bool, asked: bool, hands: Collection[int | None], by: int, seen: str, seal: str
) -> None:
    """Refuse a release by one of those who wrote or asked, and of words that whoever releases has not read."""
    check_open(released=released)
    if not asked:
        raise ReportRefused("not_asked")
    if by in hands:
        raise ReportRefused("own_words")
    if seen != seal:
        raise ReportRefused("changed_meanwhile")


def check_correction(erratum: str, *, released: bool, corrected: bool) -> None:
    if not released:
        raise ReportRefused("not_released")
    if corrected:
        raise ReportRefused("corrected_already")
    if not erratum.strip():
        raise ReportRefused("words_needed")


def seal_of(
    head: Mapping[str, Any],
    body: Mapping[str, Any],
    drafted: Mapping[str, str],
    edits: Sequence[Sequence[Any]],
) -> str:
    """Return the digest of all that a report says: what it is about, its figures, its words and who gave them."""
    whole = json.dumps(
        [head, body, drafted, edits], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(whole.encode()).hexdigest()


def words_now(drafted: Mapping[str, str], edits: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the words of each section: the last that somebody gave it, or those it began with."""
    return {**drafted, **{section: words for section, words in edits if section in drafted}}
