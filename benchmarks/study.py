"""`make study`: how the evolution behaves on the embedded models. Writes docs/STUDY.md and its plots in docs/pictures/."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import section
from benchmarks.honesty import BIRTHS, VARIANTS, is_solved, kept, training
from nlevolve.api import asolve
from nlevolve.llm.request import LLM, Reply, Request
from nlevolve.offline.provider import complete
from nlevolve.records import CallFinished, CandidateChecked, Event, Operator, TaskAnswered

PAGE = Path("docs/STUDY.md")
PICTURES = Path("docs/pictures")
NOISE = (0.0, 0.1, 0.3, 0.6)
"""Chances that a checker's reply has one wrong cell."""
MOVES: tuple[Operator, ...] = ("write", "revise", "recombine")
CALLS = (10, 20, 40, 80, 160)
SEEN_TESTS = 40
"""Tasks looked at for what stays solved when it is changed, at most."""

HEAD = """# A study of the loop

What the evolution does when its models are changed, on the embedded models, by `make study`: free, and in minutes for anyone to
rerun. **These figures are the embedded models', not an LLM's.** They look for operations that mend a grid and follow sentences to
the letter; a language model errs otherwise, and more often. What the study can show is how the loop takes such errors, and that
it does what it is meant to do. With a few dozen tasks, a difference of two or three is chance.
"""


@dataclass(frozen=True)
class Found:
    """How a solved task's best description came about."""

    operator: Operator
    birth: int
    """From 0."""
    calls: int
    """Logical calls made for the task until it was checked."""


class Models:
    """The embedded models with a checker that errs as often as wanted; equal questions of several runs are answered once."""

    def __init__(self) -> None:
        self._said: dict[str, Reply] = {}

    def __call__(self, noise: float, purposes: Sequence[str] = ("check", "follow")) -> LLM:
        async def ask(request: Request) -> Reply:
            reply = await self._faithful(request)
            rng = random.Random(f"{noise}/{request.key}")
            errs = request.label.purpose in purposes and rng.random() < noise
            return reply.model_copy(update={"text": misread(reply.text, rng)}) if errs else reply

        return ask

    async def _faithful(self, request: Request) -> Reply:
        if request.key not in self._said:
            messages = [{"role": m.role, "content": m.text} for m in request.messages]
            said = await complete(request.model, messages, request.sample, request.reply_schema)
            self._said[request.key] = Reply(text=said.text, cost_usd=0.0)
        return self._said[request.key]


def misread(text: str, rng: random.Random) -> str:
    """The reply of a checker with another colour in one cell."""
    reply = json.loads(text)
    row = rng.choice(reply["grid"])
    at = rng.randrange(len(row))
    row[at] = (row[at] + rng.randint(1, 9)) % 10
    return json.dumps(reply)


class Watch:
    """Follows a run's events to the birth that gave each task's best description."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}
        self.checked: dict[tuple[str, int], Found] = {}
        self.best: dict[str, Found] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, CallFinished):
            self.calls[event.task] = self.calls.get(event.task, 0) + 1
        elif isinstance(event, CandidateChecked):
            birth = event.birth
            found = Found(birth.operator, birth.index, self.calls.get(event.task, 0))
            self.checked[event.task, birth.index] = found
        elif isinstance(event, TaskAnswered) and event.best is not None:
            self.best[event.task] = self.checked[event.task, event.best]


async def solved(selector: str, live: LLM, *, generator: str = "offline/generator", preset: str = "quick") -> dict[str, Found]:
    """The tasks that a run solves, and how."""
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        result = await asolve(
            [selector],
            generator=generator,
            preset=preset,
            runs_dir=Path(folder, "runs"),
            cache_dir=Path(folder, "bank"),
            report=False,
            see=watch,
            live=live,
        )
    return {task: watch.best[task] for task, row in result.tasks.items() if row.solved}


async def by_noise(selector: str, models: Models) -> list[str]:
    """Solved tasks against the checker's errors."""
    series: dict[str, list[int]] = {}
    for generator, answers in (("generator", True), ("generator", False), ("generator-weak", True)):
        name = f"offline/{generator}, errors in checks {'and answers' if answers else 'alone'}"
        purposes = ("check", "follow") if answers else ("check",)
        runs = [await solved(selector, models(noise, purposes), generator=f"offline/{generator}") for noise in NOISE]
        series[name] = [len(run) for run in runs]
        print(name, series[name], flush=True)
    plot("study-noise", {name: (NOISE, y) for name, y in series.items()}, "chance of a wrong cell in a checker's reply")
    both, alone = list(series.values())[:2]
    return [
        "![Solved tasks against the checker's errors](pictures/study-noise.svg)",
        "",
        f"| chance of a wrong cell in a reply | {' | '.join(f'{noise:.0%}' for noise in NOISE)} |",
        f"|---|{'---|' * len(NOISE)}",
        *(f"| {name} | {' | '.join(map(str, y))} |" for name, y in series.items()),
        "",
        *prose(
            f"With a wrong cell in {NOISE[-1]:.0%} of the checker's replies the loop solves {both[-1]} tasks, with none "
            f"{both[0]}. Where it errs in checks alone, and the answers are followed faithfully, it solves {alone[-1]}: the "
            "difference is what errors cost in the answers themselves. A wrong cell in a check hides a good description "
            "little, since its other pairs and its cell accuracy still rank it high; but a perfect one may not be known as "
            "such, and the search then goes on."
        ),
    ]


