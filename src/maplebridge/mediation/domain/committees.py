"""Who may be a people's mediation committee (People's Mediation Law, art. 8 and 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

FEWEST, MOST = 3, 9


@dataclass(frozen=True, slots=True)
class Seat:
    person_id: int
    is_woman: bool
    chairs: bool = False


class CommitteeRefused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_committee(seats: Sequence[Seat], *, term_from: date, term_to: date, years: int) -> None:
    """Raise `CommitteeRefused` unless it has 3 to 9 members, a woman among them, one chair, and a lawful term."""
    if not FEWEST <= len(seats) <= MOST:
        raise CommitteeRefused("three_to_nine")
    if len({seat.person_id for seat in seats}) != len(seats):
        raise CommitteeRefused("member_twice")
    if not any(seat.is_woman for seat in seats):
        raise CommitteeRefused("a_woman_among_them")
    if sum(seat.chairs for seat in seats) != 1:
        raise CommitteeRefused("one_chair")
    if term_to <= term_from:
        raise CommitteeRefused("term_ends_before_it_begins")
    if term_to > _years_later(term_from, years):
        raise CommitteeRefused("term_too_long")


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + years, day=28)
