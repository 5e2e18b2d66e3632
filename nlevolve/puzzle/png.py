"""PNG files whose bytes are the same on every machine: a picture is part of what is asked, and what is asked has a digest.

Compression libraries differ in what they make of the same pixels, from one version to the next. Pictures of grids are rows that
repeat, and runs of one colour: that is all that is made use of here, in the plainest form of deflate (RFC 1951, 3.2.6).
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import groupby

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TOLD = b"tEXtDescription\0"
_UP = 2
"""The filter that stores what differs from the row above."""
_LONGEST_RUN = 258
_LENGTHS = [
    *range(3, 11),
    *range(11, 19, 2),
    *range(19, 35, 4),
    *range(35, 67, 8),
    *range(67, 131, 16),
    *range(131, 258, 32),
    258,
]
"""Length of a run -> symbol 257, 258, …: the shortest that each stands for."""


def _fixed(low: int, high: int, count: int, first: int) -> list[tuple[int, int]]:
    """Codes of the symbols from low to high, read from their end, and the bits that each has."""
    return [(int(f"{first + symbol - low:0{count}b}"[::-1], 2), count) for symbol in range(low, high + 1)]


_CODES = [*_fixed(0, 143, 8, 0x30), *_fixed(144, 255, 9, 0x190), *_fixed(256, 279, 7, 0), *_fixed(280, 287, 8, 0xC0)]


class _Bits:
    """Bits, the first of them in the lowest place."""

    def __init__(self) -> None:
        self._value, self._count, self._bytes = 0, 0, bytearray()

    def put(self, value: int, count: int) -> None:
        self._value |= value << self._count
        self._count += count
        while self._count >= 8:
            self._bytes.append(self._value & 255)
            self._value >>= 8
            self._count -= 8

    def code(self, symbol: int) -> None:
        self.put(*_CODES[symbol])

    def all(self) -> bytes:
        self.put(0, -self._count % 8)
        return bytes(self._bytes)


def write(rows: Sequence[bytes | bytearray], palette: Sequence[tuple[int, int, int]], told: str) -> bytes:
    """A picture of pixels that are places in the palette (16 colours at most); `told` stands in the file, for whoever looks."""
    wide = len(rows[0])
    head = struct.pack(">IIBBBBB", wide, len(rows), 4, 3, 0, 0, 0)
    lines = b"".join(_filtered(rows))
    parts = [
        (b"IHDR", head),
        (b"PLTE", bytes(channel for colour in palette for channel in colour)),
        (_TOLD[:4], _TOLD[4:] + told.encode("latin-1", "replace")),
        (b"IDAT", b"\x78\x01" + _deflated(lines) + struct.pack(">I", zlib.adler32(lines))),
        (b"IEND", b""),
    ]
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def size(png: bytes) -> tuple[int, int]:
    """(width, height) in pixels. Raises ValueError for what is no PNG."""
    if not png.startswith(SIGNATURE) or len(png) < 24:
        raise ValueError("it is no PNG")
    wide, high = struct.unpack(">II", png[16:24])
    return int(wide), int(high)


def told(png: bytes) -> str:
    """What its writer said of it; empty where nothing is there."""
    start = png.find(_TOLD)
    if start < 4:
        return ""
    (length,) = struct.unpack(">I", png[start - 4 : start])
    return png[start + len(_TOLD) : start + 4 + length].decode("latin-1")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _filtered(rows: Sequence[bytes | bytearray]) -> Iterator[bytes]:
    above, packed = rows[0][:0], bytes((len(rows[0]) + 1) // 2)
    for row in rows:
        if row == above:  # as most rows of a picture are
            yield bytes([_UP, *bytes(len(packed))])
            continue
        before, packed, above = packed, _packed(row), row
        yield bytes([_UP, *((new - old) & 255 for new, old in zip(packed, before, strict=True))])


def _packed(row: bytes | bytearray) -> bytes:
    """Two pixels a byte."""
    even = row + b"\0" * (len(row) % 2)
    return bytes(a << 4 | b for a, b in zip(even[::2], even[1::2], strict=True))


def _deflated(data: bytes) -> bytes:
    bits = _Bits()
    bits.put(0b011, 3)  # the last block, in the fixed code
    for value, run in groupby(data):
        count = len(list(run))
        bits.code(value)
        count -= 1
        while count >= 3:
            length = min(count, _LONGEST_RUN)
            place = bisect(_LENGTHS, length) - 1
            bits.code(257 + place)
            bits.put(length - _LENGTHS[place], 0 if place < 8 or length == _LONGEST_RUN else place // 4 - 1)
            bits.put(0, 5)  # from one byte back
            count -= length
        for _ in range(count):
            bits.code(value)
    bits.code(256)
    return bits.all()
