"""A model's text -> bullets or a grid, or what was wrong with it (pure).

Any text may come in. The only exception that comes out is Unreadable, whose message is the exact problem, in words that
can be put to the model in a repair request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nlevolve.ask.find_json import Found, answer_part, find_json, visible
from nlevolve.ask.text_grids import blocks, cell, row_of
from nlevolve.puzzle.grids import Grid, GridError, grid
from nlevolve.records import Description

GRID_KEYS = ("grid", "output", "output_grid", "answer", "result", "solution", "prediction", "final_grid", "final_answer", "final")
BULLET_KEYS = ("bullets", "description", "steps", "rules", "rule", "instructions", "bullet_points", "answer", "result")
TEXT_KEYS = ("text", "bullet", "step", "description", "rule", "content", "instruction")
FEWEST_BULLETS = 3
MOST_BULLETS = 60
LONGEST_DESCRIPTION = 12_000
"""Characters; more is no description but a dump."""
LONGEST_NOTE = 500
LONGEST_PROBLEM = 200

_MARKER = re.compile(r"^\s{0,12}(?:[-*•‣▪◦–—+]|\(?\d{1,2}[.)])\s+(?=\S)")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|```|-{3,}|\*{3,}|={3,})")


class Unreadable(ValueError):
    """The reply holds no usable answer. The message says exactly what is wrong, in the words of a repair request."""


@dataclass(frozen=True)
class GridReply:
    """A grid, and what the model noted beside it."""

    grid: Grid
    note: str = ""


@dataclass(frozen=True)
class _Claim:
    """Something a text puts forward as its grid, and where it ends."""

    end: int
    rows: Any
    note: str = ""


def read_grid(text: str) -> GridReply:
    """The grid of a reply: the last one after the reasoning. Raises Unreadable."""
    return _as_asked(text) or _searched(text)


def _as_asked(text: str) -> GridReply | None:
    """A reply in exactly the form that was asked for, as most are: read without searching."""
    try:
        value = json.loads(text)
        if isinstance(value, dict) and value.keys() == {"grid", "note"} and isinstance(value["note"], str):
            return GridReply(grid(value["grid"]), _plain(value["note"])[:LONGEST_NOTE])
    except (ValueError, RecursionError):
        pass
    return None


def _searched(text: str) -> GridReply:
    answer = _answer(text)
    found = find_json(answer)
    claims = sorted([*_json_claims(found), *_text_claims(answer, found)], key=lambda claim: claim.end)
    if not claims:
        raise Unreadable("it is cut off before its grid is complete" if found.cut_off else "it holds no grid")
    last = claims[-1]
    if found.cut_off and isinstance(last.rows, tuple) and not answer[last.end :].strip(" \n`]},"):
        raise Unreadable("it is cut off before its grid is complete")
    try:
        return GridReply(grid(_rows(last.rows)), last.note)
    except GridError as error:
        raise Unreadable(str(error)[:LONGEST_PROBLEM]) from None


def read_bullets(text: str) -> Description:
    """The description of a reply. Raises Unreadable."""
    answer = _answer(text)
    found = find_json(answer)
    for segment in reversed(found.segments):
        bullets = _bullets_in(segment.value)
        if bullets is not None:
            return _description(bullets)
    lines = _marked_lines(answer)
    if not lines:
        raise Unreadable("it is cut off before its list is complete" if found.cut_off else "it holds no list of bullets")
    return _description(lines)


def _answer(text: str) -> str:
    if not text.strip():
        raise Unreadable("it is empty")
    answer = answer_part(text)
    if not answer.strip():
        raise Unreadable("it holds thinking and no answer")
    return answer


# grids


def _json_claims(found: Found) -> Iterable[_Claim]:
    for segment in found.segments:
        rows = _grid_in(segment.value)
        if rows is not None:
            note = segment.value.get("note") if isinstance(segment.value, dict) else None
            yield _Claim(segment.end, rows, _plain(note)[:LONGEST_NOTE] if isinstance(note, str) else "")


def _text_claims(text: str, found: Found) -> Iterable[_Claim]:
    taken = [(s.start, s.end) for s in found.segments if _grid_in(s.value) is not None or isinstance(s.value, dict)]
    for block in blocks(text):
        if block.sure and not any(start <= block.start and block.end <= end for start, end in taken):
            yield _Claim(block.end, block.rows)


def _grid_in(value: Any, depth: int = 0) -> Any:
    """What a piece of JSON puts forward as a grid, not yet validated; None when it is about something else."""
    if depth > 4:
        return None
    if isinstance(value, dict):
        named = [value[key] for key in _known_keys(value, GRID_KEYS)]
        inside = (_grid_in(inner, depth + 1) for inner in [*named, *reversed(list(value.values()))])
        # under its own name even a wrong answer is the answer
        return next((rows for rows in inside if rows is not None), _wrong_grid(named))
    if isinstance(value, str):
        listed = [_grid_in(segment.value, depth + 1) for segment in find_json(value).segments]
        if listed and listed[-1] is not None:
            return listed[-1]
        sure = [block for block in blocks(value) if block.sure and (len(block.rows) > 1 or depth)]
        return sure[-1].rows if sure else None
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(row, list) for row in value):
        several = any(isinstance(part, list) for row in value for part in row)
        return _grid_in(value[-1], depth + 1) if several else value
    if all(isinstance(row, str) for row in value):
        return value if all(row_of(row) for row in value) else None
    return _grid_in(value[-1], depth + 1) if isinstance(value[-1], dict) else None


def _wrong_grid(named: list[Any]) -> Any:
    return next((value for value in named if value is not None and not isinstance(value, dict)), None)


def _known_keys(value: dict[Any, Any], known: tuple[str, ...]) -> list[Any]:
    plain = {str(key).strip().lower().replace(" ", "_"): key for key in value}
    return [plain[name] for name in known if name in plain]


def _rows(claimed: Any) -> Any:
    """Rows of cells, as far as they can be read; what cannot is left for the validation to name."""
    if not isinstance(claimed, list | tuple):
        return claimed
    return [_row(row) for row in claimed]


def _row(row: Any) -> Any:
    if isinstance(row, str):
        return row_of(row) or row
    return [_cell(value) for value in row] if isinstance(row, list) else row


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return cell(value.strip())
    return int(value) if isinstance(value, float) and value.is_integer() else value


# descriptions


def _bullets_in(value: Any, depth: int = 0) -> list[str] | None:
    """The bullets that a piece of JSON holds; None when it is about something else."""
    if depth > 3:
        return None
    if isinstance(value, dict):
        inside = (_bullets_in(value[key], depth + 1) for key in _known_keys(value, BULLET_KEYS))
        return next((bullets for bullets in inside if bullets is not None), None)
    if isinstance(value, str) and depth:
        return _marked_lines(value) or [line for line in value.split("\n") if line.strip()]
    if not isinstance(value, list) or (not value and not depth):
        return None
    texts = [_bullet_text(item) for item in value]
    if depth or all(len(text.split()) > 1 for text in texts):
        return texts
    return None


def _bullet_text(item: Any) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        texts = [item[key] for key in _known_keys(item, TEXT_KEYS) if isinstance(item[key], str)]
        return max(texts, key=len, default="")
    return ""


def _marked_lines(text: str) -> list[str]:
    """The bullets of a Markdown list, each with the lines that go on with it."""
    lists: list[list[str]] = [[]]
    open_bullet = False
    for line in text.split("\n"):
        marker = _MARKER.match(line[:40])
        if marker:
            lists[-1].append(line[marker.end() :])
            open_bullet = True
        elif _HEADING.match(line[:40]) or (line.strip() and not open_bullet):
            lists.append([])
            open_bullet = False
        elif line.strip():
            lists[-1][-1] += " " + line.strip()
        else:
            open_bullet = False
    return _last_lists(lists)


def _last_lists(lists: list[list[str]]) -> list[str]:
    """The last list; with those before it while it is too short to be a description, since headings may part one."""
    kept: list[str] = []
    for bullets in reversed(lists):
        if len(kept) >= FEWEST_BULLETS:
            break
        kept = bullets + kept
    return kept


def _description(bullets: list[str]) -> Description:
    plain = [_plain(bullet) for bullet in bullets[: MOST_BULLETS + 1]]
    kept = tuple(bullet for bullet in plain if bullet)
    if not kept:
        raise Unreadable("its list of bullets is empty")
    if len(bullets) > MOST_BULLETS:
        raise Unreadable(f"it has {len(bullets)} bullets, at most {MOST_BULLETS} are allowed")
    length = sum(len(bullet) for bullet in kept)
    if length > LONGEST_DESCRIPTION:
        raise Unreadable(f"its bullets have {length} characters, at most {LONGEST_DESCRIPTION} are allowed")
    return Description(bullets=kept)


def _plain(text: str) -> str:
    """One line without Markdown's marks of emphasis and without a marker of its own."""
    line = " ".join(_MARKER.sub("", visible(text[: 4 * LONGEST_DESCRIPTION]), count=1).split())
    return re.sub(r"\*\*|__|`", "", line).strip()
