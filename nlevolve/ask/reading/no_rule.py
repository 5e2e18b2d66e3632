"""What is written like a description and is none: placeholders, checks, questions, names of sections, rows of grids (pure)."""

from __future__ import annotations

import re

from nlevolve.ask.reading.rows import row_of
from nlevolve.ask.reading.unreadable import Unreadable
from nlevolve.ask.reading.vocabulary import any_of

FEWEST_WORDS = 3
"""Of a bullet that can say what to do."""

_PLACEHOLDER = re.compile(
    r"(?:the )?(?:first|second|third|fourth|next|last|another) (?:step|bullet|rule|instruction)s?|"
    r"(?:step|bullet|rule|instruction) \w{1,3}|strings?|text|bullets?|etc|and so on|lorem ipsum.*|"
    r"\.{2,}|…+|<[^<>]*>|\[[^\[\]]*\]|your (?:\w+ ){1,3}here",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"(?:for |in |on |with )?(?:the )?(?:training |train |test )?"
    r"(?:pair|example|input|output|test|case|paar|paire|par|beispiel)s?\b[\s#]*(?P<number>\d*)",
    re.IGNORECASE,
)
_CHECKED = any_of(
    r"""
    correct\w* match\w* holds? works? exact\w* verified pass(?:es|ed)? consistent fits? ok(?:ay)? yes
    satisf\w+ as_expected confirmed true good fails? wrong incorrect stimmt korrekt passt
    """,
    "✓ ✔ ✅ ☑",
)
_REFUSAL = re.compile(
    r"i(?:'|’)?m (?:sorry|unable|not able)|i am (?:sorry|unable|not able)|sorry\b|i can(?:not|'t|’t)\b|i could not|as an ai\b|"
    r"unable to|unfortunately\b|i do(?:n't| not) (?:know|see)|no rule\b|not enough information",
    re.IGNORECASE,
)
_TO_THE_USER = re.compile(
    r"please (?:share|send|provide|confirm|tell|let|give|clarify|upload)|i (?:can|could|would|need|will|might)\b|"
    r"you (?:can|could|may)\b|let me\b",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:analysis|rules?|verification|description|answer|conclusion|observations?|summary|steps?|explanation|background|objects|"
    r"reasoning|transformation|output|input|final|notes?|result|check)[.: ]*",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def rule_in(bullets: list[str]) -> list[str]:
    """The bullets that say a rule, without checks of the pairs at the end. Raises Unreadable where they are none."""
    rule = list(bullets)
    while rule and _is_check(rule[-1]):
        rule.pop()
    if not rule or 2 * sum(map(_is_check, rule)) > len(rule):
        raise Unreadable("its bullets check the pairs instead of saying the rule")
    _refuse_blanks(rule)
    half = len(rule) / 2
    if sum(bullet.endswith(("?", "？")) or bool(_TO_THE_USER.match(bullet)) for bullet in rule) >= half:
        raise Unreadable("its bullets are questions and offers: the rule is wanted, and nobody can answer them")
    if len(rule) > 1 and sum(_pair(bullet) is not None for bullet in rule) >= half:
        raise Unreadable("its bullets are about single pairs, not a rule that holds for all of them")
    if sum(map(_is_of_cells, rule)) >= half:
        raise Unreadable("its bullets are rows of grids instead of words")
    if sum(words(bullet) < FEWEST_WORDS or bool(_SECTION.fullmatch(bullet)) for bullet in rule) >= half:
        raise Unreadable(f"its bullets are of fewer than {FEWEST_WORDS} words: each should say what to do")
    if len(rule) > 3 and 2 * len({bullet.lower().strip(". ") for bullet in rule}) <= len(rule):
        raise Unreadable("it repeats the same bullets again and again")
    return rule


def words(bullet: str) -> int:
    """Words; of a script without spaces, two characters count as one."""
    return max(len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", bullet)), len(_CJK.findall(bullet)) // 2)


def _refuse_blanks(rule: list[str]) -> None:
    """Raises Unreadable for bullets that stand for others, and for a refusal."""
    for number, bullet in enumerate(rule, 1):
        if _PLACEHOLDER.fullmatch(bullet.rstrip(".:! ")) or not bullet.strip(".… "):
            raise Unreadable(f"bullet {number} is a placeholder, {bullet[:40]!r}, where the rule's own words are wanted")
    if any(_REFUSAL.match(bullet) for bullet in rule):
        raise Unreadable("it says that there is no answer instead of giving one")


def _pair(bullet: str) -> str | None:
    """What a bullet says of a pair that it begins with, by its number."""
    named = _PAIR.match(bullet)
    return bullet[named.end() :] if named and named["number"] else None


def _is_check(bullet: str) -> bool:
    """Whether a bullet says of a pair that the rule holds there."""
    said = _pair(bullet)
    if said is None and words(bullet) <= FEWEST_WORDS and (named := _PAIR.match(bullet)):
        said = bullet[named.end() :]
    return said is not None and bool(_CHECKED.search(said.lower()))


def _is_of_cells(bullet: str) -> bool:
    digits = len(re.findall(r"(?<!\w)\d(?!\w)", bullet))
    return digits > 1 and (row_of(bullet) is not None or (digits > 3 and 2 * digits >= len(bullet.split())))
