"""What people are told of births after a perfect one: which gave its parent's very grids, and so are no new idea."""

from __future__ import annotations

from rich.console import Console

from nlevolve.view.history import read
from nlevolve.view.report.report_data import pack
from nlevolve.view.terminal.palette import STANDARD
from nlevolve.view.terminal.show import show
from tests.evolve.test_agreement import story

EVENTS = story("a", "b", "b", parents={1: (0,), 2: (1,)}, operators={1: "alternative", 2: "generalise"})


def test_the_report_has_for_each_birth_the_parent_that_it_repeats() -> None:
    births = pack(read(EVENTS).task("t"), None)["births"]
    assert [birth["echo"] for birth in births] == [None, None, 1]


def test_a_lineage_says_where_a_child_is_no_new_idea() -> None:
    console = Console(width=120)
    with console.capture() as page:
        console.print(show(EVENTS, "t", console, STANDARD, solutions={}, birth=2))
    told = [line for line in page.get().splitlines() if "1's very grids" in line]
    assert len(told) == 1
    assert "2 generalise" in told[0]
