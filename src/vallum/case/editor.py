"""A JSON Schema of `case.toml`, so that editors can help to write one."""

from __future__ import annotations

from typing import Any

from vallum.case.schema import KINDS, CaseFile
from vallum.case.wording import bounds
from vallum.spec import Input, ModelSpec


def json_schema(spec: ModelSpec) -> dict[str, Any]:
    """JSON Schema (2020-12) of the case files of one model.

    Parameters
    ----------
    spec : ModelSpec
        The model's declaration: its inputs and outcomes become the allowed names.

    Returns
    -------
    dict
        Every input is listed with its meaning and unit and is required; names the model
        does not know are refused. Checks across keys and files are left to `load_case`.
    """
    schema = CaseFile.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    definitions["InputEntry"]["oneOf"] = [{"required": [kind]} for kind in KINDS]
    inputs: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {declared.name: _input(declared) for declared in spec.inputs},
    }
    schema["properties"]["inputs"] = {**inputs, "required": [declared.name for declared in spec.inputs]}
    definitions["OptionEntry"]["properties"]["inputs"] = inputs
    schema["properties"]["model"] = {"const": spec.name, "description": spec.title}
    schema["properties"]["tables"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {table.name: {"type": "string", "description": table.meaning} for table in spec.tables},
    }
    definitions["RowEntry"]["properties"]["table"] = {"enum": [table.name for table in spec.tables]}
    definitions["RowEntry"]["properties"]["row"] = {"type": ["string", "integer"]}
    single = [declared.name for declared in spec.inputs if not declared.per]
    pair = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"enum": single}}
    definitions["CorrelationEntry"]["properties"]["inputs"] = pair
    outcomes = {"enum": [outcome.name for outcome in spec.scalars]}
    definitions["Question"]["properties"]["outcome"] = outcomes
    definitions["Question"]["properties"]["report"] = {"type": "array", "items": outcomes}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"A case of {spec.title}", **schema}


def _input(declared: Input) -> dict[str, Any]:
    rows = f"; one number in every row of {declared.per}" if declared.per else ""
    return {
        "allOf": [{"$ref": "#/$defs/InputEntry"}],
        "title": declared.name,
        "description": f"{declared.meaning}; {bounds(declared)}{rows}",
    }
