"""How long searches are taken to last: what luck they meet, and which share of them goes on after so many births. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log

from nlevolve.evolve.policy import Policy


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
    near: float
    """Of the candidates that miss one pair, and there by what may be the checker's slip (`policy.borderline`)."""
    most: bool = False
    """Nothing that may be asked is left out."""

    @property
    def differ(self) -> float:
        """Of the test inputs for which descriptions that fit give different grids."""
        return 1.0 if self.most else 1 - self.lone if self.lone else 0.0

    def found(self, policy: Policy) -> int:
        """How many descriptions that fit there are to follow in the end: rules that are to agree are all followed."""
        return wanted(policy) if self.lone or policy.stop_when == "agree" else 1


GOOD = Luck(((1.0, 1.0),), twins=0.5, worth=0.0, lone=0.0, hard=0.0, near=0.0)
USUAL = Luck(((0.35, 0.35), (0.65, 0.01)), twins=0.2, worth=0.5, lone=0.8, hard=0.4, near=0.1)
BAD = Luck(((1.0, 0.0),), twins=0.0, worth=1.0, lone=1.0, hard=1.0, near=1.0, most=True)
LUCKS = (GOOD, USUAL, BAD)


def begun(policy: Policy, luck: Luck, second: int, k: int) -> tuple[float, float]:
    """Share of tasks whose search comes to begin birth k, and to need it whole."""
    by_phase = policy.stop_at == "phase"
    whole = _further(policy, luck, second, phase_start(policy, k) if by_phase else k)
    return max(whole, _further(policy, luck, second, policy.sees(k))), whole


def _further(policy: Policy, luck: Luck, second: int, births: int) -> float:
    """Share of searches that go on after so many births, looking for a second answer or for a first one."""
    left = going(policy, luck, births)
    return left + luck.lone * (going(policy, luck, max(0, births - second)) - left)


@lru_cache(maxsize=100_000)
def going(policy: Policy, luck: Luck, births: int) -> float:
    """Share of searches that have not found what they look for among so many births."""
    if policy.stop_when == "count":
        return sum(share * _fewer(policy.stop_perfect, births, chance) for share, chance in luck.fits)
    return sum(share * (_fewer(1, births, chance) + _unagreed(policy, luck, births, chance)) for share, chance in luck.fits)


def fitting(policy: Policy, luck: Luck, births: int) -> float:
    """Share of searches that go on with a rule that fits, for others that agree with it."""
    if policy.stop_when == "count":
        return 0.0
    return sum(share * _unagreed(policy, luck, births, chance) for share, chance in luck.fits)


def solved(policy: Policy, luck: Luck, births: int) -> float:
    """Share of searches that have come to a goal: of rules that are to agree, one is a goal as well."""
    if policy.stop_when == "count":
        return 1 - going(policy, luck, births)
    return 1 - sum(share * _fewer(1, births, chance) for share, chance in luck.fits)


def _unagreed(policy: Policy, luck: Luck, births: int, chance: float) -> float:
    """Chance that of so many births some fit, the first not so long ago that the search is given up, and too few agree."""
    firsts = range(max(0, births - policy.agree_cap), births)
    return sum(chance * (1 - chance) ** k * _undecided(policy, luck, births - 1 - k, chance) for k in firsts)


def _undecided(policy: Policy, luck: Luck, births: int, chance: float) -> float:
    """Chance that the rules that fit among so many births do not agree with an earlier one, or are too few."""
    more = policy.agree - 1
    return sum(_exactly(n, births, chance) * luck.differ ** max(0, n - more + 1) for n in range(births + 1))


def wanted(policy: Policy) -> int:
    """How many descriptions that fit a search looks for."""
    return policy.agree if policy.stop_when == "agree" else policy.stop_perfect


def _fewer(number: int, births: int, chance: float) -> float:
    """Chance that fewer than `number` of so many births fit."""
    return sum(_exactly(n, births, chance) for n in range(min(number, births + 1)))


def _exactly(number: int, births: int, chance: float) -> float:
    """Chance that so many of the births fit."""
    if chance in (0.0, 1.0):
        return float(number == births * chance)
    ways = lgamma(births + 1) - lgamma(number + 1) - lgamma(births - number + 1)
    return exp(ways + number * log(chance) + (births - number) * log(1 - chance))


def phase_start(policy: Policy, birth: int) -> int:
    """The first birth of its phase."""
    return policy.phase_end(birth) + 1 - policy.phases[policy.phase_of(birth)].births
