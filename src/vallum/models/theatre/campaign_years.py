"""A campaign in one of the years after: what the other side has answered by then joins the attack.

The path of the rivalry (`vallum.models.rivalry`) is followed to the year of the campaign; the opponent's answer
of that year, in brigades above the baseline, stands opposite the frontier, and the share of it that joins
the attack strengthens every echelon of a plan in the same proportion:

    E_e' = E_e max(0, 1 + share r(year) P / sum of E over the plan)                              (1)

with P soldiers of an opponent's brigade. Everything else is the campaign, with the same luck, so that without an
answer a run is that of the campaign, bit for bit. Forward forces are the option's; how much of an option
stands in a year is weighed afterwards (`vallum.study.pipeline`).

The inputs of the crisis are declared here too: no campaign reads them, but every future of a study then
has a value of each, drawn, stored and varied like any other.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from vallum.models import crisis, rivalry
from vallum.models.theatre import campaign
from vallum.models.theatre.campaign import LANES, Campaign
from vallum.models.theatre.campaign_declaration import DENIED_BY, RETAKEN_BY
from vallum.spec import Input, Outcome, Tables

if TYPE_CHECKING:
    from jaxtyping import Array, Float

    from vallum.models.contract import Draws, Inputs, Outcomes

__all__ = ["CHOICE", "LANES", "plan", "run", "spec"]

CHOICE = tuple(x for x in crisis.spec.inputs if x.name in (
    "punishment", "resolve", "tripwire_resolve", "status_quo", "precision"
))  # fmt: skip
"""What a case says of the choice itself; the rest of the crisis comes from campaigns, or by plan."""

_OWN = (
    Input("campaign_year", "year", "year after the decision in which the campaign is fought", low=0),
    Input("opponent_personnel", "troop/brigade", "soldiers of an opponent's brigade", low=0),
    Input("joining_share", "1", "share of the opponent's answer that joins the attack", 0, 1, known_to="attacker"),
    Input("prize", "1", "worth to the challenger of what a plan is after", low=0, per="plans", known_to="attacker"),
    Input("worth_of_losses", "1", "what losing all that attack costs it, in the same unit", low=0, known_to="attacker"),
    Input("reassurance", "1", "what guarantees and talks add to the worth of the status quo", known_to="attacker"),
    Input("second_theatre", "1", "chance that a second theatre draws help away", 0, 1, known_to="both"),
    Input("diversion", "1", "share of the help that it then draws away", 0, 1, known_to="both"),
)

spec = replace(
    campaign.spec,
    name="campaign_years",
    title="Theatre campaign in one of the years after, and what the crisis before it is decided by",
    reference=(
        "The campaign (docs/models/campaign.md) with the answer of the rivalry model (docs/models/rivalry.md); "
        "the choice as docs/models/crisis.md"
    ),
    inputs=(*campaign.spec.inputs, *rivalry.spec.inputs, *CHOICE, *_OWN),
    outcomes=(
        *campaign.spec.outcomes,
        Outcome("attackers_available", "troop", "attackers of the plan taken, the opponent's answer included"),
        Outcome("attacker_loss_share", "1", "share of them lost in battle, to strikes or as occupiers"),
        Outcome("holds_prize", "1", "an objective is taken by the last day and not retaken", "flag"),
        Outcome("answer", "brigade", "the opponent's answer in the year of the campaign"),
        Outcome("tension", "1", "tension in that year"),
    ),
    tables=(*campaign.spec.tables, *rivalry.spec.tables),
    limits=(*campaign.spec.limits, *rivalry.spec.limits),
)


class CampaignYears(NamedTuple):
    """What no run changes: the campaign's structure and the number of years."""

    campaign: Campaign
    years: rivalry.Years


def plan(tables: Tables) -> CampaignYears:
    """The plans of both parts."""
    return CampaignYears(campaign.plan(tables), rivalry.plan(tables))


def run(structure: CampaignYears, inputs: Inputs, draws: Draws) -> Outcomes:
    """Run a block of campaigns in the years of their futures.

    Parameters
    ----------
    structure : CampaignYears
        From `plan`.
    inputs : mapping of str to array
        As declared, shapes (run,) and (row, run) or (row, 1).
    draws : Draws

    Returns
    -------
    dict
        As declared, the run axis last.
    """
    import jax
    import jax.numpy as jnp

    told = {x.name: inputs[x.name] for x in rivalry.spec.inputs}
    path = jax.vmap(partial(rivalry.paths, structure.years), in_axes=-1, out_axes=-1)(told)
    answer, tension = (_in_year(x, inputs["campaign_year"]) for x in (path.reaction, path.tension))
    available, stronger = _strengthened(structure.campaign, inputs, answer)
    found = campaign.run(structure.campaign, {**inputs, "echelon_personnel": stronger}, draws)
    lost = found["attacker_losses"] + found["attacker_strike_losses"] + found["occupier_losses"]
    taken = ~found[f"denied_by_day_{DENIED_BY[-1]}"]
    return found | {
        "attackers_available": available,
        "attacker_loss_share": jnp.where(available > 0, jnp.minimum(lost / jnp.maximum(available, 1.0), 1.0), 0.0),
        "holds_prize": taken & ~found[f"retaken_by_day_{RETAKEN_BY}"],
        "answer": answer,
        "tension": tension,
    }


def _in_year(series: Float[Array, "year run"], year: Float[Array, " run"]) -> Float[Array, " run"]:
    """A yearly series at any time between its ends, by straight lines."""
    import jax.numpy as jnp

    last = series.shape[0] - 1
    time = jnp.clip(year, 0, last)
    below = jnp.clip(jnp.floor(time).astype(jnp.int32), 0, max(last - 1, 0))
    lane = jnp.arange(series.shape[1])
    share = time - below
    return (1 - share) * series[below, lane] + share * series[jnp.minimum(below + 1, last), lane]


def _strengthened(
    structure: Campaign, inputs: Inputs, answer: Float[Array, " run"]
) -> tuple[Float[Array, " run"], Float[Array, "echelon run"]]:
    """Attackers of the plan of most weight, and every echelon with its part of the answer: equation (1)."""
    import jax.numpy as jnp

    plans = inputs["plan_weight"].shape[0]
    number = structure.echelon_plan
    real = inputs["echelons.active"] & (number >= 0)[:, None]
    there = jnp.where(real, inputs["echelon_personnel"] * inputs["echelon_available"], 0.0)
    there = jnp.broadcast_to(there, (there.shape[0], answer.shape[0]))
    total = jnp.zeros((plans, answer.shape[0]), there.dtype).at[number].add(there, mode="drop")
    added = inputs["joining_share"] * answer * inputs["opponent_personnel"]
    factor = jnp.where(total > 0, jnp.maximum(0.0, 1.0 + added / jnp.maximum(total, 1.0)), 1.0)
    weight = jnp.where(inputs["plans.active"], inputs["plan_weight"], 0.0)
    chosen = jnp.argmax(jnp.broadcast_to(weight, total.shape), axis=0)
    available = (total * factor)[chosen, jnp.arange(answer.shape[0])]
    return available, inputs["echelon_personnel"] * factor[jnp.maximum(number, 0)]