async def by_move(selector: str, models: Models) -> list[str]:
    """Solved tasks against births, by the move that made the description."""
    found = (await solved(selector, models(0.0))).values()
    most = max((one.birth for one in found), default=0) + 2
    births = range(1, most + 1)
    series = {move: (births, [sum(f.birth < n and f.operator == move for f in found) for n in births]) for move in MOVES}
    plot("study-births", series, "births", stacked=True)
    made = {move: sum(one.operator == move for one in found) for move in MOVES}
    first = sum(one.birth == 0 for one in found)
    evolved = made["revise"] + made["recombine"]
    return [
        "![Solved tasks against births, by move](pictures/study-births.svg)",
        "",
        "| move | tasks whose best description it made | median birth |",
        "|---|---|---|",
        *(
            f"| {move} | {count} | {_median([f.birth + 1 for f in found if f.operator == move])} |"
            for move, count in made.items()
        ),
        "",
        *prose(
            f"Of {len(found)} solved tasks the first birth solves {first}; {evolved} ({evolved / max(1, len(found)):.0%}) are "
            "solved by a revised or recombined description: one that was made from descriptions that were not yet right."
        ),
    ]


async def broad_or_deep(selector: str, models: Models) -> list[str]:
    """Solved tasks against calls a task, for schedules that spend them otherwise."""
    runs = {preset: (await solved(selector, models(0.0), preset=preset)).values() for preset in ("broad", "quick", "deep")}
    most = max((one.calls for found in runs.values() for one in found), default=1)
    grid = range(1, most + 1)
    plot(
        "study-calls",
        {preset: (grid, [sum(one.calls <= n for one in found) for n in grid]) for preset, found in runs.items()},
        "calls for the task",
    )
    within = {preset: [sum(one.calls <= n for one in found) for n in CALLS] for preset, found in runs.items()}
    return [
        "![Solved tasks against calls, by schedule](pictures/study-calls.svg)",
        "",
        f"| solved within so many calls | {' | '.join(map(str, CALLS))} | in all |",
        f"|---|{'---|' * (len(CALLS) + 1)}",
        *(f"| {preset} | {' | '.join(map(str, counts))} | {len(runs[preset])} |" for preset, counts in within.items()),
        "",
        *prose(
            "Broad writes 30 first ideas and mends 6 times; deep writes 6 and mends 30 times; quick writes 8 and mixes 16 more "
            "births. A call is one birth or one check of a pair, and a task counts from the call at which its best description "
            "was checked. First ideas are asked for side by side, so a schedule with many of them has made more calls before "
            f"it knows the first. At {CALLS[2]} calls a task broad solves {within['broad'][2]} and deep {within['deep'][2]}; "
            f"within {CALLS[-1]}, {within['broad'][-1]} and {within['deep'][-1]}."
        ),
    ]


def carried_over(tasks: int) -> list[str]:
    """What stays solved when whole tasks are relabelled, turned and padded."""
    sample = random.Random(0).sample(training(), tasks)
    chosen = [task for task in sample if is_solved(task)][:SEEN_TESTS]
    shares = {name: kept(chosen, vary) for name, vary in VARIANTS.items()}
    return [
        "| the whole task is | variants tried | solved |",
        "|---|---|---|",
        *(f"| {name} | {one.tried} | {one.share:.0%} |" for name, one in shares.items()),
        "",
        *prose(
            f"The {len(chosen)} tasks are those that {BIRTHS} births solve in a seeded sample of {tasks} training tasks. A "
            "model that knew tasks by heart would lose nearly all of them. What is lost has reasons in the rules: between "
            "sentences that fit equally well the choice falls by colour and direction; where black is relabelled, what is "
            "background must first be found out; padding moves everything away from borders, and changes the size of grids "
            "(where an output is as large as its input it is padded too, elsewhere it stays as it was)."
        ),
    ]


def plot(name: str, series: Mapping[str, tuple[Sequence[float], Sequence[int]]], x: str, *, stacked: bool = False) -> None:
    """An SVG of solved tasks, the same bytes for the same figures."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure = Figure(figsize=(6.4, 3.4), layout="constrained")
        axes = figure.add_subplot()
        if stacked:
            axes.stackplot(next(iter(series.values()))[0], [y for _, y in series.values()], labels=list(series), step="post")
        else:
            for mark, (label, (at, y)) in zip("os^", series.items(), strict=True):
                few = len(at) < 10
                axes.plot(at, y, marker=mark if few else "", drawstyle="default" if few else "steps-post", label=label)
        axes.set(xlabel=x, ylabel="tasks solved")
        axes.set_ylim(bottom=0)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize="small")
        PICTURES.mkdir(parents=True, exist_ok=True)
        figure.savefig(PICTURES / f"{name}.svg", metadata={"Date": None})


def prose(text: str) -> list[str]:
    """Lines of a paragraph."""
    return textwrap.wrap(text, 125)


def _median(numbers: Sequence[int]) -> str:
    return f"{sorted(numbers)[len(numbers) // 2]}" if numbers else "-"


async def measure(tasks: int) -> dict[str, list[str]]:
    """The sections of the document, by title."""
    selector, models = f"arc1:training~{tasks}", Models()
    return {
        "By the checker's errors": await by_noise(selector, models),
        "By birth and move": await by_move(selector, models),
        "Broad against deep": await broad_or_deep(selector, models),
        "What stays solved when tasks are changed": carried_over(tasks),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=80, help="ARC-AGI-1 training tasks, seeded sample")
    options = parser.parse_args()
    sections = asyncio.run(measure(options.tasks))
    if not PAGE.exists():
        PAGE.write_text(HEAD, encoding="utf-8")
    for title, lines in sections.items():
        section(PAGE, title, f"make study ARGS='--tasks {options.tasks}'", lines)


if __name__ == "__main__":
    main()
