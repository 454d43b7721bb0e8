"""Which areas lie beside each other: those whose borders come within a few meters, corners included."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
import shapely

from maplebridge.kernel.polygons import read_polygon

if TYPE_CHECKING:
    from scipy.sparse import csr_array

GAP = 1e-4  # of a degree, some ten meters: borders drawn by two hands do not quite touch


def neighbors_of(boundaries: Sequence[Mapping[str, Any] | None]) -> "csr_array":
    """Return areas x areas, 1 where two are neighbors. An area without a boundary has none."""
    drawn = [row for row, one in enumerate(boundaries) if one is not None]
    shapes = [read_polygon(dict(boundaries[row] or {})) for row in drawn]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=GAP)
    rows = np.array(drawn, dtype=np.intp)[pairs]
    rows = rows[:, rows[0] != rows[1]]
    size = len(boundaries)
    return scipy.sparse.csr_array((np.ones(rows.shape[1]), (rows[0], rows[1])), shape=(size, size))
