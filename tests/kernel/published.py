"""Small published tables with known answers; each file says where it is from."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

DATA = Path(__file__).parent / "data"


def table(name: str) -> dict[str, list[str]]:
    lines = [line for line in (DATA / name).read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    return {column: [row[column] for row in rows] for column in rows[0]}


def numbers(column: list[str]) -> NDArray[np.float64]:
    return np.array(column, dtype=np.float64)


def neighbors(column: list[str]) -> csr_array:
    """Return who is whose neighbor, from row numbers that begin with 1."""
    links = [(row, int(other) - 1) for row, cell in enumerate(column) for other in cell.split()]
    rows, others = zip(*links, strict=True)
    return csr_array((np.ones(len(rows)), (rows, others)), shape=(len(column), len(column)))
