"""What the campaign takes and gives beyond the reinforcement race: ground, echelons, the engagement law, air, outcomes.

Times count in days from the attack. No country and no number stands here; a case brings both.
"""

from __future__ import annotations

from dataclasses import replace

from vallum.models.theatre import declaration as race
from vallum.spec import Column, Input, ModelSpec, Outcome, Table

TERMS = (
    "win_constant",
    "win_force_ratio",
    "win_surprise",
    "win_prepared",
    "win_fortified",
    "win_rugged",
    "win_air",
    "win_quality",
    "log_battle_days",
    "loss_attacker_wins_attacker",
    "loss_attacker_wins_defender",
    "loss_defender_wins_attacker",
    "loss_defender_wins_defender",
    "loss_own",
    "loss_enemy",
    "log_advance",
)
"""Terms of the engagement law that `law_values` must give for every law."""
SCALES = (
    "loss_sd_attacker",
    "loss_sd_defender",
    "loss_sides_correlation",
    "loss_campaign_share",
    "advance_sd",
    "repulse_advance",
    "reference_strength",
    "density_low",
    "force_ratio_low",
    "force_ratio_high",
    "advance_high",
    "loss_high",
)
"""Scales of the engagement law, and where its evidence ends, that `law_scales` must give for every law."""
RIVAL_SCALES = (
    "lanchester_attacker",
    "lanchester_defender",
    "lanchester_own",
    "lanchester_enemy",
    "lanchester_sd_attacker",
    "lanchester_sd_defender",
    "lanchester_sides_correlation",
    "lanchester_campaign_share",
    "give_up_attacker",
    "give_up_defender",
)
"""What a law of Lanchester's kind takes from the same record; the others do without."""
DENIED_BY = (3, 10, 30, 60)
RETAKEN_BY = 180


def _axes(table: Table) -> Table:
    sector = Column("sector", "axes between which forces may shift share one")
    return replace(table, columns=(*table.columns, sector))


_KEPT = tuple(_axes(x) if x.name == "axes" else x for x in race.TABLES if x.name != "node_losses")
TABLES = (
    *_KEPT,
    Table(
        "segments",
        key="id",
        meaning="a stretch of an axis that is held or passed as one",
        columns=(
            Column("axis", "of which axis", "reference", references="axes"),
            Column("place", "its place along the axis: 1 is where the attacker starts", "number", low=1),
            Column("node", "the place that falls with it", "reference", references="nodes", optional=True),
            Column("rugged", "share of it that is rugged, wooded, marsh or town", "number", low=0, high=1),
        ),
    ),
    Table(
        "echelons",
        key="id",
        meaning="a part of the attacker's force that comes to an axis under a plan",
        columns=(
            Column("name", "its name"),
            Column("plan", "under which plan", "reference", references="plans"),
            Column("axis", "to which axis", "reference", references="axes"),
        ),
    ),
    Table("laws", key="id", meaning="a fit of the engagement law"),
    Table(
        "law_terms",
        key="id",
        meaning="a term of the engagement law",
        columns=(
            Column("low", "what it cannot be below", "number", optional=True),
            Column("high", "what it cannot be above", "number", optional=True),
        ),
    ),
    Table(
        "law_values",
        key="id",
        meaning="what a fit gives for a term",
        columns=(
            Column("law", "which fit", "reference", references="laws"),
            Column("term", "which term", "reference", references="law_terms"),
            Column("estimate", "its estimate", "number"),
            Column("standard_error", "of the estimate", "number", low=0),
        ),
    ),
    Table(
        "law_covariances",
        key="id",
        meaning="how the errors of two terms of a fit go together",
        columns=(
            Column("law", "which fit", "reference", references="laws"),
            Column("first", "one term", "reference", references="law_terms"),
            Column("second", "another", "reference", references="law_terms"),
            Column("correlation", "of their errors", "number", low=-1, high=1),
        ),
    ),
    Table(
        "law_scales",
        key="id",
        meaning="a scale of a fit, or where its evidence ends",
        columns=(
            Column("law", "which fit", "reference", references="laws"),
            Column("quantity", "what", choices=(*SCALES, *RIVAL_SCALES, "mean_battle_days")),
            Column("value", "how much", "number"),
        ),
    ),
    Table(
        "phases",
        key="id",
        meaning="a phase of the campaign in which it may escalate",
        columns=(
            Column("first_day", "day from the attack on which it begins", "number", unit="day", low=0),
            Column("last_day", "day on which it ends", "number", unit="day", low=0),
        ),
    ),
)

