"""Steps whose directions are told by the fullest border of the grid."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
With the grid turned so that its fullest border is at the bottom: move every object one cell up.
    ... ..3 333 → ..3 333 ...
    3.. 33. 3.. → .3. .33 .3.
    333 3.. ... → ... 333 3..
With the grid turned so that its fullest border is at the top: move every object one cell up.
    ... ... .33 → ... ... ...
    .33 ... ... → ... ... ...
With the grid turned so that its fullest border is at the left: move every object one cell right.
    3.. 3.. ... → .3. .3. ...
    .33 ... ... → ... .33 ...
With the grid turned so that its fullest border is at the right: move every object one cell right.
    ... .3. ... → no sense
    ... ... 3.. → no sense
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_facing(case: Case) -> None:
    assert case.made == case.after
