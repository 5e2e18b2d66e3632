"""The grids that a reply holds, what each is said to be, and which of them is the answer (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from nlevolve.ask.reading.find_json import Found, Segment, find_json
from nlevolve.ask.reading.labels import Role, among_examples, is_partial, revises, role_before, role_of_name
from nlevolve.ask.reading.rows import NUMBERS_UNSURE, ROWS_MISSING, blocks, cell, is_numbered, row_of
from nlevolve.ask.reading.unreadable import CUT_OFF, Unreadable
from nlevolve.puzzle.grids import MOST_SIDE, Grid, GridError, grid

ASKED = "grid"
"""The name of the answer in the form that is asked for."""
NO_GRID = "it holds no grid"
SEVERAL = "it holds more than one grid that may be the answer: only the output grid should be in it"
LONGEST_PROBLEM = 200
DEEPEST = 5
AROUND = 150
"""Characters before and after a grid that may say that it is not all of it."""
MOST_GRIDS = 24

_QUIET = re.compile(
    r"working|think|thought|reason|analys|explan|scratch|note|comment|code|rationale|steps?$|verif|check|plan|log|^rule|^description|summary"
)
_ENVELOPE = re.compile(
    r"^(?:arguments|args|parameters|params|function|function_call|tool_calls?|tool_input|input|content|contents|response|json|data|"
    r"followed|message|messages|choices|properties|output|answer|result|final_answer|final|value|text|reply|return|body|solution|tests?)$"
)
_ROW_KEY = re.compile(r"^(?:row|r|line)?[ _]*(\d{1,2})$", re.IGNORECASE)
_ASSIGNED = re.compile(r"[\"']?([A-Za-z_][\w ]{0,40})[\"']?\s*[:=]\s*(?:np\.|numpy\.)?(?:array|asarray)?\(?\s*$")
_NEXT_ROW = re.compile(r"[\s*>•-]*(?:r|ro|row\s*\d{0,2})?\s*[:.)]?[\s*]*", re.IGNORECASE)
"""What is left of a row that was not written."""
_STATED = re.compile(r"\boutput\b[^.\n]{0,40}?\b(\d{1,2}) rows\b", re.IGNORECASE)
_PROGRAM = re.compile(r"^\s*(?:def |for |import |from \w+ import|return |print\(|while |class )", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """Something that a reply puts forward as a grid: where it stands, what it is said to be, and why it may not be read."""

    start: int
    end: int
    rows: Any
    role: Role
    note: str = ""
    doubt: str = ""
    is_json: bool = False

    @property
    def grid(self) -> Grid | None:
        """Whatever its size: to tell whether two are the same."""
        try:
            return None if self.doubt else grid(_cells(self.rows), MOST_SIDE)
        except GridError:
            return None


def answer_in(text: str, cut: bool) -> Claim:
    """The grid that a text gives as its answer. Raises Unreadable where there is none, or where it might be another.

    `cut`: the reply ended at its limit of tokens, so that rows at its end may not be all.
    """
    found = find_json(text)
    claims = sorted([*_json_claims(text, found), *_text_claims(text, found)], key=lambda claim: claim.end)
    candidates = [claim for claim in claims if claim.role > Role.OTHER]
    if not candidates:
        raise Unreadable(CUT_OFF.format("grid") if found.cut_at is not None else NO_GRID)
    chosen = _chosen(text, claims, candidates)
    _refuse_what_may_follow(text, found, chosen, candidates, cut)
    return chosen


def checked(claim: Claim, max_side: int) -> Grid:
    """The claim's grid, with no more rows or columns than that. Raises Unreadable with what is wrong with it."""
    if claim.doubt:
        raise Unreadable(claim.doubt)
    try:
        return grid(_cells(claim.rows), max_side)
    except GridError as error:
        raise Unreadable(str(error)[:LONGEST_PROBLEM]) from None


# which one


def _chosen(text: str, claims: list[Claim], candidates: list[Claim]) -> Claim:
    """The last of those that are put forward most strongly. Raises Unreadable when another of them is as likely."""
    strongest = max(claim.role for claim in candidates)
    rivals = [claim for claim in candidates if claim.role == strongest]
    chosen = rivals[-1]
    if any(not (_same(later, chosen) or _is_a_row(later, chosen)) for later in candidates if later.end > chosen.end):
        raise Unreadable(SEVERAL)
    earlier = [claim for claim in rivals if not _same(claim, chosen)]
    if earlier:
        gap = text[earlier[-1].end : chosen.start]
        between = any(earlier[-1].end <= c.start and c.end <= chosen.start for c in claims if c.role == Role.OTHER)
        if strongest == Role.PLAIN or between or not revises(gap):
            raise Unreadable(SEVERAL)
    return chosen


