"""Text that every view shares: a model's words made harmless, and figures made short."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# CSI, OSC (ended by BEL or ST) and two-character escapes, in their 7-bit and 8-bit forms
_ESCAPE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d).*?(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*[0-~]?", re.DOTALL)
_SPACE = re.compile(r"\s+")
# controls, marks that reorder or hide text, and lone surrogates, which no terminal can be sent
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NOTHING = 1e-9
"""A share nearer than this to none, to all, or to the middle between two figures is there: sums of fractions are not exact."""


def clean(text: str) -> str:
    """One line of printable text: no escape sequences, no control, invisible or reordering characters.

    Rich markup is left as it is: put the result into a `rich.text.Text`, which never reads markup.
    """
    line = _SPACE.sub(" ", _ESCAPE.sub("", text))
    if line.isascii() and line.isprintable():
        return line.strip()
    return "".join(mark for mark in line if unicodedata.category(mark) not in _UNSAFE).strip()


def harmless(text: str) -> str:
    """The text with its lines and spaces as they are, and nothing in it that a terminal would obey."""
    if text.isprintable():
        return text
    told = _ESCAPE.sub("", text.replace("\r\n", "\n").replace("\t", "    "))
    return "".join(mark for mark in told if mark == "\n" or unicodedata.category(mark) not in _UNSAFE)


def lines(text: str) -> list[str]:
    """The lines of a text as they are, made harmless like `clean` but for their spaces."""
    told = [_ESCAPE.sub("", line.expandtabs(4)) for line in re.split(r"\r\n|[\r\n]", text)]
    return [
        (line if line.isprintable() else "".join(mark for mark in line if unicodedata.category(mark) not in _UNSAFE)).rstrip()
        for line in told
    ]


def bullets(description: tuple[str, ...]) -> list[str]:
    """A description's bullets, cleaned; one that holds nothing printable stands as an ellipsis."""
    return [clean(bullet) or "…" for bullet in description]


def money(usd: float) -> str:
    """Dollars with as many decimals as matter: $0, $0.0042, $0.31, $12.40, $1,204."""
    if usd == 0:
        return "$0"
    if abs(usd) < 0.1:
        return f"${usd:.4f}"
    return f"${usd:,.2f}" if abs(usd) < 1000 else f"${usd:,.0f}"


def doubt(calls: int, usd: float) -> str:
    """What may have been billed beyond what is known, for so many calls of unknown cost; empty where all is known."""
    told = f"{counted(calls, 'call')} of unknown" if calls else ""
    if usd:
        return f"up to {money(usd)} more may have been billed" + (f" ({told} cost)" if told else "")
    return f"{told} price" if told else ""


def duration(seconds: float) -> str:
    """0:07, 12:30, 3:04:05, 2d 04h."""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days}d {hours:02}h"
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def count(number: float) -> str:
    """At most five characters or so: 999, 12.3k, 4.5M."""
    if number < 10_000:
        return f"{number:,.0f}"
    return f"{number / 1000:.1f}k" if number < 999_950 else f"{number / 1e6:.1f}M"


def shard_words(shard: str) -> str:
    """ "shard 2 of 7" for `2/7`; nothing for nothing."""
    return f"shard {clean(shard).replace('/', ' of ')}" if shard else ""


def plural(number: int, noun: str, several: str = "") -> str:
    """1 task, 2 tasks, 1,204 tasks; `several` where that is not the noun with an s."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def counted(number: int, noun: str, several: str = "") -> str:
    """The same in short: 12.3k tasks."""
    return f"{count(number)} {noun if number == 1 else several or f'{noun}s'}"


def percent(share: float | None, decimals: int = 1) -> str:
    """A share, 0..1, rounded, as every view writes it: only all is 100% and only none is 0%; a dash for what is not known.

    Narrow columns leave the decimal out. `report.js` has the same rule.
    """
    if share is None:
        return "–"
    shown = _hundredths(share, decimals)
    if not shown and share > _NOTHING:
        shown = 0.1**decimals
    return f"{shown:.0f}%" if shown in (0, 100) else f"{shown:.{decimals}f}%"


def points(difference: float | None, decimals: int = 1) -> str:
    """One share less another in percentage points, with its sign, rounded as the shares are: +53.5; a dash as for a share."""
    if difference is None:
        return "–"
    shown = _hundredths(abs(difference), decimals)
    return f"{'-' if difference < 0 and shown else '+'}{shown:.{decimals}f}"


def _hundredths(share: float, decimals: int) -> float:
    """In per cent; halves go up, but what is less than all stays below 100."""
    step: int = 10**decimals
    units = math.floor((share + _NOTHING) * 100 * step + 0.5)
    return (min(units, 100 * step - 1) if share < 1 - _NOTHING else units) / step


def cut(text: str, width: int) -> str:
    """Exactly `width` characters: cut with an ellipsis, or filled with spaces."""
    return text[: width - 1] + "…" if len(text) > width else f"{text:<{width}}"


def short_model(model: str) -> str:
    """The telling part of a litellm model string: openrouter/openai/gpt-4o -> gpt-4o."""
    return clean(model).rpartition("/")[2] or "?"


def told_apart(models: Iterable[str]) -> dict[str, str]:
    """Model -> its telling part, or all of its name where another's ends alike (openai/gpt-5 beside azure/gpt-5). A mix "A,B" is
    several."""
    names = [name.strip() for mix in models for name in mix.split(",")]
    ends = Counter(map(short_model, dict.fromkeys(names)))
    return {name: clean(name) if ends[short_model(name)] > 1 else short_model(name) for name in names}


def model_name(model: str) -> str:
    """As it was given where that is short, or an embedded one's (offline/generator-weak), else its telling part."""
    name = clean(model)
    return name if len(name) <= 20 or name.startswith("offline/") else short_model(name)
