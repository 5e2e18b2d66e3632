"""Thirteen ways in which a provider breaks, over a script that works."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

from tests.server.http import Asked, Said, Script

Fault = Callable[[Said], Said]


def _limited_until_a_date(said: Said) -> Said:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    return replace(said, status=429, text="slow down", headers={"retry-after": soon})


def _ragged(said: Said) -> Said:
    """The last row of a grid gets a cell too many; a list of bullets is cut."""
    text = said.text or ""
    rows = list(re.finditer(r"\[[\d, ]+\]|^\d(?: \d)*$", text, re.MULTILINE))
    if len(rows) < 2:
        return replace(said, text=text[: len(text) // 2], finish="length")
    last = rows[-1]
    longer = "[0, " + last.group()[1:] if last.group().startswith("[") else "0 " + last.group()
    return replace(said, text=text[: last.start()] + longer + text[last.end() :])


def _words(said: Said) -> Said:
    text = said.text or ""
    return replace(said, text=re.sub(r"\d(?=[,\]])", '"dog"', text, count=1) if "grid" in text else "Sorry!")


def _fenced(said: Said) -> Said:
    return replace(said, text=f"<think>Perhaps [[1, 2], [3, 4]]?</think>\nHere it is:\n```json\n{said.text}\n```\nDone.")


FAULTS: dict[str, Fault] = {
    "429 with seconds": lambda said: replace(said, status=429, text="slow down", headers={"retry-after": "0.2"}),
    "429 with a date": _limited_until_a_date,
    "500": lambda said: replace(said, status=500, text="oops"),
    "503": lambda said: replace(said, status=503, text="overloaded", headers={"retry-after": "0"}),
    "reset before a byte": lambda said: replace(said, reset=True),
    "cut in the middle": lambda said: replace(said, cut=True),
    "prose without an answer": lambda said: replace(said, text="What an interesting puzzle! Let me think about it."),
    "empty": lambda said: replace(said, text=""),
    "null with a refusal": lambda said: replace(said, text=None, refusal="I cannot help with that."),
    "truncated": lambda said: replace(said, text=(said.text or "")[: len(said.text or "") // 2], finish="length"),
    "fenced with thinking": _fenced,
    "ragged grid": _ragged,
    "words in the grid": _words,
}


def faulty(script: Script, share: float, seed: int = 0) -> Script:
    """The script, but a `share` of its replies broken in all these ways in turn.

    Whether a request is broken depends on what it says and how often it was said, not on when it arrives.
    """
    seen: Counter[str] = Counter()

    async def answer(asked: Asked) -> Said:
        said = script(asked)
        said = await said if inspect.isawaitable(said) else said
        what = "\n".join(asked.texts)
        rng = Random(f"{seed}/{what}/{seen[what]}")
        seen[what] += 1
        return rng.choice(list(FAULTS.values()))(said) if rng.random() < share else said

    return answer
