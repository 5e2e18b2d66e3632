"""Whatever is set of libraries, notations, facts, pictures, programs and judges: cut or told again, a run ends as it would.

A few worlds of `python -m benchmarks.worlds`, in this process and by a scripted model; `make fuzz` plays many.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.worlds import World, drawn, unlike
from benchmarks.worlds_model import known_in, reply, tasks_in
from nlevolve.ask.prompts import bundled
from nlevolve.cli.audit import audited
from nlevolve.config import RunConfig, configure
from nlevolve.llm.request import LLM, Request
from nlevolve.options import Limits, Options
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.selection import Selection
from nlevolve.records import Description
from nlevolve.run.origin import Origin
from nlevolve.run.session import Session, begin, reopen
from nlevolve.run.store import read_config, read_events
from nlevolve.solved import file as library_file
from nlevolve.solved.entries import entry
from nlevolve.view.publish import Publisher
from tests.scripted import scripted
from tests.stories.worlds import REAL, jittery


def settings_of(world: World) -> RunConfig:
    coder = {"coder.model": "hosted_vllm/coder", "coder.base_url": REAL["checker.base_url"]} if world.coder else {}
    return configure(world.preset, changes={**REAL, **coder, **world.settings}, seed=world.seed)


class Played:
    """A world in a folder."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder, self.settings = world, folder, settings_of(world)
        names = tasks_in(folder)
        self.known = known_in(folder, names)
        self.selection: Selection = load([str(folder / names[int(task)]) for task in world.tasks])
        _shelf(folder / "lib.jsonl")

    def model(self, seed: int) -> LLM:
        """The model; the order in which its replies come differs by the seed."""

        def say(request: Request) -> str:
            text = "\n".join(message.text for message in request.messages)
            return reply(text, request.messages[0].text, self.known, Random(f"{request.sample} {request.again} {text}"))

        return scripted(say, jittery(seed, 0.003))

    def carried_out(self, session: Session) -> Path:
        asyncio.run(session.run([Publisher(session.folder, session.selection, session.known).see]))
        differs = audited(session.folder, read_config(session.folder)).differs
        assert not differs, [str(one) for one in differs]
        return session.folder

    def options(self, run: str, bank: str, **more: Any) -> Options:
        given = {"runs_dir": self.folder / "runs", "cache_dir": self.folder / bank, "run": run, "preset": self.world.preset}
        return Options.read({**given, **more})

    def whole(self) -> Path:
        library = {"run": "run", "none": "none"}.get(self.world.shelf, str(self.folder / "lib.jsonl"))
        options = self.options("whole", "bank", library=library)
        return self.carried_out(begin(self.selection, self.settings, options, live=self.model(1)))

    def resumed(self, run: Path, at: int) -> Path:
        """A copy of the run that is cut after so many bytes, and resumed with the bank that it would have."""
        copy = self.folder / "runs" / f"cut{at}"
        copy.mkdir()
        shutil.copy(run / "config.json", copy)
        (copy / "events.jsonl").write_bytes((run / "events.jsonl").read_bytes()[:at])
        shutil.copytree(self.folder / "bank", self.folder / f"bank{at}")
        session = reopen(
            copy,
            self.selection,
            self.settings,
            Limits(),
            prompts=bundled(),
            cache_dir=self.folder / f"bank{at}",
            live=self.model(at),
        )
        return self.carried_out(session)

    def told_again(self, run: Path, bank: str) -> Path:
        recorded = read_config(run)
        origin = Origin(run.name, recorded["id"], log=read_events(run), recorded=recorded)
        options = self.options(f"{run.name}-again", bank, replay=True)
        return self.carried_out(begin(self.selection, self.settings, options, origin=origin))


def _shelf(file: Path) -> None:
    """Rules of tasks that are not those at hand."""
    rng = Random("shelf")
    entries = []
    for number, rule in enumerate(("Mirror every row from left to right.", "Turn the grid upside down.", "Paint it all blue.")):
        pairs = [{"input": [[rng.randrange(10) for _ in range(4)] for _ in range(3)], "output": [[number]]} for _ in range(3)]
        path = file.with_name(f"shelf{number}.json")
        path.write_text(json.dumps({"train": pairs, "test": [{"input": pairs[0]["input"]}]}))
        entries.append(entry(load([str(path)]).tasks[0], Description(bullets=(rule,)), "a run", "a/model"))
    library_file.write(file, entries)


def play(number: int, folder: Path, cuts: int = 2) -> None:
    played = Played(drawn(number, served=True), folder)
    whole = played.whole()
    assert unlike(played.told_again(whole, "bank"), whole, figures=True) == []
    size, rng = (whole / "events.jsonl").stat().st_size, Random(f"cuts/{number}")
    for at in rng.sample(range(1, size), cuts):
        cut = played.resumed(whole, at)
        assert unlike(cut, whole, figures=False) == []
        assert unlike(played.told_again(cut, f"bank{at}"), cut, figures=True) == []


def test_a_drawn_world_ends_alike_cut_or_told_again(tmp_path: Path) -> None:
    play(5, tmp_path, cuts=1)


@pytest.mark.fuzz
@pytest.mark.parametrize("number", range(60))
def test_many_drawn_worlds_end_alike_cut_or_told_again(number: int, tmp_path: Path) -> None:
    play(number, tmp_path)
