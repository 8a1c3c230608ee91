"""Arms races of two sides: Richardson's equations.

* **Linear race** (Richardson 1960). x and y are the arms of the two sides:

      x' = k y - alpha x + g,    y' = l x - beta y + h                                     (1)

  with k, l the reactions (Richardson's defence coefficients), alpha, beta the fatigue and expense of
  keeping up armaments, g, h the grievances. Stable iff  alpha beta > k l.                 (2)
  The balance point, unique where alpha beta != k l, is

      x = (beta g + k h) / (alpha beta - k l),   y = (l g + alpha h) / (alpha beta - k l)   (3)

* **Budget limit**. Each right-hand side of (1) times  1 - x / K,  1 - y / K: growth ends
  at what a side can pay for.                                                              (4)
* **Two alike sides**. With k = l and alpha = beta the total z = x + y obeys
  z' = (k - alpha) z + g + h, a straight line of growth on level (Richardson 1960).         (5)

What it cannot say: whether a race ends in war, or why a side reacts; nobody in (1) decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64
    from numpy.typing import ArrayLike

SIDES = 2
TOLERANCE = {"rtol": 1e-11, "atol": 1e-12}  # of the integrator


@dataclass(frozen=True, eq=False)
class Race:
    """The coefficients of equation (1), of one race or of a batch of races.

    Attributes
    ----------
    reaction : array, shape (*race, side)
        k and l, 1 / year: what each side adds for each unit of the other's arms; 0 or more.
    fatigue : array, shape (*race, side)
        alpha and beta, 1 / year: what each side drops for each unit of its own; 0 or more.
    grievance : array, shape (*race, side)
        g and h, arms / year: what each side adds or drops whatever the arms.

    Raises
    ------
    ValueError
        If there are not two sides, or a coefficient is out of its range.

    Examples
    --------
    >>> race = Race(np.array([0.2, 0.3]), np.array([0.5, 0.4]), np.array([10.0, 8.0]))
    >>> bool(is_stable(race)), equilibrium(race).round(6).tolist()
    (True, [40.0, 50.0])
    """

    reaction: Float64[np.ndarray, "*race side"]
    fatigue: Float64[np.ndarray, "*race side"]
    grievance: Float64[np.ndarray, "*race side"]

    def __post_init__(self) -> None:
        given = [np.asarray(x, np.float64) for x in (self.reaction, self.fatigue, self.grievance)]
        names = ("reaction", "fatigue", "grievance")
        for name, array, least in zip(names, np.broadcast_arrays(*given), (0, 0, -np.inf), strict=True):
            if array.shape[-1:] != (SIDES,):
                raise ValueError(f"{name} has shape {array.shape}: its last axis has to be the two sides")
            if not (np.isfinite(array) & (array >= least)).all():
                raise ValueError(f"{name} is {array}: it has to be finite{' and 0 or more' if least == 0 else ''}")
            object.__setattr__(self, name, array)


def determinant(race: Race) -> Float64[np.ndarray, "*race"]:
    """What equation (2) compares: alpha beta - k l, 1 / year^2, above zero iff the race is stable."""
    return np.prod(race.fatigue, axis=-1) - np.prod(race.reaction, axis=-1)


def is_stable(race: Race) -> Bool[np.ndarray, "*race"]:
    """Whether arms settle from any start: equation (2)."""
    return determinant(race) > 0


def eigenvalues(race: Race) -> Float64[np.ndarray, "*race mode"]:
    """Rates at which disturbances of equation (1) grow, 1 / year, the lower first.

    They are real, since reactions are not below zero: no such race goes in circles.
    """
    centre = -race.fatigue.mean(axis=-1)
    half = np.sqrt((np.diff(race.fatigue)[..., 0] / 2) ** 2 + np.prod(race.reaction, axis=-1))
    return np.stack([centre - half, centre + half], axis=-1)


def equilibrium(race: Race) -> Float64[np.ndarray, "*race side"]:
    """The balance point: equation (3), in arms.

    Returns
    -------
    array, shape (*race, side)
        NaN where alpha beta = k l. In an unstable race it is what arms run away from, and may lie
        below zero, where it stands for no state of the world.
    """
    det = determinant(race)[..., None]
    other_fatigue, other_grievance = race.fatigue[..., ::-1], race.grievance[..., ::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        point = (other_fatigue * race.grievance + race.reaction * other_grievance) / det
    return np.where(det == 0, np.nan, point)


def trajectory(race: Race, start: ArrayLike, times: ArrayLike) -> Float64[np.ndarray, "*race time side"]:
    """Arms over time under equation (1), exact for any coefficients.

    Parameters
    ----------
    race : Race
    start : array, shape (*race, side)
        Arms at time 0.
    times : array, shape (time,)
        Years from the start, 0 or more.

    Returns
    -------
    array, shape (*race, time, side)
        By the exponential of (1) with a third variable, always 1, that carries the grievances: alpha beta = k l
        needs no case of its own.

    Raises
    ------
    ValueError
        If there are not two sides, or a time is out of its range.
    """
    from scipy import linalg

    at, t = _start(start), _times(times)
    batch = np.broadcast_shapes(race.fatigue.shape[:-1], at.shape[:-1])
    generator = np.zeros((*batch, SIDES + 1, SIDES + 1))
    generator[..., [0, 1], [0, 1]] = -race.fatigue
    generator[..., [0, 1], [1, 0]] = race.reaction
    generator[..., :SIDES, SIDES] = race.grievance
    expm: Any = linalg.expm  # pyright: ignore[reportUnknownVariableType]
    flow = expm(generator[..., None, :, :] * t[:, None, None])
    return (flow[..., :SIDES, :SIDES] @ at[..., None, :, None])[..., 0] + flow[..., :SIDES, SIDES]


def budget_trajectory(
    race: Race,
    start: ArrayLike,
    times: ArrayLike,
    ceiling: float,
    pulse: ArrayLike = (0.0, 0.0),
    pulse_years: float = 0.0,
) -> Float64[np.ndarray, "time side"]:
    """Arms over time under equation (4), by an explicit Runge-Kutta method of order 8.

    Parameters
    ----------
    race : Race
        One race, not a batch.
    start : array, shape (side,)
        Arms at time 0, at most the ceiling.
    times : array, shape (time,)
        Years from the start, 0 or more.
    ceiling : float
        K, arms: the most that either side can keep up.
    pulse, pulse_years : array, shape (side,), and float
        Grievance added while time < pulse_years, arms / year; the integration starts anew where it ends.

    Returns
    -------
    array, shape (time, side)

    Raises
    ------
    ValueError
        If a number is out of its range, or a batch of races is given.
    """
    at, t, extra = _start(start), _times(times), _start(pulse)
    if race.fatigue.shape != (SIDES,) or at.shape != (SIDES,) or extra.shape != (SIDES,):
        raise ValueError(f"race {race.fatigue.shape}, start {at.shape}, pulse {extra.shape}: each has to be (2,)")
    if not (ceiling > 0 and (at <= ceiling).all()):
        raise ValueError(f"start {at} with ceiling {ceiling}: the ceiling has to be above 0 and not below the start")
    if not pulse_years >= 0:
        raise ValueError(f"the pulse lasts {pulse_years} years: it has to last 0 or more")
    found, during, last = np.empty((len(t), SIDES)), t < pulse_years, t.max(initial=0.0)
    end = min(pulse_years, last)
    found[during], at = _limited(race, race.grievance + extra, at, ceiling, (0.0, end), t[during])
    found[~during], _ = _limited(race, race.grievance, at, ceiling, (end, last), t[~during])
    return found


class TotalFit(NamedTuple):
    """A straight line through yearly growth against the year's middle: equation (5)."""

    slope: float
    """k - alpha, 1 / year."""
    zero: float
    """The total at which growth would be nil, -(g + h) / (k - alpha)."""
    correlation: float


