"""docs/english.md says what the grammar says: every operation is in it, every sentence is read so, every picture is right."""

from __future__ import annotations

import re

import pytest

from benchmarks.english import BLACK, PAGE, PITCH, WIDEST, page
from nlevolve.offline import english
from nlevolve.offline.grammar import registered
from nlevolve.offline.operation import Operation
from nlevolve.offline.scene import Cells, Scene, cells

MAKE = "docs/english.md is out of date: make docs ARGS=english"
SECTIONS = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]


def told(section: str) -> dict[int, tuple[str, str, list[str]]]:
    """Number -> name of the operation, what it says, other wordings."""
    found = re.findall(r"^(\d+)\. `(\w+)` \*\*(.*?)\*\*.*\n   Or: (.*)$", section, re.MULTILINE)
    return {int(number): (name, said, re.findall(r'"(.*?)"', ways)) for number, name, said, ways in found}


def pictures(section: str) -> dict[int, tuple[Cells, Cells]]:
    """Number -> the grid before and the grid after."""
    found = {}
    for block in "".join(re.findall(r"```text\n(.*?)```", section, re.DOTALL)).strip("\n").split("\n\n"):
        lines = block.split("\n")
        for at in range(0, len(lines[0]), PITCH):
            pieces = [line[at : at + PITCH] for line in lines]
            number = int(pieces[0].strip().rstrip(":"))
            found[number] = (grid([p[:WIDEST] for p in pieces[1:]]), grid([p[WIDEST + 3 :] for p in pieces[1:]]))
    return found


def grid(rows: list[str]) -> Cells:
    return cells([list(map(int, row.strip().replace(BLACK, "0"))) for row in rows if row.strip()])


def test_it_is_as_make_docs_makes_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), MAKE


def test_every_operation_is_in_it() -> None:
    listed = {name for section in SECTIONS for name, _, _ in told(section).values()}
    assert listed == {kind.__name__ for kind in registered(Operation)}, MAKE


@pytest.mark.parametrize("section", [pytest.param(s, id=s.split()[0]) for s in SECTIONS])
def test_its_sentences_read_as_it_says_and_do_what_it_shows(section: str) -> None:
    shown = pictures(section) if "```" in section else {}
    for number, (name, said, ways) in told(section).items():
        operation = english.read(said)
        assert type(operation).__name__ == name, MAKE
        assert [english.read(way) for way in ways] == [operation] * 2, MAKE
        if number in shown:
            before, after = shown[number]
            assert english.follow([said], Scene(before)).scene.grid.tolist() == after.tolist(), MAKE
