"""What runs are about to do, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from nlevolve.run.forecast import COMPLETION, Forecast
from nlevolve.view.text import clean, count, money, plural


def announcement(runs: Sequence[Mapping[str, str]], forecasts: Sequence[Forecast], tasks: int) -> Group:
    """`runs` are what is swept -> the value that the run has; each forecast leaves out what the runs above it have bought."""
    swept = [axis for axis in runs[0] if len({run[axis] for run in runs}) > 1] or [next(iter(runs[0]))]
    same = [f"{axis} {clean(runs[0][axis])}" for axis in runs[0] if axis not in swept]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for axis in swept:
        table.add_column(axis, overflow="fold")
    for column in ("calls", "USD"):
        table.add_column(column, justify="right", no_wrap=True)
    for run, most in zip(runs, forecasts, strict=True):
        table.add_row(*(Text(clean(run[axis])) for axis in swept), count(most.calls), _dollars(most))
    total = sum(forecasts[1:], forecasts[0])
    if len(runs) > 1:
        table.add_row("all", *[""] * (len(swept) - 1), count(total.calls), _dollars(total), style="bold")
    note = (
        f"{plural(tasks, 'task')}{''.join(f', {one}' for one in same)}. At most, without early stops, duplicates or repairs, "
        f"with {COMPLETION:,} tokens a reply; what a run above has bought is not counted again, what the cache already holds is."
    )
    return Group(table, Text(note, style="dim"))


def _dollars(most: Forecast) -> str:
    return "unknown" if most.usd is None else money(most.usd)
