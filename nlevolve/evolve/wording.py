"""How like descriptions are by their words: BM25, by bm25s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

_WORD = re.compile(r"[^\W\d_]+")


class Wordings:
    """Descriptions that can be looked up by words."""

    def __init__(self, descriptions: Sequence[Sequence[str]]) -> None:
        self.documents = [words(bullets) for bullets in descriptions]

    def likeness(self, said: Iterable[str]) -> list[float] | None:
        """Of each description to what is said, 0..1, the likest having 1; None where no word of it is known here."""
        asked = sorted(set(words(said)) & {word for document in self.documents for word in document})
        if not asked:
            return None
        scores = [float(score) for score in self._index.get_scores(asked)]
        return [score / max(scores) for score in scores]

    @cached_property
    def _index(self) -> Any:
        # half a second to load, and few runs have a library
        import bm25s

        index = bm25s.BM25(method="lucene", dtype="float64")
        index.index(self.documents, show_progress=False)
        return index


def words(bullets: Iterable[str]) -> list[str]:
    """In lower case, without figures."""
    return [word.lower() for bullet in bullets for word in _WORD.findall(bullet)]
