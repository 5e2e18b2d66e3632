"""People's words: how people open, close and pad a sentence, taken off. What is left says the same, or nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OUTPUT = r"(?:the |your |this |a )?(?:new |final )?(?:output|result|solution)(?: grid| picture| image)?"
_INPUT = r"(?:the |this |whole |entire |original )*(?:input|original|starting|first|given)(?: grid| picture| image| pattern)?"
_OPENINGS = (
    r"(?:step )?\d[.):]\s+",
    rf"(?:in order )?to (?:make|create|get|form|produce|build) {_OUTPUT}[,:]?",
    rf"(?:in|for|on) {_OUTPUT}[,:]?",
    r"(?:in|for) this (?:task|puzzle|one)[,:]?",
    r"(?:and |then |so |now |all |what )*(?:you|we|i)(?: will| would|'ll)? (?:only |just |simply |then |now )?"
    r"(?:should|must|need to|have to|has to|want to|can|shall|are to|do is|are going to|going to)(?: then| now| simply| just)?",
    r"(?:you|we)(?: will|'ll)",
    r"(?:be sure|make sure|try|remember|your task is|the (?:task|goal|idea|rule) is|all you (?:have|need) to do is)(?: to)?",
    rf"{_OUTPUT} (?:is|should be|will be|must be) (?:created|made|formed|obtained) by",
    rf"(?:copy|duplicate|reproduce|recreate|replicate|repeat|take|start with|use|keep) {_INPUT}(?: grid)?"
    r"(?: exactly| as (?:it )?is)?(?:,? (?:but|and|then|and then|except)(?: then)?|[.,;])",
)
"""What says that something is to be done, and not yet what. Where the input is first copied, nothing is done by that."""
_CLOSINGS = (
    rf"(?:,? (?:in|on|for|to make|to create|to get|to form) {_OUTPUT})",
    r"(?:,? (?:and )?(?:that is it|that's it|that is all|you are done|done))",
    r"(?:,? as (?:shown|seen) in the (?:examples?|training pairs?))",
)
_NOTHING = re.compile(
    r"(?:and |but )?(?:(?:keep|leave) )?"
    r"(?:everything|all|any|anything)(?: of)?(?: the)?(?: else| (?:other|remaining) (?:cells?|colou?rs?|squares?|shapes?|objects?|pixels?))"
    r"(?: (?:stays?|remains?|is|are|should (?:be|stay|remain)|will (?:be|stay|remain)))? ?"
    r"(?:kept )?(?:exactly )?(?:the same|as (?:it|they) (?:is|are|was|were)|as is|alone|unchanged|untouched)"
    r"|(?:the )?(?:rest|remainder)(?: of (?:the|your) (?:grid|cells?|squares?|pixels?|picture))? (?:stays?|remains?|should (?:stay|remain)|is left)"
    r" (?:exactly )?(?:the same|as (?:it|they) (?:is|are|was|were)|as is|unchanged|untouched)"
    rf"|(?:the )?(?:grid |output )?size (?:of {_OUTPUT} )?(?:stays?|remains?|is|does not change)(?: the same)?(?: as (?:that of )?{_INPUT})?"
    r"|done|that is all|that's all",
)
"""Sentences that only say that nothing else happens."""

_SAME = {
    rf"\b(?:from|of|on|in) {_INPUT}\b": " of the grid",
    rf"\b{_INPUT}\b": " the grid",
    r"\b(light|pale) red\b": "PALE RED",  # orange to some, magenta to others: it must stay unread
    r"\bdark yellow\b": "PALE RED",
    r"\bdark blue\b": "blue",
    r"\bcolou?r in\b": "color",
    r"\bfill in\b": "fill",
    r"\b(?:all|every one|each|any) of the\b": "all the",
    r"\bcolou?red in (?=\w)": "colored ",
    r"\bshould (?:be|become) (?:colou?red|changed to|turned|filled with|made|replaced by|replaced with)\b": "becomes",
    r"\b(?:should|must|will|needs? to|ha(?:s|ve) to) (?:now )?(?:be|become|turn|turn into|change to)\b": "becomes",
    r"\b(?:is|are|gets?) (?:changed to|changed into|turned into|turned|colou?red|made|replaced by|replaced with)\b": "becomes",
    r"\b(?:which|who)\b": "that",
    r"\bdegrees? (?:to|toward|towards) the right\b": "degrees clockwise",
    r"\bdegrees? (?:to|toward|towards) the left\b": "degrees counterclockwise",
}
_COLOURS = (
    "black",
    "(?:light |dark )?blue",
    "red",
    "dark red",
    "(?:light )?green",
    "yellow",
    "gr[ae]y",
    "pink",
    "magenta",
    "purple",
    "orange",
    "cyan",
    "maroon",
    "brown",
)
_SPACE = re.compile(r"\s+")
_OPENING = re.compile(rf"^[\s.,\"']*(?:{'|'.join(_OPENINGS)})\s*")
_CLOSING = re.compile(rf"(?:{'|'.join(_CLOSINGS)})[\s.\"']*$")
MOST_OPENINGS = 4


def says_nothing(sentence: str) -> bool:
    """Whether it only says that what has not been named stays as it is."""
    return _NOTHING.fullmatch(_SPACE.sub(" ", sentence.lower()).strip(" .,!;\"'")) is not None


def reworded(sentence: str) -> Iterator[str]:
    """The sentence in plainer words, each time a little more of it; nothing where it is plain."""
    text = _SPACE.sub(" ", sentence.lower()).strip(" .\"'")
    was = text
    for _ in range(MOST_OPENINGS):
        shorter = _CLOSING.sub("", _OPENING.sub("", text, count=1))
        if shorter == text or not shorter.strip():
            break
        text = shorter
    if text != was:
        yield text
    plain = text
    for said, meant in _SAME.items():
        plain = re.sub(said, meant, plain)
    if plain != text:
        yield plain
    shorter = _OF_COLOUR.sub(r"\1", plain)
    if shorter != plain:
        plain = shorter
        yield plain
    # "red squares" are red cells, or objects of them, as a box is: read where either way is the same
    for thing in _THINGS:
        other = _SQUARES.sub(thing, plain)
        if other != plain:
            yield other


_SQUARES = re.compile(r"\b(?:squares?|blocks?|tiles?|dots?|boxes|box)\b")
_THINGS = ("cell", "object")
_OF_COLOUR = re.compile(
    rf"(?<=\w )((?:with|in|to|into|by) (?:a )?(?:{'|'.join(_COLOURS)})) (?:squares?|blocks?|tiles?|cells?|boxes|pixels?)$"
)
