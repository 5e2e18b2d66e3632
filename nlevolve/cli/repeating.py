"""Repeats of one run: what they may cost, the runs, what they show together."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from json import dumps
from typing import TYPE_CHECKING, Any

from nlevolve.cli.series import Ended, Series
from nlevolve.cli.trusting import confirmed
from nlevolve.view.door import say

if TYPE_CHECKING:
    from nlevolve.view.terminal.palette import Palette


def carry_out(series: Series, *, live: bool, as_json: bool, colours: Palette, ended: Ended) -> int:
    """Run them, compare them on stdout, and return the worst exit code. `ended` is told of each."""
    from nlevolve.cli.report import show_comparison

    confirmed(series.require_confirmed)
    with redirect_stdout(sys.stderr) if as_json else nullcontext():
        code = series.carry_out(live, colours, ended)
    if as_json:
        say(dumps(_summary(series, code), separators=(",", ":")))
    elif len(series.folders) > 1:
        show_comparison(series.folders, shown="tables", html=None)
    return code


def _summary(series: Series, code: int) -> dict[str, Any]:
    from nlevolve.view.compare.comparison import compare
    from nlevolve.view.run_folder import read_run

    runs = [read_run(folder) for folder in series.folders]
    return {
        "folders": [str(folder) for folder in series.folders],
        "exit_code": code,
        "runs": {run.name: run.results for run in runs},
        "comparison": compare(runs).model_dump(mode="json") if len(runs) > 1 else None,
    }
