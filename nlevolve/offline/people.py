"""People's words: how people open, close and pad a sentence, taken off. What is left says the same, or it stays unread."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlevolve.offline.nouns.colours import NAMES
from nlevolve.offline.words import tokens

_OUTPUT = r"(?:the |your |this |a )?(?:new |final )?(?:output|result|solution)(?: grid| picture| image)?"
_INPUT = (
    r"(?:the |this |whole |entire )*(?:(?:original )?(?:input|original|starting|first|given) (?:grid|picture|image|pattern)s?"
    r"|(?:original )?input|original(?= *(?:[.,;!]|$| and| but| then)))"
)
_COPY = rf"(?:copy|duplicate|reproduce|recreate|start with|take|keep) {_INPUT}(?: exactly| as (?:it )?is)?"
_OPENINGS = (
    r"(?:step )?\d[.):]",
    rf"(?:in order )?to (?:make|create|get|form|produce|build) {_OUTPUT}[,:]?",
    rf"(?:in|for|on) {_OUTPUT}[,:]?",
    r"(?:in|for) this (?:task|puzzle|one)[,:]?",
    r"(?:and |then |so |now |all |what )*(?:you|we|i)(?: then| now| simply)? "
    r"(?:will|should|must|need to|have to|want to|can|shall|are to|are going to)(?: then| now| simply)?",
    r"(?:be sure|make sure|try|remember|your task is|the (?:task|goal|idea|rule) is|all you (?:have|need) to do is) to",
    r"(?:(?:and|then|next|after that|afterwards|lastly|finally|once (?:that is )?done|first)\b[,:]* ?)+",
    r"(?:the goal|the idea|your goal|your task) is (?:for you )?to",
    rf"{_COPY}(?:,? (?:but|and|then|and then)(?: then)?|[.,;])",
)
"""What says that something is to be done, and not yet what. Where the input is first copied, nothing is done by that."""
_CLOSINGS = (
    rf",? (?:in|on|for|to make|to create|to get|to form) {_OUTPUT}",
    r",? (?:and )?(?:that is it|that's it|that is all|you are done)",
    r",? as (?:shown|seen) in the (?:examples?|training pairs?)",
)

_THING = r"(?:cells?|colou?rs?|squares?|shapes?|objects?|pixels?|tiles?|boxes)"
_REMAINS = r"(?:stays?|remains?|is left|are left|should (?:stay|remain|be left)|will (?:stay|remain))"
_AS_IT_WAS = r"(?:exactly )?(?:the same|as (?:it|they) (?:is|are|was|were)|as is|alone|unchanged|untouched)"
_OTHERS = (
    rf"(?:everything else|all (?:the )?(?:other|remaining|else)(?: {_THING})?"
    r"|(?:the )?(?:rest|remainder|others?)(?: of the \w+)?)"
)
_ASPECT = r"(?:colou?rs?|shapes?|positions?|backgrounds?|lines?|borders?|objects?)"
_NOTHING = re.compile(
    rf"(?:and |but |otherwise,? )?(?:{_OTHERS} {_REMAINS} {_AS_IT_WAS}|(?:keep|leave) {_OTHERS} {_AS_IT_WAS}"
    rf"|(?:the )?(?:grid |output )?size (?:(?:stays|remains|is) the same(?: as (?:that of )?{_INPUT})?|does not change)"
    rf"|{_COPY}|done|that is all|that's all|that is it|that's it|you are done"
    rf"|(?:leave|keep) (?:it|them) (?:alone|as is|as it is|the same)"
    rf"|(?:keep|leave) (?:the |all |all the )?[\w ]{{0,25}}?{_ASPECT} {_AS_IT_WAS}"
    rf"|(?:the |all |all the )?[\w ]{{0,25}}?{_ASPECT} {_REMAINS} {_AS_IT_WAS}"
    rf"|(?:with|in) (?:the |their )?(?:same|original) colou?rs?"
    rf"|(?:place|put|copy|paste|draw) the grid (?:in|on|at|to|into) the (?:top|left|upper left|top left)(?: side| corner)?)"
)
"""Sentences that only say that nothing else happens."""

_SAME = {
    rf"\b(?:from|of|on|in) {_INPUT}\b": "of the grid",
    rf"\b{_INPUT}\b": "the grid",
    r"\bcolou?r in\b": "color",
    r"\bfill in\b": "fill",
    r"\b(?:all|every one|each|any) of the\b": "all the",
    r"\b(?:should|must|will|needs? to|ha(?:s|ve) to) (?:now )?(?:be|become|turn|turn into|change to)"
    r"(?: colou?red| changed to| turned| filled with| made| replaced (?:by|with))?\b": "becomes",
    r"\b(?:is|are|gets?) (?:changed (?:to|into)|turned(?: into)?|colou?red|made|replaced (?:by|with))\b": "becomes",
    r"\bwhich\b": "that",
    r"\bdegrees? (?:to|towards?) the right\b": "degrees clockwise",
    r"\bdegrees? (?:to|towards?) the left\b": "degrees counterclockwise",
}
_SPACE = re.compile(r"\s+")
_OPENING = re.compile(rf"^[\s.,\"']*(?:{'|'.join(_OPENINGS)})\s+")
_CLOSING = re.compile(rf"(?:{'|'.join(_CLOSINGS)})[\s.\"']*$")
_COLOURS = r"(?:black|blue|red|green|yellow|gr[ae]y|pink|magenta|purple|orange|cyan|maroon|brown)"
_CELLS_OF_COLOUR = re.compile(
    rf"(?<= )((?:with|in|to|into|by) (?:light |dark )?{_COLOURS}) (?:squares?|blocks?|tiles?|cells?|boxes|pixels?)$"
)
"""At the end, what a colour is given with: "with red squares" is with red."""
_SQUARES = re.compile(r"\b(?:squares?|blocks?|tiles?|dots?|boxes|box)\b")
MOST_OPENINGS = 4
LONGEST = 600
"""Characters of a sentence that is looked at; people's are far shorter."""


