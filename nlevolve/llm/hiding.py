"""Secrets kept out of texts: as they are, and as others write them (base64, hexadecimal, %41, \\u0041, &#65;). Pure."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from urllib.parse import unquote

MASK = "***"
SHORTEST_SECRET = 8
"""Characters: a shorter value may be part of an ordinary word."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of marks that are taken out of a text before it is shown."""
SPELLINGS = ("%", "\\u", "&#", "&amp;")
"""Where none of these is in a text, nothing in it is spelt out."""


def hidden(text: str, secrets: Collection[str]) -> str:
    """The text with each of the secrets, however it is written, replaced by `***`."""
    seen = _shown(text)
    if seen != text and (told := hidden(seen, secrets)) != seen:
        return told
    long = sorted({one for secret in secrets for one in _parts(secret)}, key=len, reverse=True)
    for secret in long:
        for form in _forms(secret):
            if form in text:
                text = text.replace(form, MASK)
    if any(mark in text for mark in SPELLINGS):
        read = _read(text)
        for secret in long:
            if secret in read:
                text = _spelt(secret).sub(MASK, text)
    return text


def _shown(text: str) -> str:
    """The text without the marks that no screen shows: what a secret is cut up with."""
    if text.isprintable():
        return text
    return "".join(mark for mark in text if mark in "\n\r\t" or unicodedata.category(mark) not in _UNSEEN)


def _parts(secret: str) -> Iterator[str]:
    """The secret, and what stands in it: the key behind `Bearer`, what `Basic` has in base64."""
    for part in (secret, *secret.split()):
        if len(part) >= SHORTEST_SECRET:
            yield part
    if secret.startswith("Basic "):
        try:
            plain = base64.b64decode(secret[6:], validate=True).decode()
        except (binascii.Error, ValueError):
            return
        yield from (part for part in (plain, plain.partition(":")[2]) if len(part) >= SHORTEST_SECRET)


@lru_cache(maxsize=512)
def _forms(secret: str) -> tuple[str, ...]:
    data = secret.encode("utf-8", "surrogatepass")
    coded = {core for offset in range(3) for core in _in_base64(data, offset)}
    return tuple(dict.fromkeys((secret, *sorted(coded, key=len, reverse=True), data.hex(), data.hex().upper())))


def _in_base64(data: bytes, offset: int) -> Iterator[str]:
    """What base64 makes of it wherever it stands in a longer text: the characters that nothing else has a part in."""
    coded = base64.b64encode(b"\0" * offset + data).decode()
    core = coded[-(-8 * offset // 6) : 8 * (offset + len(data)) // 6]
    yield core
    yield core.translate(str.maketrans("+/", "-_"))


@lru_cache(maxsize=512)
def _spelt(secret: str) -> re.Pattern[str]:
    """Finds the secret with any of its characters spelt out."""
    return re.compile("".join(_character(mark) for mark in secret))


def _character(mark: str) -> str:
    coded = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in mark.encode("utf-8", "surrogatepass"))
    number = ord(mark)
    named = html.escape(mark)
    also = f"|{named}" if named != mark else ""
    return rf"(?:{re.escape(mark)}|{coded}|\\+u(?i:{number:04x})|&(?:amp;)?#(?:{number}|(?i:x0*{number:x}));{also})"


def _read(text: str) -> str:
    """The text with what is spelt out in letters."""
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    while "%25" in text:
        text = text.replace("%25", "%")
    return html.unescape(html.unescape(unquote(text)))
