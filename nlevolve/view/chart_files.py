"""Charts to take away: an SVG that stands by itself, and the numbers as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from nlevolve.view.charts import Chart
from nlevolve.view.page import colours
from nlevolve.view.sheet import as_csv

PAPER = '<rect width="100%" height="100%" fill="#ffffff"/>'


def files(charts: Iterable[Chart]) -> dict[str, str]:
    """File name -> what it holds."""
    return {f"{chart.name}.{kind}": text for chart in charts for kind, text in (("svg", drawing(chart)), ("csv", numbers(chart)))}


def drawing(chart: Chart) -> str:
    """The SVG on white paper, in the colours of the light page."""
    svg = re.sub(r"var\((--[a-z0-9-]+)\)", lambda found: colours()[found[1]], chart.svg)
    head, rest = svg.split(">", 1)
    ((width, height),) = re.findall(r'viewBox="\S+ \S+ (\S+) (\S+)"', head)
    opened = head.replace("<svg", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"', 1)
    return f'{opened} font-family="sans-serif">{PAPER}{rest}\n'


def numbers(chart: Chart) -> str:
    """What is drawn, a line for each point, bar or dot."""
    return as_csv(chart.numbers)


def link(chart: Chart, kind: str) -> str:
    """An address that holds the file itself, for a page that nothing is fetched for."""
    text, of = (drawing(chart), "image/svg+xml") if kind == "svg" else (numbers(chart), "text/csv")
    return f"data:{of};charset=utf-8,{quote(text, safe=SAFE)}"


SAFE = " !'()*,/:;=?@~+$[]{}|^"
"""What may stand in such an address as it is: it is half as long so."""