INPUTS = (
    *(x for x in race.INPUTS if x.per != "node_losses"),
    # the attacker
    Input(
        "echelon_personnel",
        "troop",
        "soldiers of an echelon at full strength",
        low=0,
        per="echelons",
        known_to="attacker",
    ),
    Input(
        "echelon_available", "1", "share of it available at the date of the case", 0, 1, "echelons", known_to="attacker"
    ),
    Input("echelon_day", "day", "day from the attack on which it is on its axis", low=0, per="echelons"),
    Input(
        "minimum_confidence",
        "1",
        "chance of success below which the attacker takes no plan",
        0,
        1,
        known_to="attacker",
    ),
    # the ground
    Input("segment_length", "km", "length of a segment along the axis", low=0.1, per="segments", known_to="both"),
    Input("frontage", "km", "width to be held against an attack along the axis", low=0, per="segments"),
    Input("preparation", "1", "0 hasty defence, 1 prepared, 2 fortified", 0, 2, per="segments", known_to="both"),
    Input("frontage_per_brigade", "km/brigade", "front that a brigade holds without gaps", low=0.1),
    Input("shift_days", "day", "days a formation in place needs to come to another axis of its sector", low=0),
    Input("extra_brigades", "brigade", "more brigades in place on every attacked axis, for comparison", low=0),
    Input("extra_personnel", "troop/brigade", "soldiers of such a brigade", low=0),
    # the engagement law
    Input("law_in_force", "1", "1 for the fit of the engagement law that holds, 0 for others", 0, 1, per="laws"),
    Input("law_deviate", "1", "by how many standard errors a term differs from its estimate", per="law_terms"),
    Input("quality_edge", "1", "attacker's edge in combat effectiveness, in points of the battle data", -4, 4),
    Input("surprise_level", "1", "attacker's surprise without any warning, in points of the battle data", 0, 3),
    Input("surprise_days", "day", "days after the attack until surprise is gone", low=0.1),
    Input(
        "least_force_ratio",
        "1",
        "soldiers for each defender below which the attacker gives no battle and waits",
        low=0,
        known_to="attacker",
    ),
    Input("pause_days", "day", "days from a repulse to the next attempt", low=0.1),
    Input("attacker_breakpoint", "1", "share lost at which the attacker stops attacking", 0, 1),
    Input("defender_breakpoint", "1", "share lost at which the defender holds no line any more", 0, 1),
    # advance and supply
    Input("march_rate", "km/day", "the attacker's fastest march", low=1),
    Input("rugged_multiplier", "1", "advance on rugged ground, as a share of that on open ground", 0.01, 1),
    Input("advance_losses", "1/day", "share of its strength that an unopposed attacker loses in a day", 0, 1),
    Input("supply_reach", "km", "how far the attacker gets on what it carries", low=0),
    Input("supply_rate", "km/day", "how fast its supply head follows", low=0),
    Input("supply_limit", "km", "how far from its start it can be supplied at all", low=0),
    # air and sea
    Input("air_superiority_start", "1", "the attacker's air superiority on the first day: -1 none, 1 full", -1, 1),
    Input("air_superiority_end", "1", "the same once the alliance's air forces have won what they can", -1, 1),
    Input("air_defence_suppression_days", "day", "days they need for that", low=0.1),
    Input("strike_battalions", "battalion/day", "battalions of reserves they can then destroy in a day", low=0),
    Input("battalion_personnel", "troop/battalion", "soldiers of such a battalion", low=0),
    Input("sorties_per_day", "1/day", "sorties of an aircraft in a day", low=0),
    Input("sortie_losses", "1", "share of aircraft lost in a sortie", 0, 1),
    Input("sea_control_days", "day", "days after its decision until the alliance controls the sea", low=0.1),
    # holding and escalation
    Input("hold_days", "day", "days an objective must be held to count as taken", low=0),
    Input("counter_brigades", "brigade", "brigades that must be free before a lost objective is attacked", low=0),
    Input("fortify_days", "day", "days in which an occupier fortifies what it took", low=0.1),
    Input("escalation_probability", "1", "chance that the war escalates in a phase that it reaches", 0, 1, "phases"),
)