def _same(one: Claim, other: Claim) -> bool:
    return one is other or (one.grid is not None and one.grid == other.grid)


def _is_a_row(one: Claim, of: Claim) -> bool:
    """Whether a claim is but a row of another, quoted to explain it."""
    return one.grid is not None and of.grid is not None and len(one.grid) == 1 and one.grid[0] in of.grid


def _refuse_what_may_follow(text: str, found: Found, chosen: Claim, candidates: list[Claim], cut: bool) -> None:
    """Raises Unreadable where the answer seems to come after the chosen grid, in what cannot be read."""
    if found.cut_at is not None and chosen.end <= found.cut_at:
        repeated = sum(_same(claim, chosen) for claim in candidates) > 1
        if not repeated or re.search(r"\w", text[chosen.end : found.cut_at]):
            raise Unreadable(CUT_OFF.format("grid"))
    if any(start >= chosen.end and _promising(text, start) for start, _ in found.broken):
        raise Unreadable("its JSON cannot be read" if not candidates[-1].doubt else candidates[-1].doubt)
    rest = text[chosen.end :]
    if not chosen.is_json and _NEXT_ROW.fullmatch(rest) and (cut or re.search(r"\w", rest)):
        raise Unreadable(CUT_OFF.format("grid"))
    _refuse_half_of_the_working(text, chosen)


def _refuse_half_of_the_working(text: str, chosen: Claim) -> None:
    """Raises Unreadable where rows with numbers, and no answer after them, are not as many as they were said to be."""
    stated = _STATED.findall(text[: chosen.start])
    if chosen.role > Role.PLAIN or chosen.is_json or not stated or not is_numbered(text[chosen.start :].split("\n", 1)[0]):
        return
    if int(stated[-1]) != len(chosen.rows):
        raise Unreadable(f"it states {stated[-1]} rows, and its grid has {len(chosen.rows)}")


def _promising(text: str, start: int) -> bool:
    return bool(re.compile(r"\{\s*[\"']?\w+[\"']?\s*:|\[\s*\[").match(text, start))


# as JSON


def _json_claims(text: str, found: Found) -> Iterator[Claim]:
    before = 0
    for segment in found.segments:
        label = text[max(before, segment.start - 600) : segment.start]
        named = list(_named(segment.value))[:MOST_GRIDS]
        note = segment.value.get("note") if isinstance(segment.value, dict) else None
        for role, rows in named:
            bare = isinstance(segment.value, list) and role == Role.PLAIN
            said = _role_of_list(text, segment, label) if bare else role
            doubt = NO_GRID if bare and said == Role.PLAIN and _is_a_list_of_numbers(text, segment, rows) else ""
            yield Claim(segment.start, segment.end, rows, said, note if isinstance(note, str) else "", doubt, is_json=True)
        if named:
            before = segment.end
    for start, end in found.broken:
        if _promising(text, start):
            yield Claim(start, end, None, Role.ANSWER, doubt=_why_broken(text[start:end]), is_json=True)


def _why_broken(piece: str) -> str:
    return ROWS_MISSING if re.search(r"\.\.\.|…", piece) else "its JSON cannot be read"


def _role_of_list(text: str, segment: Segment, label: str) -> Role:
    """What is said of a list without a name of its own: by what it is assigned to, or by the words before it."""
    line = label.rsplit("\n", 1)[-1]
    assigned = _ASSIGNED.search(line)
    role = role_of_name(assigned[1]) if assigned else role_before(label)
    return Role.OTHER if role < Role.ANSWER and _in_program(text, segment.start, segment.end) else role


def _is_a_list_of_numbers(text: str, segment: Segment, rows: Any) -> bool:
    """Whether a column of cells among words may be a list of something."""
    column = len(rows) > 1 and all(isinstance(row, list) and len(row) == 1 for row in rows)
    return column and bool(text[: segment.start].strip(" \n`") or text[segment.end :].strip(" \n`"))


def _in_program(text: str, start: int, end: int) -> bool:
    """Whether a place stands in a fenced block of code that does something."""
    opened = text.rfind("```", 0, start)
    closed = text.find("```", end)
    return opened >= 0 and bool(_PROGRAM.search(text, opened, closed if closed >= 0 else len(text)))


def _named(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[Role, Any]]:
    """The grids within a piece of JSON, each with what its name says."""
    if depth > DEEPEST:
        return
    if isinstance(value, str):
        value = _inner(value)
    if isinstance(value, dict):
        yield from _in_object(value, name, depth)
    elif isinstance(value, list) and value:
        yield from _in_list(value, name, depth)
    elif isinstance(value, tuple):
        yield _name_role(name), list(value)


