"""What stands in a prompt beside the grids that it shows: facts that a program computed of them, and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlevolve.ask.look import Look
from nlevolve.ask.prompts import Prompts
from nlevolve.llm.request import Message
from nlevolve.puzzle.facts import facts
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.pictures import picture
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
    if not look.facts and look.eye == "none":
        return messages
    last = max((n for n, message in enumerate(messages) if message.stable), default=-1)
    added = (*(_facts(prompts, seen) if look.facts else ()), *_pictures(prompts, look, seen))
    return (*messages[: last + 1], *added, *messages[last + 1 :])


def _facts(prompts: Prompts, seen: Seen) -> tuple[Message, ...]:
    told = facts(seen.pairs, seen.inputs)
    return prompts.render(
        "facts",
        pairs=[{"number": number, "facts": lines} for number, lines in told.pairs.items()],
        tests=[{"number": number, "facts": lines} for number, lines in enumerate(told.tests, 1)],
        alone=seen.alone,
    )


def _pictures(prompts: Prompts, look: Look, seen: Seen) -> Iterator[Message]:
    """One for each pair, with its output where outputs are drawn, and one for each input alone."""
    if look.eye == "none":
        return
    whole, about = look.eye == "all", {"pair": 0, "test": 0, "alone": False, "numbered": look.numbered}
    shown: list[tuple[tuple[Grid, ...], dict[str, Any]]] = [
        ((pair.input, pair.output) if whole else (pair.input,), {"pair": number}) for number, pair in seen.pairs.items()
    ]
    shown += [((grid,), {"alone": True} if seen.alone else {"test": n}) for n, grid in enumerate(seen.inputs, 1)]
    for place, (grids, which) in enumerate(shown):
        for message in prompts.render("picture", first=place == 0, whole=whole, **(about | which)):
            yield message.model_copy(update={"images": (picture(grids, look.numbered),)})
