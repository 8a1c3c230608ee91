"""From campaigns to the risk of war: paths, campaigns, beliefs, crises, hazard.

A study of `campaign_years` has every option, plan and arm in every future. What follows is composed of
stages (`STAGES`), each over the dimensions that it says:

* **paths** of the rivalry: forward forces, answer and tension by year;
* **campaign**: fought in the study, the answer of its year in the attack;
* **beliefs** (`vallum.study.beliefs`): what the challenger expects of each plan in each arm, over all that it does not
  know. Of an option that is still being built, forward forces stand for the share of it that is there,

      s = (1 - w) s_reference + w s_option,   w = (b - b_start) / (b* - b_start), 0 to 1            (1)

  and so do reassurance and what presence adds to resolve; help that a second theatre draws away is help that
  does not come:  s1' = s1 + q phi (s0 - s1)                                                       (2)
* **crisis**: the choice by plan (`vallum.models.crisis`); the plan of most worth is weighed against the status quo;
* **hazard**:  h = nu exp(b_T T) P(attack), by year; the risk of war is 1 - exp(-sum of h).           (3)

Resolve, the chance that the alliance acts at all in the challenger's eyes, enters in the crisis alone, and weighs the
losses of both arms; which ally then sends its forces is drawn in the campaigns of the arm in which it does. Denial
enters in the campaigns alone. Both schools are in it: a posture changes P(attack) through s and k, and nu exp(b_T T)
and the attacker's strength through what it is answered with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models import rivalry
from vallum.models.theatre import campaign, campaign_years
from vallum.study.ahead import Ahead, carried
from vallum.study.beliefs import Surface, fit_surfaces
from vallum.study.draws import row_noise
from vallum.study.errors import StudyError
from vallum.study.fought import MODEL, Runs

if TYPE_CHECKING:
    from typing import TypeAlias

    from jaxtyping import Bool, Float64

    Inputs: TypeAlias = dict[str, Any]

ARMS = ("off", "on")
KNOWN = ("attacker", "both")
CAMPAIGN = frozenset(x.name for x in campaign.spec.inputs) - {"minimum_confidence"}  # what campaigns are decided by
NEEDED = frozenset(x.name for x in campaign_years.spec.inputs if x not in campaign.spec.inputs)
OUTCOMES = ("holds_prize", "attacker_loss_share", "defender_losses")
AFTER = "counter_losses"  # of the alliance too, where it takes back what was lost
BLOCK = 128  # futures whose paths are computed together
TAKES_EFFECT = ("reassurance", "tripwire_resolve")  # come with an option, as far as it is there
LITTLE = 0.25  # brigades between start and target below which an option counts as standing


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the pipeline.

    Attributes
    ----------
    name : str
    model : str
        Registered name; "" for a step that only reduces.
    over : tuple of str
        Dimensions of what it gives.
    reduce : tuple of str
        Dimensions that it takes the expectation over, or adds up.
    """

    name: str
    model: str
    over: tuple[str, ...]
    reduce: tuple[str, ...] = ()


STAGES = (
    Stage("paths", "rivalry", ("option", "future", "year")),
    Stage("campaign", MODEL, ("option", "plan", "arm", "future", "replicate")),
    Stage("beliefs", "", ("option", "plan", "arm", "future", "year"), reduce=("future", "replicate")),
    Stage("crisis", "crisis", ("option", "plan", "future", "year")),
    Stage("hazard", "", ("option", "future"), reduce=("plan", "year")),
)


