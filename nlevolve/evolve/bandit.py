"""Which model of a mix "A,B,C" a birth is asked from, and with which eye: a bandit over gain per dollar. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from nlevolve.evolve.population import Candidate, Population
from nlevolve.records import Birth, Eye, Operator

TEACH_NOTHING: tuple[Operator, ...] = ("given", "generalise", "alternative")
"""Moves that cannot gain on the training pairs."""


class MixPolicy(BaseModel):
    """How a mix is learned. Presets set these under [policy.mix]."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    explore: float = Field(0.3, ge=0)
    """Weight of what is not known yet."""
    cost: float = Field(0.5, ge=0, le=1)
    """0 counts gain alone, 1 gain per dollar; between, gain per dollar to this power."""
    warm: float = Field(4.0, ge=0)
    """At most this many births' worth of what earlier tasks have shown."""
    behind: int = Field(8, ge=1)
    """Task i learns from the tasks below i - behind, finished, and from no other: so a run replays exactly."""


@dataclass(frozen=True, slots=True)
class Arm:
    """What one of those that compete has shown: births, the sum of their gains (0..1 each) and of their dollars."""

    births: float = 0.0
    gain: float = 0.0
    dollars: float = 0.0
    unseen: float = 0.0
    """Further births that were to see its pictures and saw none, since they did not fit or were refused."""

    def __add__(self, other: Arm) -> Arm:
        unseen = self.unseen + other.unseen
        return Arm(self.births + other.births, self.gain + other.gain, self.dollars + other.dollars, unseen)

    def scaled(self, births: float) -> Arm:
        """The same evidence, worth at most this many births."""
        share = min(1.0, births / self.births) if self.births else 0.0
        return Arm(self.births * share, self.gain * share, self.dollars * share, self.unseen)


Arms = Mapping[str, Arm]
"""By their names."""


def arm_of(birth: Birth) -> str:
    """What competes: a model, and where it sees pictures, the model with that eye."""
    return arm_name(birth.model, birth.eye)


def arm_name(model: str, eye: Eye) -> str:
    return model if eye == "none" else f"{model} [{eye}]"


def gain(candidate: Candidate, population: Population, floor: float) -> float:
    """How much nearer, 0..1, a candidate came than its best parent, or than copying the input (`floor`) if it has none."""
    parents = [population.members[p] for p in candidate.forebears if p in population.members]
    return max(0.0, _worth(candidate) - max([_worth(p) for p in parents], default=floor / 2))


def arms(population: Population, floor: float, *, eyed: bool = False) -> Arms:
    """What the models have shown on one task; `floor` is the cell accuracy of copying the input.

    Moves from a perfect description show nothing: on the pairs there is nothing left to gain. A birth whose pictures were left
    out is one of those without. Where eyes compete (`eyed`), births that gave no description are births that gained nothing, at
    the price of their arm's others; a mix of models alone goes on as runs of earlier versions did, and leaves them out.
    """
    shown: dict[str, Arm] = {}
    for candidate in population.members.values():
        meant, was = arm_of(candidate.birth), arm_of(candidate.shown)
        if meant != was:
            shown[meant] = shown.get(meant, Arm()) + Arm(unseen=1.0)
        if candidate.birth.operator in TEACH_NOTHING:
            continue
        one = Arm(1.0, gain(candidate, population, floor), candidate.dollars or 0.0)
        shown[was] = shown.get(was, Arm()) + one
    lost = [move for move in population.failed.values() if eyed and move.birth.operator not in TEACH_NOTHING]
    for name, times in Counter(arm_of(move.shown) for move in lost).items():
        own = shown.get(name, Arm())
        shown[name] = own + Arm(births=times, dollars=times * (own.dollars / own.births if own.births else 0.0))
    return shown


def sightless(arm: str, here: Arms, before: Arms) -> bool:
    """Whether its pictures mostly do not come through: on this task, or, where nothing is known of it here, on earlier ones."""
    own, earlier = here.get(arm, Arm()), before.get(arm, Arm())
    return own.unseen > own.births if own.unseen or own.births else bool(earlier.unseen) and not earlier.births


def pooled(tasks: Iterable[Arms]) -> Arms:
    """What several tasks have shown together."""
    together: dict[str, Arm] = {}
    for shown in tasks:
        for model, arm in shown.items():
            together[model] = together.get(model, Arm()) + arm
    return together


def choose(models: Sequence[str], here: Arms, before: Arms, pending: Iterable[Birth], policy: MixPolicy) -> str:
    """The arm with the highest upper confidence bound on gain per dollar (UCB1; cost-aware as in ShinkaEvolve).

    `here` is this task's evidence, `before` that of earlier tasks, `pending` the births that are planned and not yet seen: they
    count as tried, so that births in flight spread over the arms. Ties go to the order in which they are named.
    """
    waiting = [arm_of(birth) for birth in pending]
    shown = {
        model: here.get(model, Arm()) + before.get(model, Arm()).scaled(policy.warm) + Arm(births=waiting.count(model))
        for model in models
    }
    tried = sum(arm.births for arm in shown.values())
    usual = _mean([a.dollars / a.births for a in shown.values() if a.births and a.dollars]) or 1.0

    def bound(model: str) -> float:
        arm = shown[model]
        if not arm.births:
            return math.inf
        price = (arm.dollars / arm.births / usual) or 1.0
        return arm.gain / arm.births / math.pow(price, policy.cost) + policy.explore * math.sqrt(math.log(tried + 1) / arm.births)

    return max(models, key=bound)


def _worth(candidate: Candidate) -> float:
    return (candidate.fitness.exact / candidate.fitness.pairs + candidate.fitness.cells) / 2


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