def _in_object(value: dict[Any, Any], name: str, depth: int) -> Iterator[tuple[Role, Any]]:
    rows = _rows_by_name(value)
    if rows is not None:
        yield _name_role(name), rows
        return
    titles = [value[key] for key in ("name", "label", "title", "role") if isinstance(value.get(key), str)]
    if any(role_of_name(title) == Role.OTHER for title in titles):
        return
    for key, inner in value.items():
        plain = str(key).strip().lower().replace(" ", "_")
        if plain == ASKED and not isinstance(inner, str | list | dict):
            yield Role.FINAL, inner  # under its own name even a wrong answer is the answer
        elif _QUIET.search(plain):
            continue
        elif isinstance(inner, dict) or (isinstance(inner, list) and inner and isinstance(inner[-1], dict)):
            if _ENVELOPE.match(plain) or plain == ASKED or _name_role(plain) >= Role.ANSWER:
                yield from _named(inner, "" if _ENVELOPE.match(plain) else plain, depth + 1)
        elif isinstance(inner, str) and not (_ENVELOPE.match(plain) or _name_role(plain) >= Role.ANSWER or plain == ASKED):
            continue
        elif plain == ASKED and isinstance(inner, str | list) and not list(_named(inner, plain, depth + 1)):
            yield Role.FINAL, inner
        else:
            yield from _named(inner, plain, depth + 1)


def _in_list(value: list[Any], name: str, depth: int) -> Iterator[tuple[Role, Any]]:
    if all(isinstance(row, list) for row in value):
        if not any(isinstance(part, list) for row in value for part in row):
            yield _name_role(name), value
            return
        for inner in value[:MOST_GRIDS]:
            yield from _named(inner, name, depth + 1)
    elif all(isinstance(row, str) for row in value):
        if all(row_of(row) for row in value):
            yield _name_role(name), value
    elif all(isinstance(part, dict) for part in value):
        for inner in value[:MOST_GRIDS]:
            yield from _named(inner, name, depth + 1)
    elif name == ASKED:
        yield Role.FINAL, value


def _inner(text: str) -> Any:
    """What a string holds: JSON, or rows as a tuple; None when it is something else."""
    listed = find_json(text).segments
    if listed:
        return listed[-1].value
    sure = [block for block in blocks(text) if block.sure]
    return sure[-1].rows if len(sure) == 1 and not sure[-1].doubt else None


def _rows_by_name(value: dict[Any, Any]) -> list[Any] | None:
    """The rows of {"row 1": [...], "row 2": [...]}."""
    numbers = [match and int(match[1]) for match in (_ROW_KEY.match(str(key)) for key in value)]
    if not numbers or numbers[0] not in (0, 1) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    return list(value.values())


def _name_role(name: str) -> Role:
    return Role.FINAL if name == ASKED else role_of_name(name)


# as lines


def _text_claims(text: str, found: Found) -> Iterable[Claim]:
    taken = [(s.start, s.end) for s in found.segments if isinstance(s.value, dict) or any(True for _ in _named(s.value))]
    taken += [(start, end) for start, end in found.broken if _promising(text, start)]
    if found.cut_at is not None:
        taken.append((found.cut_at, len(text)))
    before = 0
    claims: list[Claim] = []
    for block in blocks(text):
        if any(start < block.end and block.start < end for start, end in taken):
            continue
        start = max([before, *(end for _, end in taken if end <= block.start)])
        role = role_before(text[max(start, block.start - 600) : block.start])
        if not block.sure and role < Role.ANSWER:
            continue
        if role == Role.PLAIN and _in_program(text, block.start, block.end):
            role = Role.OTHER
        if role == Role.ANSWER and among_examples(text[: block.start]):
            role = Role.OTHER
        partial = is_partial(text[max(0, block.start - AROUND) : block.start] + " " + text[block.end : block.end + AROUND])
        claims.append(Claim(block.start, block.end, block.rows, role, doubt=ROWS_MISSING if partial else block.doubt))
        before = block.end
    return _with_last_fence(text, claims)


def _with_last_fence(text: str, claims: list[Claim]) -> list[Claim]:
    """A fenced grid that ends the text is its answer when nothing is said about it: words first, then the answer."""
    if claims and claims[-1].role == Role.PLAIN and text[: claims[-1].start].rstrip().endswith("```"):
        after = text[claims[-1].end :].strip()
        if after in ("", "```"):
            return [*claims[:-1], replace(claims[-1], role=Role.ANSWER)]
    return claims


# cells


def _cells(claimed: Any) -> Any:
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


__all__ = ["ASKED", "NUMBERS_UNSURE", "Claim", "answer_in", "checked"]
