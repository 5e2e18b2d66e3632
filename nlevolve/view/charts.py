"""Charts as SVG text by matplotlib: the same figures give the same bytes, and colours follow the page's CSS variables."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 5.4, 2.7
"""Inches, at 72 points."""
INK, FAINT = "#010203", "#040506"
SERIES = ("#070809", "#0a0b0c", "#0d0e0f", "#101112", "#131415", "#161718")
# matplotlib knows no CSS variables: charts are drawn in colours nobody would choose, and these are then swapped
_VARIABLES = {INK: "var(--ink)", FAINT: "var(--line)"} | {c: f"var(--series-{n})" for n, c in enumerate(SERIES, 1)}


ROW, HEADING = 0.25, 0.32
"""Inches a bar and the name of a group of bars take."""
WRAPPED, LABEL = 0.15, 30
"""Inches that a further line of a bar's label takes, and characters that a line of it holds."""
LEGEND, LINE, SIGN = 0.17, 76, 8
"""Inches that a row of a legend takes, characters that it holds, and those that a curve's sign takes before its name."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure for a page."""

    title: str
    caption: str
    svg: str
    numbers: Sequence[Mapping[str, Any]] = ()
    """What is drawn, as rows."""

    @property
    def name(self) -> str:
        """For files: solved-against-cost."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in order, joined; `steps` holds each value until the next point."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    steps: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """A dot with its interval upwards and downwards (both absolute values)."""

    label: str
    x: float
    y: float
    low: float
    high: float


def curves(title: str, drawn: Sequence[Curve], x: str, y: str, *, log: bool = False, share: bool = False) -> str:
    """A line chart; `share` puts the y axis at 0 to 100%."""
    columns = _columns([_plain(curve.label) for curve in drawn])
    # one row has room above the lines of every chart
    above = LEGEND * (-(-len(drawn) // columns) if len(drawn) > columns else 0)
    with _figure(title, HEIGHT + above) as (figure, made):
        axes = _axes(figure, above)
        for number, curve in enumerate(drawn):
            axes.plot(
                curve.x,
                curve.y,
                color=SERIES[number % len(SERIES)],
                label=_plain(curve.label),
                linewidth=1.8,
                # colours come round again
                linestyle="--" if curve.dashed else "-" if number < len(SERIES) else ":",
                drawstyle="steps-post" if curve.steps else "default",
            )
        if log:
            _log_scale(axes)
        _dress(axes, x, y, share=share)
        if len(drawn) > 1:
            _legend(axes, columns)
    return made[0]


def bars(title: str, groups: Mapping[str, Sequence[Bar]]) -> str:
    """Groups of horizontal bars, one under the other, on one scale."""
    labels = {name: [_wrapped(bar.label) for bar in bars] for name, bars in groups.items()}
    rows = {name: ROW + WRAPPED * max((label.count("\n") for label in its), default=0) for name, its in labels.items()}
    height = sum(HEADING + rows[name] * len(bars) for name, bars in groups.items())
    longest = max((len(line) for its in labels.values() for label in its for line in label.split("\n")), default=0)
    left = (0.1 + 0.072 * longest) / WIDTH
    # the words behind the longest bar have to end before the edge
    room = 0.09 + 0.072 * max((len(bar.text) for bars in groups.values() for bar in bars), default=0)
    scale = max(1.35, 1 / (1 - min(0.8, room / (WIDTH * (0.98 - left)))))
    with _figure(title, height) as (figure, made):
        top = max((bar.value for bars in groups.values() for bar in bars), default=0) or 1
        below = height
        panels = []
        for name, bars in groups.items():
            below -= HEADING + rows[name] * len(bars)
            panels.append(figure.add_axes((left, below / height, 0.98 - left, rows[name] * len(bars) / height)))
        for number, ((name, bars), axes) in enumerate(zip(groups.items(), panels, strict=True)):
            places = range(len(bars))
            axes.barh(places, [bar.value for bar in bars], color=SERIES[number % len(SERIES)], height=0.62)
            axes.set_ylim(-0.5, len(bars) - 0.5)
            axes.set_yticks(places, labels[name])
            for place, bar in enumerate(bars):
                axes.text(bar.value + top * 0.015, place, bar.text, va="center", fontsize=8, color=INK)
            axes.set_xlim(0, top * scale)
            axes.invert_yaxis()
            axes.set_title(name, loc="left", fontsize=8.5, color=INK)
            axes.tick_params(length=0, labelsize=8, colors=INK, labelbottom=False)
            axes.spines[:].set_visible(False)
    return made[0]


def frontier(title: str, points: Sequence[Point], x: str, y: str) -> str:
    """Dots with intervals; a stepped line joins those that no other beats in both x (less) and y (more)."""
    points = _together(points)
    best = pareto(points)
    with _figure(title, height=3.4) as (figure, made):
        axes = _axes(figure)
        if len(best) > 1:
            axes.step([p.x for p in best], [p.y for p in best], where="post", color=FAINT, linewidth=1.4, zorder=1)
        for point in points:
            colour = SERIES[0] if point in best else SERIES[2]
            spread = [[point.y - point.low], [point.high - point.y]]
            axes.errorbar([point.x], [point.y], yerr=spread, fmt="o", color=colour, capsize=3, elinewidth=1.1, zorder=2)
            axes.annotate(_plain(point.label), (point.x, point.y), (6, 5), textcoords="offset points", fontsize=8.5, color=INK)
        axes.margins(x=0.18)
        _dress(axes, x, y, share=True)
    return made[0]


def numbers_of_curves(drawn: Sequence[Curve], x: str, y: str) -> list[dict[str, Any]]:
    return [{"curve": one.label, x: at, y: value} for one in drawn for at, value in zip(one.x, one.y, strict=True)]


def numbers_of_bars(groups: Mapping[str, Sequence[Bar]]) -> list[dict[str, Any]]:
    return [
        {"group": name, "bar": bar.label, "value": bar.value, "text": bar.text} for name, bars in groups.items() for bar in bars
    ]


def numbers_of_points(points: Sequence[Point], x: str, y: str) -> list[dict[str, Any]]:
    return [{"run": one.label, x: one.x, y: one.y, "low": one.low, "high": one.high} for one in points]


def pareto(points: Sequence[Point]) -> list[Point]:
    """The points that no other beats: cheaper ones first, each better than all before it."""
    best: list[Point] = []
    for point in sorted(points, key=lambda p: (p.x, -p.y)):
        if not best or point.y > best[-1].y:
            best.append(point)
    return best


def _together(points: Sequence[Point]) -> list[Point]:
    """Points at one place as one, so that their names can be read."""
    places: dict[tuple[float, float], list[Point]] = {}
    for point in points:
        places.setdefault((point.x, point.y), []).append(point)
    return [replace(same[0], label=", ".join(point.label for point in same)) for same in places.values()]


def _wrapped(label: str) -> str:
    """In lines that leave the bars their half."""
    shown = _plain(label, 2 * LABEL)
    return "\n".join(wrap(shown, LABEL)) or shown


def _columns(labels: Sequence[str]) -> int:
    """How many curves a row of the legend names: all, if they fit, else two, or one."""
    if sum(len(label) + SIGN for label in labels) <= LINE:
        return max(1, len(labels))
    return 2 if 2 * (max(map(len, labels)) + SIGN) <= LINE else 1


def _legend(axes: Axes, columns: int) -> None:
    """Above the lines: inside it would cover some."""
    axes.legend(
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        loc="lower left",
        bbox_to_anchor=(-0.02, 0.98),
        ncols=columns,
        borderaxespad=0,
        labelspacing=0.3,
    )


def _log_scale(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    low, high = axes.get_xlim()
    # within one power of ten the ticks between have to speak too
    axes.xaxis.set_minor_formatter(NullFormatter() if high > 10 * low else FuncFormatter(lambda value, _: f"{value:g}"))


def _axes(figure: Figure, above: float = 0.0) -> Axes:
    """Room for tick labels and axis names at the left and below, for so many inches of a legend above, none wasted elsewhere."""
    height = figure.get_figheight()
    return figure.add_axes((0.66 / WIDTH, 0.5 / height, 1 - 0.84 / WIDTH, 1 - (0.72 + above) / height))


def _dress(axes: Axes, x: str, y: str, *, share: bool) -> None:
    axes.set_xlabel(x, fontsize=8.5, color=INK)
    axes.set_ylabel(y, fontsize=8.5, color=INK)
    axes.tick_params(labelsize=8, colors=INK)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(FAINT)
    if share:
        axes.set_ylim(-0.02, 1.02)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    elif axes.get_ylim()[1] <= 4:
        axes.locator_params(axis="y", integer=True)


@contextmanager
def _figure(title: str, height: float = HEIGHT) -> Iterator[tuple[Figure, list[str]]]:
    """A figure to draw on; its SVG stands in the list afterwards."""
    # the first use on a machine lists its fonts, and says so where a dashboard may be drawing
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    import matplotlib
    from matplotlib.figure import Figure

    # text stays text, ids depend on the title alone, no dollar in a label starts a formula, nor a matplotlibrc in the folder TeX
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "text.parse_math": False, "text.usetex": False}):
        # places are set by hand: a layout engine draws each figure twice
        figure = Figure(figsize=(WIDTH, height))
        figure.patch.set_alpha(0)
        made: list[str] = []
        yield figure, made
        for axes in figure.axes:
            axes.patch.set_alpha(0)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
        made.append(_inline(out.getvalue(), title))


def _inline(svg: str, title: str) -> str:
    """Matplotlib's file made part of a page: scales with it, has a name for those who cannot see it, and no global style."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>", _opening(title), svg, count=1)
    svg = re.sub(r" font-family: [^;\"]*;", "", svg).replace("xlink:href", "href")
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg.strip()


def _opening(title: str) -> str:
    name = escape(_plain(title)).replace("\\", "\\\\")
    return rf'<svg class="chart" viewBox="\1" role="img" aria-label="{name}">'


def _plain(label: str, most: int = 40) -> str:
    """Labels come from settings and models: printable, short, and without a leading underscore (matplotlib drops those)."""
    shown = "".join(mark for mark in label if mark.isprintable())[:most]
    return shown if not shown.startswith("_") else f" {shown}"
