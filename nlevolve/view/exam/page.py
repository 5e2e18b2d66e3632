"""An exam as one self-contained page, with what each checker follows against what it costs."""

from __future__ import annotations

from nlevolve.version import __version__
from nlevolve.view.chart_files import link
from nlevolve.view.charts import Chart, Point, frontier, numbers_of_points
from nlevolve.view.exam.measures import Exam, Standing
from nlevolve.view.exam.sheets import sheets
from nlevolve.view.page import render
from nlevolve.view.text import model_name

TITLE = "Followed right"
EXAMPLES = {"others": "", "none": ", no examples"}


def page(found: Exam) -> str:
    """The page's HTML."""
    return render("exam", found=found, sheets=sheets(found), chart=chart(found), link=link, version=__version__)


def chart(found: Exam) -> Chart | None:
    """Exact against the dollars of a grid, or its seconds where nothing costs anything. None: nothing was followed."""
    told = [one for one in found.standings if one.arm == "true" and one.exact.share is not None and one.usd is not None]
    if not told:
        return None
    free = not any(one.usd for one in told)
    points = [_point(one, free) for one in told]
    paid = "seconds a grid" if free else "USD a grid, at full price"
    caption = "With the right words. The line joins the checkers that no other beats in both; left and up is better."
    numbers = numbers_of_points(points, paid, "exact")
    return Chart(TITLE, caption, frontier(TITLE, points, paid, "grids exact"), numbers)


def _point(one: Standing, free: bool) -> Point:
    low, high = one.exact.interval or (0.0, 1.0)
    paid = one.seconds if free else one.usd
    return Point(f"{model_name(one.checker)}{EXAMPLES[one.shown]}", paid or 0.0, one.exact.share or 0.0, low, high)
