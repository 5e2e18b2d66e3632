"""What runs are about to do, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import add

from rich.console import Group
from rich.table import Table
from rich.text import Text

from nlevolve.run.forecast import Forecast, Forecasts, Outlook
from nlevolve.view.text import clean, count, money, plural

LUCK = ("low", "likely", "high")
NOTE = (
    "likely: a third of the tasks is easy, of the others few are solved. high: nothing fits, and all that may be asked is asked. "
    "Repairs and retries are not counted, what the cache already holds is"
)


def announcement(runs: Sequence[Mapping[str, str]], forecasts: Sequence[Forecasts], tasks: int) -> Group:
    """One run role by role, several in a row each. `runs` are what is swept -> the value that the run has; each forecast leaves
    out what the runs above it have bought."""
    varied = [axis for axis in runs[0] if len({run[axis] for run in runs}) > 1]
    # a reviser that is what the generator is needs no column of its own, which would break the others' names
    after = {axis: next(one for one in varied if all(run[one] == run[axis] for run in runs)) for axis in varied}
    swept = [axis for axis, first in after.items() if axis == first]
    same = [f"{axis} as {first}" for axis, first in after.items() if axis != first]
    same += [f"{', '.join(axes)} {clean(value)}" for value, axes in _alike(runs[0], varied).items()]
    table = _of_roles(forecasts[0]) if len(runs) == 1 else _of_runs(runs, forecasts, swept or [next(iter(runs[0]))])
    note = f"low: the first ideas fit. {NOTE}." if len(runs) == 1 else f"{NOTE}; what a run above has bought is not."
    drawn = reduce(add, forecasts).total.likely.pictures
    note += f" Likely {count(drawn)} pictures, among the tokens as providers are known to count them." if drawn else ""
    return Group(table, Text(f"{plural(tasks, 'task')}{''.join(f', {one}' for one in same)}. {note}", style="dim"))


def _alike(run: Mapping[str, str], varied: Sequence[str]) -> dict[str, list[str]]:
    """Value -> what has it in every run."""
    found: dict[str, list[str]] = {}
    for axis, value in run.items():
        if axis not in varied:
            found.setdefault(value, []).append(axis)
    return found


def _of_roles(forecasts: Forecasts) -> Table:
    table = _table(["role"], ("calls", "tokens", "USD"), LUCK)
    for role, outlook in forecasts.roles.items():
        table.add_row(role, *_all(outlook))
    table.add_row("all", *_all(forecasts.total), style="bold")
    return table


def _of_runs(runs: Sequence[Mapping[str, str]], forecasts: Sequence[Forecasts], swept: Sequence[str]) -> Table:
    """Names of models are long, so there is room for what matters most."""
    table = _table(swept, ("calls", "USD"), LUCK[1:])
    for run, found in zip(runs, forecasts, strict=True):
        table.add_row(*(Text(clean(run[axis])) for axis in swept), *_some(found.total))
    total = reduce(add, forecasts).total
    table.add_row("all", *[""] * (len(swept) - 1), *_some(total), style="bold")
    return table


def _table(names: Iterable[str], figures: Iterable[str], luck: Sequence[str]) -> Table:
    """The first name in a row is never broken."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for place, name in enumerate(names):
        table.add_column(f"\n{name}", overflow="fold", no_wrap=not place)
    for what in figures:
        for place, name in enumerate(luck):
            table.add_column(f"{'' if place else what}\n{name}", justify="right", no_wrap=True)
    return table


def _all(outlook: Outlook) -> Iterator[str]:
    three = (outlook.low, outlook.likely, outlook.high)
    yield from (count(one.calls) for one in three)
    yield from (count(one.tokens) for one in three)
    yield from map(_dollars, three)


def _some(outlook: Outlook) -> Iterator[str]:
    two = (outlook.likely, outlook.high)
    yield from (count(one.calls) for one in two)
    yield from map(_dollars, two)


def _dollars(most: Forecast) -> str:
    return "unknown" if most.usd is None else money(most.usd)