def fit_total(totals: ArrayLike) -> TotalFit:
    """Richardson's regression: yearly increments of all sides' spending on the mean of the two years.

    Parameters
    ----------
    totals : array, shape (year,)
        Spending of all sides together, year after year, in any one unit of money.

    Raises
    ------
    ValueError
        If there are fewer than three years, a number is not finite, or the totals make no line.

    Examples
    --------
    France, Russia, Germany and Austria-Hungary, 1909-13, million pounds (Richardson 1960):

    >>> [round(x, 4) for x in fit_total([199.2, 204.8, 214.9, 238.7, 289.0])]
    [0.731, 194.9143, 0.9995]
    """
    z = np.asarray(totals, np.float64)
    if z.ndim != 1 or len(z) < 3 or not np.isfinite(z).all():
        raise ValueError(f"totals are {z}: at least three finite years in a row are needed")
    growth, level = np.diff(z), (z[1:] + z[:-1]) / 2
    d, u = growth - growth.mean(), level - level.mean()
    if not (u.any() and d.any() and u @ d):
        raise ValueError(f"totals are {z}: growth that does not change with the level has no zero")
    slope = (u @ d) / (u @ u)
    zero = level.mean() - growth.mean() / slope
    return TotalFit(float(slope), float(zero), float((u @ d) / np.sqrt((u @ u) * (d @ d))))


def _limited(
    race: Race,
    grievance: Float64[np.ndarray, " side"],
    start: Float64[np.ndarray, " side"],
    ceiling: float,
    span: tuple[float, float],
    times: Float64[np.ndarray, " time"],
) -> tuple[Float64[np.ndarray, "time side"], Float64[np.ndarray, " side"]]:
    """Equation (4) over a span of constant grievances: arms at the times asked for, and at the end."""
    from scipy import integrate

    def rate(_: float, at: Float64[np.ndarray, " side"]) -> Float64[np.ndarray, " side"]:
        return (race.reaction * at[::-1] - race.fatigue * at + grievance) * (1 - at / ceiling)

    if span[0] == span[1]:
        return np.broadcast_to(start, (len(times), SIDES)), start
    asked = np.unique(np.append(times, span[1]))
    solve_ivp: Any = integrate.solve_ivp  # pyright: ignore[reportUnknownVariableType]
    solved = solve_ivp(rate, span, start, method="DOP853", t_eval=asked, **TOLERANCE)
    if not solved.success:
        raise ValueError(f"arms run away below zero before year {span[1]:g}: {solved.message}")
    return solved.y.T[np.searchsorted(asked, times)], solved.y[:, -1]


def _start(arms: ArrayLike) -> Float64[np.ndarray, "*race side"]:
    at = np.asarray(arms, np.float64)
    if at.shape[-1:] != (SIDES,) or not np.isfinite(at).all():
        raise ValueError(f"{at} with shape {at.shape}: finite numbers are needed, their last axis the two sides")
    return at


def _times(years: ArrayLike) -> Float64[np.ndarray, " time"]:
    t = np.asarray(years, np.float64)
    if t.ndim != 1 or not (np.isfinite(t) & (t >= 0)).all():
        raise ValueError(f"times are {t}: a list of finite years, 0 or more, is needed")
    return t
