"""How sure a figure is: intervals and differences by the bootstrap over products.

Every metric is a ratio of sums over products (bits / bytes, stopped answers / answers, supported / stated attributes),
so one procedure serves all. Products are drawn with replacement; both columns of a difference get the same draw, which
makes it paired: what is hard in a product is hard for both, and cancels.

Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapters 13 (percentile intervals) and 16.
`benchmarks/interval_coverage.py` measures how often the intervals cover the truth.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalora.evaluation.results import Difference, Direction, Estimate, Verdict

RESAMPLES = 10_000
TAILS = (2.5, 97.5)  # percent, of a 95 % interval
# Of the normal distribution: two-sided 5 %, and four experiments of five that find what is there.
Z_LEVEL, Z_POWER = 1.959964, 0.841621
POWER_DIFFERENCE = 0.01
_DRAWN_AT_ONCE = 500  # resamples; bounds the memory of long lists

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A metric in one column, product by product: the figure is the sum of numerators by the sum of denominators.

    Attributes:
        numerators: shape (N,).
        denominators: shape (N,), not negative; 0 where a product has no value.
    """

    numerators: Floats
    denominators: Floats

    @classmethod
    def of(cls, numerators: npt.ArrayLike, denominators: npt.ArrayLike = 1.0) -> "Ratio":
        """From any numbers; one denominator may stand for all."""
        top = np.asarray(numerators, dtype=np.float64)
        return cls(top, np.broadcast_to(np.asarray(denominators, dtype=np.float64), top.shape))

    @property
    def value(self) -> float:
        """The figure, or NaN when no product has a value."""
        total = float(self.denominators.sum())
        return float(self.numerators.sum()) / total if total else math.nan

    @property
    def influences(self) -> Floats:
        """How far each product pulls the figure from its value, shape (N,): the linear approximation of a ratio."""
        deviation: Floats = (self.numerators - self.value * self.denominators) / self.denominators.mean()
        return deviation


class Bootstrap:
    """The resamples of one list of products, drawn once and used for all its metrics.

    Args:
        count: products in the list.
        seed: the same seed draws the same.
        resamples: how many.
    """

    def __init__(self, count: int, seed: int, resamples: int = RESAMPLES) -> None:
        generator = np.random.default_rng(seed)
        shares = np.full(count, 1 / count)
        size = min(resamples, _DRAWN_AT_ONCE)
        # How often each product is in each resample, (resamples, N); a product is hardly ever in one 256 times.
        self._times = np.empty((resamples, count), dtype=np.uint16)
        for start in range(0, resamples, size):
            part = self._times[start : start + size]
            part[:] = generator.multinomial(count, shares, size=len(part))

    def resample(self, ratio: Ratio) -> Floats:
        """The figure in each resample, shape (resamples,); NaN where no drawn product has a value."""
        figures = np.empty(len(self._times))
        for start in range(0, len(figures), _DRAWN_AT_ONCE):
            times = self._times[start : start + _DRAWN_AT_ONCE].astype(np.float64)
            totals = times @ ratio.denominators
            totals[totals == 0] = np.nan
            figures[start : start + _DRAWN_AT_ONCE] = times @ ratio.numerators / totals
        return figures

    def estimate(self, ratio: Ratio) -> Estimate | None:
        """A figure with its 95 % interval, or nothing when no product has a value."""
        if math.isnan(ratio.value):
            return None
        low, high = _cut_tails(self.resample(ratio))
        return Estimate(ratio.value, low, high, int(np.count_nonzero(ratio.denominators)))

    def compare(self, later: Ratio, earlier: Ratio, direction: Direction) -> Difference | None:
        """The later column less the earlier one on the same products; nothing when either has no value."""
        if math.isnan(later.value) or math.isnan(earlier.value):
            return None
        return _judge(
            (later.value, earlier.value),
            (self.resample(later), self.resample(earlier)),
            direction,
            count_products_to_see(later.influences - earlier.influences),
        )


def compare_lists(
    later: Ratio, later_draws: Bootstrap, earlier: Ratio, earlier_draws: Bootstrap, direction: Direction
) -> Difference | None:
    """The difference of two lists of different products, as seen less unseen; nothing when either has no value.

    The two bootstraps must have different seeds: their draws have to be independent.
    """
    if math.isnan(later.value) or math.isnan(earlier.value):
        return None
    draws = (later_draws.resample(later), earlier_draws.resample(earlier))
    return _judge((later.value, earlier.value), draws, direction, None)


def count_products_to_see(differences: Floats, difference: float = POWER_DIFFERENCE) -> int | None:
    """How many products it takes to see a difference at 5 % two-sided in four evaluations of five.

    Args:
        differences: paired difference of each product, shape (N,).
        difference: what shall be seen.

    Returns:
        ((z_level + z_power) · sd / difference)², rounded up, at least 2; nothing for fewer than two products.
        Source: Cohen 1988, Statistical Power Analysis, section 2.4 (paired means).
    """
    if len(differences) < 2:
        return None
    deviation = float(differences.std(ddof=1))
    return max(2, math.ceil(((Z_LEVEL + Z_POWER) * deviation / difference) ** 2))


def _judge(
    values: tuple[float, float], draws: tuple[Floats, Floats], direction: Direction, products_to_see: int | None
) -> Difference:
    low, high = _cut_tails(draws[0] - draws[1])
    if direction == "one":
        # Better is what comes nearer to 1, from whichever side.
        gain_low, gain_high = _cut_tails(np.abs(draws[1] - 1) - np.abs(draws[0] - 1))
    else:
        gain_low, gain_high = (low, high) if direction == "higher" else (-high, -low)
    verdict: Verdict = "no significant difference"
    if gain_low > 0:
        verdict = "better"
    elif gain_high < 0:
        verdict = "worse"
    return Difference(values[0] - values[1], low, high, verdict, products_to_see)


def _cut_tails(figures: Floats) -> tuple[float, float]:
    low, high = np.nanpercentile(figures, TAILS)
    return float(low), float(high)
