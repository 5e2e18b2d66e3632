"""Programs in the sandbox: what they give, thirty hostile ones that fail by name, workers that are killed."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from nlevolve.errors import UsageError
from nlevolve.puzzle.grids import Grid
from nlevolve.sandbox.pool import Bounds, Failed, Sandbox, require_sandbox, sandboxes

GRID: Grid = ((1, 2), (3, 4))
SHORT = Bounds(seconds=0.2, memory=32)
SMALL = Bounds(seconds=30, memory=32)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox(2)) as pool:
        yield pool


def body(lines: str, before: str = "") -> str:
    return f"{before}\ndef transform(grid):\n" + "\n".join(f"    {line}" for line in lines.split("\n"))


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "monty" in child.name()]


def test_a_program_gives_a_grid(sandbox: Sandbox) -> None:
    fill = """
from collections import deque
from dataclasses import dataclass
import itertools, functools, math, re, copy

@dataclass
class Place:
    row: int
    column: int

def neighbours(place, rows, columns):
    for_each = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    found = [Place(place.row + r, place.column + c) for r, c in for_each]
    return [one for one in found if 0 <= one.row < rows and 0 <= one.column < columns]

def transform(grid):
    result, todo = copy.deepcopy(grid), deque([Place(0, 0)])
    while todo:
        place = todo.popleft()
        match result[place.row][place.column]:
            case 5:
                continue
            case _:
                result[place.row][place.column] = 5
        todo.extend(neighbours(place, len(grid), len(grid[0])))
    return tuple(map(tuple, result))
