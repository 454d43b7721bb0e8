"""Log-linear counts with more spread than Poisson's, fitted for thousands of series at once.

All series share one design, so every step of the iteratively reweighted least squares is one matrix product
for all of them (McCullagh and Nelder, Generalized Linear Models, 1989, chapters 2 and 6).
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEPS = 60
_SETTLED = 1e-10  # change of the means by their largest; the steps converge quadratically
_LIMIT = 30.0  # a linear predictor beyond is a group without cases
_RIDGE = 1e-10


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted: m series over n times with k coefficients."""

    design: Floats  # (n, k)
    observed: Floats  # (m, n)
    weights: Floats  # (m, n)
    coefficients: Floats  # (m, k)
    mean: Floats  # (m, n)
    working: Floats  # (m, n): weight times variance, as the last step had it
    inverse: Floats  # (m, k, k): covariance of the coefficients without the dispersion

    @property
    def freedom(self) -> int:
        times, coefficients = self.design.shape
        return int(times - coefficients)

    def dispersion(self) -> Floats:
        """Return Pearson's statistic by its degrees of freedom (m,); 1 is Poisson."""
        pearson = self.working * ((self.observed - self.mean) / self.mean) ** 2
        return np.asarray(pearson.sum(axis=1) / self.freedom)

    def leverage(self) -> Floats:
        """Return the diagonal of the hat matrix (m, n)."""
        products = _products(self.design)
        flat = self.inverse.reshape(len(self.inverse), -1)
        return np.asarray(self.working * (flat @ products.T))

    def anscombe_residuals(self) -> Floats:
        """Return residuals (m, n) that are nearly normal with variance 1 (Farrington et al. 1996, section 3.5)."""
        scale = np.sqrt(np.maximum(self.dispersion(), 1)[:, None] * np.maximum(1 - self.leverage(), 1e-12))
        return np.asarray(
            1.5 * (self.observed ** (2 / 3) * self.mean ** (-1 / 6) - np.sqrt(self.mean)) / scale
        )


def fit(
    design: Floats, observed: Floats, weights: Floats | None = None, *, deviance_change: float | None = None
) -> Fit:
    """Return the fit of every series (m, n) on the design (n, k), each time with its weight.

    With `deviance_change` the steps end where the deviance changes by less (R's glm: 1e-8), short of the best fit,
    and variances are those with which the last step began.
    """
    y = np.asarray(observed, dtype=np.float64)
    w = np.ones_like(y) if weights is None else weights
    mean = y + 0.1
    predictor = np.log(mean)
    products = _products(design)
    coefficients = np.zeros((len(y), design.shape[1]))
    working = np.zeros_like(y)
    going = np.arange(len(y))
    for _ in range(_STEPS):
        working[going] = w[going] * mean[going]
        target = working[going] * predictor[going] + w[going] * (y[going] - mean[going])
        matrix = (working[going] @ products).reshape(len(going), *design.shape[1:] * 2)
        coefficients[going] = np.linalg.solve(_steadied(matrix), (target @ design)[..., None])[..., 0]
        predictor[going] = np.clip(coefficients[going] @ design.T, -_LIMIT, _LIMIT)
        after = np.exp(predictor[going])
        if deviance_change is None:
            moving = np.abs(after - mean[going]).max(axis=1) > _SETTLED * np.maximum(after.max(axis=1), 1)
        else:
            falls = _deviance(y[going], mean[going], w[going]), _deviance(y[going], after, w[going])
            moving = np.abs(falls[1] - falls[0]) >= deviance_change * (np.abs(falls[1]) + 0.1)
        mean[going] = after
        going = going[moving]
        if not len(going):
            break
    if deviance_change is None:
        working = w * mean
    matrix = (working @ products).reshape(len(y), *design.shape[1:] * 2)
    inverse = np.asarray(np.linalg.inv(_steadied(matrix)), dtype=np.float64)
    return Fit(design, y, w, coefficients, mean, working, inverse)


def reweighted(
    design: Floats, observed: Floats, outlier: float, *, deviance_change: float | None = None
) -> Fit:
    """Return the fit in which past outbreaks, residuals above `outlier`, count less (Farrington et al. 1996, 3.5)."""
    residuals = fit(design, observed, deviance_change=deviance_change).anscombe_residuals()
    weights = np.where(residuals > outlier, np.maximum(residuals, 1e-6) ** -2.0, 1.0)
    weights *= len(design) / weights.sum(axis=1, keepdims=True)
    return fit(design, observed, weights, deviance_change=deviance_change)


def _products(design: Floats) -> Floats:
    """Return the outer product of every row with itself (n, k * k)."""
    return np.asarray(design[:, :, None] * design[:, None, :]).reshape(len(design), -1)


def _steadied(matrix: Floats) -> Floats:
    """Return the matrix with a hair on its diagonal, so that a group without cases does not stop the others."""
    k = matrix.shape[-1]
    size = np.maximum(np.einsum("mkk->m", matrix) / k, 1e-9)
    return np.asarray(matrix + (_RIDGE * size)[:, None, None] * np.eye(k))


def _deviance(y: Floats, mean: Floats, weights: Floats) -> Floats:
    return np.asarray(2 * (weights * (scipy.special.xlogy(y, y / mean) - (y - mean))).sum(axis=1))
