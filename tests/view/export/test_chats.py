"""Chats to train on: only what held is taught, by role, and no chat holds the output it asks for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.puzzle.grids import Grid, render
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import AnyEvent
from nlevolve.view.export.chats import Chat, chats, split_of
from nlevolve.view.export.spills import spills
from nlevolve.view.history import read
from nlevolve.view.results import results
from nlevolve.view.run_folder import RunFolder
from tests.spellings import SPELLINGS
from tests.view.story import FLIP, SOLUTIONS, TASKS, B, D, birth, candidate, events, followed

PROMPTS = Prompts(bundled())


def run(told: list[AnyEvent]) -> RunFolder:
    history = read(told)
    return RunFolder(Path("runs/story"), {}, history, TASKS, SOLUTIONS, results(history, TASKS, SOLUTIONS))


def taught(told: list[AnyEvent], augment: int = 0, counts: Counter[str] | None = None) -> list[Chat]:
    return list(chats(run(told), PROMPTS, augment, counts))


def test_a_chat_a_description_one_a_pair_and_one_as_it_was_found() -> None:
    told = taught(events())
    assert [(chat.role, chat.task, chat.model) for chat in told] == [
        ("generator", "flip", "offline/generator"),
        ("checker", "flip", "offline/checker"),
        ("checker", "flip", "offline/checker"),
        ("reviser", "flip", "offline/generator"),
    ]
    assert all([m["role"] for m in chat.messages] == ["system", "user", "assistant"] for chat in told)
    written, *followed_so, revised = [json.loads(chat.messages[-1]["content"]) for chat in told]
    assert written == revised == {"bullets": ["Mirror the input grid left to right.", "Change nothing else."]}
    assert [one["grid"] for one in followed_so] == [[list(row) for row in B], [list(row) for row in D]]
    assert "Copy the input grid." in told[-1].messages[1]["content"]
    assert not any("flip" in message["content"] for chat in told for message in chat.messages), "no prompt names its task"


def test_no_chat_shows_the_output_it_asks_for() -> None:
    written, first, second, _ = (chat.messages[1]["content"] for chat in taught(events()))
    assert render(FLIP.pairs[0].output) in written
    assert render(FLIP.pairs[0].output) not in first
    assert render(FLIP.pairs[1].output) not in second
    assert render(FLIP.pairs[1].output) in first


def test_what_two_births_have_in_common_is_taught_once() -> None:
    tries = (followed(FLIP, 0, B), followed(FLIP, 1, D))
    twin = candidate(FLIP, birth(2), ("Mirror the input grid left to right", "Change nothing else."), tries, 6)
    counts: Counter[str] = Counter()
    lines = [json.dumps(chat.messages) for chat in taught([*events(), twin], 4, counts)]
    assert len(lines) == len(set(lines))
    assert counts["repeated"] > 0


def test_turned_copies_stay_on_their_side_and_say_how_they_were_turned() -> None:
    counts: Counter[str] = Counter()
    tries = (followed(FLIP, 0, B), followed(FLIP, 1, D))
    plain = candidate(FLIP, birth(2), ("Mirror the grid left to right.",), tries, 6)
    told = taught([*events(), plain], 20, counts)
    assert counts["kept"] > 0
    turned = [chat for chat in told if chat.turned]
    assert {chat.role for chat in turned} == {"generator", "checker"}
    assert {chat.split for chat in told} == {split_of(FLIP)}


def test_a_text_that_gives_a_solution_away_is_seen_in_every_notation() -> None:
    output: Grid = ((1, 2, 3), (4, 5, 6))
    task = Task("t", (Pair(((1,),), ((2,),)),), (((3,),),))
    assert all(spills(f"The output is {note(output)}.", task, [output]) for note in SPELLINGS)
    cells = [str(cell) for row in output for cell in row]
    assert spills("\n".join(f"Write {cell}." if n == 0 else f"{cell}." for n, cell in enumerate(cells)), task, [output])
    assert not spills("The output is 2 rows of 3 cells.", task, [output])
    assert not spills(render(output), Task("t", (Pair(output, output),), ()), [output]), "it is shown anyhow"
    said = ("Make it [[0,1],[2,0],[3,3]].", "Change nothing else.")
    spilled = candidate(FLIP, birth(2), said, (followed(FLIP, 0, B), followed(FLIP, 1, D)), 6)
    counts: Counter[str] = Counter()
    history = read([*events(), spilled])
    known = {**SOLUTIONS, "flip": (((0, 1), (2, 0), (3, 3)),)}
    folder = RunFolder(Path("runs/story"), {}, history, TASKS, known, results(history, TASKS, SOLUTIONS))
    assert not any("[[0,1]" in str(chat.messages) for chat in chats(folder, PROMPTS, 0, counts))
    assert counts["spilled"] == 3
