"""One answer of an embedded model: the text of a prompt in, the text of a reply out. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from random import Random
from typing import Any, Literal

from nlevolve.offline.checker import Checked, check, check_cleverly, check_weakly
from nlevolve.offline.coder import program_reply
from nlevolve.offline.generator import EFFORTS, Effort, first_ideas, generate, puzzle_of_prompt
from nlevolve.offline.judging import Choice, choose
from nlevolve.offline.prompt_reading import Asked, understand
from nlevolve.offline.reviewing import Verdict, review
from nlevolve.offline.solving import solve_at_once

CLEVER = "offline/checker-clever"
IDEAS, APART = 4, 97
"""How many ideas come to mind where no program says the first, and how far apart their seeds are: births have those between."""
ReplyForm = Literal["json", "working", "lines", "fenced"]
"""json: an object; working: one that begins with words; lines: without JSON; fenced: words, then the lines in a fence."""


@dataclass(frozen=True)
class Job:
    """One answer to be made; goes to another process as it is."""

    model: str
    prompt: str
    seed: int
    form: ReplyForm


def answer(job: Job) -> str:
    """The reply to a job: pure, and for any text at all."""
    asked = _understood(job.prompt)
    if asked.wants_grid:
        return _grid_reply(_checked(asked, job), job.form)
    if asked.wants_program:
        return program_reply(asked.parents[0].bullets)
    effort = _effort(job.model)
    if asked.wants_solution:
        return _grid_reply(Checked(solve_at_once(asked, job.seed, effort), ""), job.form)
    if asked.candidates and asked.numbers:
        return _choice_reply(_chosen(asked, job, effort), job.form)
    if asked.wants_review and asked.numbers:
        return _verdict_reply(_reviewed(asked, job, effort), job.form)
    if asked.wants_both:
        return _both_reply(asked, job.seed, effort)
    if asked.numbers:
        return _bullets_reply(generate(asked, job.seed, effort), job.form, len(asked.numbers))
    note = "I see neither training pairs nor a description with an input grid in this, so I cannot answer."
    return json.dumps({"bullets": [], "grid": [], "note": note}) if job.form in ("json", "working") else note


_understood = lru_cache(maxsize=32)(understand)


def is_small(job: Job) -> bool:
    """Whether the answer takes no longer than sending the job to another process."""
    asked = _understood(job.prompt)
    return (asked.wants_grid and job.model != CLEVER) or asked.wants_program


def _checked(asked: Asked, job: Job) -> Checked:
    assert asked.target is not None
    bullets = asked.parents[0].bullets
    rng = Random(f"{job.seed}/{bullets}/{asked.target.tolist()}")
    if job.model.endswith("-weak"):
        return check_weakly(bullets, asked.target, rng)
    if job.model == CLEVER:
        return check_cleverly(bullets, asked, rng)
    return check(bullets, asked.target)


def _effort(model: str) -> Effort:
    """How far a model looks: the checkers as a usual generator, unless they are asked for an opinion."""
    return EFFORTS[model.rpartition("-")[2] if "generator-" in model else "normal"]


def _reviewed(asked: Asked, job: Job, effort: Effort) -> Verdict:
    bullets = asked.parents[0].bullets
    rng = Random(f"{job.seed}/review/{bullets}")
    return review(bullets, puzzle_of_prompt(asked), effort.more, job.model.endswith("-weak"), rng)


def _chosen(asked: Asked, job: Job, effort: Effort) -> Choice:
    puzzle = puzzle_of_prompt(asked)
    rng = Random(f"{job.seed}/judge/{puzzle.digest}")
    own = [idea for idea in first_ideas(puzzle, effort.first, effort.glance)[:1] if idea.is_exact]
    return choose(asked, puzzle, own, job.model.endswith("-weak"), rng)


def _verdict_reply(verdict: Verdict, form: ReplyForm) -> str:
    about = f" on test {verdict.test}" if verdict.test else ""
    lines = [f"Verdict: {verdict.word}{about}", *([f"Reason: {verdict.reason}"] if verdict.reason else [])]
    told = {"verdict": verdict.word, "test": verdict.test, "reason": verdict.reason}
    return _reply(told, lines, ["I followed the description on the test inputs and looked for a plainer one."], form)


def _choice_reply(choice: Choice, form: ReplyForm) -> str:
    lines = [f"First: {choice.first}", f"Second: {choice.second or 'none'}", f"Reason: {choice.reason}"]
    return _reply(dict(vars(choice)), lines, ["I followed each description on the test input."], form)


def _grid_reply(checked: Checked, form: ReplyForm) -> str:
    rows = checked.grid.tolist()
    lines = [" ".join(map(str, row)) for row in rows]
    working = [f"The output has {len(rows)} rows and {len(rows[0])} columns."]
    working += [f"Row {number}: {line}" for number, line in enumerate(lines, 1)]
    return _reply({"grid": rows, "note": checked.note}, lines, [*working, checked.note], form)


def _bullets_reply(bullets: tuple[str, ...], form: ReplyForm, pairs: int) -> str:
    working = f"I compared the input and the output of {pairs} training pairs."
    return _reply({"bullets": list(bullets)}, [f"- {bullet}" for bullet in bullets], [working], form)


def _both_reply(asked: Asked, seed: int, effort: Effort) -> str:
    """Bullets, then their program, of an idea that has one: who is asked for both does not begin with what no program says."""
    first = generate(asked, seed, effort)
    others = (generate(asked, seed + turn * APART, effort) for turn in range(1, IDEAS))
    bullets = next((idea for idea in chain([first], others) if program_reply(idea).startswith("```")), first)
    return "\n".join(("Description:", *(f"- {bullet}" for bullet in bullets), "", program_reply(bullets, as_far=True)))


def _reply(told: dict[str, Any], lines: list[str], working: list[str], form: ReplyForm) -> str:
    if form == "lines":
        return "\n".join(lines)
    words = "\n".join(line for line in working if line)
    if form == "fenced":
        return "\n".join((words, "", "```", *lines, "```"))
    return json.dumps({"working": words, **told} if form == "working" else told)
