"""What the challenger expects: the expectation of a campaign over everything that it does not know.

In a future much is drawn that nobody knows in advance: luck, ground, law, who joins. A challenger that acted on
how its campaign *will* go would be clairvoyant. It acts on the expectation given what it knows, here the
regression of the outcome on the inputs that a model declares as known to the attacker (`known_to`), and on the
answer that joins the attack:

    E[y | known, a] = c + sum of beta_j (u_j - 1/2) + gamma sign(a) ln(1 + |a|)                    (1)

u_j the quantile of a known input, a in brigades. What is not known is averaged over, by being left out. The
beta are shrunk together as far as chance can have made them (positive-part James and Stein 1961). The belief of a
future is that of a fit on *other* parts of the design (four folds of its independent scrambles), so that
neither its own luck nor that of its neighbours is in it.

To ask "what would one have to believe", a factor can be moved to a quantile in everybody's eyes: its coefficient,
of one that is not known from the fit with that factor added and shrunk by 1 - 1 / t^2, moves the expectation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int

FOLDS = 4
SHARES = 2  # outcomes that are shares of one; the others have no bound above
TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Surface:
    """Expectations of one option, plan and arm.

    Attributes
    ----------
    fold : array of int (future,)
        The part of the design that each future belongs to.
    base : array (what, future)
        c and what is known of each future, from fits on the other folds.
    slope : array (fold, what)
        gamma of equation (1).
    moved : mapping of str to array (fold, what)
        By factor: how expectations change from its lowest to its highest quantile.
    known : mapping of str to array (future,)
        Quantiles of the factors that the challenger knows.
    highest : array (what,)
        Beyond which nothing is expected: 1 for shares, infinite for losses.
    skill : array (what,)
        Share of the variance of outcomes that beliefs explain in futures not fitted on.
    """

    fold: Int[np.ndarray, " future"]
    base: Float64[np.ndarray, "what future"]
    slope: Float64[np.ndarray, "fold what"]
    moved: Mapping[str, Float64[np.ndarray, "fold what"]]
    known: Mapping[str, Float64[np.ndarray, " future"]]
    highest: Float64[np.ndarray, " what"]
    skill: Float64[np.ndarray, " what"]

    def expected(
        self, joined: Float64[np.ndarray, "future year"], shift: Mapping[str, float] | None = None
    ) -> Float64[np.ndarray, "what future year"]:
        """Expectations when so many brigades of the answer join the attack.

        Parameters
        ----------
        joined : array (future, year)
        shift : mapping of str to float, optional
            Factors moved to a quantile, 0 to 1, in everybody's eyes; of a known factor all futures agree on it then.

        Returns
        -------
        array (what, future, year)
            Within 0 and the highest.
        """
        found = self.base[:, :, None] + self.slope[self.fold].T[:, :, None] * _felt(joined)
        for name, quantile in (shift or {}).items():
            before = self.known.get(name, np.float64(0.5))
            found = found + ((quantile - before) * self.moved[name][self.fold].T)[:, :, None]
        return np.clip(found, 0.0, self.highest[:, None, None])


def fit_surfaces(
    factors: Mapping[str, Float64[np.ndarray, " future"]],
    known: Sequence[str],
    answer: Float64[np.ndarray, " future"],
    values: Float64[np.ndarray, "what future replicate"],
    good: Bool[np.ndarray, "future replicate"],
    scramble: Int[np.ndarray, " future"],
) -> Surface:
    """Fit equation (1) for one option, plan and arm.

    Parameters
    ----------
    factors : mapping of str to array (future,)
        Quantile of every uncertain factor of the campaign.
    known : sequence of str
        Those that the challenger knows.
    answer : array (future,)
        Brigades of the answer that joined.
    values : array (what, future, replicate)
        Outcomes; the first `SHARES` are shares.
    good : array of bool (future, replicate)
        Runs that count.
    scramble : array of int (future,)

    Returns
    -------
    Surface
    """
    count = good.sum(axis=1)
    use = count > 0
    mean = np.where(good, values, 0.0).sum(axis=2) / np.maximum(count, 1)
    told = np.column_stack([factors[name] for name in known]) - 0.5 if known else np.empty((len(answer), 0))
    others = [name for name in factors if name not in known]
    more = np.column_stack([factors[name] for name in others]) - 0.5 if others else np.empty((len(answer), 0))
    design = np.column_stack([np.ones(len(answer)), _felt(answer)])
    fold = _folds(scramble)
    base, slope = np.empty_like(mean), np.empty((FOLDS, len(mean)))
    moved = {name: np.zeros((FOLDS, len(mean))) for name in factors}
    for part in range(FOLDS):
        inside, here = (fold != part) & use, fold == part
        fit = _fit(design[inside], told[inside], more[inside], mean[:, inside].T)
        base[:, here] = (fit.constant + told[here] @ fit.known).T
        slope[part] = fit.slope
        for names, coefficients in ((known, fit.known), (others, fit.others)):
            for name, coefficient in zip(names, coefficients, strict=True):
                moved[name][part] = coefficient
    highest = np.where(np.arange(len(mean)) < SHARES, 1.0, np.inf)
    surface = Surface(fold, base, slope, moved, {x: factors[x] for x in known}, highest, np.zeros(len(mean)))
    expected = surface.expected(answer[:, None])[:, :, 0]
    spread = np.var(mean[:, use], axis=1)
    skill = 1 - np.mean((mean - expected)[:, use] ** 2, axis=1) / np.where(spread > 0, spread, 1.0)
    return replace(surface, skill=np.where(spread > 0, skill, 0.0))


class _Fit(NamedTuple):
    """Coefficients of equation (1): arrays (what,), (what,), (factor, what), (factor, what)."""

    constant: Any
    slope: Any
    known: Any
    others: Any


def _fit(design: Any, told: Any, more: Any, response: Any) -> _Fit:
    """Least squares; what is known shrunk, each other factor added alone (Frisch, Waugh and Lovell) and shrunk too."""
    linear: Any = np.linalg
    whole = np.column_stack([design, told])
    coefficients = linear.lstsq(whole, response, rcond=None)[0]
    beta = coefficients[2:]
    left = response - whole @ coefficients
    rows, terms = len(whole), told.shape[1]
    noise = (left**2).sum(axis=0) / max(rows - whole.shape[1], 1)
    told_apart = told - design @ linear.lstsq(design, told, rcond=None)[0]
    size = ((told_apart @ beta) ** 2).sum(axis=0)
    kept = np.clip(1 - max(terms - 2, 0) * noise / np.where(size > 0, size, np.inf), 0.0, 1.0) if terms else 1.0
    beta = kept * beta
    constant, slope = linear.lstsq(design, response - told @ beta, rcond=None)[0]
    basis = linear.qr(whole)[0]
    apart = more - basis @ (basis.T @ more)
    weight = (apart**2).sum(axis=0)[:, None]
    others = np.where(weight > TINY * rows, apart.T @ left / np.maximum(weight, TINY), 0.0)
    others = others * np.clip(1 - noise / np.maximum(others**2 * weight, TINY * noise + TINY**2), 0.0, 1.0)
    return _Fit(constant, slope, beta, others)


def _felt(brigades: Any) -> Any:
    """sign(a) ln(1 + |a|): the first brigades that join matter most."""
    return np.sign(brigades) * np.log1p(np.abs(brigades))


def _folds(scramble: Int[np.ndarray, " future"]) -> Int[np.ndarray, " future"]:
    """Folds of whole scrambles; of a design without any, of every fourth future."""
    ids, place = np.unique(scramble, return_inverse=True)
    return (place if len(ids) >= FOLDS else np.arange(len(scramble))) % FOLDS