_BY = tuple(
    Outcome(f"denied_by_day_{day}", "1", f"no objective of the aim is taken by day {day}", "flag") for day in DENIED_BY
)
OUTCOMES = (
    *race.OUTCOMES,
    *_BY,
    Outcome("aim_taken_day", "day", "first day on which an objective of the aim is taken", "time", clock="clock"),
    Outcome("aim_reached_day", "day", "first day on which one is reached, held or not", "time", clock="clock"),
    Outcome("closed_when_taken", "brigade", "reinforcing brigades fit to fight when the aim was taken, or at the end"),
    Outcome("counter_day", "day", "day on which the counter-offensive against a taken objective begins", "time"),
    Outcome("aim_retaken_day", "day", "day on which the objective taken first is retaken", "time"),
    Outcome(f"retaken_by_day_{RETAKEN_BY}", "1", f"an objective was taken and is retaken by day {RETAKEN_BY}", "flag"),
    Outcome("counter_losses", "troop", "attackers of the counter-offensive lost in it"),
    Outcome("occupier_losses", "troop", "occupiers of the objective lost in it"),
    Outcome("outside_counter", "1", "some battle or advance of the counter-offensive was beyond the data", "flag"),
    Outcome("depth", "km", "deepest advance on any axis"),
    Outcome("area", "km*km", "ground taken: length times frontage"),
    Outcome("attacker_losses", "troop", "attackers killed, wounded and missing in battle"),
    Outcome("attacker_strike_losses", "troop", "attackers lost to air strikes on reserves"),
    Outcome("defender_losses", "troop", "defenders lost in battle, of all nations"),
    Outcome("host_losses", "troop", "of them, on their own nation's soil"),
    Outcome("tripwire_losses", "troop", "of them, allies who stood there when the attack came"),
    Outcome("helper_losses", "troop", "of them, allies who came later"),
    *(
        Outcome(f"in_contact_day_{day}", "brigade", f"defending brigades in contact on day {day}")
        for day in DENIED_BY[:-1]
    ),
    Outcome("battles", "1", "battles fought to an end", "count"),
    Outcome("battles_won", "1", "of them, won by the attacker", "count"),
    Outcome("battle_days", "day", "days of battle on all axes"),
    Outcome("escalation_day", "day", "day on which the war escalates", "time", clock="clock"),
    Outcome("denied_at_end", "1", "no objective is taken by the last day, and the war has not escalated", "flag"),
    Outcome("outside_density", "1", "some battle had fewer men a km of front than the data", "flag"),
    Outcome("outside_force_ratio", "1", "some battle had a force ratio beyond the data", "flag"),
    Outcome("outside_advance", "1", "some advance was faster than the data", "flag"),
    Outcome("outside_losses", "1", "some losses were beyond the data", "flag"),
    Outcome("outside_evidence", "1", "any of these", "flag"),
    Outcome("depth_by_day", "km", "deepest advance on any axis", per="clock"),
    Outcome("attackers_by_day", "troop", "attackers on all axes", per="clock"),
    Outcome("defenders_by_day", "troop", "defenders on all attacked axes", per="clock"),
    Outcome("segment_taken_day", "day", "day on which a segment is taken", "time", per="segments"),
    Outcome("axis_depth", "km", "advance along an axis", per="axes"),
    Outcome("axis_attackers", "troop", "attackers committed to an axis", per="axes"),
    Outcome("axis_attacker_losses", "troop", "attackers lost on it in battle", per="axes"),
    Outcome("axis_defenders", "troop", "defenders committed to it", per="axes"),
    Outcome("axis_defender_losses", "troop", "defenders lost on it", per="axes"),
)

spec = ModelSpec(
    name="campaign",
    title="Theatre campaign: warning, reinforcement, battle and outcome",
    reference=(
        "Vallum's theatre model (docs/models/campaign.md); engagement law fitted on CDB90 "
        "(docs/models/engagement_law.md); air after Epstein, J. (1985), The Calculus of Conventional War, A-10 to A-13"
    ),
    inputs=INPUTS,
    outcomes=OUTCOMES,
    tables=TABLES,
    statuses=(*race.spec.statuses, "no law in force has every term and scale"),
    streams=(*race.spec.streams, "battle", "winner", "loss", "advance", "escalation"),
    limits=(
        *race.spec.limits,
        "the defender does not counterattack before the last day of the clock (favours the attacker)",
        "a counter-offensive is led by those free when they first suffice; who comes later does not join it, nor does "
        "who is cut off (favours the attacker)",
        "the occupier gets nobody after the last day of the clock (favours the defender)",
        "battles were chosen by someone who expected something of them: the law is conditional on that (neither side)",
        "an uncovered defender costs the attacker only marching losses and no time (favours the attacker)",
    ),
)
