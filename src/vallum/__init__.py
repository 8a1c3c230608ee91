"""Vallum: an open workbench for campaign analysis and force posture.

The public names stand here and load what they need when first used; everything else may
move between versions.

>>> import vallum
>>> case = vallum.load_case("central-europe-1984")
>>> case.question.kind
'sufficiency'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vallum.analysis.comparison import Comparison as Comparison
    from vallum.analysis.comparison import compare as compare
    from vallum.analysis.estimates import Estimate as Estimate
    from vallum.case import Case as Case
    from vallum.case import CaseError as CaseError
    from vallum.case import load_case as load_case
    from vallum.errors import VallumError as VallumError
    from vallum.registry import find_model as find_model
    from vallum.spec import Column as Column
    from vallum.spec import Input as Input
    from vallum.spec import ModelSpec as ModelSpec
    from vallum.spec import Outcome as Outcome
    from vallum.spec import Table as Table
    from vallum.study.designs import Design as Design
    from vallum.study.run import run_study as run_study
    from vallum.study.study import Study as Study

_HOMES = {
    "Case": "vallum.case",
    "CaseError": "vallum.case",
    "Column": "vallum.spec",
    "Comparison": "vallum.analysis.comparison",
    "Design": "vallum.study.designs",
    "Estimate": "vallum.analysis.estimates",
    "Input": "vallum.spec",
    "ModelSpec": "vallum.spec",
    "Outcome": "vallum.spec",
    "Study": "vallum.study.study",
    "Table": "vallum.spec",
    "VallumError": "vallum.errors",
    "compare": "vallum.analysis.comparison",
    "find_model": "vallum.registry",
    "load_case": "vallum.case",
    "run_study": "vallum.study.run",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'vallum' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOMES)
