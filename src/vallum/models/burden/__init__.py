"""Who carries an alliance's burden: spending, stationing and a second front.

`sharing` says who spends and who would pay, `stationing` what a presence takes and costs,
`fronts` what a second theatre takes away. Closed forms and scalar roots in double precision.
"""

from vallum.models.burden.fronts import (
    Contest,
    Division,
    Intervention,
    blotto_share,
    divert,
    lottery_blotto,
    reserve,
    two_theatres,
)
from vallum.models.burden.sharing import (
    RankCorrelation,
    burden_ratio,
    guideline_gap,
    joint_product,
    paid_by_nation,
    public_good,
    rank_correlation,
    shares,
)
from vallum.models.burden.stationing import (
    Rotation,
    break_even_premium,
    permanent_cost,
    present_value,
    rotational_cost,
    units_deployed,
    units_required,
    yearly_equivalent,
)

__all__ = [
    "Contest",
    "Division",
    "Intervention",
    "RankCorrelation",
    "Rotation",
    "blotto_share",
    "break_even_premium",
    "burden_ratio",
    "divert",
    "guideline_gap",
    "joint_product",
    "lottery_blotto",
    "paid_by_nation",
    "permanent_cost",
    "present_value",
    "public_good",
    "rank_correlation",
    "reserve",
    "rotational_cost",
    "shares",
    "two_theatres",
    "units_deployed",
    "units_required",
    "yearly_equivalent",
]
