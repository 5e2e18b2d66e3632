"""The course that a search is taken to run before anything is sent: how many calls of each kind, with good, usual and bad luck.

Pure. What no one can know beforehand (how often a description fits, says what an earlier one said, is worth checking further)
stands in `Luck`, once; `benchmarks/forecast.py` compares it with runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log
from typing import NamedTuple, cast

from nlevolve.ask.generator import ROLE_OF
from nlevolve.config import RunConfig
from nlevolve.evolve.policy import Policy
from nlevolve.records import Operator, Purpose, Role


class Kind(NamedTuple):
    """Calls that are alike."""

    role: Role
    purpose: Purpose
    phase: int = 0
    birth: int | None = None
    """Of a birth that sees no other: what it asks may be bought already."""


@dataclass(frozen=True)
class Luck:
    """What a search meets: chances and shares, 0..1."""

    fits: tuple[tuple[float, float], ...]
    """(share of tasks, chance that a description fits all their pairs)"""
    twins: float
    """Of the descriptions that say what an earlier one said: nobody checks them."""
    worth: float
    """Of the candidates whose other pairs are checked after the most telling one."""
    lone: float
    """Of the test inputs for which the perfect descriptions have one answer, so that another is looked for."""
    hard: float
    """Of those for which the imperfect ones have none either."""
    most: bool = False
    """Nothing that may be asked is left out."""

    @property
    def differ(self) -> float:
        """Of the test inputs for which descriptions that fit give different grids."""
        return 1.0 if self.most else 1 - self.lone if self.lone else 0.0

    def found(self, wanted: int) -> int:
        """How many descriptions that fit there are to follow in the end."""
        return wanted if self.lone else 1


GOOD = Luck(((1.0, 1.0),), twins=0.5, worth=0.0, lone=0.0, hard=0.0)
USUAL = Luck(((0.35, 0.35), (0.65, 0.01)), twins=0.2, worth=0.5, lone=0.8, hard=0.4)
BAD = Luck(((1.0, 0.0),), twins=0.0, worth=1.0, lone=1.0, hard=1.0, most=True)
LUCKS = (GOOD, USUAL, BAD)


def calls(config: RunConfig, pairs: int, tests: int, luck: Luck, *, given: int = 0, own: bool = True) -> Mapping[Kind, float]:
    """How many calls of each kind a task takes that has so many pairs and test inputs; repairs and retries are not among them.

    `given`: descriptions that are there already and come first; without `own` births of the schedule they are all there is.
    """
    found: defaultdict[Kind, float] = defaultdict(float)
    for kind, number in _Course(config, pairs, tests, luck, given, own).all():
        found[kind] += number
    return {kind: number for kind, number in found.items() if number}


@dataclass(frozen=True)
class _Course:
    config: RunConfig
    pairs: int
    tests: int
    luck: Luck
    given: int
    own: bool

    def all(self) -> Iterator[tuple[Kind, float]]:
        yield Kind("checker", "check"), float(self.given * self._checks(True))
        yield from self._coded(float(self.given))
        if self.own:
            yield from self._births()
        yield Kind("checker", "check"), self._confirmations
        yield from self._opinions()
        yield from self._answers()

    @property
    def _left(self) -> float:
        """Share of tasks on which the given descriptions leave something to look for."""
        return 1.0 - self._solving if self.given else 1.0

    @property
    def _solving(self) -> float:
        """Chance that what is given fits: nothing is known of it but that somebody kept it."""
        return 0.0 if self.luck.most else 1.0 if not self.luck.lone else 0.5

    @property
    def _solved(self) -> float:
        """Chance that the search comes to its goal."""
        policy = self.config.policy
        own = 1 - _going(policy, self.luck, policy.births) if self.own else 0.0
        return 1 - self._left * (1 - own)

    def _births(self) -> Iterator[tuple[Kind, float]]:
        policy = self.config.policy
        for k in range(policy.births):
            alone, phase = policy.sees(k) == 0, policy.phase_of(k)
            begun, whole = (self._left * share for share in _begun(policy, self.luck, self.config.answers.second, k))
            operator = planned(policy, k)
            birth = k if alone and not self.given else None
            yield Kind(ROLE_OF[operator], cast(Purpose, operator), phase, birth), begun
            # what the end of the search cuts off is cut off half way, about
            checked = (whole + begun) / 2 * (1 - self.luck.twins)
            yield Kind("checker", "check", phase, birth), checked * self._checks(alone)
            yield from self._coded(checked, phase, birth)

    def _checks(self, first: bool) -> float:
        """Of one candidate; `first`: there is no other yet."""
        if self.config.policy.read == "code":
            return 0.0
        if self.config.policy.read == "both" and not self.luck.most:
            # a program reads most of them, and the checker one pair of some
            return 1.0
        if first or self.config.policy.check == "all":
            return float(self.pairs)
        return 1 + (self.pairs - 1) * self.luck.worth

    def _coded(self, descriptions: float, phase: int = 0, birth: int | None = None) -> Iterator[tuple[Kind, float]]:
        """The programs of so many descriptions."""
        if self.config.policy.read != "words":
            yield Kind("coder", "code", phase, birth), descriptions

    @property
    def _confirmations(self) -> float:
        policy = self.config.policy
        asked = policy.confirm == "always" or (policy.confirm == "auto" and self.config.checker.varies)
        # what stands in for a run's own description in a control of it does not fit
        chance = 1.0 if self.luck.most else self._solved * self.own
        read = 0.0 if policy.read == "code" else float(self.pairs)
        return asked * chance * _wanted(policy) * read

    def _opinions(self) -> Iterator[tuple[Kind, float]]:
        policy, answers = self.config.policy, self.config.answers
        if policy.review != "off" and self.own:
            found = _wanted(policy) if self.luck.most else self._solved * self.luck.found(_wanted(policy))
            yield Kind("reviewer", "review"), float(found)
        if answers.judge != "off":
            differ = self.luck.differ * (1.0 if self.luck.most else self._solved)
            yield Kind("judge", "judge"), differ * answers.judge_samples * self.tests

    def _answers(self) -> Iterator[tuple[Kind, float]]:
        policy, answers, tests = self.config.policy, self.config.answers, self.tests
        follow, luck, solved = Kind("answerer", "follow"), self.luck, self._solved
        if self.given and not self.own:
            yield follow, float(self.given * answers.samples * tests)
        elif policy.phases:
            perfect = float(answers.perfect) if luck.most else solved * min(answers.perfect, luck.found(_wanted(policy)))
            lacking = 1.0 if luck.most else 1 - solved + solved * luck.lone
            yield follow, perfect * answers.samples * tests
            turned = perfect * (answers.views - 1)
            yield Kind("answerer", "check"), turned
            yield follow, turned * answers.samples * tests
            yield follow, lacking * answers.imperfect * answers.samples * tests
            read_again = bool(answers.fill) and self.config.answerer.varies
            yield follow, read_again * (1.0 if luck.most else solved * luck.lone) * tests
            yield follow, luck.hard * lacking * answers.fill * tests
        yield Kind("answerer", "solve"), float(answers.direct * tests)


def planned(policy: Policy, birth: int) -> Operator:
    """What the schedule has in mind for a birth; one that sees no other can only be written."""
    if policy.sees(birth) == 0:
        return "write"
    place = policy.phase_of(birth)
    moves = policy.phases[place].moves
    return moves[(birth - _start(policy, birth)) % len(moves)]


def _start(policy: Policy, birth: int) -> int:
    """The first birth of its phase."""
    return policy.phase_end(birth) + 1 - policy.phases[policy.phase_of(birth)].births


def _begun(policy: Policy, luck: Luck, second: int, k: int) -> tuple[float, float]:
    """Share of tasks whose search comes to begin birth k, and to need it whole."""
    by_phase = policy.stop_at == "phase"
    whole = _further(policy, luck, second, _start(policy, k) if by_phase else k)
    return max(whole, _further(policy, luck, second, policy.sees(k))), whole


def _further(policy: Policy, luck: Luck, second: int, births: int) -> float:
    """Share of searches that go on after so many births, looking for a second answer or for a first one."""
    going = _going(policy, luck, births)
    return going + luck.lone * (_going(policy, luck, max(0, births - second)) - going)


@lru_cache(maxsize=100_000)
def _going(policy: Policy, luck: Luck, births: int) -> float:
    """Share of searches that have not found what they look for among so many births."""
    return sum(share * _fewer(_wanted(policy), births, chance) for share, chance in luck.fits)


def _wanted(policy: Policy) -> int:
    """How many descriptions that fit a search looks for."""
    return policy.agree if policy.stop_when == "agree" else policy.stop_perfect


def _fewer(wanted: int, births: int, chance: float) -> float:
    """Chance that fewer than `wanted` of so many births fit."""
    if wanted > births or not chance:
        return 1.0
    return sum(_exactly(n, births, chance) for n in range(wanted)) if chance < 1 else 0.0


def _exactly(wanted: int, births: int, chance: float) -> float:
    ways = lgamma(births + 1) - lgamma(wanted + 1) - lgamma(births - wanted + 1)
    return exp(ways + wanted * log(chance) + (births - wanted) * log(1 - chance))
