"""What a run's descriptions add: its score less that of each of its controls, paired by task."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from nlevolve import files
from nlevolve.formats import ControlRow, ResultsFile
from nlevolve.records import Arm
from nlevolve.run import store
from nlevolve.run.controls import Brought
from nlevolve.run.standing import config_of, standing
from nlevolve.view.statistics import Interval, ahead_by, mcnemar, sum_of
from nlevolve.view.text import clean, count, doubt, money

CALLED: Mapping[Arm, str] = {
    "direct": "bare model",
    "empty": "a description that says nothing",
    "shuffled": "another task's description",
}

METHOD = "Intervals: Agresti and Min's, by task, of pairs too. p: McNemar's exact test."


class Uplift(BaseModel):
    """A run less one of its controls, on the tasks that both have. Differences count tasks and pairs; above 0 it is ahead."""

    model_config = ConfigDict(frozen=True)

    run: str
    control: str
    """The control's own name."""
    arm: Arm
    model: str
    """Whose bare calls these are; empty for the other arms, which ask the run's own checker."""
    finished: bool
    """Whether the control came to its end."""
    tasks: int
    run_solved: int | None
    """This and the next: None where solutions are not known."""
    solved: int | None
    only_run: int
    """Tasks that the run alone solved; so is the next for the control."""
    only_control: int
    interval: Interval | None
    """95%, of the difference in solved tasks (statistics.mean_difference)."""
    p: float | None
    """McNemar's exact test, two-sided."""
    pairs: int | None
    """Training pairs of these tasks. This and the next three: None where there is no description to be followed on them."""
    run_exact: int | None
    exact: int | None
    pairs_interval: Interval | None
    """95%, of the difference in exact training pairs, tasks being what was drawn (statistics.sum_of)."""
    calls: int
    """That the control's provider answered, now or when another run bought them."""
    tokens: int
    cost_usd: float
    """At full price: with what replies from the cache had cost."""
    cost_unknown_calls: int = 0
    cost_unknown_usd: float = 0.0
    interval_method: str = "agresti-min"
    pairs_interval_method: str = "agresti-min, by task"

    @property
    def difference(self) -> int:
        return (self.run_solved or 0) - (self.solved or 0)


def uplift(run: Mapping[str, Any], control: Mapping[str, Any], row: ControlRow) -> Uplift | None:
    """From the contents of two results.json; None where they have no task in common."""
    shared = [task for task in control["tasks"] if task in run["tasks"]]
    if not shared:
        return None
    ours, theirs = ([told["tasks"][task] for task in shared] for told in (run, control))
    graded = all(one["solved"] is not None for one in (*ours, *theirs))
    described = row.arm != "direct"
    only_run, only_control = (_alone(a, b) if graded else 0 for a, b in ((ours, theirs), (theirs, ours)))
    gaps = [a["train"]["exact"] - b["train"]["exact"] for a, b in zip(ours, theirs, strict=True)]
    paid = [account for one in theirs for account in (one, one["bought_before"])]
    return Uplift(
        run=run["run"],
        control=control["run"],
        arm=row.arm,
        model=row.model,
        finished=control["finished"],
        tasks=len(shared),
        run_solved=_solved(ours) if graded else None,
        solved=_solved(theirs) if graded else None,
        only_run=only_run,
        only_control=only_control,
        interval=ahead_by(only_run, only_control, len(shared)) if graded else None,
        p=mcnemar(only_run, only_control) if graded else None,
        pairs=sum(one["train"]["pairs"] for one in ours) if described else None,
        run_exact=sum(one["train"]["exact"] for one in ours) if described else None,
        exact=sum(one["train"]["exact"] for one in theirs) if described else None,
        pairs_interval=sum_of(gaps, [one["train"]["pairs"] for one in ours]) if described else None,
        calls=sum(one["calls"]["provider"] for one in paid),
        tokens=sum(one["tokens"]["prompt"] + one["tokens"]["completion"] for one in paid),
        cost_usd=round(sum(one["cost_usd"] for one in paid), 6),
        cost_unknown_calls=sum(one["cost_unknown_calls"] for one in paid),
        cost_unknown_usd=round(sum(one["cost_unknown_usd"] for one in paid), 6),
    )


