"""What the words before a grid, or its name, say it is: the answer, or something else (pure)."""

from __future__ import annotations

import re
from enum import IntEnum

from nlevolve.ask.reading.vocabulary import any_of

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


_EXAMPLE = any_of(r"examples? pairs? training train demo\w* ejemplo beispiel exemple", "示例 例子 训练")
_OTHER = any_of(
    r"""
    differ\w* diff changed? coordinates? positions? cells?_(?:at|are|that|with|which) locat\w+ indices index
    row,_col\w* r,_c marks? legend mapping map palette masks? objects? shapes? patterns?_(?:is|are) template
    neighbou?rs? bounding counts? number_of how_many per_(?:row|column) sums? wrong incorrect draft
    first_(?:attempt|try) rejected alternativ\w* intermediate mistake\w* before previous\w* compare\w*
    verif\w* check\w* sanity reference reminder instead_of not if
    """,
    "坐标 位置 图例 验证 检查 变化",
)
_INPUT = any_of(
    """
    inputs? original given starting start(?:s|ed)? initial(?:ly)? in source entrada eingabe entr[ée]e ingresso
    invoer wejście girdi ввод вход
    """,
    "输入 入力 입력 原始",
)
_ANSWER = any_of(
    r"""
    outputs? out answers? results? resulting solutions? transform\w* becomes? gives? yields? get obtain
    produces? predict\w* new_grid prints? salida sa[ií]da ausgabe sortie uscita uitvoer wyjście çıktı
    resultado ergebnis r[ée]sultat respuesta antwort r[ée]ponse risposta вывод выход ответ результат
    """,
    "输出 出力 출력 答案 정답 结果",
)
_FINAL = any_of(
    r"""
    final\w* corrected correct_(?:answer|output|grid|result|version) boxed revised fixed
    """,
    "最终 正确",
)
_OF_INPUT = re.compile(
    r"\b(?:equals?|equal to|same as|identical to|matches|like)\s+(?:the )?(?:test )?input\b|"
    r"\b(?:for|of|from|to|on|with|in|de|del|la|zur|für)\s+(?:the |this |that |your |our |my |la |der |die )?\s*"
    r"(?:(?:given|test|original|provided|new)\s+)*(?:input|entrada|eingabe|original)(?: grid)?\b|"
    r"\bin\b|test input|given (?:rule|description)"
)
_REVISION = any_of(
    r"""
    wait actually correct\w* rather instead mistake\w* oops sorry revis\w* fix(?:ed)? error final\w* no should
    adjust\w* again re-?check\w* therefore hence thus finally hmm after_(?:step|rule|bullet|that) next then
    """,
    "更正 修正 不对 最终 等等",
)
_EXAMPLE_HEAD = re.compile(
    r"^[\s#*]*(?:training |train )?(?:examples?|pairs?|demo\w*)\b[^\n]{0,40}$", re.IGNORECASE | re.MULTILINE
)
_OTHER_HEAD = re.compile(
    r"^\s*(?:#{1,6}\s|\*\*|[\s>]*(?:test|answer|final|result|solution|so|therefore|now)\b)", re.IGNORECASE | re.MULTILINE
)
_PARTLY = any_of(
    r"""
    first_(?:two|three|four|few|\d+)_rows (?:remaining|other)_rows rest_of_the_(?:rows|grid) partial(?:ly)?
    and_so_on etc
    """,
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
        if role == Role.OTHER and unit.rstrip("*_` ").endswith((".", "!", "。")) and not _is_label(unit):
            continue  # of what was thought about, not of what comes next
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
    return bool(_PARTLY.search(around.lower()))


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
