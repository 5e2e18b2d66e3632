"""Repeats: runs that are equal but for their seed, as one group; groups against each other, paired by task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import sqrt
from statistics import NormalDist, fmean, stdev, variance
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from nlevolve.run.store import stem_of
from nlevolve.view.run_folder import RunFolder
from nlevolve.view.statistics import (
    LEVEL,
    Interval,
    holm,
    luck,
    mean_difference,
    repeats_to_settle,
    shown_by,
    sign_flip,
    tasks_to_settle,
)

PUBLISHED_NOISE = 0.02
"""What others measured between equal runs: scores that differ by two points. It stands in where nothing was repeated."""

Verdict = Literal["different", "inside run noise", "not settled"]


class Group(BaseModel):
    """Runs with equal settings but for their seed, or one run alone. Shares are 0..1, of the tasks compared."""

    model_config = ConfigDict(frozen=True)

    name: str
    """RUN of RUN.s1, RUN.s2 …; where they are called otherwise, the first and how many more."""
    runs: list[str]
    seeds: list[int]
    mean: float
    """Share of the tasks that a run of it solves, mean over its runs."""
    spread: float | None
    """Standard deviation of that share between its runs; None for one run."""
    lowest: float
    highest: float
    luck: float | None
    """The standard deviation that chance within each task makes in one run's share; None for one run. What the spread has beyond
    it is common to many tasks of a run: an outage, say."""
    solved_ever: int
    """Tasks that some run of it solves."""
    solved_always: int
    """Tasks that every run of it solves."""
    sometimes: list[str]
    """Tasks that some runs of it solve and others do not."""


class Contest(BaseModel):
    """Two groups, paired by task. Shares are 0..1."""

    model_config = ConfigDict(frozen=True)

    one: str
    other: str
    difference: float
    """Mean share solved of one, less that of the other."""
    interval: Interval
    """Agresti and Min's, 95%, of the difference, for tasks like these."""
    p: float
    """Fisher's paired permutation test, exact, two-sided: with one run each it is McNemar's."""
    p_holm: float
    """The same after Holm's correction for all contests of the comparison."""
    noise: float
    """Runs that are equal on every task differ by no more than this in 95% of cases, as often run as these."""
    noise_from: Literal["repeats", "published"]
    """Whether the repeats at hand say so, or what others measured."""
    verdict: Verdict
    """Different: p_holm is 0.05 at most, and the difference is outside run noise."""
    shown: float
    """The least difference that these tasks and runs would have shown in 80% of cases."""
    tasks_needed: int | None
    """Tasks like these, run as often, that show a difference of this size in 80% of cases; None where there is none at all."""
    repeats_needed: int | None
    """Runs a side, on these tasks, that do so; None where no number does, or nothing was repeated."""


def grouped(names: Sequence[str], runs: Sequence[RunFolder]) -> list[list[str]]:
    """The runs in groups of repeats, in the order of their first ones. Where two have one seed the later stands alone: it is no
    other sample of the same."""
    found: dict[Any, dict[Any, str]] = defaultdict(dict)
    for place, (name, run) in enumerate(zip(names, runs, strict=True)):
        kind, which = _kind(name, run.config), turn(run.config)
        alone = kind is None or which in found[kind]
        found[place if alone else kind][which] = name
    return sorted((list(group.values()) for group in found.values()), key=lambda group: names.index(group[0]))


def groups(
    members: Sequence[Sequence[str]], runs: Mapping[str, RunFolder], wins: Mapping[str, Collection[str]], tasks: Sequence[str]
) -> list[Group]:
    """`wins`: run -> the tasks that it solved."""
    return [_group(name, group, runs, wins, tasks) for name, group in named(members).items()]


