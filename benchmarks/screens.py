"""Pictures of the dashboard, made from a run's log without a browser."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from nlevolve.records import AnyEvent
from nlevolve.run.store import read_events
from nlevolve.view.terminal.palette import STANDARD
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.terminal.watch import Player, still


def text(folder: Path, task: str, *, width: int, height: int) -> str:
    """The dashboard without colour, at the task's best moment."""
    console = Console(file=(drawn := io.StringIO()), width=width, height=height)
    events = read_events(folder)
    console.print(still(events, console, STANDARD, at=best_moment(events, task), task=task))
    return "\n".join(line.rstrip() for line in drawn.getvalue().splitlines())


def picture(folder: Path, task: str, file: Path, *, width: int, height: int) -> None:
    """An SVG of the dashboard at the task's best moment. It loads no font from the network."""
    console = Console(file=io.StringIO(), record=True, force_terminal=True, color_system="truecolor", width=width, height=height)
    events = read_events(folder)
    console.print(still(events, console, STANDARD, at=best_moment(events, task), task=task))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(smaller(console.export_svg(title=f"nlevolve watch {folder.name}", unique_id="t")), encoding="utf-8")


def smaller(svg: str) -> str:
    """Without the fonts that it would load from the network, and without a mask for each line: half of the bytes."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<clipPath id="t-line-.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#t-line-\d+\)"', "", svg)
    return svg.replace('shape-rendering="crispEdges"', "").replace("&#160;", "\u00a0")


def best_moment(events: Sequence[AnyEvent], task: str) -> float:
    """The share of the run's time, 0..1, after which the task's best candidate so far was checked last."""
    summary, moment = Summary(), 0.0
    seconds = Player(events, at=1.0, speed=1.0, paused=True).seconds
    for event, second in zip(events, seconds, strict=True):
        before = summary.history.task(task).best
        summary.see(event)
        if summary.history.task(task).best is not before:
            moment = second
    return moment / seconds[-1]
