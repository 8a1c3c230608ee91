"""The crisis: does a challenger that weighs prize, cost and punishment attack?

The reduced choice behind every deterrence game of this folder: denial, punishment, tripwire and
reassurance are one formula, each moves another term of it (after Snyder 1961 for the first two; Schelling 1966
and Reiter & Poast 2021 for and against the third). With the prize V, success s and cost k of an
attack if nobody intervenes (0) and against intervention (1), punishment Pi outside the theatre, and the
status quo worth U0 to the challenger:

    u_N = V s0 - k0                          nobody intervenes                                       (1)
    u_I = V s1 - k1 - Pi                     the alliance does                                       (2)
    EU(rho) = (1 - rho) u_N + rho u_I        rho: how likely the challenger thinks that is           (3)
    rho* = (u_N - U0) / (u_N - u_I)          attack iff rho < rho*, where u_N > u_I                  (4)
    P(attack) = 1 / (1 + exp(-lambda [EU - U0]))                                                     (5)

An allied force that stands there adds delta rho to rho, and nothing else: what it does in battle is in s0 and
k0. Both chances of attack, with and without that addition, are given side by side, since surveys find it
small (three points for thousands of soldiers and for tens of thousands: Musgrave & Ward 2023).

If u_N <= U0, denial holds at rho = 0 and neither tripwire nor punishment matters; if even u_I > U0 nothing that
rests on resolve deters.

Resolve enters here and nowhere else: s0 and k0 come from campaigns in which nobody intervenes, s1 and k1 from
campaigns in which the alliance does. They are expectations over all that the challenger does not know, never
what happens in one future.

The games in which resolve itself is uncertain and signalled are beside: `unilateral`, `mutual`, `escalation`,
`tripartite`; `strategic` is the form that is fitted to data, `bargaining` what comes before the crisis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vallum.spec import Input, ModelSpec, Outcome, Tables

if TYPE_CHECKING:
    from vallum.models.contract import Draws, Inputs, Outcomes

spec = ModelSpec(
    name="crisis",
    title="The challenger's choice: denial, punishment, tripwire, reassurance",
    reference=(
        "Vallum's reduced choice (docs/models/crisis.md) after Snyder, G. (1961), Deterrence and Defense; "
        "Zagare, F. and Kilgour, D. M. (2000), Perfect Deterrence; Signorino, C. (2003), Political Analysis 11, 316-344"
    ),
    inputs=(
        Input("prize", "1", "worth of success to the challenger", low=0, symbol="V", known_to="attacker"),
        Input("success_alone", "1", "chance of success if nobody intervenes", 0, 1, symbol="s0", known_to="attacker"),
        Input("cost_alone", "1", "cost of the attack then", low=0, symbol="k0", known_to="attacker"),
        Input(
            "success_against_help",
            "1",
            "chance of success against intervention",
            0,
            1,
            symbol="s1",
            known_to="attacker",
        ),
        Input("cost_against_help", "1", "cost of the attack then", low=0, symbol="k1", known_to="attacker"),
        Input("punishment", "1", "cost outside the theatre if the alliance acts", low=0, symbol="Pi", known_to="both"),
        Input(
            "resolve", "1", "chance of intervention in the challenger's eyes", 0, 1, symbol="rho", known_to="attacker"
        ),
        Input("tripwire_resolve", "1", "what allied forces on the spot add to it", -1, 1, symbol="delta rho"),
        Input("status_quo", "1", "worth of not attacking, decline included", symbol="U0", known_to="attacker"),
        Input("precision", "1", "how surely the better choice is taken", low=0, symbol="lambda"),
    ),
    outcomes=(
        Outcome("utility_alone", "1", "worth of an attack if nobody intervenes"),
        Outcome("utility_against_help", "1", "worth of an attack against intervention"),
        Outcome(
            "critical_resolve", "1", "resolve from which an attack does not pay: 0 it never does, 1 it always does"
        ),
        Outcome("attack_utility", "1", "expected worth of an attack"),
        Outcome("attack_probability", "1", "chance of an attack"),
        Outcome(
            "attack_probability_without_tripwire", "1", "chance of an attack without what presence adds to resolve"
        ),
        Outcome("deterred", "1", "an attack is worth no more than the status quo", "flag"),
        Outcome("denied", "1", "it would not be worth more even if nobody intervened", "flag"),
        Outcome("undeterrable", "1", "it is worth more even if intervention is certain", "flag"),
    ),
    limits=(
        "one challenger, one decision, no bargaining before it (favours neither)",
        "the challenger's costs and stakes are judgements of the case, not measured (favours neither)",
        "no war that nobody chose: accidents and pre-emption are in the rate of crises (favours neither)",
    ),
)


class Choice(NamedTuple):
    """The challenger's reckoning; numbers or arrays of one shape.

    Attributes
    ----------
    utility_alone, utility_against_help, utility
        Equations (1)-(3).
    critical_resolve
        Equation (4), below 0 or above 1 where no resolve decides; NaN where u_N = u_I.
    probability
        Equation (5).
    """

    utility_alone: Any
    utility_against_help: Any
    utility: Any
    critical_resolve: Any
    probability: Any


def choice(terms: Inputs, resolve: Any) -> Choice:
    """Equations (1)-(5).

    Parameters
    ----------
    terms : mapping
        The inputs of `spec` by name, numbers or arrays of one shape; `resolve` and `tripwire_resolve` are not read.
    resolve : number or array
        rho.

    Returns
    -------
    Choice
    """
    import jax.numpy as jnp
    from jax.nn import sigmoid

    alone = terms["prize"] * terms["success_alone"] - terms["cost_alone"]  # (1)
    against = terms["prize"] * terms["success_against_help"] - terms["cost_against_help"] - terms["punishment"]  # (2)
    utility = (1 - resolve) * alone + resolve * against  # (3)
    apart = alone - against
    critical = jnp.where(apart != 0, (alone - terms["status_quo"]) / jnp.where(apart != 0, apart, 1), jnp.nan)  # (4)
    return Choice(
        alone, against, utility, critical, sigmoid(terms["precision"] * (utility - terms["status_quo"]))
    )  # (5)


def plan(tables: Tables) -> tuple[()]:
    """Nothing: a crisis has no tables."""
    del tables
    return ()


def run(structure: tuple[()], inputs: Inputs, draws: Draws) -> Outcomes:
    """One crisis; see the module's equations.

    Parameters
    ----------
    structure : tuple
        Empty.
    inputs : mapping
        Scalars as declared.
    draws : Draws
        Not used: the chance of an attack is given, no attack is drawn.

    Returns
    -------
    dict
        The declared outcomes.
    """
    import jax.numpy as jnp

    del structure, draws
    without = choice(inputs, inputs["resolve"])
    found = choice(inputs, jnp.clip(inputs["resolve"] + inputs["tripwire_resolve"], 0, 1))
    stakes = inputs["status_quo"]
    denied, beyond = found.utility_alone <= stakes, found.utility_against_help > stakes
    helped = jnp.where(beyond, 1.0, jnp.clip(found.critical_resolve, 0, 1))
    return {
        "utility_alone": found.utility_alone,
        "utility_against_help": found.utility_against_help,
        "critical_resolve": jnp.where(denied, 0.0, helped),
        "attack_utility": found.utility,
        "attack_probability": found.probability,
        "attack_probability_without_tripwire": without.probability,
        "deterred": found.utility <= stakes,
        "denied": denied,
        "undeterrable": beyond & ~denied,
    }
