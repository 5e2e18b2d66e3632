"""Pictures in requests: how many tokens providers bill for one, and whether a model takes any. Opens no connection.

What is assumed of each family stands in `_RULES`, as its provider documents it; a picture's size in pixels decides. A provider's
own count of a reply's usage is what is paid by: this is for what is reserved before, forecast, or not counted by anybody.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from nlevolve.errors import UsageError
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle import png

HEAD = 44
"""Letters of base64 that hold a picture's size."""
MARGIN = 1.1
"""What is reserved, beside what is likely: families change their rules with a new version."""


class Size(NamedTuple):
    """Pixels."""

    wide: int
    high: int


@lru_cache(maxsize=4096)
def size_of(head: str) -> Size:
    """From the first HEAD letters of a picture in base64; what cannot be read counts as a large one."""
    try:
        return Size(*png.size(b64decode(head[:HEAD])))
    except ValueError:
        return Size(1024, 1024)


def named(image: str) -> str:
    """A picture of ours in base64, in a few words: what it shows, and how large it is."""
    try:
        data = b64decode(image)
        (wide, high), told = png.size(data), png.told(data)
    except ValueError:
        return "[picture]"
    return f"[picture {told}{', ' if told else ''}{wide} x {high} pixels, {len(data):,} bytes]"


def likely(model: str, image: str) -> int:
    """Tokens of a picture, about, as the model's provider bills them."""
    return _rule(model)(size_of(image[:HEAD]))


def most(model: str, image: str) -> int:
    """Tokens of a picture at most; of a family that is not known, those of the finest patches that models have."""
    size, rule = size_of(image[:HEAD]), _rule(model)
    told = max(rule(size), _patches(size, 16)) if rule is _unknown else max(rule(size), GEMINI_3 if rule is _gemini else 0)
    return ceil(MARGIN * told)


def _tiled(base: int, tile: int) -> Callable[[Size], int]:
    """OpenAI's, as litellm counts it: tiles of 512 pixels, of a picture whose shorter side is made 768 if its longer is more."""

    def tokens(size: Size) -> int:
        scale = min(768 / min(size), 2048 / max(size)) if max(size) > 768 else 1.0
        return base + tile * ceil(int(size.wide * scale) / 512) * ceil(int(size.high * scale) / 512)

    return tokens


def _patched(times: float) -> Callable[[Size], int]:
    """OpenAI's of smaller models: patches of 32 pixels, 1,536 of them at most, each counted so many times."""
    return lambda size: ceil(times * min(1536, _patches(size, 32)))


def _anthropic(size: Size) -> int:
    """A token for 750 pixels."""
    return ceil(size.wide * size.high / 750)


def _gemini(size: Size) -> int:
    """258 for a small picture, and for each tile of a larger one."""
    if max(size) <= 384:
        return 258
    tile = min(768, max(256, min(size) // 1.5))
    return int(258 * ceil(size.wide / tile) * ceil(size.high / tile))


GEMINI_3 = 1_120
"""What its third generation takes of any picture, unless it is told to look less closely."""


def _gemini_3(size: Size) -> int:
    """The same of any."""
    return GEMINI_3


def _unknown(size: Size) -> int:
    """As OpenAI's usual models: what litellm counts for any model."""
    return _tiled(85, 170)(size)


def _patches(size: Size, side: int) -> int:
    return ceil(size.wide / side) * ceil(size.high / side)


_RULES: tuple[tuple[re.Pattern[str], Callable[[Size], int]], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"gpt-4o-mini", _tiled(2833, 5667)),
        (r"gpt-(4\.1|5[\d.]*)-nano", _patched(2.46)),
        (r"gpt-(4\.1|5[\d.]*)-mini", _patched(1.62)),
        (r"\bo4-mini", _patched(1.72)),
        (r"\bgpt-5", _tiled(70, 140)),
        (r"\bo[13]\b", _tiled(75, 150)),
        (r"\b(gpt-4|chatgpt)", _tiled(85, 170)),
        (r"claude", _anthropic),
        (r"gemini-3", _gemini_3),
        (r"gemini", _gemini),
    )
)
"""What the model's name holds -> tokens of a picture; the first that fits."""


def _rule(model: str) -> Callable[[Size], int]:
    return next((rule for pattern, rule in _RULES if pattern.search(model.lower())), _unknown)


def require_sight(role: str, settings: RoleSettings, card: ModelCard, *, wanted: bool) -> None:
    """Raises UsageError where pictures are wanted of a model that is not known to take any."""
    if not wanted:
        return
    if is_embedded(card.model):
        raise UsageError(f"the {role} is to be shown pictures, and {card.model} sees none: the embedded models read text alone")
    if not (card.takes_images if settings.sees is None else settings.sees):
        raise UsageError(
            f"the {role} is to be shown pictures, and {card.model} is not known to take any: leave out images and eyes, choose "
            f"another model (nlevolve models MODEL says which see), or, where yours does see, set {role.split()[0]}.sees=true"
        )
