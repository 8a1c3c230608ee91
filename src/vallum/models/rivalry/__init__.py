"""The years after: deployment, the other side's answer, tension, and two hazards.

Vallum's long-run model, of Richardson's (1960) family with a target in place of a grievance. Forward forces b
above the baseline approach what the option wants; the opponent answers them; both feed tension, which
talks wear down:

    b' = alpha (b* - b) + k r                                      at most the build rate        (1)
    r' = l (1 - g) A(b, late) - beta r,    l = parity beta        at most the other's           (2)
    A(b) = b, or reciprocity * b below the baseline; late: seen after a third-order delay        (3)
    T' = a (b + r) - (d + N) T                                                                   (4)
    b, r <= what a treaty, men, industry or money allow; what is above that goes down to it      (5)
    war:        h = h0 exp(b_T T - b_D b)            T at most T*, where what is known of it ends (6)
    incidents:  i = i0 exp(c_T T) m^presence                                                     (7)

N is what negotiation and confidence-building take from tension, g what guarantees take from the answer. Wars and
low-level incidents are hazards apart, since presence moves them in opposite directions (O'Mahony et al. 2018:
near forces go with fewer wars and more incidents short of war). Without (5) and lags the path has the equilibrium

    b = alpha beta b* / (alpha beta - k l'),  r = l' b / beta,  T = a (b + r) / (d + N),  l' = l (1 - g)     (8)

and is stable iff alpha beta > k l'                                                              (9)

Two schools read the same posture through it. *Deterrence* (b_D large, l small): a force that can deny makes
war less likely. *Spiral* (l, a, b_T large): a force at the border is answered, feared, and raises the risk;
with full parity the reference numbers have the whole of deterrence eaten up. Both run here at once, and no
input is set by either.

In Vallum's pipeline b_D is 0: campaigns carry denial, the crisis turns it into a choice, and h0 is the rate of
crises, not of wars.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from vallum.spec import Input, ModelSpec, Outcome, Table, Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Array, Float

    from vallum.models.contract import Draws, Inputs, Outcomes

STEPS = 24  # a year; the fourth-order rule of Runge and Kutta
ORDER = 3  # stages of the lag, a third-order delay: most of the answer comes within half and twice its mean
SHORT = 1.5  # steps; a shorter lag is none, its stages would be faster than the steps

spec = ModelSpec(
    name="rivalry",
    title="Deployment, answer, tension: the years after",
    reference=(
        "Vallum's rivalry model (docs/models/rivalry.md) after Richardson, L. F. (1960), Arms and Insecurity; "
        "Jervis, R. (1978), World Politics 30, 167-214"
    ),
    inputs=(
        Input("start_brigades", "brigade", "forward brigades above the baseline that stand there at the start"),
        Input("target_brigades", "brigade", "forward brigades above the baseline that the option wants", symbol="b*"),
        Input("adjustment_rate", "1/year", "share of what is lacking that is added in a year", low=0, symbol="alpha"),
        Input("build_rate", "brigade/year", "most that can be added in a year", low=0),
        Input("forward_ceiling", "brigade", "most that can stand there: men, industry, consent"),
        Input("counter_reaction", "1/year", "added each year for each of the opponent's", low=0, symbol="k"),
        Input("forward_budget", "USD/year", "what may be spent each year on forward brigades", low=0),
        Input("brigade_cost", "USD/year/brigade", "what one costs each year", low=1),
        Input(
            "opponent_rate",
            "1/year",
            "share of the gap to parity that the opponent closes in a year",
            low=0,
            symbol="beta",
        ),
        Input(
            "parity", "1", "opponent's brigades for each forward one, once it has answered", low=0, symbol="l / beta"
        ),
        Input("reaction_lag", "year", "years until it answers, on average", low=0),
        Input("opponent_build_rate", "brigade/year", "most that it can add in a year", low=0),
        Input("opponent_ceiling", "brigade", "most that it can add at all"),
        Input("reciprocity", "1", "its answer to a withdrawal, as a share of that to a build-up", 0, 1),
        Input("mutual_limit", "brigade", "ceiling of a treaty, the same above the baseline of both"),
        Input("guarantee", "1", "share of the answer that guarantees take away", 0, 1, symbol="g"),
        Input(
            "tension_gain", "1/year/brigade", "tension that a brigade of either side adds in a year", low=0, symbol="a"
        ),
        Input("tension_decay", "1/year", "share of tension that passes in a year", low=0, symbol="d"),
        Input("highest_tension", "1", "tension beyond which it has no more effect on either rate", low=0, symbol="T*"),
        Input("negotiation", "1/year", "share that talks take away beside", low=0, symbol="N"),
        Input(
            "base_hazard", "1/year", "rate of wars, or of crises in the pipeline, without tension", low=0, symbol="h0"
        ),
        Input("tension_war_effect", "1", "log of that rate for one of tension", low=0, symbol="b_T"),
        Input("denial_effect", "1/brigade", "log of it that a forward brigade takes away", low=0, symbol="b_D"),
        Input("incident_rate", "1/year", "rate of low-level incidents without tension", low=0, symbol="i0"),
        Input("tension_incident_effect", "1", "log of that rate for one of tension", low=0, symbol="c_T"),
        Input("presence", "1", "light allied forces inside the partner: 0 none, 1 as in the studies", low=0),
        Input("presence_factor", "1", "what such forces multiply incidents by", low=0, symbol="m"),
    ),
    outcomes=(
        Outcome("forward_at_end", "brigade", "forward brigades above the baseline in the last year"),
        Outcome("reaction_at_end", "brigade", "opponent's answer in the last year"),
        Outcome("tension_at_end", "1", "tension in the last year"),
        Outcome("peak_tension", "1", "highest tension of any year"),
        Outcome("war_probability", "1", "chance of a war by the last year"),
        Outcome("incidents", "1", "incidents to be expected by the last year"),
        Outcome("stable", "1", "action and reaction die out: equation (9)", "flag"),
        Outcome("forward_by_year", "brigade", "forward brigades above the baseline", per="years"),
        Outcome("reaction_by_year", "brigade", "opponent's answer", per="years"),
        Outcome("tension_by_year", "1", "tension", per="years"),
        Outcome("hazard_by_year", "1/year", "rate of wars, or of crises in the pipeline", per="years"),
        Outcome("incidents_by_year", "1/year", "rate of incidents", per="years"),
    ),
    tables=(Table("years", key="year", meaning="one year after the decision", ordered=True),),
    limits=(
        "one opponent with one answer; no third parties (favours neither)",
        "brigades are counted, not judged: those that cannot attack frighten as much as others (favours restraint)",
        "no change of government, mind or technology in all the years (favours neither)",
        "no point estimate of the answer in brigades exists: parity and its speed are judgements (favours neither)",
    ),
)


class Years(NamedTuple):
    """The static structure of a run: how many years after the first."""

    years: int


class State(NamedTuple):
    """Where both sides stand: brigades above the baseline, and tension."""

    forward: Any
    reaction: Any
    tension: Any


class _Moving(NamedTuple):
    """The state, and the forward brigades as they pass through the stages of the lag."""

    forward: Any
    reaction: Any
    tension: Any
    seen: tuple[Any, ...]


def plan(tables: Tables) -> Years:
    """One row of `years` is one year, the first of them year 0."""
    return Years(len(tables["years"]) - 1)


def run(structure: Years, inputs: Inputs, draws: Draws) -> Outcomes:
    """The path of one rivalry; see the module's equations.

    Parameters
    ----------
    structure : Years
        From `plan`.
    inputs : mapping
        Scalars as declared.
    draws : Draws
        Not used: the path has no chance.

    Returns
    -------
    dict
        The declared outcomes.
    """
    import jax.numpy as jnp

    del draws
    path = paths(structure, inputs)
    felt = jnp.minimum(path.tension, inputs["highest_tension"])
    hazard = inputs["base_hazard"] * jnp.exp(
        inputs["tension_war_effect"] * felt - inputs["denial_effect"] * path.forward
    )  # (6)
    incidents = inputs["incident_rate"] * jnp.exp(inputs["tension_incident_effect"] * felt)
    incidents = incidents * inputs["presence_factor"] ** inputs["presence"]  # (7)
    answer = inputs["parity"] * (1 - inputs["guarantee"]) * inputs["opponent_rate"]
    return {
        "forward_at_end": path.forward[-1],
        "reaction_at_end": path.reaction[-1],
        "tension_at_end": path.tension[-1],
        "peak_tension": jnp.max(path.tension),
        "war_probability": -jnp.expm1(-over_years(hazard)),
        "incidents": over_years(incidents),
        "stable": inputs["adjustment_rate"] * inputs["opponent_rate"] > inputs["counter_reaction"] * answer,  # (9)
        "forward_by_year": path.forward,
        "reaction_by_year": path.reaction,
        "tension_by_year": path.tension,
        "hazard_by_year": hazard,
        "incidents_by_year": incidents,
    }


def over_years(rate: Float[Array, " year"]) -> Float[Array, ""]:
    """A yearly rate added up over all years, by the trapezium rule."""
    import jax.numpy as jnp

    return jnp.sum(rate[1:] + rate[:-1]) / 2


def paths(structure: Years, inputs: Inputs) -> State:
    """Equations (1)-(5), every year: arrays (year,)."""
    import jax
    import jax.numpy as jnp

    zero = 0.0 * inputs["target_brigades"]
    h = 1 / STEPS
    late = inputs["reaction_lag"] * STEPS >= SHORT
    pace = ORDER / jnp.where(late, inputs["reaction_lag"], 1.0)
    most = jnp.minimum(inputs["forward_budget"] / inputs["brigade_cost"], inputs["mutual_limit"])
    forward_most = jnp.minimum(inputs["forward_ceiling"], most)
    reaction_most = jnp.minimum(inputs["opponent_ceiling"], inputs["mutual_limit"])
    parity = inputs["parity"] * (1 - inputs["guarantee"])

    def slope(now: _Moving) -> _Moving:
        wanted = inputs["adjustment_rate"] * (jnp.minimum(inputs["target_brigades"], forward_most) - now.forward)
        echo = jnp.where(now.forward > forward_most, 0.0, inputs["counter_reaction"] * now.reaction)
        forward = wanted + echo  # (1)
        chain = (now.forward, *now.seen)
        seen = tuple(pace * (before - after) for before, after in pairwise(chain))
        last = jnp.where(late, now.seen[-1], now.forward)
        felt = jnp.where(last > 0, last, inputs["reciprocity"] * last)  # (3)
        reaction = inputs["opponent_rate"] * (jnp.minimum(parity * felt, reaction_most) - now.reaction)  # (2)
        passing = (inputs["tension_decay"] + inputs["negotiation"]) * now.tension
        tension = inputs["tension_gain"] * (now.forward + now.reaction) - passing  # (4)
        forward = jnp.minimum(forward, inputs["build_rate"])
        return _Moving(forward, jnp.minimum(reaction, inputs["opponent_build_rate"]), tension, seen)

    def step(now: _Moving, _: None) -> tuple[_Moving, State]:
        def on(rate: _Moving, by: float) -> _Moving:
            return _sum((now, rate), (1.0, by))

        first = slope(now)
        second = slope(on(first, h / 2))
        third = slope(on(second, h / 2))
        fourth = slope(on(third, h))
        new = on(_sum((first, second, third, fourth), (1 / 6, 1 / 3, 1 / 3, 1 / 6)), h)
        forward = jnp.minimum(new.forward, jnp.maximum(forward_most, now.forward))  # (5)
        reaction = jnp.minimum(new.reaction, jnp.maximum(reaction_most, now.reaction))
        new = new._replace(forward=forward, reaction=reaction)
        return new, State(forward, reaction, new.tension)

    there = inputs["start_brigades"] + zero
    start = _Moving(there, zero, zero, (zero,) * ORDER)
    _, every = jax.lax.scan(step, start, None, structure.years * STEPS)
    starts = State(there, zero, zero)
    return State(*(jnp.concatenate([x[None], y[STEPS - 1 :: STEPS]]) for x, y in zip(starts, every, strict=True)))


def _sum(states: Sequence[_Moving], weights: Sequence[float]) -> _Moving:
    """A weighted sum of states, or of their rates of change."""

    def total(values: Sequence[Any]) -> Any:
        return sum(weight * x for weight, x in zip(weights, values, strict=True))

    return _Moving(
        forward=total([x.forward for x in states]),
        reaction=total([x.reaction for x in states]),
        tension=total([x.tension for x in states]),
        seen=tuple(map(total, zip(*(x.seen for x in states), strict=True))),
    )


def equilibrium(inputs: Inputs) -> State:
    """Equation (8), for numbers or arrays of one shape; without ceilings and lags, and NaN where not stable."""
    import jax.numpy as jnp

    answer = inputs["parity"] * (1 - inputs["guarantee"])
    inertia, echo = inputs["adjustment_rate"], inputs["counter_reaction"] * answer
    forward = jnp.where(inertia > echo, inertia * inputs["target_brigades"] / (inertia - echo), jnp.nan)
    reaction = answer * forward
    tension = inputs["tension_gain"] * (forward + reaction) / (inputs["tension_decay"] + inputs["negotiation"])
    return State(forward, reaction, tension)
