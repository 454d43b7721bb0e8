"""What a grade is computed from: monthly counts and exposures by area and indicator, checked before anything else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from maplebridge.kernel.periods import Month

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Numbers = NDArray[Any]  # of any number type: large towns give float32


class HistoryError(ValueError):
    """Counts that cannot be graded, with a code and where they stand."""

    def __init__(self, code: str, **where: object) -> None:
        super().__init__(f"{code} {where}" if where else code)
        self.code, self.where = code, where


@dataclass(frozen=True)
class History:
    """Areas x indicators x months, the last of which is `last`; months follow each other.

    A missing count is NaN, a missing exposure NaN or zero: both are left out and never taken for nothing
    happened. Of a share the counts are the satisfied and the exposures the answers, both effective numbers.
    """

    areas: NDArray[np.int64]
    last: Month
    counts: Numbers
    exposure: Numbers
    neighbors: "csr_array | None" = None

    def __post_init__(self) -> None:
        if self.counts.ndim != 3 or self.counts.shape != self.exposure.shape:
            raise HistoryError("shapes_differ", counts=self.counts.shape, exposure=self.exposure.shape)
        if len(self.areas) != len(self.counts):
            raise HistoryError("areas_differ", areas=len(self.areas), counts=len(self.counts))
        if self.counts.shape[2] == 0 or not len(self.areas):
            raise HistoryError("nothing_to_grade")
        if len(np.unique(self.areas)) < len(self.areas):
            raise HistoryError("area_twice")
        if self.neighbors is not None and self.neighbors.shape != (len(self.areas),) * 2:
            raise HistoryError("neighbors_differ", neighbors=self.neighbors.shape)
        for name, numbers in (("count", self.counts), ("exposure", self.exposure)):
            _check_numbers(name, numbers, self)

    @property
    def months(self) -> int:
        return int(self.counts.shape[2])

    def month_of(self, place: int) -> Month:
        return self.last - (self.months - 1 - place)

    def until(self, month: Month) -> "History":
        """Return what was known at the end of a month. Raise `HistoryError` where that is before the first."""
        dropped = _months_between(month, self.last)
        if not 0 <= dropped < self.months:
            raise HistoryError("month_not_in_history", month=str(month))
        if dropped == 0:
            return self
        keep = self.months - dropped
        return replace(self, last=month, counts=self.counts[:, :, :keep], exposure=self.exposure[:, :, :keep])

    def only(self, rows: Sequence[int] | NDArray[np.int64]) -> "History":
        """Return some of the areas, for themselves."""
        chosen = np.asarray(rows)
        near = None if self.neighbors is None else self.neighbors[chosen][:, chosen]
        return replace(
            self,
            areas=self.areas[chosen],
            counts=self.counts[chosen],
            exposure=self.exposure[chosen],
            neighbors=near,
        )


def _months_between(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.number - first.number


def _check_numbers(name: str, numbers: Numbers, history: History) -> None:
    for code, wrong in ((f"{name}_negative", np.less(numbers, 0)), (f"{name}_infinite", np.isinf(numbers))):
        if wrong.any():
            area, indicator, month = (int(one) for one in np.argwhere(wrong)[0])
            raise HistoryError(
                code,
                area=int(history.areas[area]),
                indicator=indicator,
                month=str(history.month_of(month)),
                how_many=int(wrong.sum()),
            )
