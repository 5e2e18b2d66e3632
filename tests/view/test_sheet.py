"""Rows as CSV."""

from __future__ import annotations

from nlevolve.view.sheet import as_csv


def test_rows_are_csv_and_nothing_from_outside_begins_a_formula() -> None:
    rows = [{"run": "=cmd|' /C calc'!A0", "gain": -0.5, "solved": None}, {"run": "a,\x1b[31mb", "gain": 1, "solved": True}]
    assert as_csv(rows) == "run,gain,solved\n'=cmd|' /C calc'!A0,-0.5,\n\"a,b\",1,true\n"
    assert as_csv([]) == ""
    wide = [{name: f"{name}1+1" for name in ("＝", " =", "\n=")}]
    assert [cell for cell in as_csv(wide).replace("\n=", "=").replace("\n", ",").split(",") if cell[:1] in "＝ \n"] == [""]
