"""A comparison as one self-contained page, with the frontier of score against cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nlevolve.version import __version__
from nlevolve.view.chart_files import link
from nlevolve.view.charts import Chart, Point, frontier, numbers_of_points
from nlevolve.view.compare.comparison import Comparison
from nlevolve.view.compare.sheets import controls, labels, settings, sheets, spans
from nlevolve.view.compare.sides import Side
from nlevolve.view.page import render
from nlevolve.view.statistics import wilson


def page(found: Comparison, reports: Mapping[str, str] | None = None) -> str:
    """The page's HTML. `reports`: run -> the address of its report, as seen from where the page will be."""
    return render(
        "compare",
        runs=[side.run for side in found.runs],
        reports=reports or {},
        found=found,
        called=labels(found),
        spans=spans(found),
        sheets=sheets(found),
        controls=controls(found),
        settings=settings(found),
        chart=chart(found),
        link=link,
        version=__version__,
    )


def chart(found: Comparison) -> Chart:
    """Score against what a task costs at full price; against calls where nothing costs anything."""
    called = labels(found)
    free = not any(side.cost_full_usd for side in found.runs)
    points = [_point(called[side.run], side, free) for side in found.runs]
    paid = "calls a task, cached ones included" if free else "USD a task, at full price"
    title = f"{found.criterion.capitalize()} against {'calls' if free else 'cost'}"
    caption = "Wilson intervals at 95%. The line joins the runs that no other beats in both; left and up is better."
    named = [replace(point, label=side.run) for point, side in zip(points, found.runs, strict=True)]
    numbers = numbers_of_points(named, paid, found.criterion)
    return Chart(title, caption, frontier(title, points, paid, found.criterion), numbers)


def _point(label: str, side: Side, free: bool) -> Point:
    low, high = wilson(side.won, side.tasks)
    x = side.each(sum(side.calls.values()) if free else side.cost_full_usd)
    return Point(label, x, side.each(side.won), low, high)