"""
    assert sandbox.run_now(fill, ((0,) * 30,) * 30, Bounds(10)) == ((5,) * 30,) * 30


HOSTILE = {
    "an endless loop": (body("while True: pass"), "TimeoutError: it took more than 0.2 seconds"),
    "one around what catches all": (
        body("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        "TimeoutE",
    ),
    "one at the top": ("while True: pass", "TimeoutError"),
    "one long step": (body("return [[(9 ** 9 ** 8) % 7]]"), "TimeoutError|MemoryError"),
    "a list that grows": (
        body("kept = []\nwhile True: kept.append(list(range(1000)))"),
        "MemoryError: it took more than 32 MiB|TimeoutError",
    ),
    "a list that is large": (body("return [0] * 10 ** 9"), "MemoryError"),
    "a string that is large": (body("return 'a' * 10 ** 11"), "MemoryError"),
    "an endless recursion": (body("return transform(grid)"), "RecursionError"),
    "a file": (body("return open('/etc/passwd').read()"), "Error"),
    "a file to write": (body("open('/tmp/nlevolve-was-here', 'w').write('x')\nreturn grid"), "Error"),
    "a path": (body("return pathlib.Path('/etc/passwd').read_text()", "import pathlib"), "Error"),
    "the network": (body("return socket.socket()", "import socket"), "ModuleNotFoundError"),
    "the web": (body("return grid", "import urllib.request"), "ModuleNotFoundError"),
    "the environment": (body("return os.environ['PATH']", "import os"), "Error"),
    "a command": (body("return os.system('touch /tmp/nlevolve-was-here')", "import os"), "AttributeError"),
    "a fork": (body("return os.fork()", "import os"), "AttributeError"),
    "a process": (body("return grid", "import subprocess"), "ModuleNotFoundError"),
    "threads": (body("return grid", "import threading"), "ModuleNotFoundError"),
    "C": (body("return grid", "import ctypes"), "ModuleNotFoundError"),
    "modules": (body("return sys.modules['os'].listdir('/')", "import sys"), "Error"),
    "climbing by attributes": (body("return ().__class__.__bases__[0].__subclasses__()"), "AttributeError"),
    "builtins": (body("builtins.len = None\nreturn grid", "import builtins"), "ModuleNotFoundError"),
    "frames": (body("return transform.__globals__['__builtins__']"), "AttributeError"),
    "exec of what it may not": (body("exec('import ctypes')\nreturn grid"), "ModuleNotFoundError"),
    "another program's names": (body("return secret"), "NameError"),
    "a grid of a million cells": (body("return [[0] * 1000] * 1000"), "a grid has 1 to 30 rows, got 1000"),
    "a huge number": (body("return [[10 ** 5000]]"), "too large"),
    "floats": (body("return [[1.0, 2.0]]"), "row 1, cell 1 is 1.0"),
    "bools": (body("return [[True]]"), "row 1, cell 1 is True"),
    "ragged rows": (body("return [[1], [1, 2]]"), "row 2 has 2 cells, row 1 has 1"),
    "a list in itself": (body("rows = []\nrows.append(rows)\nreturn rows"), "no valid grid"),
    "lists without end": (body("rows = []\nfor _ in range(10 ** 5): rows = [rows]\nreturn rows"), "no valid grid|too deep"),
    "an object": (body("return Grid()", "class Grid: pass"), "no valid grid"),
    "nothing": (body("pass"), "no valid grid: a grid is a list of rows, got nothing"),
    "a generator": (body("yield grid"), "NotImplementedError"),
    "an error of a megabyte": (body("raise ValueError('x' * 10 ** 6)"), "ValueError: xxx"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_fails_by_name_and_does_nothing(name: str, sandbox: Sandbox) -> None:
    program, why = HOSTILE[name]
    gave = sandbox.run_now(program, GRID, SHORT if "TimeoutE" in why else SMALL)
    assert isinstance(gave, Failed)
    assert len(gave.why) < 350
    assert "\n" not in gave.why
    assert any(one in gave.why for one in why.split("|")), gave.why
    assert not Path("/tmp/nlevolve-was-here").exists()
    assert sandbox.run_now(body("return grid"), GRID, SMALL) == GRID, "the next one is none the wiser"


def test_nothing_passes_from_one_program_or_grid_to_the_next(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    counts = body("seen.append(1)\ngrid[0][0] = len(seen)\nprint('x' * 10 ** 6)\nreturn grid", "seen = []")
    patches = body("return grid", "len = sorted = range = lambda *given: 7")
    assert [sandbox.run_now(counts, GRID, SMALL) for _ in range(3)] == [GRID] * 3
    assert sandbox.run_now(patches, GRID, SMALL) == GRID
    assert sandbox.run_now(body("return [[len(grid)]]"), GRID, SMALL) == ((2,),)
    assert GRID == ((1, 2), (3, 4))
    assert "".join(capfd.readouterr()) == "", "what is printed is not seen"


def test_chance_and_time_stand_still(sandbox: Sandbox) -> None:
    drawn = body(
        "time.sleep(3600)\nreturn [[random.randrange(10) for _ in range(20)] + [int(time.time()) % 10]]", "import random, time"
    )
    first = sandbox.run_now(drawn, GRID, SMALL)
    with closing(Sandbox(1)) as other:
        assert not isinstance(first, Failed), first.why
        assert other.run_now(drawn, GRID, SMALL) == first


def kill_when_busy(worker: psutil.Process) -> None:
    before = worker.cpu_times().user
    while worker.cpu_times().user - before < 0.05:
        time.sleep(0.005)
    worker.kill()


def test_a_worker_that_is_killed_is_replaced_and_its_program_is_run_again() -> None:
    async def story() -> None:
        before = {worker.pid for worker in workers()}
        async with sandboxes() as sandbox:
            assert await sandbox.run(body("return grid"), GRID, SMALL) == GRID
            [worker] = [one for one in workers() if one.pid not in before]
            long = body("total = 0\nfor n in range(2_000_000): total += n\nreturn [[total % 10]]")
            working = asyncio.create_task(sandbox.run(long, GRID, Bounds(60)))
            await asyncio.to_thread(kill_when_busy, worker)
            assert await working == ((0,),)

    asyncio.run(story())


def test_five_hundred_programs_at_once_all_come_back() -> None:
    async def story() -> list[Grid | Failed]:
        async with sandboxes() as sandbox:
            programs = [body(f"return [[{n % 10}, grid[0][0]]]") for n in range(500)]
            return await asyncio.gather(*(sandbox.run(program, GRID, Bounds(60)) for program in programs))

    assert asyncio.run(story()) == [((n % 10, 1),) for n in range(500)]


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'nlevolve\[code\]'"):
        require_sandbox()
