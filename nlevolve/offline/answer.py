"""One answer of an embedded model: the text of a prompt in, the text of a reply out. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from nlevolve.offline.checker import Checked, check, check_weakly
from nlevolve.offline.generator import EFFORTS, generate
from nlevolve.offline.prompt_reading import Asked, understand


@dataclass(frozen=True)
class Job:
    """One answer to be made; goes to another process as it is."""

    model: str
    prompt: str
    seed: int
    plain: bool
    """Reply without JSON."""


def answer(job: Job) -> str:
    """The reply to a job: pure, and for any text at all."""
    asked = _understood(job.prompt)
    if asked.wants_grid:
        return _grid_reply(_checked(asked, job), job.plain)
    if asked.numbers:
        effort = EFFORTS[job.model.rpartition("-")[2] if "generator-" in job.model else "normal"]
        return _bullets_reply(generate(asked, job.seed, effort), job.plain)
    note = "I see neither training pairs nor a description with an input grid in this, so I cannot answer."
    return note if job.plain else json.dumps({"bullets": [], "grid": [], "note": note})


_understood = lru_cache(maxsize=32)(understand)


def is_small(job: Job) -> bool:
    """Whether the answer takes no longer than sending the job to another process."""
    return _understood(job.prompt).wants_grid


def _checked(asked: Asked, job: Job) -> Checked:
    assert asked.target is not None
    bullets = asked.parents[0].bullets
    if job.model.endswith("-weak"):
        return check_weakly(bullets, asked.target, Random(f"{job.seed}/{bullets}/{asked.target.tolist()}"))
    return check(bullets, asked.target)


def _grid_reply(checked: Checked, plain: bool) -> str:
    rows = checked.grid.tolist()
    return "\n".join(" ".join(map(str, row)) for row in rows) if plain else json.dumps({"grid": rows, "note": checked.note})


def _bullets_reply(bullets: tuple[str, ...], plain: bool) -> str:
    return "\n".join(f"- {bullet}" for bullet in bullets) if plain else json.dumps({"bullets": list(bullets)})
