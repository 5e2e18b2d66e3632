"""Whether each birth was shown the examples that it should have been: what its task could learn from, ranked anew."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nlevolve.audit import library
from nlevolve.audit.answering import on_tests
from nlevolve.audit.evidence import Evidence, Line
from nlevolve.audit.worth import Born, Schedule, Worth, best_first, worth
from nlevolve.puzzle.kinship import fingerprints
from nlevolve.puzzle.tasks import Task
from nlevolve.puzzle.traits import traits
from nlevolve.records import AnswerFollowed, BirthPlanned, CandidateChecked, CandidateReviewed, TaskAnswered
from nlevolve.solved.entries import unfit

K1, B = 1.5, 0.75
"""Of BM25, as Lucene has it."""


@dataclass(frozen=True)
class Rule:
    """What may be shown of a library."""

    id: str
    task: str
    bullets: tuple[str, ...]
    traits: tuple[str, ...]
    marks: frozenset[str]


def check(evidence: Evidence) -> None:
    """Every birth, in the order of the log."""
    planned = [(name, line) for name in evidence.tasks for line in evidence.of(name) if isinstance(line.event, BirthPlanned)]
    row = evidence.config.get("library")
    if not row:
        for _, line in planned:
            _equal(evidence, line, [])
        return
    library.check(evidence, row)
    sources = _Own(evidence) if row.get("grows") else _File(row)
    unsure = 0
    for name, line in planned:
        rules = sources.rules(name, evidence.tasks_of(line.session))
        if rules is None:
            unsure += 1
        else:
            _equal(evidence, line, _Births(evidence, name).shown(line, rules))
    if unsure:
        evidence.found.cannot(
            f"tasks were cut short that others learn from: which examples {unsure:,} births behind them were to be shown"
        )


def _equal(evidence: Evidence, line: Line, wanted: list[str]) -> None:
    event = line.event
    assert isinstance(event, BirthPlanned)
    evidence.found.equal("birth", f"{line.where}: the examples of birth {event.birth.index}", list(event.birth.examples), wanted)


class _File:
    """A library that the run began with."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.all = [
            Rule(
                str(one["id"]),
                str(one["task"]),
                tuple(one["description"]["bullets"]),
                tuple(one.get("traits", ())),
                frozenset(one["fingerprints"]),
            )
            for one in row.get("entries", ())
        ]

    def rules(self, task: str, tasks: Collection[str]) -> list[Rule] | None:
        return self.all


