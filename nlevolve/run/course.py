"""The course that a search is taken to run before anything is sent: how many calls of each kind, with good, usual and bad luck.

Pure. What no one can know beforehand (how often a description fits, says what an earlier one said, is worth checking further)
stands in `luck.py`, once; `benchmarks/forecast.py` compares it with runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, cast

from nlevolve.ask.generator import ROLE_OF
from nlevolve.config import RunConfig
from nlevolve.evolve.examples import is_shown
from nlevolve.evolve.policy import Policy
from nlevolve.records import Birth, Operator, Purpose, Role
from nlevolve.run.luck import Luck, begun, fitting, going, phase_start, solved, wanted


class Kind(NamedTuple):
    """Calls that are alike."""

    role: Role
    purpose: Purpose
    phase: int = 0
    birth: int | None = None
    """Of a birth that sees no other: what it asks may be bought already."""
    examples: bool = False
    """Of a birth that is shown rules of other tasks."""


def calls(
    config: RunConfig, pairs: int, tests: int, luck: Luck, *, given: int = 0, own: bool = True, library: bool = False
) -> Mapping[Kind, float]:
    """How many calls of each kind a task takes that has so many pairs and test inputs; repairs and retries are not among them.

    `given`: descriptions that are there already and come first; without `own` births of the schedule they are all there is.
    `library`: there are rules of other tasks, which some births are shown.
    """
    found: defaultdict[Kind, float] = defaultdict(float)
    for kind, number in _Course(config, pairs, tests, luck, given, own, library).all():
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
    examples: bool = False

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
        own = solved(policy, self.luck, policy.births) if self.own else 0.0
        return 1 - self._left * (1 - own)

    def _births(self) -> Iterator[tuple[Kind, float]]:
        policy = self.config.policy
        for k in range(policy.births):
            alone, phase = policy.sees(k) == 0, policy.phase_of(k)
            began, whole = (self._left * share for share in begun(policy, self.luck, self.config.answers.second, k))
            birth = k if alone and not self.given else None
            shown = self._shown(k)
            for operator, share in self._moves(k):
                kind = Kind(ROLE_OF[operator], cast(Purpose, operator), phase, birth, shown and operator == "write")
                yield kind, began * share
            # what the end of the search cuts off is cut off half way, about
            checked = (whole + began) / 2 * (1 - self.luck.twins)
            yield Kind("checker", "check", phase, birth, shown), checked * self._checks(alone)
            yield Kind("checker", "check", phase), checked * self._once_more
            yield from self._coded(checked, phase, birth, shown)

    def _shown(self, k: int) -> bool:
        """Whether birth k is shown rules of other tasks, if it is as the schedule has it."""
        policy = self.config.policy
        birth = Birth(index=self.given + k, operator=planned(policy, k), model="")
        return self.examples and policy.writes == "words" and is_shown(birth, policy.examples)

    def _moves(self, k: int) -> Iterator[tuple[Operator, float]]:
        """What birth k may be, and the share of searches in which it is: with a rule that fits in sight, others are tried."""
        policy, seen = self.config.policy, self.config.policy.sees(k)
        moves = policy.after_perfect if policy.stop_when == "agree" else ()
        left = going(policy, self.luck, seen)
        fits = fitting(policy, self.luck, seen) / left if moves and left else 0.0
        yield planned(policy, k), 1 - fits
        for move in moves:
            yield move, fits / len(moves)

    @property
    def _once_more(self) -> float:
        """Readings of the one pair that keeps a candidate from being perfect, for each candidate."""
        policy = self.config.policy
        if policy.read == "code" or self.pairs < 2 or not self.config.checker.varies:
            return 0.0
        # mostly the second reading, or the third, is what an earlier one was
        return self.luck.near * min(policy.borderline - 1, policy.borderline if self.luck.most else 2)

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

    def _coded(
        self, descriptions: float, phase: int = 0, birth: int | None = None, shown: bool = False
    ) -> Iterator[tuple[Kind, float]]:
        """The programs of so many descriptions."""
        if "coder" in self.config.roles:
            yield Kind("coder", "code", phase, birth, shown), descriptions

    @property
    def _confirmations(self) -> float:
        policy = self.config.policy
        asked = policy.confirm == "always" or (policy.confirm == "auto" and self.config.checker.varies)
        # what stands in for a run's own description in a control of it does not fit
        chance = 1.0 if self.luck.most else self._solved * self.own
        read = 0.0 if policy.read == "code" else float(self.pairs)
        return asked * chance * wanted(policy) * read

    def _opinions(self) -> Iterator[tuple[Kind, float]]:
        policy, answers = self.config.policy, self.config.answers
        if policy.review != "off" and self.own:
            found = wanted(policy) if self.luck.most else self._solved * self.luck.found(policy)
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
            perfect = float(answers.perfect) if luck.most else solved * min(answers.perfect, luck.found(policy))
            lacking = 1.0 if luck.most else 1 - solved + solved * luck.lone
            if policy.writes == "programs" and not luck.most:
                return  # programs run on the test inputs, and nobody is asked
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
    return moves[(birth - phase_start(policy, birth)) % len(moves)]
