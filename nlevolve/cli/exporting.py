"""What the command line writes for formats to learn from, and of events: files, and what says what is in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlevolve import files
from nlevolve.run import store
from nlevolve.view.door import complain
from nlevolve.view.export.card import Part, card
from nlevolve.view.export.chats import split_of

if TYPE_CHECKING:
    from nlevolve.ask.prompts import Prompts
    from nlevolve.records import AnyEvent, LogDamaged
    from nlevolve.view.run_folder import RunFolder

SFT = """Chats for fine-tuning, a line each; what is replied ended in the right training grids. `generator` writes at once a
description that is right on every training pair (and not known to be wrong on the test), however many revisions it took;
`reviser` and `recombiner` find it as it was found; `checker` follows it on a training pair that it is not shown; `coder` says
it in Python. `messages` are what a model is asked and what it is to reply. `role`, `task`, `split`, `model` (who wrote it) and
`turned` (how task and words were turned, if they were) are for you to choose by."""
DPO = """Preferences, a line each: a `prompt` that asks for a description, and two replies: a description (`rejected`), and one
that was made from it and is strictly better (`chosen`), right on more training pairs, or on as many and closer in its cells."""
TTT = """Sets for test-time training, a line each: a task of its own made of a task's training pairs, one of which (`held_out`,
from 0) is in the test's place. `train` and `test` are as in ARC's files, `messages` ask the same of a chat model.
`augmentation` says how it is seen, so that it can be undone: mirrored left to right if `mirrored`, then turned clockwise by so
many quarter `turns`, then every colour c called `colours[c]`; shown pair i is training pair `order[i]`."""


@dataclass(frozen=True)
class Teaching:
    """What the formats to learn from are made of."""

    run: RunFolder
    prompts: Prompts
    augment: int | None
    """Turned copies at most; None where nobody has said."""

    def sft(self) -> Part:
        from nlevolve.view.export.chats import chats

        told: Counter[str] = Counter()
        return Part("sft", SFT, self._parted(one.line for one in chats(self.run, self.prompts, self.augment or 0, told)), told)

    def dpo(self) -> Part:
        from nlevolve.view.export.preferences import preferences

        told: Counter[str] = Counter()
        return Part("dpo", DPO, self._parted(one.line for one in preferences(self.run, self.prompts, told)), told)

    def ttt(self) -> Part:
        from nlevolve.view.export.leave_one_out import VIEWS, leave_one_out

        told: Counter[str] = Counter()
        views = VIEWS if self.augment is None else self.augment
        lines = self._parted(one.line for one in leave_one_out(self.run, self.prompts, views, told))
        return Part("ttt", TTT, lines, told, whole=True)

    def _parted(self, lines: Iterable[dict[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """A small run may have tasks for validation alone: then they are to train on, in all that is made of it."""
        if any(split_of(task) == "train" for task in self.run.tasks):
            return list(lines)
        return [{**line, "split": "train"} for line in lines]


def write(teaching: Teaching, form: str, target: Path) -> None:
    """`target` is a file, or for `hf` a folder. Raises UsageError, StoreFailed, OSError and PlaceError."""
    if form == "hf":
        write_hf(teaching, target)
    else:
        write_lines(teaching.run, getattr(teaching, form)(), target)


def write_hf(teaching: Teaching, folder: Path) -> None:
    """Raises UsageError without pyarrow."""
    from nlevolve.view.export.hub import tables, yaml

    parts = [teaching.sft(), teaching.dpo(), teaching.ttt()]
    written = tables(parts)
    folder.mkdir(exist_ok=True)
    files.subfolder(folder, *(["data"] if written else []))
    stale = {f"{part.name}-{split}.parquet" for part in parts for split in ("train", "validation")} - {*written}
    for name in stale:
        (folder / "data" / name).unlink(missing_ok=True)
    for name, content in written.items():
        store.replace_text(folder / "data" / name, content)
    store.replace_text(folder / "README.md", card(teaching.run, parts, yaml(teaching.run.name, written)))
    for part in parts:
        told(teaching.run, part)


def write_events(run: RunFolder, events: Iterable[AnyEvent | LogDamaged], folder: Path) -> None:
    """Raises UsageError without pyarrow."""
    from nlevolve.view.export.event_tables import event_tables, readme

    tables = list(event_tables(run, events))
    folder.mkdir(exist_ok=True)
    for table in tables:
        store.replace_text(folder / f"{table.kind}.parquet", table.parquet)
    store.replace_text(folder / "README.md", readme(run, tables))


def write_lines(run: RunFolder, part: Part, target: Path) -> None:
    """`target` is to train on; beside it what is for validation, if anything is, and the card. Raises StoreFailed, OSError."""
    stem = target.name.removesuffix(".jsonl")
    validation = target.with_name(f"{stem}.validation.jsonl")
    store.replace_text(target, _lines(part.lines if part.whole else part.split("train")))
    if held_out := [] if part.whole else part.split("validation"):
        store.replace_text(validation, _lines(held_out))
    else:
        validation.unlink(missing_ok=True)
    store.replace_text(target.with_name(f"{stem}.README.md"), card(run, [part]))
    told(run, part)


def told(run: RunFolder, part: Part) -> None:
    """Say what an empty or a poorer export has to do with."""
    if not part.lines:
        complain(f"nothing of run {run.name} can be learnt from as {part.name}: {_why(part.name)}")
    elif not (part.whole or part.split("train")):
        complain(f"all lines of {part.name} are of tasks for validation, so there is none to train on: a larger run has both")
    tried = sum(part.told[key] for key in ("kept", "unsafe", "differs", "unread"))
    if tried:
        kept, counts = part.told["kept"], part.told
        complain(
            f"{kept:,} of {tried:,} turned copies are proven and kept; left out: {counts['unsafe']:,} without safe words, "
            f"{counts['differs']:,} that lead elsewhere, {counts['unread']:,} of words that offline/checker does not read"
        )


def _why(name: str) -> str:
    return {
        "sft": "no description of its own is right on all training pairs of a task",
        "dpo": "no description is strictly better than one it was made from",
        "ttt": "no task has two training pairs",
    }[name]


def _lines(lines: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
