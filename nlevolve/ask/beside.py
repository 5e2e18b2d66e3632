"""What stands in a prompt beside the grids that it shows: facts that a program computed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlevolve.ask.look import Look
from nlevolve.ask.prompts import Prompts
from nlevolve.llm.request import Message
from nlevolve.puzzle.facts import facts
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair


@dataclass(frozen=True)
class Seen:
    """The grids of a prompt that something may be said of: never what the prompt keeps from its reader."""

    pairs: Mapping[int, Pair]
    """By their numbers, from 1."""
    inputs: Sequence[Grid]
    """Grids whose outputs nobody is told."""
    alone: bool = False
    """Whether the only input is the one that is asked about, rather than a test input by its number."""


def beside(prompts: Prompts, look: Look, seen: Seen, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages, with what the look adds behind the part that many requests share. Raises PlaceError."""
    if not look.facts:
        return messages
    last = max((n for n, message in enumerate(messages) if message.stable), default=-1)
    return (*messages[: last + 1], *_facts(prompts, seen), *messages[last + 1 :])


def _facts(prompts: Prompts, seen: Seen) -> tuple[Message, ...]:
    told = facts(seen.pairs, seen.inputs)
    return prompts.render(
        "facts",
        pairs=[{"number": number, "facts": lines} for number, lines in told.pairs.items()],
        tests=[{"number": number, "facts": lines} for number, lines in enumerate(told.tests, 1)],
        alone=seen.alone,
    )