def named(members: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
    """Name of a group -> its runs."""
    names = [_name(group) for group in members]
    return {name if names.count(name) == 1 else group[0]: group for name, group in zip(names, members, strict=True)}


def contests(found: Sequence[Group], wins: Mapping[str, Collection[str]], tasks: Sequence[str]) -> list[Contest]:
    """Every two groups, with Holm's correction over all of them."""
    pairs = list(combinations(found, 2))
    duels = [_Pair(one, other, wins, tasks) for one, other in pairs]
    ps = [sign_flip(duel.whole) for duel in duels]
    return [duel.contest(p, corrected, len(pairs)) for duel, p, corrected in zip(duels, ps, holm(ps), strict=True)]


def warnings(found: Iterable[Group], runs: Mapping[str, RunFolder], bought_before: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with taking runs for repeats of each other."""
    for group in found:
        turns = [turn(runs[run].config) for run in group.runs]
        served = [run for run in group.runs if bought_before[run]]
        if served and len({one.repeat for one in turns}) < len(turns):
            yield (
                f"{' and '.join(served)} took replies that other runs had bought, and --repeats was not used: runs of "
                f"{group.name} that share replies differ less than repeats do"
            )


def _group(
    name: str, members: Sequence[str], runs: Mapping[str, RunFolder], wins: Mapping[str, Collection[str]], tasks: Sequence[str]
) -> Group:
    shares = [len(wins[run]) / len(tasks) for run in members]
    times = _times(members, wins, tasks)
    several = len(members) > 1
    return Group(
        name=name,
        runs=list(members),
        seeds=[turn(runs[run].config).seed for run in members],
        mean=fmean(shares),
        spread=stdev(shares) if several else None,
        lowest=min(shares),
        highest=max(shares),
        luck=sqrt(luck(times, len(members)) / len(tasks)) if several else None,
        solved_ever=sum(one > 0 for one in times),
        solved_always=sum(one == len(members) for one in times),
        sometimes=[task for task, one in zip(tasks, times, strict=True) if 0 < one < len(members)],
    )


class _Pair:
    """Two groups on the same tasks."""

    def __init__(self, one: Group, other: Group, wins: Mapping[str, Collection[str]], tasks: Sequence[str]) -> None:
        self.one, self.other, self.tasks = one, other, len(tasks)
        counts = zip(_times(one.runs, wins, tasks), _times(other.runs, wins, tasks), strict=True)
        self.whole = [mine * len(other.runs) - theirs * len(one.runs) for mine, theirs in counts]
        """The difference of each task, times the runs of both, so that it is a whole number."""
        self.each = [times / (len(one.runs) * len(other.runs)) for times in self.whole]
        self.difference = fmean(self.each)
        self.square = fmean(share * share for share in self.each)

    def contest(self, p: float, corrected: float, family: int) -> Contest:
        measured = self._noise()
        noise = PUBLISHED_NOISE if measured is None else measured
        level = LEVEL / family
        return Contest(
            one=self.one.name,
            other=self.other.name,
            difference=self.difference,
            interval=mean_difference(self.each),
            p=p,
            p_holm=corrected,
            noise=noise,
            noise_from="published" if measured is None else "repeats",
            verdict=self._verdict(corrected, noise),
            shown=shown_by(self.tasks, self.square, level),
            tasks_needed=tasks_to_settle(self.difference, self.square, level),
            repeats_needed=self._repeats(level),
        )

    def _verdict(self, corrected: float, noise: float) -> Verdict:
        if abs(self.difference) <= noise:
            return "inside run noise"
        return "different" if corrected <= LEVEL else "not settled"

    def _within(self) -> tuple[float, float] | None:
        """The variance by chance of a task in one run of each side; of a side that was run once, as that of the other."""
        one, other = self.one.luck, self.other.luck
        mine, theirs = other if one is None else one, one if other is None else other
        return None if mine is None or theirs is None else (self.tasks * mine**2, self.tasks * theirs**2)

    def _noise(self) -> float | None:
        within = self._within()
        return None if within is None else NormalDist().inv_cdf(1 - LEVEL / 2) * sqrt(self._by_chance(within) / self.tasks)

    def _by_chance(self, within: tuple[float, float]) -> float:
        """The part of the variance of a task's difference that its replies' chance makes."""
        return within[0] / len(self.one.runs) + within[1] / len(self.other.runs)

    def _repeats(self, level: float) -> int | None:
        within = self._within()
        if within is None or self.tasks < 2:
            return None
        between = max(0.0, variance(self.each) - self._by_chance(within))
        return repeats_to_settle(self.difference, sum(within), between, self.tasks, level)


def _times(members: Sequence[str], wins: Mapping[str, Collection[str]], tasks: Sequence[str]) -> list[int]:
    """For each task, how many of the runs solve it."""
    return [sum(task in wins[run] for run in members) for task in tasks]


def _name(members: Sequence[str]) -> str:
    if len(members) == 1:
        return members[0]
    stems = set(map(stem_of, members))
    if len(stems) == 1 and (stem := stems.pop()):
        return stem
    return f"{members[0]} +{len(members) - 1}"


def _kind(name: str, config: Mapping[str, Any]) -> str | None:
    """What repeats have in common; None where it is not known. Those of one name are apart from others, equal as these may be."""
    settings = config.get("settings")
    if not isinstance(settings, Mapping) or "seed" not in settings:
        return None
    asked = {key: value for key, value in settings.items() if key not in Turn._fields}
    embedded = (config.get("versions") or {}).get("embedded")
    return repr((stem_of(name), asked, config.get("prompts"), config.get("endpoints"), embedded))


class Turn(NamedTuple):
    """Which of the repeats a run is."""

    seed: int
    repeat: int


def turn(config: Mapping[str, Any]) -> Turn:
    """As a run's config.json has it; 0 for what it does not say."""
    settings = config.get("settings")
    told = [settings.get(name, 0) if isinstance(settings, Mapping) else 0 for name in Turn._fields]
    seed, repeat = (one if isinstance(one, int) else 0 for one in told)
    return Turn(seed, repeat)
