import tomllib

import pytest
from hypothesis import given, settings

from tests.case.strategies import written_cases
from tests.case.toy import SPEC, files
from vallum.case import json_schema, load_case

TYPES = {"object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "boolean": bool,
         "null": type(None)}  # fmt: skip


def fits(value, schema, root) -> bool:
    """A small validator for the part of JSON Schema that is used."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    checks = [fits(value, part, root) for part in schema.get("allOf", ())]
    if "anyOf" in schema:
        checks.append(any(fits(value, part, root) for part in schema["anyOf"]))
    if "oneOf" in schema:
        checks.append(sum(fits(value, part, root) for part in schema["oneOf"]) == 1)
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        checks.append(any(isinstance(value, TYPES[kind]) for kind in kinds))
    checks.append("enum" not in schema or value in schema["enum"])
    checks.append("const" not in schema or value == schema["const"])
    if isinstance(value, dict):
        known = schema.get("properties", {})
        patterns = list(schema.get("patternProperties", {}).values())
        others = patterns[0] if patterns else schema.get("additionalProperties", True)
        checks.append(set(schema.get("required", ())) <= set(value))
        for key, item in value.items():
            checks.append(fits(item, known[key], root) if key in known else _other(item, others, root))
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        checks.append(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)))
        checks += [fits(item, part, root) for item, part in zip(value, first, strict=False)]
        checks += [fits(item, schema.get("items", {}), root) for item in value[len(first) :]]
    return all(checks)


def _other(item, others, root) -> bool:
    return fits(item, others, root) if isinstance(others, dict) else others


SCHEMA = json_schema(SPEC)


def valid(text: str) -> bool:
    return fits(tomllib.loads(text), SCHEMA, SCHEMA)


def test_the_example_fits_its_schema():
    case = load_case("central-europe-1984")
    schema = json_schema(case.spec)
    assert fits(tomllib.loads(case.files["case.toml"]), schema, schema)


@settings(max_examples=20, deadline=None)
@given(written_cases())
def test_any_sound_case_fits_the_schema(written):
    assert fits(tomllib.loads(written.files()["case.toml"]), SCHEMA, SCHEMA)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[inputs.speed]", "[inputs.sped]"),
        ('status = "recalled"', 'status = "recaled"'),
        ("value = 100\n", "value = 100\nuniform = [1, 2]\n"),
        ("value = 100\n", ""),
        ("uniform = [10, 20]", "uniform = [10]"),
        ('outcome = "held"', 'outcome = "loss_by_day"'),
        ('model = "toy"', 'model = "other"'),
        ('table = "formations"', 'table = "formation"'),
        ('inputs = ["speed", "share"]', 'inputs = ["capacity", "share"]'),
        ("speed = { value", "sped = { value"),
        ("at_least = 0.5", 'at_least = "half"'),
    ],
)
def test_a_mistake_does_not_fit(old, new):
    text = files()["case.toml"]
    assert valid(text)
    assert old in text
    assert not valid(text.replace(old, new, 1))


def test_inputs_are_described_with_meaning_unit_and_bounds():
    speed = SCHEMA["properties"]["inputs"]["properties"]["speed"]
    assert speed["description"] == "advance a day; 0 to 100 km/day"
    assert SCHEMA["properties"]["inputs"]["required"] == [declared.name for declared in SPEC.inputs]
