"""What the analyst writes: question, scenario, options, values and their evidence.

Files go in through `load_case`; out comes a `Case`, checked and in the units of its
model, or a `CaseError` that lists every fault with file and line. `compile_case` turns
all options of a case into one structure of values and masks for running.
"""

from vallum.case.case import Case as Case
from vallum.case.case import Correlation as Correlation
from vallum.case.case import Option as Option
from vallum.case.case import Quantity as Quantity
from vallum.case.discrete import Branches as Branches
from vallum.case.discrete import Empirical as Empirical
from vallum.case.discrete import Pinned as Pinned
from vallum.case.distributions import Beta as Beta
from vallum.case.distributions import Constant as Constant
from vallum.case.distributions import LogNormal as LogNormal
from vallum.case.distributions import Normal as Normal
from vallum.case.distributions import Triangular as Triangular
from vallum.case.distributions import Uniform as Uniform
from vallum.case.editor import json_schema as json_schema
from vallum.case.evidence import Claim as Claim
from vallum.case.evidence import Source as Source
from vallum.case.evidence import contested as contested
from vallum.case.faults import CaseError as CaseError
from vallum.case.faults import Fault as Fault
from vallum.case.ledger import LedgerRow as LedgerRow
from vallum.case.ledger import ledger as ledger
from vallum.case.load import load_case as load_case
from vallum.case.load import load_case_text as load_case_text
from vallum.case.load import shipped_cases as shipped_cases
from vallum.case.load import write_case as write_case
from vallum.case.marginal import DistributionError as DistributionError
from vallum.case.marginal import Marginal as Marginal
from vallum.case.schema import Cost as Cost
from vallum.case.schema import Omission as Omission
from vallum.case.schema import Question as Question
from vallum.case.schema import Scenario as Scenario
from vallum.case.superset import Factor as Factor
from vallum.case.superset import Superset as Superset
from vallum.case.superset import compile_case as compile_case
from vallum.case.tables import CaseTable as CaseTable
from vallum.case.template import write_template as write_template
