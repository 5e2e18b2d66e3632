"""Models that are no programs: a chat model without thinking, and a small one that mostly fails, over a script that is right.

How they fail was seen at SmolLM2-135M and at a 270M base model: 7 of 9 readable descriptions began with the prompt's own
example, 12 of 16 plain replies ran to their limit, and the example grid of the prompt came back as the answer.
"""

from __future__ import annotations

import inspect
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from tests.server.dialects.dialect import counted, room_asked
from tests.server.said import Asked, Json, Said, Script

OPENINGS = (
    "Sure! Let me work through this step by step.",
    "Okay, let's look at the grids first.",
    "Certainly. Here is my analysis:",
    "Let's think about what happens from input to output.",
    "I'll start with the sizes, then the colours.",
)
CLOSINGS = (
    "",
    "",
    "\n\nLet me know if you need anything else!",
    "\n\nI hope this helps.",
    "\n\nThis should be right for every pair.",
)
HEADINGS = ("Final answer:", "**Answer**", "### Output", "So the answer is:", "Here it is:")
OBEYS = 0.9
"""How often it puts its answer into a fence when it is told to."""
LONGEST = 2_000
"""Tokens that a loop runs to where the request sets no limit."""

Dress = Callable[[Any, Random], str]


def chatting(script: Script, *, seed: int = 0, obeys_schema: bool = True) -> Script:
    """A chat model that knows what the script knows: working first, the answer last, in words of its own each time.

    `obeys_schema`: it is made to fit a schema, as servers with grammars do; every string that the schema asks for besides the
    answer is filled with working. Else the schema changes nothing, as on servers that ignore it.
    """

    async def answer(asked: Asked) -> Said:
        said = await _as_json(script, asked)
        if said.text is None or said.status != 200 or said.raw is not None:
            return said
        rng = _rng(seed, asked)
        if asked.schema and obeys_schema and "properties" in asked.schema:
            return counted(replace(said, text=_fitted(said.text, asked.schema, rng)), asked)
        fenced = not asked.schema and "fenced block" in "".join(asked.texts) and rng.random() < OBEYS
        return counted(replace(said, text=dressed(said.text, rng, _input_of(asked), fenced=fenced)), asked)

    return answer


def dressed(text: str, rng: Random, asked: str = "", *, fenced: bool = False) -> str:
    """A reply in the form of the prompt (a JSON object), in the manner of a chat; `asked` is the grid that it may restate.

    `fenced`: its answer is in a fence, as it was told.
    """
    value = json.loads(text)
    forms: tuple[Dress, ...] = (_fenced_json, _fenced_plain) if fenced else (_fenced_json, _fenced_plain, _bare)
    body = rng.choice(forms)(value, rng)
    working = _working(rng)
    if "grid" in value:
        working = "\n\n".join((working, *_row_by_row(value["grid"], asked, rng)))
    return f"{rng.choice(OPENINGS)}\n\n{working}\n\n{rng.choice(HEADINGS)}\n\n{body}{rng.choice(CLOSINGS)}"


def _fenced_json(value: Json, rng: Random) -> str:
    return f"```json\n{json.dumps(value, indent=rng.choice((None, 2)))}\n```"


def _fenced_plain(value: Json, rng: Random) -> str:
    if "bullets" in value:
        return "```\n" + _bare(value, rng) + "\n```"
    gap = rng.choice((" ", " ", ", "))
    return "```\n" + "\n".join(gap.join(map(str, row)) for row in value["grid"]) + "\n```"


def _bare(value: Json, rng: Random) -> str:
    if "grid" in value:
        return "\n".join(" ".join(map(str, row)) for row in value["grid"])
    marks = rng.choice(("- {}", "* {}", "{n}. {}", "• {}"))
    return "\n".join(marks.format(bullet, n=n) for n, bullet in enumerate(value["bullets"], 1))


def _working(rng: Random) -> str:
    steps = (
        "The input has a few objects on a black background.",
        "In each pair the size of the output follows from the input.",
        "Comparing cell by cell, most of the background stays as it is.",
        "I checked the first pair and it fits.",
        "The colours are the same on both sides, apart from one.",
    )
    chosen = rng.sample(steps, rng.randint(1, 3))
    return " ".join(chosen) if rng.random() < 0.6 else "\n".join(f"{n}. {step}" for n, step in enumerate(chosen, 1))


