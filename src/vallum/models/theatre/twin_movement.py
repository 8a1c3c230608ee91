"""Movement in the plain coding of the campaign: that of `twin`, a few days at a time (`campaign_twin`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from vallum.models.theatre.network import GAUGE, LINKS, PORT, RAMP, Edge
from vallum.models.theatre.twin import END, MOST, MOST_FLOWN, SHARE, March, Order
from vallum.models.theatre.twin_politics import Politics
from vallum.models.theatre.twin_stage import DAY, Given, Stage, clip, minute_of, number, text

MOST_SOLDIERS = 4095  # of one load


def orders_of(stage: Stage, given: Given, order_day: Mapping[int, float]) -> list[Order]:
    """What every formation that moves is told; who goes first: by the day it is wanted, then by id."""
    formations, movers = stage.tables["formations"], [int(x) for x in stage.network.movers]
    first = sorted(movers, key=lambda row: (given("required_day", row), formations.ids[row]))
    orders = list[Order]()
    for row in movers:
        share, day = given("turnout", row), order_day[row]
        sent = math.isfinite(day)
        loads = max(math.ceil(given("vehicles", row) * share / given("vehicles_per_train")), 1)
        loads = loads if sent and share > 0 else 0
        soldiers = min(math.ceil(given("personnel", row) * share / max(loads, 1)), MOST_SOLDIERS)
        ready = minute_of(day + given("notice_to_move", row)) if sent else END
        march = int(text(formations, "heaviness", row) != "heavy")
        orders.append(Order(ready, loads, soldiers, march, first.index(row)))
    return orders


def _loads_a_day(given: Given, stage: Stage, table: str, row: int, at_sea: float, in_port: float) -> float:
    """What passes a capacity in a day: trainloads, or soldiers by air."""
    vehicles = given("vehicles_per_train")
    if not given.active(table, row):
        return 0.0
    if table == "roads":
        return given("road_capacity", row) / vehicles
    if table == "sea_routes":
        exposed = number(stage.tables[table], "exposed", row)
        return given("sea_capacity", row) * (1 - at_sea * exposed) / vehicles
    if table == "ports":
        return given("port_throughput", row) * (1 - in_port) / vehicles
    if table == "air_routes":
        return given("air_capacity", row)
    name = {"railways": "rail_capacity", "gauge_breaks": "gauge_throughput", "nodes": "ramp_capacity"}[table]
    return given(name, row) * (1 - given("rail_interdiction"))


def _headway(stage: Stage, table: str, loads: float) -> tuple[int, bool]:
    """Minutes between loads (a SHARE-th of a minute between soldiers); and whether nothing passes at all."""
    if not table:
        return 0, False
    if loads <= DAY / MOST:
        return 0, True
    one = DAY / loads
    return (round(min(one * SHARE, MOST_FLOWN)), False) if table == "air_routes" else (round(min(one, MOST)), False)


def _travel(stage: Stage, given: Given, edge: Edge, march: str) -> tuple[float, float]:
    """Days from start to end of an edge, and of them at the border."""
    if edge.table not in LINKS:
        days = {PORT: 0.0 if edge.back else given("ship_loading"), GAUGE: given("gauge_transfer")}
        days |= {RAMP: given("rail_loading")}
        return days.get(edge.kind, given("kit_draw") if edge.table == "draw" else 0.0), 0.0
    name = {"roads": "road", "railways": "rail", "sea_routes": "sea", "air_routes": "air"}[edge.table]
    length = number(stage.tables[edge.table], "length", edge.row)
    days = length / given(f"{name}_speed", edge.row) / 24
    if name == "road":
        days = max(days, length / given(march))
    delay = given(f"{name}_border_delay", edge.row) * given("border_delay_share") if name in ("road", "rail") else 0.0
    return days + delay, delay


class Columns:
    """Everyone on the way: the movement of `twin`, day by day."""

    def __init__(self, stage: Stage, given: Given, politics: Politics, orders: Sequence[Order]) -> None:
        self.stage, self.given, self.politics = stage, given, politics
        self.march = March(stage.network, orders, politics.refused)
        days = [
            [_travel(stage, given, edge, march) for edge in stage.network.edges]
            for march in ("heavy_march", "wheeled_march")
        ]
        self.travel = [[round(min(whole * DAY, END)) for whole, _ in x] for x in days]
        self.border = np.array([round(delay * DAY) for _, delay in days[0]], int)

    def until(self, day: float, falls: Sequence[int], minute: int) -> None:
        """Serve who asks before a minute, at the headways of a day."""
        network = self.stage.network
        at_sea, in_port = (self.given(x) * self._disputed(day) for x in ("sea_interdiction", "port_interdiction"))
        found = [
            _headway(
                self.stage, table, _loads_a_day(self.given, self.stage, table, row, at_sea, in_port) if table else 0
            )
            for table, row in network.resources
        ]
        shut = [found[int(resource)][1] for resource in network.resource]
        travel = np.array([[END if x else y for x, y in zip(shut, row, strict=True)] for row in self.travel], int)
        self.march.go_on(travel, self.border, np.array([x for x, _ in found], int), falls, minute)

    def _disputed(self, day: float) -> float:
        """Share of the enemy's grip on the sea that is left: none before the attack, then what is not won yet."""
        if day < 0:
            return 0.0
        return 1 - clip((day - max(self.politics.alliance, 0.0)) / self.given("sea_control_days"))
