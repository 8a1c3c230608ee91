"""What the theatre model takes and gives: its declaration, table by table.

Times count in days from the attack: day 0 is the day of the attack, warning and decision
may lie before it. No country and no number stands here; a case brings both.
"""

from __future__ import annotations

from vallum.spec import Column, Input, ModelSpec, Outcome, Table

HEAVINESS = ("heavy", "medium", "light", "territorial")
USERS = ("defender", "attacker", "frontline")
NODE_KINDS = ("capital", "garrison", "port", "airfield", "railhead", "transshipment", "crossing", "other")


def _link(name: str, meaning: str, capacity: str, *more: Column) -> Table:
    return Table(
        name,
        key="id",
        meaning=meaning,
        columns=(
            Column("start", "one end", "reference", references="nodes"),
            Column("end", "the other end", "reference", references="nodes"),
            Column("length", "length", "number", unit="km", low=0),
            Column("speed", "speed that routes are planned with", "number", unit="km/hour", low=0.1),
            Column("capacity", "capacity that routes are planned with", "number", unit=capacity, low=0),
            Column("border_delay", "delay at the border that routes are planned with", "number", unit="day", low=0),
            Column("usable_by", "whose traffic it carries; frontline links carry none", choices=USERS),
            *more,
        ),
    )


TABLES = (
    Table("clock", key="day", meaning="one day from the attack on", ordered=True),
    Table("nations", key="id", meaning="a nation", columns=(Column("name", "its name"),)),
    Table(
        "nodes",
        key="id",
        meaning="a place of the network",
        columns=(
            Column("name", "its name"),
            Column("nation", "on whose territory it lies", "reference", references="nations"),
            Column("kind", "what it is; trains do not load at a crossing", choices=NODE_KINDS),
            Column("latitude", "degrees north", "number", low=-90, high=90),
            Column("longitude", "degrees east", "number", low=-180, high=180),
            Column("axis", "the axis that formations here defend", "reference", references="axes", optional=True),
        ),
    ),
    _link("roads", "a road between two places", "vehicle/day"),
    _link("railways", "a railway between two places", "train/day", Column("gauge", "mm", choices=("1435", "1520"))),
    _link(
        "sea_routes",
        "a ship's way between two ports",
        "vehicle/day",
        Column("exposed", "1 where the enemy can dispute the sea, else 0", "number", low=0, high=1),
    ),
    _link("air_routes", "an airlift between two airfields", "troop/day"),
    Table(
        "ports",
        key="id",
        meaning="a port with a limit to what it loads and unloads",
        columns=(
            Column("node", "where", "reference", references="nodes"),
            Column("throughput", "what routes are planned with", "number", unit="vehicle/day", low=0),
        ),
    ),
    Table(
        "gauge_breaks",
        key="id",
        meaning="a place where trains change gauge",
        columns=(
            Column("node", "where", "reference", references="nodes"),
            Column("throughput", "what routes are planned with", "number", unit="train/day", low=0),
        ),
    ),
    Table(
        "formations",
        key="id",
        meaning="a formation, at the strength and place it has on the date of the case",
        columns=(
            Column("name", "its name"),
            Column("nation", "whose it is", "reference", references="nations"),
            Column("origin", "where it stands", "reference", references="nodes"),
            Column("destination", "where it is to fight", "reference", references="nodes"),
            Column(
                "kit", "where its equipment is stored, if not with it", "reference", references="nodes", optional=True
            ),
            Column("heaviness", "heavy and medium equipment does not fly", choices=HEAVINESS),
        ),
    ),
    Table(
        "plans",
        key="id",
        meaning="a plan of the attacker",
        columns=(Column("name", "its name"), Column("aim", "what it wants", choices=("grab", "corridor", "capital"))),
    ),
    Table(
        "node_losses",
        key="id",
        meaning="a place that falls behind the front under a plan, and its links with it",
        columns=(
            Column("plan", "under which plan", "reference", references="plans"),
            Column("node", "which place", "reference", references="nodes"),
        ),
    ),
    Table(
        "axes",
        key="id",
        meaning="an axis of advance",
        columns=(
            Column("name", "its name"),
            Column("aim", "what it serves", choices=("grab", "corridor", "capital")),
            Column("start", "where the attacker starts", "reference", references="nodes"),
            Column("objective", "what it is to take", "reference", references="nodes"),
        ),
    ),
)

