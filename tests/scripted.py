"""Models that are functions: what they say depends on the request alone, when they say it on a delay given to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from random import Random

from nlevolve.llm.request import LLM, Reply, Request
from nlevolve.puzzle.grids import Grid, parse, render
from nlevolve.records import Usage

Say = Callable[[Request], str]


def scripted(say: Say, delay: Callable[[Request], float] = lambda request: 0.0) -> LLM:
    """An LLM that answers with `say(request)` after `delay(request)` seconds; a CallFailed raised by `say` passes through."""

    async def ask(request: Request) -> Reply:
        await asyncio.sleep(delay(request))
        return Reply(text=say(request), usage=Usage(prompt=100, completion=10), cost_usd=0.001)

    return ask


def chance(request: Request) -> Random:
    """What a model is to draw from: equal for equal requests, and not another whenever the embedded models' sources change."""
    return Random(f"{request.model} {request.sample} {request.again} {[message.text for message in request.messages]}")


def bullets(*lines: str) -> str:
    return json.dumps({"bullets": list(lines)})


def grid_reply(rows: Grid | Sequence[Sequence[int]]) -> str:
    return json.dumps({"grid": [list(row) for row in rows], "note": ""})


def asked_grid(request: Request) -> Grid:
    """The grid that an `apply` or a `solve` request wants transformed."""
    text = "\n".join(message.text for message in request.messages[1:]).split("# Input grid")[1].split("# Description")[0]
    return parse("\n".join(line for line in text.splitlines() if line[:1].isdigit()))


def description_of(request: Request) -> list[str]:
    """The bullets that an `apply` request wants followed."""
    tail = "\n".join(message.text for message in request.messages[1:]).split("# Description")[1]
    return [line[2:] for line in tail.splitlines() if line.startswith("- ")]


__all__ = ["asked_grid", "bullets", "chance", "description_of", "grid_reply", "render", "scripted"]