def says_nothing(sentence: str) -> bool:
    """Whether it only says that what has not been named stays as it is."""
    return any(_NOTHING.fullmatch(wording) for wording in (_tidy(sentence), *plainer(sentence)))


def is_a_size(sentence: str) -> bool:
    """Whether nothing but figures or colours and what stands between them is said: "2x1" is no colour turned into another."""
    words = frozenset(tokens(sentence))
    numbers = {word for word in words if word.isdecimal()}
    return words - numbers <= {"by", "with", "into", "to"} or words - numbers - set(NAMES) <= {"by", "with", "into"}


def plainer(sentence: str) -> Iterator[str]:
    """The sentence in plainer words, each time a little more so; nothing where it is plain."""
    plain = text = undressed(sentence)
    if text != _tidy(sentence):
        yield text
    for said, meant in _SAME.items():
        plain = re.sub(said, meant, plain)
    plain = _CELLS_OF_COLOUR.sub(r"\1", plain)
    if plain != text:
        yield plain


def undressed(sentence: str) -> str:
    """The sentence without what opens and closes it."""
    text = _tidy(sentence)
    for _ in range(MOST_OPENINGS):
        text = _CLOSING.sub("", _OPENING.sub("", text, count=1)) or text
    return text


def both_ways(sentence: str) -> tuple[str, str] | None:
    """The sentence with cells, and with objects, for its squares, boxes and blocks; None where it has none.

    People call both so. Who reads it must see to it that it comes to the same.
    """
    text = _tidy(sentence)
    return (_SQUARES.sub("cell", text), _SQUARES.sub("object", text)) if _SQUARES.search(text) else None


def _tidy(text: str) -> str:
    return _SPACE.sub(" ", text[:LONGEST].lower()).strip(" .,!;\"'")