INPUTS = (
    # warning and decision
    Input(
        "plan_weight",
        "1",
        "weight of the plan; a plan of weight 0 is not taken",
        low=0,
        per="plans",
        known_to="attacker",
    ),
    Input("warning_days", "day", "usable warning before the attack", low=0, high=180, per="plans", known_to="none"),
    Input("belief_probability", "1", "chance that the warning is believed", 0, 1, per="plans"),
    Input("preemption_probability", "1", "chance that the attacker strikes early once the alliance moves", 0, 1),
    Input("preemption_lag", "day", "days from the alliance's decision to such an early attack", low=0),
    Input("alliance_delay", "day", "days from believed warning to the alliance's decision", low=0),
    Input("alliance_delay_after_attack", "day", "days from the attack to the alliance's decision at the latest", low=0),
    Input("national_delay", "day", "days from believed warning to a nation's own decision", low=0, per="nations"),
    Input(
        "intervention",
        "1",
        "1 if the alliance may intervene, 0 for forces in place and hosts on their own soil alone",
        0,
        1,
        whole=True,
    ),
    Input("intervention_probability", "1", "chance that a nation sends its forces abroad", 0, 1, per="nations"),
    Input("transit_if_out", "1", "chance that a nation that stays out lets others through", 0, 1, per="nations"),
    Input("cohesion_correlation", "1", "correlation of the nations' decisions (Gaussian copula)", 0, 1),
    Input("false_alarms_per_year", "1/year", "warnings believed in a year without attack", low=0),
    Input("mobilisation_cost", "USD", "cost of acting on one false alarm", low=0),
    Input("surprise_share", "1", "share of the forces in place caught if there is no warning at all", 0, 1),
    Input("surprise_lead", "day", "days of warning after which nobody is caught", low=0.1),
    # formations
    Input("brigade_equivalents", "brigade", "worth of a formation", low=0, per="formations"),
    Input("vehicles", "vehicle", "vehicles of a formation", low=0, per="formations"),
    Input("personnel", "troop", "soldiers of a formation", low=0, per="formations"),
    Input("turnout", "1", "share of a formation that turns out", 0, 1, per="formations"),
    Input("notice_to_move", "day", "days from decision to ready to move", low=0, high=365, per="formations"),
    Input("integration", "day", "days from arrival to ready to fight (RSOI)", low=0, high=180, per="formations"),
    Input(
        "required_day", "day", "day by which it is wanted: who goes first among those who ask at once", per="formations"
    ),
    Input(
        "national",
        "1",
        "1 if its own nation sends it, 0 if it waits for the alliance",
        0,
        1,
        per="formations",
        whole=True,
    ),
    Input("delegated", "1", "1 if it may move as soon as warning is believed", 0, 1, per="formations", whole=True),
    Input("to_positions", "day", "days a formation in place needs to man its positions", low=0, high=30),
    # movement
    Input(
        "vehicles_per_train",
        "vehicle/train",
        "vehicles on one military train: the load that everything moves in",
        low=1,
    ),
    Input("heavy_march", "km/day", "day's march of tracked vehicles on transporters", low=1),
    Input("wheeled_march", "km/day", "day's march of wheeled vehicles", low=1),
    Input("rail_loading", "day", "days to load or unload a train", low=0, high=30),
    Input("ship_loading", "day", "days to load a ship", low=0, high=60),
    Input("gauge_transfer", "day", "days to move a train's load to the other gauge", low=0, high=30),
    Input("kit_draw", "day", "days to draw stored equipment", low=0, high=60),
    Input("border_delay_share", "1", "share of the delays at borders that is left: 0 if cleared in advance", 0, 1),
    Input("rail_interdiction", "1", "share of railway and railhead capacity lost to attack", 0, 1),
    Input("sea_interdiction", "1", "share of capacity lost on exposed sea routes", 0, 1),
    Input("port_interdiction", "1", "share of the ports' throughput lost to attack", 0, 1),
    Input("road_speed", "km/hour", "speed on the road while moving", low=0.1, per="roads"),
    Input("road_capacity", "vehicle/day", "what a road carries each way", low=0, per="roads"),
    Input("road_border_delay", "day", "delay at the border", low=0, high=90, per="roads"),
    Input("rail_speed", "km/hour", "speed of a military train, stops included", low=0.1, per="railways"),
    Input("rail_capacity", "train/day", "military trains each way", low=0, per="railways"),
    Input("rail_border_delay", "day", "delay at the border", low=0, high=90, per="railways"),
    Input("sea_speed", "km/hour", "speed of a ship", low=0.1, per="sea_routes"),
    Input("sea_capacity", "vehicle/day", "what the shipping carries each way", low=0, per="sea_routes"),
    Input("air_speed", "km/hour", "speed of an aircraft", low=0.1, per="air_routes"),
    Input("air_capacity", "troop/day", "what the airlift carries each way", low=0, per="air_routes"),
    Input("ramp_capacity", "train/day", "trains loaded or unloaded at a place", low=0, per="nodes"),
    Input("port_throughput", "vehicle/day", "vehicles loaded or unloaded", low=0, per="ports"),
    Input("gauge_throughput", "train/day", "trains whose load changes gauge", low=0, per="gauge_breaks"),
    Input("lost_day", "day", "day after the attack on which a place falls behind the front", low=0, per="node_losses"),
    # what is asked
    Input("advance_rate", "km/day", "attacker's advance where nothing has closed yet", low=0.1),
    Input("needed_brigades", "brigade", "brigades whose closure is asked for", low=0),
    Input("report_day", "day", "day of the reported quantities", low=0, whole=True),
)

