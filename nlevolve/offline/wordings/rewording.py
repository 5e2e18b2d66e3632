"""Rewording: people's sentences in fewer words, and one wording for each thing that a vague noun may stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from nlevolve.offline.people import plainer

LONGEST = 600

_ASIDE = re.compile(r"\(([^()]{0,200})\)")
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!^\d)[.!?;]+(?:\s+|$)|(?<=[a-z])\.(?=[A-Z])")
_EXAMPLE = re.compile(r"^\s*(?:for (?:example|instance)|e\.?g\.?|example|i\.?e\.?|such as|like)\b", re.I)


def sentences(bullet: str) -> list[str]:
    """The sentences of a bullet, what stands in brackets said in line; an example says nothing that the rule does not."""
    text = _ASIDE.sub(lambda aside: " " if _EXAMPLE.match(aside[1]) else f" {aside[1]} ", bullet)
    found = [part.strip(" .,:") for part in _END.split(text) if part]
    return [part for part in found if part and not _EXAMPLE.match(part)]


_CELLS = r"(?:cells?|squares?|blocks?|boxes|box|tiles?|dots?|pixels?|cubes?|spaces?|spots?)"
_SHAPES = r"(?:objects?|shapes?|figures?|blocks?|squares?|boxes|box|patterns?|designs?|structures?|images?|forms?|pieces?)"

_REWORDINGS: tuple[tuple[str, str], ...] = (
    # colours
    (r"\bgr[ae]yed\b", "grey"),
    (r"\b(?:light|pale|dark|medium) (gr[ae]y|green|orange|pink)\b", r"\1"),
    (r"\bbright (red|blue|green|yellow|orange|pink)\b", r"\1"),
    (r"\bnavy(?: blue)?\b", "blue"),
    (r"\bcolou?rs? of (light blue|dark blue|\w+)$", r"\1"),
    (r"\bthe colou?r (black|blue|red|green|yellow|gr[ae]y|pink|magenta|purple|orange|cyan|maroon|brown|light blue)\b", r"\1"),
    (r"\b(black|blue|red|green|yellow|gr[ae]y|pink|magenta|purple|orange|cyan|maroon|brown)[- ]colou?r(?:ed|s)?\b", r"\1"),
    # what is there
    (r"\b(?:multi|many|multiple|different|various|differently)[- ]?colou?red\b", "multicoloured"),
    (r"\bnon[- ](?:black|background)\b", "coloured"),
    (r"\b(?:empty|blank|uncolou?red|unfilled|vacant)\b", "empty"),
    (rf"\b(?:by (?:itself|themselves|its self)|on (?:its|their) own)\b", "alone"),
    (rf"\b(?:singletons?|(?:singular|solo|lonely|lone|isolated|loose|stray|solitary|individual|single)(?: \w+ed)? {_CELLS}"
     rf"|{_CELLS} (?:that (?:is|are|stands?) )?(?:standing |all )?alone)\b", "lone cells"),
    (rf"\blone cells (?:that|which) (?:is|are|do|does|have|has) not (?:have )?(?:touch(?:ing)?|connect(?:ed)?|attach(?:ed)?|next|adjacent)"
     r"(?: (?:to|with))? (?:any )?(?:others?|anything|another)(?: \w+)?", "lone cells"),
    (r"\b(?:made (?:up )?of|consisting of|consist of|composed of|containing|contain(?:s)? only|with only) (?:only )?(?:a |one )(?:single |one |1 )*"
     rf"{_CELLS}\b", "consisting of a single cell"),
    (r"\b(?:whichever|whatever)\b", "that"),
    (r"\bthe same colou?r as (?:itself|themselves|the (?:dot|square|cell|block|box|pixel)s?)\b", "its own colour"),
    (r"\b(?:that|this|the same|their own|its own|their|matching|corresponding) colou?rs?\b", "its own colour"),
    # deeds
    (r"\b(?:convert|transform|switch|alter|modify)\b", "change"),
    (r"\b(?:flood[- ]fill|fill (?:in|up|out)|colou?r in|shade in|shade|flood)\b", "fill"),
    (r"\b(?:encircle|wrap|circle|outline|frame|border|enclose)(?= (?:the|each|every|all|any|both|around)\b)", "surround"),
    (r"\b(?:stretch|lengthen|expand|prolong)\b", "extend"),
    (r"\b(?:eliminate|get rid of|take (?:out|away)|take off|leave out|erase|delete)\b", "remove"),
    (r"\busing\b", "with"),
    (r"\b(?:zoom in (?:on|to)|focus on|zoom on|zoom to)\b", "crop to"),
    (r"\b(?:left[- ]to[- ]right|side to side|sideways|across the row)\b", "horizontally"),
    (r"\b(?:up[- ](?:and|to)[- ]down|top to bottom|bottom to top)\b", "vertically"),
    (r"\b(?:right in|directly in|exactly in)\b", "in"),
    (r"\b(?:until|till) (?:you|it|they) (?:reach|reaches|hit|hits|get to|gets to|touch|touches|meets?) ", "until it reaches "),
    (r"\b(?:the )?(?:ends?|edges?|sides?|boundary|boundaries|border(?:s)?|perimeter)(?: of (?:the )?(?:output |whole )?(?:grid|page|screen|picture))\b", "the border"),
    (r"\ball the way(?: (?:out|over|down|up|across))?\b", ""),
    (r"\b(?:exactly|simply|just|basically|completely|entirely|now|also|again|directly)\b(?! \d)", ""),
    (r"\b(?:that (?:is|are)|which (?:is|are)) (?=(?:made|composed|inside|within|in|on|at|touching|surrounded|enclosed)\b)", ""),
)
_COMPILED = tuple((re.compile(said), meant) for said, meant in _REWORDINGS)
_SPACE = re.compile(r"\s+")

_VAGUE: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\b(?:squares?|blocks?|boxes|box|tiles?|dots?|cubes?|spots?)\b"), ("cell", "object")),
    (re.compile(r"\b(?:patterns?|designs?|images?|pictures?)\b"), ("object", "grid")),
    (re.compile(r"\b(?:structures?|forms?|pieces?|clusters?|groups?|units?|blobs?)\b"), ("object",)),
    (re.compile(r"\b(?:spaces?|regions?|sections?|areas?)\b"), ("area", "object", "cell")),
)
"""Nouns that people use for several things, and those things."""


def plainest(sentence: str) -> str:
    """The sentence reworded, its vague nouns left."""
    text = sentence.lower()
    for wording in plainer(sentence):
        text = wording
    for said, meant in _COMPILED:
        text = said.sub(meant, text)
    return _SPACE.sub(" ", text).strip(" ,.:")


def meanings(sentence: str) -> Iterator[str]:
    """The plainest wording, once for each choice of what its vague nouns stand for."""
    text = plainest(sentence[:LONGEST])
    vague = [(noun, things) for noun, things in _VAGUE if noun.search(text)]
    for things in product(*(things for _, things in vague)):
        wording = text
        for (noun, _), thing in zip(vague, things, strict=True):
            wording = noun.sub(thing, wording)
        yield wording
