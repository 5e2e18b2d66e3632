"""The calls of a birth in the terminal: the very requests and replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from nlevolve.run.retell import Told
from nlevolve.view.raw import head, parts

STYLES = {"reply": "bold", "thinking": "italic", "nlevolve": "yellow"}


def raw(told: Iterable[Told]) -> Iterator[Text]:
    """Line after line, ready to print: nothing is shortened, and nothing is read as markup."""
    for one in told:
        yield Text(f"━━ {head(one.call)}", "bold reverse")
        for part in parts(one):
            yield Text(f"┌─ {part.who}", "dim")
            for line in part.lines:
                yield Text.assemble(("│ ", "dim"), (line, STYLES.get(part.who, "")))
        yield Text("")
