"""Stochastic production frontier: ln y = b0 + sum b ln x + v - u, noise v normal, inefficiency u half-normal.

Battese and Corra's parametrisation: sigma2 = sv2 + su2, gamma = su2 / sigma2 (Aigner, Lovell, Schmidt 1977; Battese,
Coelli 1988 for the efficiencies). Floats; maximum likelihood from a grid over gamma.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frontier:
    """Coefficients (constant first), variances, log-likelihoods and the technical efficiency of each unit (0..1)."""

    beta: list[float]
    sigma2: float
    gamma: float
    loglik: float
    loglik_without_inefficiency: float
    efficiency: list[float]

    @property
    def likelihood_ratio(self) -> float:
        """Twice the gain over the model without inefficiency; near 0 means: no inefficiency is seen."""
        return 2 * (self.loglik - self.loglik_without_inefficiency)


def fit(outputs: Sequence[float], inputs: Sequence[Sequence[float]]) -> Frontier:
    """`outputs` one value per unit, `inputs` one column per input, all above 0. ValueError when too few units."""
    y = np.log(np.array(outputs, dtype=np.float64))
    x = np.column_stack([np.ones(len(y)), *(np.log(np.array(column, dtype=np.float64)) for column in inputs)])
    if not (np.isfinite(y).all() and np.isfinite(x).all()) or len(y) <= x.shape[1] + 2:
        raise ValueError("A frontier needs values above 0 and more units than coefficients.")
    ols, *_rest = np.linalg.lstsq(x, y, rcond=None)
    residual = y - x @ ols
    count, variance = len(y), float(residual @ residual) / len(y)
    ols_loglik = -count / 2 * (np.log(2 * np.pi * variance) + 1)
    best = min((_climb(y, x, _start(ols, variance, gamma)) for gamma in np.arange(0.05, 1, 0.1)), key=lambda r: r[0])
    beta, sigma2, gamma = _unpack(best[1])
    return Frontier(beta.tolist(), sigma2, gamma, -best[0], ols_loglik, _efficiency(y - x @ beta, sigma2, gamma))


def _start(ols: Array, variance: float, gamma: float) -> Array:
    """Corrected least squares: the constant is lifted by the mean of the inefficiency that gamma implies."""
    sigma2 = variance / (1 - 2 * gamma / np.pi)
    beta = ols.copy()
    beta[0] += np.sqrt(2 * gamma * sigma2 / np.pi)
    return np.array([*beta, np.log(sigma2), np.log(gamma / (1 - gamma))])


def _unpack(theta: Array) -> tuple[Array, float, float]:
    return theta[:-2], float(np.exp(theta[-2])), float(1 / (1 + np.exp(-theta[-1])))


def _climb(y: Array, x: Array, start: Array) -> tuple[float, Array]:
    from scipy.optimize import minimize
    from scipy.special import log_ndtr
    from scipy.stats import norm

    def loss(theta: Array) -> float:
        beta, sigma2, gamma = _unpack(theta)
        sigma = np.sqrt(sigma2)
        residual = y - x @ beta
        tilt = -residual / sigma * np.sqrt(gamma / max(1 - gamma, 1e-12))
        return -float(np.sum(np.log(2 / sigma) + norm.logpdf(residual / sigma) + log_ndtr(tilt)))

    solved = minimize(loss, start, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    solved = minimize(loss, solved.x, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20000})
    return float(solved.fun), np.array(solved.x)


def _efficiency(residual: Array, sigma2: float, gamma: float) -> list[float]:
    """E[exp(-u) | e] (Battese, Coelli)."""
    from scipy.special import log_ndtr

    mean, spread = -gamma * residual, np.sqrt(gamma * (1 - gamma) * sigma2)
    log_values = log_ndtr(mean / spread - spread) - log_ndtr(mean / spread) - mean + spread**2 / 2
    efficiency: list[float] = np.exp(log_values).tolist()
    return efficiency
