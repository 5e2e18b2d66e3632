"""Whoever is asked, the pictures beside a prompt are those of the grids that it shows, and of no other."""

from __future__ import annotations

import pytest

from nlevolve.ask.look import Look
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.rehearsal import TASK, rendered
from nlevolve.records import Eye
from tests.drawn import grids_in

FIRST = ("write", "revise", "recombine", "restart", "generalise", "alternative", "write_with_examples")
PAIRS = [(pair.input, pair.output) for pair in TASK.pairs]
TEST = [(TASK.tests[0],)]
SHOWN = {
    **dict.fromkeys((*FIRST, "write_code", "revise_code", "recombine_code"), PAIRS + TEST),
    **dict.fromkeys(("review", "judge", "solve", "guide"), PAIRS + TEST),
    "apply": [*PAIRS[1:], (PAIRS[0][0],)],
    "alone": [(PAIRS[0][0],)],
    **{name: [] for name in ("code", "code_repair", "repair")},
}
"""Template -> what of the rehearsal's task it shows; a check keeps the output of the pair that it judges."""


@pytest.mark.parametrize("eye", ["all", "inputs"])
def test_every_prompt_is_drawn_as_it_is_written(eye: Eye) -> None:
    asked = rendered(Prompts(bundled()), look=Look(eye=eye))
    for name, shown in SHOWN.items():
        drawn = [tuple(grids_in(image)) for message in asked[name] for image in message.images]
        assert drawn == [grids if eye == "all" else grids[:1] for grids in shown], name
        captions = [message.text for message in asked[name] if message.images]
        both = ["its output on the right" in text for text in captions]
        assert both == [eye == "all" and len(grids) == 2 for grids in shown], name
    assert asked.keys() - SHOWN.keys() == {"facts", "picture"}
