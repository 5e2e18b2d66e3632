"""What the words before a grid, or its name, say it is: the answer, or something else (pure)."""

from __future__ import annotations

import re
from enum import IntEnum

LONGEST_LABEL = 200
"""Characters before a grid that may say what it is."""
MOST_UNITS = 4
SHORT = 6
"""Words of a line that reads as a label without a colon."""


class Role(IntEnum):
    """How strongly a grid is put forward."""

    OTHER = 0
    """An input, an example, a draft, coordinates: not the answer."""
    PLAIN = 1
    """Nothing is said about it."""
    ANSWER = 2
    FINAL = 3


_EXAMPLE = re.compile(r"\b(?:examples?|pairs?|training|train|demo\w*|ejemplo|beispiel|exemple)\b|示例|例子|训练")
_OTHER = re.compile(
    r"\b(?:differ\w*|diff|changed?|coordinates?|positions?|cells? (?:at|are|that|with|which)|locat\w+|indices|index|legend|mapping|map|"
    r"palette|masks?|wrong|incorrect|draft|first (?:attempt|try)|rejected|alternativ\w*|intermediate|mistake\w*|"
    r"before|previous\w*|objects?|shapes?|patterns? (?:is|are)|template|counts?|neighbou?rs?|bounding|row, col\w*|r, c|compare\w*|"
    r"verif\w*|check\w*|sanity|number of|how many|per (?:row|column)|sums?|marks?|reference|reminder|instead of|not|if)\b|坐标|位置|图例|验证|检查|变化"
)
_INPUT = re.compile(
    r"\b(?:inputs?|original|given|starting|start(?:s|ed)?|initial(?:ly)?|entrada|eingabe|entr[ée]e|in|source|invoer|wejście|girdi|ingresso)\b|입력|输入|入力|原始|ввод|вход"
)
_ANSWER = re.compile(
    r"\b(?:outputs?|out|answers?|results?|resulting|solutions?|transform\w*|becomes?|gives?|yields?|get|obtain|produces?|predict\w*|new grid|"
    r"salida|saída|sa[ií]da|ausgabe|sortie|resultado|ergebnis|r[ée]sultat|respuesta|antwort|r[ée]ponse|risposta|uscita|uitvoer|wyjście|çıktı|prints?)\b|출력|정답|"
    r"输出|答案|结果|出力|вывод|выход|ответ|результат"
)
_FINAL = re.compile(
    r"\b(?:final\w*|corrected|correct(?:ed)? (?:answer|output|grid|result|version)|boxed|revised|fixed)\b|最终|正确"
)
_OF_INPUT = re.compile(
    r"\b(?:equals?|equal to|same as|identical to|matches|like)\s+(?:the )?(?:test )?input\b|"
    r"\b(?:for|of|from|to|on|with|in|de|del|la|zur|für)\s+(?:the |this|that|your|our|my|la |der |die )?\s*"
    r"(?:(?:given|test|original|provided|new)\s+)*(?:input|entrada|eingabe|original)(?: grid)?\b|\bin\b|test input|given (?:rule|description)"
)
_REVISION = re.compile(
    r"\b(?:wait|actually|correct\w*|rather|instead|mistake\w*|oops|sorry|revis\w*|fix(?:ed)?|error|final\w*|no|should|adjust\w*|again|"
    r"recheck\w*|re-check\w*|therefore|hence|thus|finally|hmm|after (?:step|rule|bullet|that)|next|then)\b|更正|修正|不对|最终|等等"
)
_EXAMPLE_HEAD = re.compile(r"^[\s#*]*(?:training |train )?(?:examples?|pairs?|demo\w*)\b[^\n]{0,40}$", re.IGNORECASE | re.MULTILINE)
_OTHER_HEAD = re.compile(r"^\s*(?:#{1,6}\s|\*\*|[\s>]*(?:test|answer|final|result|solution|so|therefore|now)\b)", re.IGNORECASE | re.MULTILINE)
_PARTLY = re.compile(
    r"\b(?:first (?:two|three|four|few|\d+) rows|(?:remaining|other) rows|rest of the (?:rows|grid)|partial(?:ly)?|and so on|etc)\b", re.IGNORECASE
)
_WORD_JOINTS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-]+")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])")
_SKIPPED = re.compile(r"^[\W_]*(?:json|text|python|txt|plaintext|yaml|csv|matrix|grid|th)?[\W_]*$", re.IGNORECASE)


def role_of_name(name: str) -> Role:
    """What the name of a variable or a key says."""
    role = role_of(name)
    return Role.PLAIN if role is None else role


def role_before(text: str) -> Role:
    """What the end of a text says of the grid that comes next: the nearest words that say anything."""
    units = [unit for line in text[-LONGEST_LABEL * 3 :].split("\n")[-12:] for unit in _SENTENCE_END.split(line) if unit.strip()]
    told = [unit for unit in units if not _SKIPPED.match(unit)]
    for place, unit in enumerate(reversed(told[-MOST_UNITS:])):
        if place and not _is_label(unit):
            continue
        role = role_of(unit[-LONGEST_LABEL:])
        if role is not None:
            return role
    return Role.PLAIN


def among_examples(text: str) -> bool:
    """Whether the last heading of a text is that of an example, so that an output after it is the example's."""
    examples = list(_EXAMPLE_HEAD.finditer(text))
    if not examples:
        return False
    later = _OTHER_HEAD.search(text, examples[-1].end())
    return later is None


def is_partial(around: str) -> bool:
    """Whether the words around a grid say that it is not all of it."""
    return bool(_PARTLY.search(around))


def revises(text: str) -> bool:
    """Whether the words between two grids say that the second replaces the first."""
    return bool(_REVISION.search(text.lower()))


def role_of(words: str) -> Role | None:
    """What a label says; None when it says nothing."""
    low = " ".join(_WORD_JOINTS.sub(" ", words).lower().split())
    if _EXAMPLE.search(low) and not re.search(r"\btest\b|测试", low):
        return Role.OTHER
    if _FINAL.search(low) and not re.search(r"\b(?:not|wrong|incorrect|before|input)\b", low):
        return Role.FINAL
    if _OTHER.search(low):
        return Role.OTHER
    given, answer = list(_INPUT.finditer(low)), list(_ANSWER.finditer(low))
    if given and answer:
        rest = _OF_INPUT.sub(" ", low)
        given, answer = list(_INPUT.finditer(rest)), list(_ANSWER.finditer(rest)) or answer
    if given and answer:
        return Role.ANSWER if answer[-1].start() > given[-1].start() else Role.OTHER
    if given:
        return Role.OTHER
    return Role.ANSWER if answer else None


def _is_label(unit: str) -> bool:
    plain = unit.strip().rstrip("*`_ ")
    return plain.endswith((":", "：")) or plain.startswith(("#", "**")) or len(plain.split()) <= SHORT
