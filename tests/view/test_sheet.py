"""Rows as CSV, and as tables for a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from nlevolve.view.sheet import as_csv
from nlevolve.view.table import Sheet, drawn


def test_rows_are_csv_and_nothing_from_outside_begins_a_formula() -> None:
    rows = [{"run": "=cmd|' /C calc'!A0", "gain": -0.5, "solved": None}, {"run": "a,\x1b[31mb", "gain": 1, "solved": True}]
    assert as_csv(rows) == "run,gain,solved\n'=cmd|' /C calc'!A0,-0.5,\n\"a,b\",1,true\n"
    assert as_csv([]) == ""
    wide = [{name: f"{name}1+1" for name in ("＝", " =", "\n=")}]
    assert [cell for cell in as_csv(wide).replace("\n=", "=").replace("\n", ",").split(",") if cell[:1] in "＝ \n"] == [""]


def test_a_table_that_is_too_wide_goes_on_below_and_breaks_no_name() -> None:
    sheet = Sheet("Title", ["run", *(f"figure {n}" for n in range(5))], [["a-rather-long-name", *["12.3%"] * 5]])
    told = {}
    for width in (90, 66, 40):
        screen = Console(width=width, record=True, file=io.StringIO())
        for table in drawn(sheet, width):
            screen.print(table)
        told[width] = screen.export_text()
        assert all(len(line) <= width for line in told[width].split("\n"))
    assert {width: text.count("a-rather-long-name") for width, text in told.items()} == {90: 1, 66: 1, 40: 3}
    assert told[40].count("Title") == 1
