"""What the input is said to show: colours that must be there, a size that must be its own; nothing else is claimed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.nouns.colours import NAMES
from nlevolve.offline.said import ClaimOfInput
from nlevolve.offline.scene import Scene
from nlevolve.offline.words import tokens

_LEAD = re.compile(r"^in the input,? (?:you|we|one) (?:should|will|can|may)? ?(?:be able to )?see\b[ .:]*", re.I)
_SIZE = re.compile(r"\b(\d+) ?(?:x|by|×) ?(\d+)\b(?= grid)")
_PLAIN = """
grid square object box line row column pattern design area border corner cell dot rectangle block tile background space group
set cluster side colour coloured multicoloured single random different various several many some few multiple two large small
big little larger smaller bigger tiny scattered solid empty hollow filled full thick thin long short straight diagonal
horizontal vertical horizontally vertically parallel same similar identical unique distinct connected separate separated
divided surrounded enclosed placed spread spaced arranged mixed of in on at with and or a the inside outside within around
near next to by across over throughout between along that which is are be has have made up formed form forming top bottom
left right middle centre upper lower other each another every one only more least most half number any all not it its them
they from into against composed consisting contain containing bar stripe shape figure cross picture image hole piece part
region section structure light dark
"""
_KNOWN = frozenset(token for line in _PLAIN.splitlines() for token in tokens(line)) | frozenset(NAMES)


@dataclass(frozen=True)
class Seen(ClaimOfInput):
    """Colours by their numbers, and rows by columns if they are told."""

    colours: frozenset[int]
    shape: tuple[int, int] | None

    def holds(self, scene: Scene) -> bool:
        there = set(map(int, np.flatnonzero(scene.counts)))
        return self.colours <= there and (self.shape is None or scene.grid.shape in (self.shape, self.shape[::-1]))


def seen(sentence: str) -> Seen | None:
    """What a sentence beginning "in the input, you should see" claims; None for any other, and where a word is not known."""
    lead = _LEAD.match(sentence.strip())
    if lead is None:
        return None
    text = sentence.strip()[lead.end() :].lower()
    sizes = {(int(a), int(b)) for a, b in _SIZE.findall(text)}
    words = [word for word in tokens(_SIZE.sub(" ", text)) if not word.isdecimal()]
    if not words or len(sizes) > 1 or not set(words) <= _KNOWN:
        return None
    sure = () if {"or", "may", "not"} & set(words) else words
    return Seen(sentence, frozenset(NAMES.index(word) for word in sure if word in NAMES), next(iter(sizes), None))
