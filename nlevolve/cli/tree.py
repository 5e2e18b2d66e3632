"""The commands as typer has made them of their functions: where its own ways are not what people expect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from typer.main import get_command

LONGEST = 60
"""Characters of a value that are said of it."""


def commands(app: typer.Typer) -> Any:
    """The whole tree. In its help a switch has no <bool> behind it: there is nothing to be given."""
    root = get_command(app)
    for command in _all(root):
        for option in command.params:
            _bare(option)
        # typer makes it when help is asked for
        command.get_help_option = lambda context, made=command.get_help_option: _bare(made(context))
    return root


def _bare(option: Any) -> Any:
    if getattr(option, "is_flag", False) and option.metavar is None:
        option.metavar = ""
    return option


def taken_last(root: Any, typed: Sequence[str]) -> Iterator[str]:
    """What to say of an option that takes one value and was given several: the last holds, as wherever options are overridden."""
    command, rest = root, list(typed)
    while rest and hasattr(command, "commands") and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    single = {name: one for one in command.params if _takes_one(one) for name in one.opts}
    given: defaultdict[str, list[str]] = defaultdict(list)
    words = iter(rest[: rest.index("--")] if "--" in rest else rest)
    for word in words:
        name, equals, value = word.partition("=")
        if name in single:
            given[single[name].opts[0]].append(value if equals else next(words, ""))
    for name, values in given.items():
        if len(set(values)) > 1:
            last = values[-1] if len(values[-1]) < LONGEST else f"{values[-1][:LONGEST]}…"
            yield f"{name} is given {len(values)} times: the last is taken, {last}"


def _takes_one(option: Any) -> bool:
    """Arguments, which stand for themselves, have no switch to be."""
    return hasattr(option, "is_flag") and not (option.is_flag or option.multiple)


def _all(command: Any) -> Iterator[Any]:
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from _all(one)
