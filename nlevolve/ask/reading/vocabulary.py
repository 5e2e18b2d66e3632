"""Words -> patterns: the readers know what a text is about by its nouns, in the languages that models fall into (pure)."""

from __future__ import annotations

import re


def any_of(words: str, signs: str = "") -> re.Pattern[str]:
    """A pattern for any of the words, in lower case: parts of patterns parted by blanks, with `_` where a blank is meant.

    `signs`: words of scripts that do not part words, so that nothing need stand around them.
    """
    whole = rf"\b(?:{'|'.join(words.split())})\b".replace("_", " ")
    return re.compile("|".join([whole, *map(re.escape, signs.split())]))
