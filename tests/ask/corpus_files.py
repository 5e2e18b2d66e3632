"""tests/ask/corpus/*.txt -> replies, each with its right reading.

A file begins with what it holds. A reply begins with a line `@@ kind · family · what is in it`; then comes its right reading
(rows of digits, a bullet a line, or `unreadable`, with a part of the message where it matters), a line `@@`, and the reply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
_HEAD = re.compile(r"^@@ (grid|bullets) · ([^·\n]+) · ([^\n]+)\n(.*?)^@@\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Kept:
    """A reply as a model would write it."""

    file: str
    kind: str
    family: str
    title: str
    expected: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.kind}, {self.family}: {self.title}"


def replies() -> list[Kept]:
    return [reply for file in sorted(FOLDER.glob("*.txt")) for reply in _read(file)]


def _read(file: Path) -> list[Kept]:
    text = file.read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        Kept(file.stem, *head.group(1, 2, 3), head[4].strip(), text[head.end() : end].removesuffix("\n\n"))
        for head, end in zip(heads, ends, strict=True)
    ]