OUTCOMES = (
    Outcome("needed_closed_day", "day", "first day on which the needed brigades have closed", "time", clock="clock"),
    Outcome("brigades_closed", "brigade", "brigades closed by the report day", at="report_day"),
    Outcome("reinforcements_closed", "brigade", "of them, brigades that had to move", at="report_day"),
    Outcome("vehicles_arrived", "vehicle", "vehicles that have arrived by the report day", at="report_day"),
    Outcome("brigades_on_attack_day", "brigade", "brigades in position when the attack comes"),
    Outcome("brigades_caught", "brigade", "of the brigades in place, the share caught by surprise"),
    Outcome("decision_day", "day", "day of the alliance's decision; negative before the attack"),
    Outcome("warning_believed", "1", "the warning is believed", "flag"),
    Outcome("nations_in", "1", "nations that send their forces", "count"),
    Outcome("formations_cut_off", "1", "formations that find no open way", "count"),
    Outcome(
        "axes_reinforced_in_time",
        "1",
        "axes on which a reinforcing brigade closes before the attacker is there",
        "count",
    ),
    Outcome("false_alarm_cost", "USD/year", "cost of false alarms"),
    Outcome("brigades_by_day", "brigade", "brigades closed", per="clock"),
    Outcome("reinforcements_by_day", "brigade", "brigades closed that had to move", per="clock"),
    Outcome("combat_value_by_day", "brigade", "worth of what has come: none below half of a formation", per="clock"),
    Outcome("vehicles_by_day", "vehicle", "vehicles arrived", per="clock"),
    Outcome("closed_day", "day", "day on which a formation has closed", "time", per="formations"),
    Outcome("worth", "brigade", "its worth once closed, less what surprise caught in place", per="formations"),
    Outcome("order_day", "day", "day on which it was ordered to move", "time", per="formations"),
    Outcome("sent", "1", "it is sent", "flag", per="formations"),
    Outcome("cut_off", "1", "it is sent and finds no open way", "flag", per="formations"),
    Outcome("notice_days", "day", "days it waited for its notice to move", per="formations"),
    Outcome("moving_days", "day", "days its last element moved, loaded and unloaded", per="formations"),
    Outcome("border_days", "day", "days its last element waited at borders", per="formations"),
    Outcome("line_wait_days", "day", "days its last element waited for a road or railway", per="formations"),
    Outcome("ramp_wait_days", "day", "days its last element waited for a railhead", per="formations"),
    Outcome("gauge_wait_days", "day", "days its last element waited for a change of gauge", per="formations"),
    Outcome("port_wait_days", "day", "days its last element waited for a port", per="formations"),
    Outcome("lift_wait_days", "day", "days its last element waited for ships or aircraft", per="formations"),
    Outcome("integration_days", "day", "days from arrival to ready to fight", per="formations"),
    Outcome("on_axis", "brigade", "brigades closed on an axis by the report day", per="axes", at="report_day"),
    Outcome("reach_day", "day", "day on which the attacker is at the objective, unopposed", per="axes"),
    Outcome("before_reach", "brigade", "brigades closed on an axis before that day", per="axes"),
    *(
        Outcome(f"{name}_{what}", unit, f"{meaning} {place}", per=table)
        for what, unit, meaning in (
            ("wait", "vehicle*day", "waiting for"),
            ("traffic", "vehicle", "formations' vehicles over"),
        )
        for table, name, place in (
            ("roads", "road", "a road"),
            ("railways", "rail", "a railway"),
            ("sea_routes", "sea", "a ship's way"),
            ("air_routes", "air", "an airlift"),
            ("ports", "port", "a port"),
            ("gauge_breaks", "gauge", "a gauge break"),
            ("nodes", "ramp", "a railhead"),
        )
    ),
)

spec = ModelSpec(
    name="theatre",
    title="Theatre: warning, decision and the reinforcement race",
    reference=(
        "Vallum's theatre model, sections 1 and 2 (docs/models/theatre.md); "
        "alliance cohesion after Vasicek, O. (1987), Probability of loss on loan portfolio"
    ),
    inputs=INPUTS,
    outcomes=OUTCOMES,
    tables=TABLES,
    statuses=("ok", "report day after the last day of the clock", "no plan has a weight"),
    streams=("plan", "belief", "preemption", "common", "ally", "transit"),
    limits=(
        "movement is by quarters of a formation; a quarter passes a link as one convoy (neither side)",
        "empty returns and civilian traffic take no capacity beyond what the case subtracts (favours the defender)",
        "ships sail as a stream at the berths' rate, not as shiploads (favours the defender)",
        "no supply moves: capacity is all the formations' own (favours the defender)",
        "a formation whose way is cut loses time, not vehicles (favours the defender)",
    ),
)
