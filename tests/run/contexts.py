"""A small context for the tests of run/: a task whose truths are one grid, and models that a script tells what to say.

A rule reads `Rule 3: =xg then ==g tests a`: what its checks give on each training pair (the marks of SAID), what a second
sample gives, and what following it on each test input gives, after a comma for each further sample.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.question import Asker
from nlevolve.evolve.population import Population, population
from nlevolve.llm.request import Interrupted, OverBudget, ProviderDown, Reply, Request, Unusable
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import AnswerFollowed, Attempt, CandidateChecked, Event, MoveFailed
from nlevolve.run.context import Context
from tests.scripted import bullets, description_of, grid_reply
from tests.stories.worlds import config

TRUTH: Grid = ((1, 2),)
A, B, C = ((4, 4),), ((5, 5),), ((6, 6),)
SAID: dict[str, Grid] = {"=": TRUTH, "x": ((1, 0),), "o": ((0, 0),), "a": A, "b": B, "c": C, "G": TRUTH, "r": TRUTH}
FAILURES: dict[str, Callable[[], Exception]] = {
    "?": lambda: ProviderDown("the line is dead"),
    "U": lambda: Unusable("the key was refused"),
    "B": lambda: OverBudget("the budget is spent"),
    "I": lambda: Interrupted("stopped"),
}
PROSE = "g", "G", "r"
"""Said in words alone: always, until it is asked once more, until its repair; then it is right."""


def a_task(pairs: int = 3, tests: int = 1, colour: int = 9) -> Task:
    """Every training output is TRUTH; tasks of another colour ask other questions."""
    shown = tuple(Pair(((number, colour),), TRUTH) for number in range(pairs))
    return Task("t", shown, tuple(((7, number),) for number in range(tests)))


def a_file(folder: Path, name: str = "t", pairs: int = 3, colour: int = 9) -> Path:
    """The same task in a file."""
    task = a_task(pairs, colour=colour)
    train = [{"input": pair.input, "output": pair.output} for pair in task.pairs]
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"train": train, "test": [{"input": grid} for grid in task.tests]}))
    return path


@dataclass
class Script:
    """The models of a run. `rules` says what each birth writes, or a letter of FAILURES or PROSE; `asked` is what came."""

    rules: Mapping[int, str] = field(default_factory=dict)
    wait: Callable[[Request], float] = lambda request: 0.0
    """Seconds until a request is answered."""
    asked: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        await asyncio.sleep(self.wait(request))
        return Reply(text=self._said(request), cost_usd=0.25)

    def of(self, purpose: str) -> list[Request]:
        """What was asked for this purpose, repairs left out."""
        return [one for one in self.asked if one.label.purpose == purpose and not one.label.repair]

    def pairs(self, birth: int | None = None) -> list[int | None]:
        """The training pairs in the order in which they were checked."""
        return [one.label.target for one in self.of("check") if birth in (None, one.label.birth)]

    def _said(self, request: Request) -> str:
        if request.label.purpose in ("check", "follow"):
            sign = _sign(description_of(request)[0], request)
            return _prose(sign, request) or grid_reply(SAID[sign])
        rule = self.rules.get(request.label.birth or 0, f"Rule {request.label.birth}: xxx tests a")
        return (_prose(rule, request) if len(rule) == 1 else "") or bullets(rule if len(rule) > 1 else "Rule z: xxx tests a")


def _sign(rule: str, request: Request) -> str:
    """What a rule says about the pair or test input of this request."""
    found = re.match(r"Rule [^:]*: (?P<check>\S+)(?: then (?P<then>\S+))?(?: tests (?P<follow>\S+?))?(?: alone)?\.?$", rule)
    assert found, rule
    samples = (found["follow"] or "a").split(",") if request.label.purpose == "follow" else [found["check"], found["then"]]
    said = samples[min(request.sample, len(samples) - 1)] or samples[0]
    return str(said[request.label.target or 0])


def _prose(sign: str, request: Request) -> str:
    if sign in FAILURES:
        raise FAILURES[sign]()
    ends = {"g": False, "G": request.again, "r": request.label.repair}
    return "I could not say." if sign in PROSE and not ends[sign] else ""


@dataclass
class Bench:
    """A Context, what it emitted, and the script behind it."""

    context: Context
    script: Script
    events: list[Event]

    def checked(self) -> dict[int, CandidateChecked]:
        """Candidates by birth."""
        return {e.birth.index: e for e in self.events if isinstance(e, CandidateChecked)}

    def failed(self) -> dict[int, MoveFailed]:
        """Births that gave none."""
        return {e.birth.index: e for e in self.events if isinstance(e, MoveFailed)}

    def followed(self) -> list[AnswerFollowed]:
        """What was followed on test inputs, in the order in which it came."""
        return [e for e in self.events if isinstance(e, AnswerFollowed)]


def bench(rules: Mapping[int, str] | Sequence[str] = (), script: Script | None = None, **changes: Any) -> Bench:
    """The quick preset with changes (dots written as __) and these rules by birth; nothing is asked twice to confirm."""
    written = rules if isinstance(rules, Mapping) else dict(enumerate(rules))
    model = script or Script(written)
    events: list[Event] = []
    settings = config(**{"policy__confirm": "never", **changes})
    asker = Asker(model, Prompts(bundled()), lambda request, why: None)
    return Bench(Context(asker, settings, events.append, telling=lambda waits: model), model, events)


def rule(name: object, marks: str, tests: str = "a") -> str:
    """A rule of these marks. Its last word is one, since what ends in a question mark is not read as a rule."""
    return f"Rule {name}: {marks} tests {tests} alone"


def kinds(attempts: Sequence[Attempt]) -> str:
    """Attempts as marks again: = exact, x half right, o wrong, g garbled, ? unreached, - skipped."""
    signs = {"garbled": "g", "unreached": "?", "skipped": "-"}
    accuracy = {1.0: "=", 0.5: "x", 0.0: "o"}
    return "".join(accuracy[a.accuracy or 0.0] if a.kind == "followed" else signs[a.kind] for a in attempts)


def none() -> Population:
    """Nothing yet."""
    return population([])
