"""Rewording: people's sentences in fewer words, and one wording for each thing that a vague noun may stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from nlevolve.offline.people import undressed

LONGEST = 600

_ASIDE = re.compile(r"\(([^()]{0,200})\)")
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!^\d)[.!?;]+(?:\s+|$)|(?<=[a-z])\.(?=[A-Z])")
_EXAMPLE = re.compile(r"^\s*(?:for (?:example|instance)|e\.?g\.?|example|i\.?e\.?|such as|like)\b", re.I)


def sentences(bullet: str) -> list[str]:
    """The sentences of a bullet, what stands in brackets said in line; an example says nothing that the rule does not."""
    text = _ASIDE.sub(lambda aside: " " if _EXAMPLE.match(aside[1]) else f" {aside[1]} ", bullet)
    found = [part.strip(" .,:") for part in _END.split(text) if part]
    return [part for part in found if part and not _EXAMPLE.match(part)]


_COLOUR = r"(?:(?:light |dark )?(?:black|blue|red|green|yellow|gr[ae]y|pink|magenta|purple|orange|cyan|teal|maroon|brown))"
_CELLS = r"(?:cells?|squares?|blocks?|boxes|box|tiles?|dots?|pixels?|cubes?|spaces?|spots?)"
_SHAPES = rf"(?:{_CELLS}|objects?|shapes?|figures?|patterns?|designs?|structures?|forms?|pieces?|holes?|areas?|regions?|lines?|rows?|columns?)"
_INPUT = r"(?:the |this )?(?:whole |entire |exact )?(?:input|original|starting|given)(?: (?:grid|picture|image))s?(?: (?:grid|pattern|picture|image))?"
_VERB = r"(?:fill|change|turn|make|recolou?r|colou?r|paint|replace|remove|keep|draw|surround|outline|move|extend)"

_REWORDINGS: tuple[tuple[str, str], ...] = (
    (r"[“”\"‘’*]", ""),
    (r"\b(\d+) ?(?:x|by) ?(\d+)\b", r"\1 by \2"),
    (r"^(?:step \d+|\d+)[:.)] ?", ""),
    (
        rf",? ?\b(?:(?:that|which) (?:is|are|was|were) )?(?:(?:as )?(?:seen|shown|found) )?(?:from|on|in) (?:{_INPUT}|the (?:input|original)(?! \w*(?:shape|object|block|square)))\b",
        "",
    ),
    (rf"\bof {_INPUT}\b", "of the grid"),
    (rf"\b{_INPUT}\b|\bthe (?:input|original)\b(?= *(?:[.,;]|$|and\b|but\b|then\b|to\b|with\b|is\b))", "the grid"),
    # colours
    (r"\b(?:light|pale|dark|medium) (gr[ae]y|green|orange|pink)\b", r"\1"),
    (r"\bbright (red|blue|green|yellow|orange|pink)\b", r"\1"),
    (r"\bnavy(?: blue)?\b", "blue"),
    (rf"\bthe colou?r ({_COLOUR})\b", r"\1"),
    (rf"\b({_COLOUR})[- ]colou?r(?:ed|s)?\b", r"\1"),
    # what is there
    (r"\bsingle[- ]colou?red\b", "coloured"),
    (r"\b(?:multi|many|multiple|various|differently)[- ]?colou?red\b|\bmulticolou?r\b", "multicoloured"),
    (r"\bnon[- ](?:black|background)\b", "coloured"),
    (r"\b(?:blank|uncolou?red|unfilled|vacant|open)\b(?= )", "empty"),
    (r"\b(perfect )?(?:square|box|block|rectangular|rectangle) (?=(?:shape|pattern|object|figure|design)s?\b)", ""),
    (
        r"\b(?:is|are) (?:only )?(?:a |an )?(?:perfect )squares?(?: only)?\b|\b(?:is|are) (?:a )squares?$|\b(?:is|are) squares?$",
        "is square shaped",
    ),
    (r"\bperfect(?:ly)? squares?\b", "square shaped"),
    (r"\blines? (?:made )?(?:of|from|with) (?:squares|cells|blocks|pixels|boxes|tiles)\b", "line"),
    (
        rf"\b(?:(?:that |which )?(?:is |are )?(?:only )?made (?:up )?of|(?:that |which )?only (?:contain|consist of|have|has)|consisting of|consists? of|composed of|containing|contains?(?: only)?|with only) (?:only )?(?:a |one |1 )+(?:single |one |1 )*{_CELLS}\b",
        "consisting of 1 cell",
    ),
    (r"\b(?:by (?:itself|themselves|its self)|on (?:its|their) own)\b", "alone"),
    (
        rf"\b(?:singletons?(?: {_CELLS})?|(?:singular|solo|lonely|lone|isolated|loose|stray|solitary|individual|single)(?: colou?red)? {_CELLS}"
        rf"|{_CELLS} (?:(?:that|which) )?(?:is |are |stands? )?(?:standing |all )?alone)\b",
        "lone cells",
    ),
    (
        r"\blone cells (?:that |which )?(?:(?:is|are|do|does|have|has) )?(?:not|n't) (?:have )?(?:touch(?:ing)?|connect(?:ed)?|attach(?:ed)?|next|adjacent)"
        r"(?: (?:to|with))?(?: (?:any|each|an))?(?: ?(?:others?|anything|another))?(?: (?:cell|pixel|square|block|dot|object|one)s?)?$",
        "lone cells",
    ),
    (
        r"\b(?:that (?:one|shape|block)|the same) colou?r as (?:itself|themselves|the (?:dot|square|cell|block|box|pixel|original)s?)\b",
        "its own colour",
    ),
    (
        r"\b(?:that|this|the same|same|their own|its own|their|its|matching|corresponding|respective) (?:original )?colou?rs?\b(?! (?:of|as|that|in))",
        "its own colour",
    ),
    (r"\bthe same colou?r (?:of|as)\b", "the colour of"),
    (
        r"\bthe colou?r (?:that )?(?:is )?(?:inside|within|in the (?:middle|cent(?:er|re)) of) (?:it|them|the \w+)\b",
        "the colour of the cells inside it",
    ),
    (r"\bas a (?:group|whole|unit)\b", ""),
    (r"\b(all|each|every one|both|any) of (?:the|these|those)\b", r"\1 the"),
    (
        r"\b(?:should|must|will|needs? to|ha(?:s|ve) to) (?:now )?(?:be|become|turn|turn into|change to)(?: colou?red| changed to| turned| filled with| made| replaced (?:by|with))?\b",
        "becomes",
    ),
    (r"\b(?:is|are|gets?) (?:changed (?:to|into)|turned(?: into)?|colou?red|made|replaced (?:by|with))\b", "becomes"),
    (r"\bwhich\b", "that"),
    (r"\bdegrees? (?:to|towards?) the right\b", "degrees clockwise"),
    (r"\bdegrees? (?:to|towards?) the left\b", "degrees anticlockwise"),
    (rf"\b{_INPUT} (?=and\b)", "the grid "),
    (
        rf"\b({_SHAPES}) with (?=(?:a|an|no|only|exactly|more|fewer|less|the (?:most|fewest|least)|\d+|one|two|three|four|five)\b(?! (?:{_COLOUR} )?(?:line|border|outline)))",
        r"\1 that has ",
    ),
    (
        rf"\b({_SHAPES}) (?:touching|that (?:are|is) touching|connected to|next to|adjacent to) (?=the (?:border|edge|side)|any|a |{_COLOUR})",
        r"\1 that touches ",
    ),
    (rf"\b({_SHAPES}) without (?=(?:a |any )?holes?\b)", r"\1 that does not have "),
    (r"\bin all (?:four|4) directions?\b|\bup,? down,? left,? and right\b", "in all four directions"),
    # deeds
    (r"\b(?:convert|transform|switch|alter|modify)\b(?! (?:place|position))", "change"),
    (r"\b(?:flood[- ]fill|fill (?:in|up|out)|colou?r in|shade in|shade|flood)\b", "fill"),
    (
        r"(?:^|(?<=and )|(?<=then ))(?:encircle|wrap|circle|outline|frame|border|enclose)(?= (?:the|each|every|all|any|both)\b)",
        "surround",
    ),
    (r"\b(?:stretch|lengthen|expand|prolong|continue)\b(?= (?:the|each|every|all|any|both|a)\b)", "extend"),
    (r"\b(?:eliminate|get rid of|take (?:out|away)|take off|leave out|erase|delete)\b", "remove"),
    (
        r"\b(?:drop|slide|shift|push|pull|drag|bring|relocate)\b(?= (?:the|each|every|all|any|both|down|up|\d|everything|it|them|one|two|three)\b)",
        "move",
    ),
    (r"\busing\b", "with"),
    (r"\b(?:zoom in (?:on|to)|focus on|zoom on|zoom to)\b", "crop to"),
    (rf"\b(?:left[- ]to[- ]right|horizontally) (?=(?:{_COLOUR} )?lines?\b)", "horizontal "),
    (rf"\b(?:up[- ](?:and|to)[- ]down|vertically) (?=(?:{_COLOUR} )?lines?\b)", "vertical "),
    (r"\b(?:left[- ]to[- ]right|left (?:and|to) right|side to side|sideways|across the row)\b", "horizontally"),
    (r"\b(?:up[- ](?:and|to)[- ]down|top to bottom|bottom to top)\b", "vertically"),
    (
        r"\b(?:until|till) (?:you|it|they)(?: will)? (?:reach|reaches|hit|hits|get to|gets to|touch|touches|meets?) ",
        "until it reaches ",
    ),
    (
        r"\b(?:the )?(?:ends?|edges?|sides?|boundary|boundaries|border(?:s)?|perimeter)(?: of (?:the )?(?:output |whole )?(?:grid|page|screen|picture))\b",
        "the border",
    ),
    (
        r"\b(?:that (?:go|goes|extend|extends|run|runs|reach|reaches) )?all the way(?: (?:out|over|down|up|across)(?= (?:to|until)))?\b",
        "",
    ),
    (
        r",? (?:taking|by|along|via|following|in) (?:a|the) (?:most direct|shortest|straight|same)(?:est)? (?:route|path|way|line)(?: possible)?$",
        "",
    ),
    (r"^(?:you |we )?(?:only )?(?:want|need)(?: to (?:keep|copy|show|output|have))? (?:only )?(?=the\b)", "keep only "),
    (r"^place (?:the |your )?(?:input|original) (?:design|pattern|image|shape)\b", "place the grid"),
    (r"\b(pattern|design|shape|grid) and colou?rs\b", r"\1"),
    (r"\b(?:two|2) (?:copies )?of (?:the (?:same )?|the )(?=pattern|grid|design)", "2 copies of the "),
    (
        rf"(?<!\d )\b(down|up|left|right|over|by|to the left|to the right) (one|two|three|four|\d+) (?:{_CELLS}|grids?|units?)\b",
        r"\1 \2 steps",
    ),
    (
        rf"\b(one|two|three|four|a|\d+) (?:{_CELLS}|grids?|units?|rows?|columns?) (?=(?:down|up|to the (?:left|right)|left|right|over)\b)",
        r"\1 steps ",
    ),
    (
        r"\b(top|bottom|left|right|upper|lower)(?:most)? (?:\d+ by \d+ |half |remaining |empty |new |other )*(?:side|half|part|portion|section|space|area|grid)s?\b",
        r"\1 side",
    ),
    (r"\bexact\b", ""),
    (r"\b(?:grid|pattern|design|image) of the \d+ by \d+ grid\b", "grid"),
    (
        r"\b(?:straight|exactly|simply|just|basically|completely|entirely|now|also|again|directly|fully|actually|please)\b(?! (?:\d|line))",
        "",
    ),
    (
        r",? (?:and |by )?leav(?:e|ing) (?:(?:it|them|the (?:space|area|cell|square)s?|that \w+) )?(?:as )?(?:black|empty|blank)$",
        "",
    ),
    (
        r",? (?:and |while )?(?:leav|keep)(?:e|ing)? (?:everything|all|the rest|the other)[\w ]*? (?:the same|as (?:it|they) (?:is|are|was|were)|as is|alone|unchanged|untouched)$",
        "",
    ),
    (r",? so (?:that )?(?:it|they|everything)(?: all)? (?:is|are|becomes?) (?:black|gone|empty|removed)$", ""),
    # what is asked of it
    (
        rf"^if (?:there (?:is|are)|you (?:see|find|have)) (?:more than one|several|multiple|two or more|any)\b[^,]*, (?:then )*(?={_VERB})",
        "",
    ),
    (
        rf"^(?:if|when|wherever) (?:there (?:is|are)|you (?:see|find)) (?:a |an |any )?([^,]+?),? (?:then )?({_VERB}) (?:it|them|that (?:one|{_SHAPES}))\b",
        r"\2 every \1",
    ),
    (
        rf"^where(?:ver)? (.+?), (?:then )?(?:colou?r|fill|make|turn|put|draw)(?: (?:it|them|in|those|the \w+|that \w+))?(?: with| in)? ({_COLOUR})$",
        r"colour \2 where \1",
    ),
    (
        rf"^(?:if|when|whenever) (?:a |an |the |any |all )?(.+?) ((?:is|are|has|have|does|do|touch|touches|consists?|contains?) .+?)(?:,|,? then) ({_VERB}) "
        rf"(?:it|them|that (?:one|{_SHAPES})|the {_SHAPES})\b",
        r"\3 every \1 that \2",
    ),
    (
        rf"^({_VERB}) (.+?) ((?:with|in|to|into) )?({_COLOUR}),? (?:(?:but |and )?only )?(?:if|when|that|which) (?:it|they|the {_SHAPES})? ?((?:is|are|has|have|does|do|touch|stand|only|consist|contain|form)\b.+)$",
        r"\1 every \2 that \5 \3\4",
    ),
    (r"\bevery (?:the|any|all|each|every|in the|a|an)\b", "every"),
    (
        rf"^({_VERB}) (.+?) and (?:the |all |all the )?(?:\d |other )?({_CELLS}) (?:that (?:go|are) )?(?:all )?(?:around|surrounding|next to) (?:it|them) (to|into|in|with) ({_COLOUR})$",
        r"\1 the cells around \2 \4 \5 and \1 \2 \4 \5",
    ),
)
_COMPILED = tuple((re.compile(said), meant) for said, meant in _REWORDINGS)
_SPACE = re.compile(r"\s+")

_VAGUE: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\b(?:squares?|blocks?|boxes|box|tiles?|dots?|cubes?|spots?|cells?|pixels?)\b(?! shaped)"), ("cell", "object")),
    (re.compile(rf"(?<=\b)(?P<c>{_COLOUR}|colou?red|single) grids?\b"), (r"\g<c> cell", r"\g<c> object")),
    (re.compile(r"(?<!mirror )(?<!mirrored )\b(?:patterns?|designs?|images?|pictures?)\b"), ("object", "grid")),
    (re.compile(r"\b(?:bars?|sticks?|stripes?|crosse?s?|towers?|islands?|clumps?|letters?|rectangles?)\b"), ("object",)),
    (re.compile(r"\b(?:structures?|forms?|pieces?|clusters?|groups?|units?|blobs?)\b"), ("object",)),
    (re.compile(r"\b(?:spaces?|regions?|sections?|areas?)\b"), ("area", "object", "cell")),
)
"""Nouns that people use for several things, and those things."""


def plainest(sentence: str) -> str:
    """The sentence reworded, its vague nouns left."""
    text = undressed(sentence)
    for said, meant in _COMPILED:
        text = said.sub(meant, text)
    return _SPACE.sub(" ", text).strip(" ,.:")


def meanings(sentence: str) -> Iterator[str]:
    """The plainest wording, once for each choice of what its vague nouns stand for; a noun said often is one thing throughout."""
    texts = {plainest(sentence[:LONGEST]): None}
    for noun, things in _VAGUE:
        texts = {wording: None for text in texts for wording in _chosen(text, noun, things)}
    yield from texts


def _chosen(text: str, noun: re.Pattern[str], things: tuple[str, ...]) -> Iterator[str]:
    said = noun.split(text)
    if not 1 < len(said) <= MOST_APART + 1 or noun.groups:
        yield from (noun.sub(thing, text) for thing in things)
        return
    for chosen in product(things, repeat=len(said) - 1):
        yield "".join(part for pair in zip(said, (*chosen, ""), strict=True) for part in pair)


MOST_APART = 3
"""Occurrences of a vague noun in a sentence that may each stand for another thing."""