class Pipeline:
    """The stages after a study of campaigns.

    Parameters
    ----------
    runs : Runs
        From `stored` or `fresh`.
    options : sequence of str
    plans : sequence of str
        In the order of the study.
    reference : str
        The option that stands at the start.
    part : array of bool (future,), optional
        Futures to use, all unless given: beliefs are fitted on these alone.
    effects : collection of str, optional
        Factors that nobody knows whose effect on campaigns is worked out, for `shift`; all unless given.

    Attributes
    ----------
    options, plans : tuple of str
    reference : str
    work : Work
    futures, scramble : array of int (future,)
        Places in the design of the futures used, and the scramble of each.
    outside : mapping of (option, plan, arm) to float
        Share of campaigns outside the evidence.
    kept : dict
        For whoever carries on: results under two names, so that nothing is computed twice.

    Raises
    ------
    StudyError
        If an arm is lacking.
    """

    def __init__(
        self,
        runs: Runs,
        options: Sequence[str],
        plans: Sequence[str],
        reference: str,
        part: Bool[np.ndarray, " future"] | None = None,
        effects: Collection[str] | None = None,
    ) -> None:
        self.options, self.plans, self.reference = tuple(options), tuple(plans), reference
        self.work = runs.work
        self.futures = np.arange(len(runs.scramble)) if part is None else np.flatnonzero(part)
        self.scramble = runs.scramble[self.futures]
        rows = {id: row for row, id in enumerate(self.work.superset.options)}
        self._row: dict[tuple[str, str, str], int] = {}
        for option in dict.fromkeys((*self.options, reference)):
            for plan in self.plans:
                for arm in ARMS:
                    id = arm_id(option, plan, arm)
                    if id not in rows:
                        raise StudyError(f"{runs.name} has no arm {id}")
                    self._row[option, plan, arm] = rows[id]
        self._inputs: dict[str, Inputs] = {}
        self._paths: dict[str, Inputs] = {}
        self.kept: dict[tuple[str, str], Ahead] = {}
        self.outside: dict[tuple[str, str, str], float] = {}
        self._surfaces = self._believed(runs, effects)

    def inputs(self, option: str) -> Inputs:
        """Inputs of the rivalry and the choice under an option: arrays (future,), or (row,) or (future, row)."""
        if option not in self._inputs:
            row = self._row[option, self.plans[0], ARMS[1]]
            found = self.work.inputs(row, self.futures.astype(np.uint32), NEEDED)
            if self._stands(option):
                found["target_brigades"] = found["start_brigades"]
            self._inputs[option] = found
        return self._inputs[option]

    def _stands(self, option: str) -> bool:
        """Whether an option wants what stands at the start: one quantity then, and not two draws of one prior."""
        said = self.work.superset.quantities[self._row[option, self.plans[0], ARMS[1]]]
        target, start = said["target_brigades"].marginal, said["start_brigades"].marginal
        at = np.array([0.01, 0.1, 0.5, 0.9, 0.99])
        return bool(np.array_equal(target.ppf(at), start.ppf(at)))

    def surface(self, option: str, plan: str, arm: str) -> Surface:
        """What is expected of a plan in an arm."""
        return self._surfaces[option, plan, arm]

    def fixed(self, option: str, quantiles: Mapping[str, float]) -> tuple[Inputs, dict[str, float], Inputs]:
        """What `ahead` needs to have some factors at a quantile of their prior in every future.

        Parameters
        ----------
        option : str
        quantiles : mapping of str to float
            By factor, 0 to 1. An input of the rivalry or the choice that is certain under the option stays what it is.

        Returns
        -------
        change, shift, base : mappings
            Of inputs under the option, of factors of the campaigns, and of inputs under the reference.
        """
        factors = {x.name: place for place, x in enumerate(self.work.superset.factors)}
        read = {name: self.work.superset.factors[place].input for name, place in factors.items()}
        shift = {name: q for name, q in quantiles.items() if read[name] in CAMPAIGN}
        others = {name: q for name, q in quantiles.items() if name not in shift}
        if not others:
            return {}, shift, {}
        rows = self.work.quantiles[self.futures].copy()
        for name, quantile in others.items():
            rows[:, factors[name]] = quantile

        def noise(name: str, ids: tuple[str, ...]) -> Float64[np.ndarray, "future row"]:
            return row_noise(self.work.settings.design.seed, self.futures.astype(np.uint32), name, ids)

        def values(option: str) -> Inputs:
            number = self._row[option, self.plans[0], ARMS[1]]
            found: Inputs = self.work.superset.values(number, rows, noise, names={read[x] for x in others})
            if self._stands(option) and {"start_brigades", "target_brigades"} & set(found):
                both = found.get("start_brigades", self.inputs(option)["start_brigades"])
                found |= {"target_brigades": both}
            return found

        return values(option), shift, values(self.reference)

    def ahead(
        self,
        option: str,
        change: Mapping[str, Any] | None = None,
        shift: Mapping[str, float] | None = None,
        base: Mapping[str, Any] | None = None,
        denial: float = 1.0,
    ) -> Ahead:
        """The years under one option.

        Parameters
        ----------
        option : str
        change : mapping of str to number or array (future,), optional
            Inputs of the rivalry or the choice given other values.
        shift : mapping of str to number, optional
            Factors of the campaigns, by name, moved to a quantile in everybody's eyes.
        base : mapping of str to number or array (future,), optional
            As `change`, under the reference, for the time in which the option is not there yet; `change` unless given.
        denial : float
            By what the difference that the option makes to campaigns, against the reference, is multiplied: 0 for
            a challenger whom no posture impresses, 1 as fought.

        Returns
        -------
        Ahead
        """
        change = change or {}
        given = self._given(option, change)
        before = self._given(self.reference, change if base is None else base)
        path = self._path(option, given, change)
        joined = given["joining_share"][:, None] * path["reaction_by_year"]
        share = _in_place(path["forward_by_year"], given["target_brigades"], given["start_brigades"])
        expected = [
            [self._expected((option, plan, arm), joined, denial * share, shift or {}) for arm in ARMS]
            for plan in self.plans
        ]
        for name in TAKES_EFFECT:
            given[name] = (1 - share) * before[name][:, None] + share * given[name][:, None]
        return carried(given, path, np.array(expected), self._places)

    def _given(self, option: str, change: Mapping[str, Any]) -> Inputs:
        both = {**self.inputs(option), **change}
        return {name: np.broadcast_to(x, len(self.futures)) if np.ndim(x) == 0 else x for name, x in both.items()}

    @property
    def _places(self) -> list[int]:
        """Rows of the table of plans."""
        ids = self.work.superset.rows["plans"].ids
        return [ids.index(plan) for plan in self.plans]

    def _path(self, option: str, given: Inputs, change: Mapping[str, Any]) -> Inputs:
        """Every outcome of the rivalry, in double precision; kept where nothing is changed in it."""
        if any(x.name in change for x in rivalry.spec.inputs):
            return self._computed(given)
        if option not in self._paths:
            self._paths[option] = self._computed(given)
        return self._paths[option]

    def _computed(self, given: Inputs) -> Inputs:
        import jax

        many = len(self.futures)
        blocks = -(-many // BLOCK)

        def laid(values: Any) -> Any:
            return np.resize(np.asarray(values, np.float64), blocks * BLOCK).reshape(blocks, BLOCK)

        years = rivalry.plan(self.work.superset.rows)
        with jax.enable_x64(True):
            found = jax.device_get(_program(years)({x.name: laid(given[x.name]) for x in rivalry.spec.inputs}))
        return {name: x.reshape(blocks * BLOCK, *x.shape[2:])[:many] for name, x in found.items()}

    def _believed(self, runs: Runs, effects: Collection[str] | None) -> dict[tuple[str, str, str], Surface]:
        """The surfaces of every option, plan and arm."""
        columns = {x.name: x for x in self.work.superset.factors if x.varies and x.input in CAMPAIGN}
        places = {x.name: place for place, x in enumerate(self.work.superset.factors)}
        known = [name for name, x in columns.items() if campaign.spec.input(x.input).known_to in KNOWN]
        wanted = [name for name in columns if name in known or effects is None or name in effects]
        factors = {name: self.work.quantiles[self.futures, places[name]] for name in wanted}
        found: dict[tuple[str, str, str], Surface] = {}
        for key, row in self._row.items():
            names = (*OUTCOMES, AFTER, "status", "answer", "outside_evidence")
            read = {name: runs.read(name, row)[self.futures] for name in names}
            values = np.stack([read[name].astype(np.float64) for name in OUTCOMES])
            values[-1] += read[AFTER]
            self.outside[key] = float(read["outside_evidence"].mean())
            answer = read["answer"].mean(axis=1) * self.inputs(key[0])["joining_share"]
            found[key] = fit_surfaces(factors, known, answer, values, read["status"] == 0, self.scramble)
        return found

    def _expected(self, key: tuple[str, str, str], joined: Any, share: Any, shift: Mapping[str, float]) -> Any:
        """Success, loss share and defenders lost: (what, future, year), by equation (1)."""
        option, plan, arm = key
        mine = self._surfaces[key].expected(joined, shift)
        if option == self.reference:
            return mine
        there = self._surfaces[self.reference, plan, arm]
        found = (1 - share) * there.expected(joined, shift) + share * mine
        return np.clip(found, 0.0, there.highest[:, None, None])


@cache
def _program(years: rivalry.Years) -> Callable[..., dict[str, Any]]:
    """The rivalry of many futures, block by block: a block's arrays are too small to be worth several threads."""
    import jax

    over: Any = jax.lax.map  # pyright: ignore[reportUnknownVariableType]
    no_draws: Any = None

    def one(values: Inputs) -> dict[str, Any]:
        return rivalry.run(years, values, no_draws)

    def many(values: Inputs) -> dict[str, Any]:
        return over(jax.vmap(one), values)

    return jax.jit(many)


def arm_id(option: str, plan: str, arm: str) -> str:
    """An option of the study: one plan of the attacker, with the alliance or without."""
    return f"{option}.{plan}.{arm}"


def _in_place(forward: Any, target: Any, start: Any) -> Float64[np.ndarray, "future year"]:
    """The share of an option that stands: w of equation (1)."""
    way = (target - start)[:, None]
    stands = np.abs(way) < LITTLE
    return np.where(stands, 1.0, np.clip((forward - start[:, None]) / np.where(stands, 1.0, way), 0.0, 1.0))
