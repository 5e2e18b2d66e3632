"""An exam as one self-contained page, with what each checker follows against what it costs, and against the size of the grids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nlevolve.version import __version__
from nlevolve.view import charts
from nlevolve.view.chart_files import link
from nlevolve.view.charts import Chart, Point, frontier, numbers_of_curves, numbers_of_points
from nlevolve.view.exam.measures import Exam, Standing
from nlevolve.view.exam.sheets import sheets
from nlevolve.view.page import render
from nlevolve.view.text import model_name

COST, SIZE = "Followed right", "Followed right by size"
CELLS = [4, 9, 16, 25, 50, 100, 200, 400, 900]
"""Where the curves are drawn."""


def page(found: Exam) -> str:
    """The page's HTML."""
    return render("exam", found=found, sheets=sheets(found), charts=list(_charts(found)), link=link, version=__version__)


def _charts(found: Exam) -> Iterator[Chart]:
    """Of the true words, with the examples where they were shown: those are what the advice is about."""
    told = [one for one in found.standings if one.arm == "true" and one.exact.share is not None]
    told = [one for one in told if one.shown == told[0].shown]
    if priced := [one for one in told if one.usd is not None]:
        yield _against_cost(priced)
    if any(one.curve for one in told):
        yield _against_size(told)


def _against_cost(told: Sequence[Standing]) -> Chart:
    """Dollars, or seconds where nothing costs anything."""
    free = not any(one.usd for one in told)
    points = [_point(one, free) for one in told]
    paid = "seconds a grid" if free else "USD a grid, at full price"
    caption = "With the right words. The line joins the checkers that no other beats in both; left and up is better."
    return Chart(COST, caption, frontier(COST, points, paid, "grids exact"), numbers_of_points(points, paid, "exact"))


def _point(one: Standing, free: bool) -> Point:
    low, high = one.exact.interval or (0.0, 1.0)
    paid = one.seconds if free else one.usd
    return Point(model_name(one.checker), paid or 0.0, one.exact.share or 0.0, low, high)


def _against_size(told: Sequence[Standing]) -> Chart:
    fitted = [(model_name(one.checker), one.curve) for one in told if one.curve]
    drawn = [charts.Curve(label, CELLS, [curve.at(cells) for cells in CELLS]) for label, curve in fitted]
    names = ("cells of the larger of input and output", "grids exact")
    # where there is one curve no legend names it
    whose = f"{fitted[0][0]}, with" if len(fitted) == 1 else "With"
    caption = f"{whose} the right words: logistic in the logarithm of the cells. Who got all right, or nothing, has no curve."
    return Chart(SIZE, caption, charts.curves(SIZE, drawn, *names, log=True, share=True), numbers_of_curves(drawn, *names))
