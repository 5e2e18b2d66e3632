"""What a reviewer or a judge says, as JSON or in labelled lines: fields by their names (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nlevolve.ask.reading.bullets import ENVELOPE_KEYS
from nlevolve.ask.reading.find_json import find_json
from nlevolve.ask.reading.unreadable import CUT_OFF, Unreadable
from nlevolve.records import Verdict

DEEPEST = 4
LABELS = ("verdict", "first", "second", "reason", "test")

Sense = Callable[[Any], Any]
"""What a field's value means; None where it means nothing."""

_MARKS = "#>*_`-•~ \t"
_LABELLED = re.compile(r"([A-Za-z][A-Za-z0-9 _-]{0,30}?)[*_`\s]*[:=]+[*_`\s]*(\S.*)")
_FENCED = re.compile(r"^ {0,3}```[^\n`]{0,20}\n(.*?)^ {0,3}```", re.MULTILINE | re.DOTALL)


def _word(words: str) -> re.Pattern[str]:
    """One of the words at the beginning; not where several are offered ("accept or doubt")."""
    return re.compile(rf"\W*(?:{words})\b(?!\s*(?:or\b|/|\|))", re.IGNORECASE)


_VERDICTS: Mapping[Verdict, re.Pattern[str]] = {
    "accept": _word(r"accept(?:s|ed)?|approved?|ok(?:ay)?"),
    "doubt": _word(r"doubt(?:s|ed|ful)?|reject(?:s|ed)?"),
    "stuck": _word(r"stuck|can(?:no|')?t be (?:followed|carried out|applied)"),
}
_TEST = re.compile(r"\btest(?:[ _-]?(?:input|grid|case))?s?[ _]*(?:no\.?|number|#)?\s*(\d{1,2})\b", re.IGNORECASE)
_NAME = r"(?:(?:the )?(?:candidate|answer|option|grid|output|choice)\W{1,4})?"
_LETTER = re.compile(rf"\W*{_NAME}([A-Z])\W*(?:$|[(,;:.–—-])", re.IGNORECASE)
_NOBODY = re.compile(r"\W*(?:none|null|nothing|n/?a)?\W*", re.IGNORECASE)


def fields_in(text: str, wanted: str, sense: Sense, cut: bool) -> Mapping[str, Any]:
    """The fields of the last JSON object whose `wanted` one makes sense, else those of labelled lines; names in small letters.

    Empty without any. Raises Unreadable where the wanted one is said twice, and not alike, or the reply is cut off.
    """
    found = find_json(text)
    objects = [told for segment in found.segments if (told := _object(segment.value, wanted)) and sense(told[wanted]) is not None]
    if objects:
        _require_one(objects, wanted, sense)
        return objects[-1]
    if cut or found.cut_at is not None:
        raise Unreadable(CUT_OFF.format("answer"))
    # what a form asks for in a fence is the answer; what stands before it is thinking
    parts = ("\n".join(_FENCED.findall(text)[-1:]), text)
    return next(filter(None, (_labelled(part, wanted, sense) for part in parts)), {})


def verdict_in(said: Any) -> Verdict | None:
    """The verdict that some words begin with."""
    return next((verdict for verdict, pattern in _VERDICTS.items() if isinstance(said, str) and pattern.match(said)), None)


def lone_verdict(text: str) -> str:
    """The line that begins with a verdict, where no line is labelled as one; empty without any. Raises Unreadable."""
    lines = [line.strip(_MARKS) for line in text.splitlines() if verdict_in(line.strip(_MARKS))]
    _require_one([{"verdict": line} for line in lines], "verdict", verdict_in)
    return lines[-1] if lines else ""


def test_in(said: Any) -> int | None:
    """The number of the test input that is named first, or that is all of it. None without any, and for 0."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        return int(said) or None
    match = (_TEST.search(said) or re.fullmatch(r"\W*(\d{1,2})\W*", said)) if isinstance(said, str) else None
    return int(match[1]) or None if match else None


def letter_in(said: Any) -> str | None:
    """The letter of a candidate; empty where it says that there is none."""
    if said is None or (isinstance(said, str) and _NOBODY.fullmatch(said)):
        return ""
    match = _LETTER.match(said) if isinstance(said, str) else None
    return match[1].upper() if match else None


def _object(value: Any, wanted: str, depth: int = 0) -> dict[str, Any] | None:
    """The fields of an object that has the wanted one, or of one within it."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return None
    told = {str(key).strip().lower(): inner for key, inner in value.items()}
    if wanted in told and not isinstance(told[wanted], dict | list):
        return told
    within = (_object(_loaded(told[key]), wanted, depth + 1) for key in dict.fromkeys((*ENVELOPE_KEYS, *told)) if key in told)
    return next((one for one in within if one is not None), None)


def _loaded(value: Any) -> Any:
    """What stands in a string that holds an object; anything else as it is."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        segments = find_json(value).segments
        return segments[-1].value if segments else None
    return value


def _labelled(text: str, wanted: str, sense: Sense) -> Mapping[str, str]:
    """The fields in the lines from the last on that has the wanted label, and one that makes sense."""
    lines = list(_lines(text))
    places = [at for at, (label, said) in enumerate(lines) if label == wanted and sense(said) is not None]
    if not places:
        return {}
    _require_one([{wanted: lines[at][1]} for at in places], wanted, sense)
    return dict(reversed(lines[places[-1] :]))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """(label, what it says) of each labelled line; lines that follow a reason belong to it."""
    label = said = ""
    for line in [*text.splitlines(), ""]:
        match = _LABELLED.match(line.strip(_MARKS))
        named = next((word for word in LABELS if match and word in match[1].lower().split()), "")
        if label and (named or label != "reason" or not line.strip(_MARKS)):
            yield label, said
            label = ""
        if named and match:
            label, said = named, match[2]
        elif label:
            said += " " + line


def _require_one(told: Iterable[Mapping[str, Any]], wanted: str, sense: Sense) -> None:
    """Raises Unreadable where the wanted field does not mean the same each time."""
    if len(meant := list(dict.fromkeys(sense(one[wanted]) for one in told))) > 1:
        raise Unreadable(f"it says more than one thing: {', '.join(str(one) for one in meant[:4])}")
