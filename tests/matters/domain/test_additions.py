"""Further words about a matter always go somewhere where they are read."""

from datetime import UTC, datetime, timedelta

import pytest

from maplebridge.matters.domain.additions import Goes, goes
from maplebridge.matters.domain.workflow import OPEN, State

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
REOPEN = timedelta(days=15)


@pytest.mark.parametrize(
    ("state", "outcome", "resolved_days_ago", "wanted"),
    [
        *[(state, "", None, Goes.HERE) for state in sorted(OPEN)],
        (State.RESOLVED, "solved", 0, Goes.REOPENS),
        (State.CLOSED, "solved", 15, Goes.REOPENS),  # on the last day is not too late
        (State.CLOSED, "solved", 16, Goes.ANEW),
        (State.CLOSED, "explained", 1, Goes.REOPENS),
        (State.CLOSED, "withdrawn", 0, Goes.ANEW),
    ],
)
def test_where_an_addition_goes(
    state: State, outcome: str, resolved_days_ago: int | None, wanted: Goes
) -> None:
    resolved_at = None if resolved_days_ago is None else NOON - timedelta(days=resolved_days_ago)
    assert goes(state, outcome, resolved_at, NOON, REOPEN) is wanted
