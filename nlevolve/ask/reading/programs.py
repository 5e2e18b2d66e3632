"""The text of a program in what a coder said: in a fence, as JSON, or bare among prose (pure).

Only patterns are looked for. What a model wrote is neither compiled nor run here: that is the sandbox's business.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from nlevolve.ask.reading.unreadable import Unreadable

LONGEST_PROGRAM = 20_000
"""Characters; a long one has 3,000."""
LONGEST_REASON = 300
NAME = "transform"
_KEYS = ("program", "code", "python", "function", "solution", NAME)
_CANNOT = re.compile(r"^[\s*`>]*CANNOT\b[:\s*`]*([^\n]*)", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)(.*)$")
_DEFINES = re.compile(rf"^(?:def[ \t]+{NAME}[ \t]*\(|{NAME}[ \t]*(?::[^=\n]+)?=)", re.MULTILINE)
_FUNCTION = re.compile(r"^def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
_ASYNC = re.compile(r"^([ \t]*)async[ \t]+def\b", re.MULTILINE)
_METHOD = re.compile(
    rf"^class[ \t]+(\w+)[^\n]*:[^\n]*\n(?:(?:[ \t]+[^\n]*)?\n)*?[ \t]+def[ \t]+{NAME}[ \t]*\([ \t]*self\b", re.MULTILINE
)
_BEGINS = re.compile(r"^[ \t]*(?:def|class|from|import|async[ \t]+def)[ \t]+\w|^[ \t]*@\w+", re.MULTILINE)
_PROSE = re.compile(
    r"(?!(?:def|class|from|import|async|if|elif|for|while|with|return|raise|assert|del|global|nonlocal|not|lambda|yield|try"
    r"|except|match|case)\b)[A-Za-z][\w']*[,.:]?[ \t]+[A-Za-z(`\"*]|[-*>|][ \t]|\*\*|#{2,}[ \t]|\d+\.[ \t]"
)


@dataclass(frozen=True)
class ProgramReply:
    """A coder's program, or why there can be none."""

    program: str = ""
    """Its text, which defines `transform`; empty where the coder says that it cannot be written."""
    cannot: str = ""


def program_in(answer: str, cut: bool = False) -> ProgramReply:
    """The program in an answer. `cut`: the reply ended at its limit of tokens. Raises Unreadable."""
    if (declined := _CANNOT.search(answer)) and not _BEGINS.search(answer):
        return ProgramReply(cannot=" ".join(declined[1].split())[:LONGEST_REASON])
    block = _block(_of_json(answer) or answer)
    if cut and not block.closed:
        raise Unreadable("it was cut off before the end of the program")
    program = textwrap.dedent(block.text.expandtabs(4)).strip("\n").rstrip() + "\n"
    if len(program) > LONGEST_PROGRAM:
        raise Unreadable(f"its program has {len(program):,} characters, at most {LONGEST_PROGRAM:,} are taken")
    return ProgramReply(_named(program))


def beside_program(answer: str) -> str:
    """What an answer says beside its program: where the description stands that came with it."""
    kept: list[str] = []
    held: list[str] | None = None
    for line in answer.split("\n"):
        if _FENCE.match(line):
            if held is None:
                held = []
                continue
            kept += [] if _of_program("\n".join(held)) else held
            held = None
        else:
            (kept if held is None else held).append(line)
    kept += [] if held is None or _of_program("\n".join(held)) else held
    text = "\n".join(kept)
    if text.lstrip().startswith("{"):
        return _without_keys(text)
    begins = _BEGINS.search(text)
    return text[: begins.start()] if begins else text


def _of_program(block: str) -> bool:
    return bool(_BEGINS.search(block) or _DEFINES.search(block))


def _without_keys(text: str) -> str:
    """An object without its program."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return json.dumps({key: value for key, value in told.items() if key not in _KEYS})


@dataclass(frozen=True)
class _Block:
    text: str
    closed: bool = False
    """Whether its end was marked."""


def _of_json(answer: str) -> str | None:
    """The program that an object holds; None where there is no object."""
    text = answer.strip()
    fenced = [block.text for block in _fenced(text)]
    for piece in (text, *fenced):
        if not piece.lstrip().startswith("{"):
            continue
        try:
            told = json.loads(piece)
        except (ValueError, RecursionError):
            continue
        lines = [told.get(key) for key in _KEYS] + list(told.values())
        for value in lines:
            said = "\n".join(map(str, value)) if isinstance(value, list) else value
            if isinstance(said, str) and _BEGINS.search(said):
                return said if "```" in said else f"```\n{said}\n```"
    return None


def _block(answer: str) -> _Block:
    """The block that defines the function, with the helpers that stand in blocks before it; of several the last."""
    blocks = [block for block in _fenced(answer) if _BEGINS.search(block.text) or _DEFINES.search(block.text)]
    if not blocks:
        return _bare(answer)
    defining = [number for number, block in enumerate(blocks) if NAME in block.text]
    last = defining[-1] if defining else len(blocks) - 1
    chosen = blocks[last]
    helpers = [block.text for block in blocks[:last] if NAME not in block.text and _helps(block.text, chosen.text)]
    return _Block("\n".join((*map(textwrap.dedent, helpers), textwrap.dedent(chosen.text))), chosen.closed)


def _helps(block: str, chosen: str) -> bool:
    return len(block) + len(chosen) <= LONGEST_PROGRAM and any(
        re.search(rf"\b{name}[ \t]*\(", chosen) and f"def {name}" not in chosen for name in _FUNCTION.findall(block)
    )


def _fenced(answer: str) -> Iterator[_Block]:
    """What stands between fences; the last may lack its end."""
    lines: list[str] | None = None
    for line in answer.split("\n"):
        fence = _FENCE.match(line)
        if lines is None:
            # `def` on the very line of the fence is seen now and then
            lines = [fence[1].strip()] if fence and _BEGINS.match(fence[1]) else [] if fence else None
        elif fence is None:
            lines.append(line)
        elif fence[1].strip() and not lines:
            continue  # a fence within a fence
        else:
            yield _Block("\n".join(lines), closed=True)
            lines = [] if fence[1].strip() else None
    if lines:
        yield _Block("\n".join(lines))


def _bare(answer: str) -> _Block:
    """From the first line that begins a program to the first line of prose behind it."""
    begins = _BEGINS.search(answer)
    if begins is None:
        raise Unreadable("it holds no Python program")
    taken: list[str] = []
    for line in answer[begins.start() :].split("\n"):
        if taken and (_PROSE.match(line) or _FENCE.match(line)):
            return _Block("\n".join(taken), closed=True)
        taken.append(line)
    return _Block("\n".join(taken))


def _named(program: str) -> str:
    """The program with its function under the name that was asked for, where it can be told which one is meant."""
    if "await " not in program:
        program = _ASYNC.sub(r"\1def", program)
    if _DEFINES.search(program):
        return program
    if method := _METHOD.search(program):
        return f"{program}\n\n{NAME} = {method[1]}().{NAME}\n"
    names = _FUNCTION.findall(program)
    # helpers are called by others
    meant = [name for name in names if len(re.findall(rf"\b{name}[ \t]*\(", program)) == 1] if len(names) > 1 else names
    if len(meant) != 1:
        raise Unreadable(f"it defines no function {NAME}(grid)")
    return f"{program}\n\n{NAME} = {meant[0]}\n"