def uplifts(folder: Path, results: Mapping[str, Any], also: Collection[str] = ()) -> list[Uplift]:
    """Those of the controls that lie beside a run, of several alike the one that says most; of a control, its own.

    `results` is the content of the run's results.json; `also`: names of controls that are told of in any case.
    """
    own = config_of(folder)
    row = control_of(own)
    if row is not None:
        of = folder.parent / row.of if store.is_name(row.of) else None
        whole = _results(of) if of is not None and config_of(of).get("id") == row.of_id else None
        found = [uplift(whole, results, row)] if whole else []
        return [one for one in found if one is not None]
    return list(_beside(folder, own.get("id"), results, also))


def control_of(config: Mapping[str, Any]) -> ControlRow | None:
    """Whose control a run is, by the content of its config.json; None for a run that is none."""
    return Brought.of(config).control


def lines(found: Sequence[Uplift], run: str = "this run") -> list[str]:
    """Two lines for each control, in words; `run` is what the run itself is called there."""
    return [line for one in found for line in (_score(one, run), _price(one))]


def told(folder: Path, results: Mapping[str, Any]) -> list[str] | None:
    """The lines of a run, or of a control; empty for a run that has none yet, None where there is nothing to control."""
    found = uplifts(folder, results)
    if any(one.control == results["run"] for one in found):
        return lines(found, clean(found[0].run))
    if found or (described(results) and control_of(config_of(folder)) is None):
        return lines(found)
    return None


def described(results: Mapping[str, Any]) -> bool:
    """Whether a run has any description, so that there is something to control."""
    return any(row.get("description") for row in results["tasks"].values())


def lacking(typed: str) -> str:
    """What to say of a run without a control; `typed` is the command for it."""
    return f"there is no control yet, so what the descriptions add is not known: {typed}"


def _beside(folder: Path, id: str | None, results: Mapping[str, Any], also: Collection[str]) -> Iterator[Uplift]:
    """Of each arm and model the control that says most: one that came to its end, on the most tasks; and those named."""
    found: dict[str, Uplift] = {}
    for one in standing(folder, id):
        told = _results(one.folder)
        lead = uplift(results, told, one.row) if told else None
        if lead is not None:
            found[one.folder.name] = lead
    best: dict[tuple[Arm, str], str] = {}
    for name in sorted(found, key=lambda name: (found[name].finished, found[name].tasks)):
        best[found[name].arm, found[name].model] = name
    order = list(CALLED)
    chosen = [found[name] for name in found if name in best.values() or name in also]
    yield from sorted(chosen, key=lambda one: order.index(one.arm))


def _results(folder: Path) -> dict[str, Any] | None:
    """results.json as it is on disk; None where there is none, or it is no such file."""
    try:
        written = files.read(folder / "results.json")
        ResultsFile.model_validate_json(written)
        found: dict[str, Any] = json.loads(written)
        return found
    except (OSError, ValueError, RecursionError):
        return None


def _alone(ones: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]]) -> int:
    return sum(bool(one["solved"]) and not other["solved"] for one, other in zip(ones, others, strict=True))


def _solved(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(bool(row["solved"]) for row in rows)


def _score(one: Uplift, run: str) -> str:
    who = CALLED[one.arm] + (f" {clean(one.model)}" if one.model else "")
    parts = []
    if one.solved is not None and one.interval is not None and one.p is not None:
        parts.append(
            f"{who} {one.solved} of {one.tasks} · {run} {one.run_solved} of {one.tasks} · "
            f"{one.difference:+d}, 95% interval {_span(one.interval)}, p {_chance(one.p)}"
        )
    if one.exact is not None and one.run_exact is not None:
        lead = "training pairs exact" if parts else f"{who}: training pairs exact"
        sure = f", {_span(one.pairs_interval)}" if one.pairs_interval else ""
        parts.append(f"{lead} {one.exact} of {one.pairs} · {one.run_exact} of {one.pairs} · {one.run_exact - one.exact:+d}{sure}")
    return "; ".join(parts) or f"{who}: nothing to compare, the solutions are not known"


def _price(one: Uplift) -> str:
    unsure = doubt(one.cost_unknown_calls, one.cost_unknown_usd)
    told = f"  {clean(one.control)}: {count(one.calls)} calls, {count(one.tokens)} tokens, {money(one.cost_usd)}"
    return (
        told
        + (f"; {unsure}" if unsure else "")
        + ("" if one.finished else "; not finished: what it has not answered counts as wrong")
    )


def _span(interval: Interval) -> str:
    return f"{interval.low:+.1f} to {interval.high:+.1f}"


def _chance(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.2g}"
