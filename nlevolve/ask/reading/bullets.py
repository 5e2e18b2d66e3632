"""The description that a reply holds, as JSON or as a list, and whether it is one (pure)."""

from __future__ import annotations

import re
from typing import Any

from nlevolve.ask.reading.find_json import Found, Segment, find_json
from nlevolve.ask.reading.labels import revises
from nlevolve.ask.reading.lists import SEVERAL, bullets_of
from nlevolve.ask.reading.no_rule import FEWEST_WORDS, rule_in, words
from nlevolve.ask.reading.spoken import visible
from nlevolve.ask.reading.unreadable import CUT_OFF, Unreadable
from nlevolve.records import Description

BULLET_KEYS = (
    "bullets",
    "description",
    "steps",
    "rules",
    "rule",
    "instructions",
    "bullet_points",
    "answer",
    "result",
    "solution",
)
ENVELOPE_KEYS = (
    "arguments",
    "parameters",
    "function",
    "tool_calls",
    "input",
    "content",
    "response",
    "properties",
    "output",
    "data",
)
TEXT_KEYS = ("text", "bullet", "step", "description", "rule", "content", "instruction")
MOST_BULLETS = 60
LONGEST_DESCRIPTION = 12_000
"""Characters; more is no description but a dump."""
DEEPEST = 5

_MARKER = re.compile(r"^\s{0,12}(?:(?:[-*•‣▪◦–—+]|\(?\d{1,2}[.)])\s+|\d{1,2}、\s*)(?=\S)")
_NUMBERED_KEY = re.compile(r"^(?:bullet|step|rule)[ _-]?\d{1,2}$", re.IGNORECASE)


def description_in(text: str, cut: bool) -> Description:
    """The description that a text gives. Raises Unreadable where there is none, or where another list might be it.

    `cut`: the reply ended at its limit of tokens, so that a list at its end may not be all.
    """
    found = find_json(text)
    bullets = _from_json(text, found)
    if bullets is None:
        if found.cut_at is not None:
            raise Unreadable(CUT_OFF.format("list"))
        listed = bullets_of(text)
        if listed is None:
            raise Unreadable("it holds no list of bullets")
        bullets, ends = listed
        if ends and (cut or (_stops_short(bullets) and not _closed(text))):
            raise Unreadable(CUT_OFF.format("list"))
    return description(bullets)


def _closed(text: str) -> bool:
    """Whether a fence that was opened is closed at the end: whoever closes it has said all."""
    return text.rstrip().endswith("```") and text.count("```") % 2 == 0


def _stops_short(bullets: list[str]) -> bool:
    """Whether all bullets are sentences with an end but the last."""
    ends = [bool(re.search(r"[.!?;:。！？)\"'”][*_`\s]*$", bullet)) for bullet in bullets]
    return len(ends) > 1 and all(ends[:-1]) and not ends[-1]


def description(bullets: list[str]) -> Description:
    """The bullets in plain words. Raises Unreadable when they are no description."""
    plain = [plain_line(bullet) for bullet in bullets[: MOST_BULLETS + 1]]
    kept = [bullet for bullet in plain if bullet]
    if not kept:
        raise Unreadable("its list of bullets is empty")
    if len(bullets) > MOST_BULLETS:
        raise Unreadable(f"it has {len(bullets)} bullets, at most {MOST_BULLETS} are allowed")
    length = sum(len(bullet) for bullet in kept)
    if length > LONGEST_DESCRIPTION:
        raise Unreadable(f"its bullets have {length} characters, at most {LONGEST_DESCRIPTION} are allowed")
    return Description(bullets=tuple(rule_in(kept)))


def plain_line(text: str) -> str:
    """One line without Markdown's marks of emphasis and without a marker of its own."""
    line = " ".join(_MARKER.sub("", visible(text[: 4 * LONGEST_DESCRIPTION]), count=1).split())
    return re.sub(r"\*\*|__|`", "", line).strip()


# as JSON


def _from_json(text: str, found: Found) -> list[str] | None:
    """The bullets of the last object that holds some; None without one. Raises Unreadable where another may be meant."""
    told = [(segment, bullets) for segment in found.segments if (bullets := _bullets_in(segment.value)) is not None]
    objects = [(segment, bullets) for segment, bullets in told if isinstance(segment.value, dict)] or told
    if not objects:
        return None
    last, bullets = objects[-1]
    _refuse_guesses(last, bullets)
    if found.cut_at is not None and last.end <= found.cut_at:
        raise Unreadable(CUT_OFF.format("list"))
    if any(start > last.end for start, _ in found.broken):
        raise Unreadable("its JSON cannot be read")
    others = [segment for segment, other in objects if other != bullets]
    if others and not revises(text[others[-1].end : last.start]):
        raise Unreadable(SEVERAL)
    return bullets


def _refuse_guesses(segment: Segment, bullets: list[str]) -> None:
    """Raises Unreadable where mending seems to have torn bullets apart: quotes within a bullet end it."""
    if segment.mended and any(words(bullet) < FEWEST_WORDS or bullet.strip()[:1].islower() for bullet in bullets):
        raise Unreadable("its JSON is broken, maybe by quotes within a bullet")


def _bullets_in(value: Any, depth: int = 0) -> list[str] | None:
    """The bullets that a piece of JSON holds; None when it is about something else."""
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return _bullets_of_object(value, depth)
    if isinstance(value, str) and depth:
        listed = bullets_of(value)
        return listed[0] if listed else [line for line in value.split("\n") if line.strip()]
    if not isinstance(value, list) or (not value and not depth):
        return None
    if value and all(isinstance(item, dict) for item in value) and not any(map(_bullet_text, value)):
        return next((told for item in value if (told := _bullets_in(item, depth + 1)) is not None), None)
    texts = [_bullet_text(item) for item in value]
    if depth or all(words(text) >= FEWEST_WORDS for text in texts):
        return texts
    return None


def _bullets_of_object(value: dict[Any, Any], depth: int) -> list[str] | None:
    if "type" in value and not isinstance(value.get("properties", ""), str):
        value = value["properties"] if isinstance(value["properties"], dict) else {}
    numbered = [value[key] for key in value if isinstance(value[key], str) and _NUMBERED_KEY.match(str(key))]
    if len(numbered) > 1:
        return numbered
    for key in _known_keys(value, (*BULLET_KEYS, *ENVELOPE_KEYS)):
        inner = value[key]
        if isinstance(inner, dict) and isinstance(inner.get("type"), str) and "items" in inner:
            continue  # a schema
        if isinstance(inner, str) and str(key).strip().lower() in ENVELOPE_KEYS:
            found = find_json(inner).segments
            bullets = _bullets_in(found[-1].value, depth + 1) if found else None
        elif isinstance(inner, list | dict | str):
            bullets = _bullets_in(inner, depth + 1)
        else:
            continue
        if bullets is not None:
            return bullets
    return None


def _known_keys(value: dict[Any, Any], known: tuple[str, ...]) -> list[Any]:
    plain = {str(key).strip().lower().replace(" ", "_"): key for key in value}
    return [plain[name] for name in known if name in plain]


def _bullet_text(item: Any) -> str:
    """The words of one bullet: of an object the known key's, else all of its texts, so that none is lost in silence."""
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        texts = [item[key] for key in _known_keys(item, TEXT_KEYS) if isinstance(item[key], str)]
        return max(texts, key=len) if texts else " ".join(text for text in item.values() if isinstance(text, str))
    return " ".join(text for text in item if isinstance(text, str)) if isinstance(item, list) else ""
