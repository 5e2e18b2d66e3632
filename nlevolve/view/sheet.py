"""Rows as CSV, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from nlevolve.view.text import harmless

FORMULAS = tuple("=+-@\t\r\n＝＋－＠")  # a Japanese Excel takes the wide ones, too
"""With these a spreadsheet begins a formula: text from outside that does gets an apostrophe in front (OWASP, CSV injection)."""


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """With a head line; what is not known (None) is an empty cell. Every row has the first one's keys."""
    told = list(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if told:
        writer.writerow(map(_cell, told[0]))
    writer.writerows([_cell(value) for value in row.values()] for row in told)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = harmless(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text
