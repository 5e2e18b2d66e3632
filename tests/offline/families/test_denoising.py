"""Noise, thin parts, and lines that are nearly plain."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Recolour every green cell the most common colour among the cells around it.
    11. 112 13. → 11. 112 11.
Remove every coloured cell that is not part of a two by two block of its colour.
    11. 112 13. → 11. 11. ...
Recolour every column entirely with the most common colour in it.
    11. 112 13. → 11. 11. 11.
Recolour every row entirely with the most common colour in it.
    112 333 .4. → 111 333 ...
Remove every coloured cell that has fewer than four coloured cells around it.
    11. 112 13. → .1. 11. .3.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_denoising(case: Case) -> None:
    assert case.made == case.after