class _Own:
    """What the run has solved, task by task."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.behind = evidence.setting("policy.mix.behind", 8)

    def rules(self, task: str, tasks: Collection[str]) -> list[Rule] | None:
        """Those of the tasks far enough before it, of `tasks`; None where one of them was cut short."""
        order = list(tasks)
        before = order[: max(0, order.index(task) - self.behind)] if task in order else []
        if not all(self._whole[name] for name in before):
            return None
        return [rule for name in before if (rule := self._found[name]) is not None]

    @cached_property
    def _whole(self) -> dict[str, bool]:
        """Task -> whether it was answered once, by a search that came to its own end."""
        ends = {
            name: [one.event for one in self.evidence.of(name) if isinstance(one.event, TaskAnswered)]
            for name in self.evidence.tasks
        }
        return {name: [end.stopped for end in those] in (["perfect"], ["exhausted"]) for name, those in ends.items()}

    @cached_property
    def _found(self) -> dict[str, Rule | None]:
        return {name: self._rule(name) for name in self.evidence.tasks}

    def _rule(self, name: str) -> Rule | None:
        """The best description of those up to the birth with which the search ended, if it fits and nobody doubts it."""
        task, events = self.evidence.tasks[name], [line.event for line in self.evidence.of(name)]
        members = {e.birth.index: worth(e, task.pairs) for e in events if isinstance(e, CandidateChecked)}
        schedule = Schedule.of(self.evidence.config.get("settings", {}), self.evidence.before(name))
        follows = [e for e in events if isinstance(e, AnswerFollowed)]
        born = Born(members, {}, on_tests(follows, len(task.tests), self.evidence.setting("answers.samples", 1)))
        end = schedule.goal(born)
        counted = members if end is None else born.upto(end).members
        doubted = _doubted(events, members)
        fits = [one for one in best_first(counted.values(), "pairs") if one.perfect]
        told = (one.event.description for one in fits)
        return next((_rule(task, one) for one in told if one.normalised not in doubted and not unfit(one)), None)


def _doubted(events: Iterable[Any], members: Mapping[int, Worth]) -> set[str]:
    said = {e.birth: e.review.verdict for e in events if isinstance(e, CandidateReviewed)}
    doubted = [k for k, verdict in said.items() if verdict in ("doubt", "stuck") and k in members]
    return {members[k].event.description.normalised for k in doubted}


def _rule(task: Task, told: Any) -> Rule:
    marks = sorted(fingerprints(task))
    text = json.dumps([marks, told.normalised])
    name = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    return Rule(name, task.id, tuple(told.bullets), traits(task), frozenset(marks))


class _Births:
    """What those of one task were to be shown."""

    def __init__(self, evidence: Evidence, name: str) -> None:
        self.evidence, self.task = evidence, evidence.tasks[name]
        self.policy = {"most": 2, "every": 2, "words": 0.5, **evidence.setting("policy.examples", {})}

    def shown(self, line: Line, rules: Sequence[Rule]) -> list[str]:
        """Ids, the best fitting first."""
        assert isinstance(line.event, BirthPlanned)
        birth, every, number = line.event.birth, self.policy["every"], self.policy["most"]
        own = fingerprints(self.task)
        others = [one for one in rules if one.task != self.task.id and not own & one.marks and not _names(self.task.id, one)]
        if self.evidence.setting("policy.writes", "words") == "programs":
            return []
        if birth.operator != "write" or birth.index % every != every - 1 or not others:
            return []
        ranked = self._ranked(others, self._said(line, self._sees(birth.index)))
        begins = birth.index // every * number
        return [ranked[place % len(ranked)].id for place in range(begins, begins + min(number, len(ranked)))]

    def _sees(self, k: int) -> int:
        """The birth sees those below this number."""
        before = start = self.evidence.before(self.task.id)
        for phase in self.evidence.setting("policy.phases", []):
            if k < start + phase["births"]:
                return start if phase.get("barrier") else max(before, k - phase.get("overlap", 8) + 1, 0)
            start += phase["births"]
        return before

    def _said(self, line: Line, below: int) -> set[str]:
        """Words of the descriptions that it sees."""
        told: dict[int, CandidateChecked] = {}
        for one in self.evidence.of(self.task.id):
            if one.number < line.number and isinstance(one.event, CandidateChecked) and one.event.birth.index < below:
                told[one.event.birth.index] = one.event
        return {word for event in told.values() for bullet in event.description.bullets for word in _words(bullet)}

    def _ranked(self, others: Sequence[Rule], said: set[str]) -> list[Rule]:
        weight, tasks = self.policy["words"], _by_traits(traits(self.task), others)
        texts = _by_words(said, others) if weight else None
        score = [round((1 - weight) * a + weight * b, 5) for a, b in zip(tasks, texts or tasks, strict=True)]
        found: list[Rule] = []
        for place in sorted(range(len(others)), key=lambda place: (-score[place], place)):
            if not any(one.startswith("p") and one in other.marks for other in found for one in others[place].marks):
                found.append(others[place])
        return found


def _names(task: str, rule: Rule) -> bool:
    telling = len(task) > 5 and any(letter.isdecimal() for letter in task)
    return telling and re.search(rf"(?<!\w){re.escape(task)}(?!\w)", " ".join(rule.bullets)) is not None


def _by_traits(own: Sequence[str], others: Sequence[Rule]) -> list[float]:
    """Weighted Jaccard similarity: what few of the others have weighs more."""
    count = Counter(trait for one in others for trait in set(one.traits))
    weights = {trait: math.log(1 + len(others) / number) for trait, number in count.items()}

    def total(names: Iterable[str]) -> float:
        return sum(weights.get(name, math.log(1 + len(others))) for name in sorted(names))

    pairs = [(set(own) & set(one.traits), set(own) | set(one.traits)) for one in others]
    return [total(both) / total(either) if total(either) else 0.0 for both, either in pairs]


def _by_words(said: set[str], others: Sequence[Rule]) -> list[float] | None:
    """BM25 over the best one's; None where no word is known."""
    documents = [Counter(word for bullet in one.bullets for word in _words(bullet)) for one in others]
    mean = sum(sum(one.values()) for one in documents) / len(documents)
    found = Counter(word for one in documents for word in one)
    asked = {word: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for word, n in found.items() if word in said}
    if not asked:
        return None

    def score(one: Counter[str]) -> float:
        long = K1 * (1 - B + B * sum(one.values()) / mean)
        return sum(rare * one[word] / (one[word] + long) for word, rare in asked.items())

    scores = [score(one) for one in documents]
    return [one / max(scores) for one in scores]


def _words(bullet: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[^\W\d_]+", bullet)]
