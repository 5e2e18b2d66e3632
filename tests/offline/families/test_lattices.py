"""Panels as cells, and one panel as a model for the others."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Take every panel for one cell, and in the grid of these: fill every enclosed area with red.
    15151 55555 15.51 55555 15151 → 15151 55555 15251 55555 15151
Copy the pattern of the panel that is not empty into all other panels, where they are empty.
    1.5.. .25.. 55555 ..5.. ..5.. → 1.51. .25.2 55555 1.51. .25.2
Copy the pattern of the panel that has the most coloured cells into all other panels, over what they show.
    115.. .15.3 → 11511 .15.1
Draw the form of the panel that has the most coloured cells into all other panels in green, where they are empty.
    115.. .15.. 55555 2.5.. ..5.. → 11533 .15.3 55555 23533 .35.3
Draw the form of the panel that has the most coloured cells into all other panels in green, over what they show.
    115.. .15.. 55555 2.5.. ..5.. → 11533 .15.3 55555 33533 .35.3
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_lattices(case: Case) -> None:
    assert case.made == case.after