def _row_by_row(grid: list[list[int]], asked: str, rng: Random) -> list[str]:
    """The input once more, or each row in words, or neither."""
    draw = rng.random()
    if draw < 0.2 and asked:
        return [f"The input grid is:\n```\n{asked}\n```"]
    if draw < 0.4:
        return ["\n".join(f"Row {n}: {' '.join(map(str, row))}" for n, row in enumerate(grid, 1))]
    return []


def _input_of(asked: Asked) -> str:
    """The grid that an `apply` prompt wants transformed: the last one before its description."""
    grids = re.findall(r"(?:^\d(?: \d)*$\n?)+", asked.texts[-1].split("# Description")[0], re.MULTILINE)
    return grids[-1].strip() if grids else ""


def _fitted(text: str, schema: Mapping[str, Any], rng: Random) -> str:
    """The answer in the order and with all the fields of the schema."""
    value, fields = json.loads(text), schema["properties"]
    filled = {name: value[name] if name in value else _filling(of, rng) for name, of in fields.items()}
    return json.dumps(filled)


def _filling(schema: Mapping[str, Any], rng: Random) -> Any:
    return {"array": [], "integer": 0, "object": {}}.get(str(schema.get("type")), _working(rng))


SMALL_FAILURES: dict[str, float] = {"copies": 0.35, "loops": 0.3, "refuses": 0.05, "cut": 0.1, "asks": 0.05}
"""How often in which way; else it says what the script says."""


def small(script: Script, *, seed: int = 0, shares: Mapping[str, float] = SMALL_FAILURES) -> Script:
    """A model of a few hundred million parameters: copies the prompt's example, loops to its limit, refuses, is cut, asks back.

    The same question with the same seed has the same answer, so that asking again without another seed is idle.
    """

    async def answer(asked: Asked) -> Said:
        said = await _as_json(script, asked)
        if said.status != 200 or said.raw is not None:
            return said
        rng = _rng(seed, asked)
        draw = rng.random()
        for name, share in shares.items():
            draw -= share
            if draw < 0:
                return counted(_SMALL[name](said, asked), asked)
        return counted(said, asked)

    return answer


def _copies(said: Said, asked: Asked) -> Said:
    examples = re.findall(r'\{"(?:bullets|grid)": .*?\]\]?(?:, "note": "")?\}', asked.texts[0])
    return replace(said, text=examples[0] if examples else '{"bullets": ["First step.", "Second step."]}')


def _loops(said: Said, asked: Asked) -> Said:
    room = room_asked(asked.body) or LONGEST
    line = "- The cell at row 1, column 1 is black.\n" if "grid" not in (said.text or "") else "0 0 0 0 0 0\n"
    return replace(said, text=line * (3 * room // len(line) + 2), finish="length")


def _refuses(said: Said, asked: Asked) -> Said:
    return replace(said, text="I'm sorry, but I can't help with that request.")


def _cut(said: Said, asked: Asked) -> Said:
    text = said.text or ""
    return replace(said, text=text[: len(text) // 2], finish="length")


def _asks(said: Said, asked: Asked) -> Said:
    return replace(
        said, text="- What is the size of the output grid?\n- Which colour is the background?\n- Could you show more pairs?"
    )


_SMALL: dict[str, Callable[[Said, Asked], Said]] = {
    "copies": _copies,
    "loops": _loops,
    "refuses": _refuses,
    "cut": _cut,
    "asks": _asks,
}


async def _as_json(script: Script, asked: Asked) -> Said:
    """What the script says when it is asked by a schema, whatever the form of this request."""
    said = script(asked if asked.schema else replace(asked, schema={"type": "object"}))
    return await said if inspect.isawaitable(said) else said


def _rng(seed: int, asked: Asked) -> Random:
    own = asked.body.get("seed", (asked.body.get("options") or {}).get("seed"))
    return Random(f"{seed}/{own}/{asked.texts}")


def forms(script: Script) -> tuple[Script, Counter[str]]:
    """The script, and a count of the forms in which it is asked: by a schema, for an object, for text."""
    seen: Counter[str] = Counter()

    async def answer(asked: Asked) -> Said:
        seen["text" if not asked.schema else "schema" if "properties" in asked.schema else "object"] += 1
        said = script(asked)
        return await said if inspect.isawaitable(said) else said

    return answer, seen
