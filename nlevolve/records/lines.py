"""A log's lines: an event each, with a check digit as its last field; what cannot be read is counted, not passed over.

Lines of older logs have no check digit.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from nlevolve.records.events import AnyEvent, LogDamaged
from nlevolve.records.nouns import Event

Fault = Literal["garbled", "altered", "strange", "newer"]
_events: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
_CHECK = b',"crc":"'
_DIGITS = 8
_TAIL = len(_CHECK) + _DIGITS + 2
"""Bytes at the end of a line, from the comma before its check digit to its brace."""


class DamagedLine(ValueError):
    """The line is not what was written; or (`newer`, which is no damage) it is of a kind that only a newer program knows."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


def write_event(event: Event) -> str:
    """The event as one line of JSON, without the line's end."""
    body = event.model_dump_json()[:-1]
    return f'{body},"crc":"{_digit(body.encode())}"}}'


def read_event(line: str | bytes) -> AnyEvent:
    """One line of a log. Raises DamagedLine."""
    data = line.encode() if isinstance(line, str) else line
    checked = data[-_TAIL : -_TAIL + len(_CHECK)] == _CHECK
    if checked and data[-_DIGITS - 2 : -2] != _digit(data[:-_TAIL]).encode():
        raise DamagedLine("altered")
    try:
        return _events.validate_json(data)
    except ValidationError as error:
        kinds = {one["type"] for one in error.errors(include_url=False, include_input=False)}
        newer = checked and "union_tag_invalid" in kinds
        raise DamagedLine("newer" if newer else "garbled" if "json_invalid" in kinds else "strange") from None


def _digit(body: bytes) -> str:
    return f"{zlib.crc32(body):08x}"


@dataclass
class LogReader:
    """Reads a log, at once or as it grows, and counts its damaged lines."""

    faults: Counter[Fault] = field(default_factory=Counter)

    def read(self, data: bytes) -> list[AnyEvent | LogDamaged]:
        """The events of whole lines; before the last of them what is known of the log's damage, if any of these lines is."""
        events: list[AnyEvent | LogDamaged] = []
        before = self.faults.total()
        for line in data.split(b"\n"):
            if not line.strip():
                continue
            try:
                events.append(read_event(line))
            except DamagedLine as damaged:
                self.faults[damaged.fault] += damaged.fault != "newer"
        if self.faults.total() > before:
            # not behind the last: whoever reads a log asks that whether the run is over
            last = events[-1].at if events else datetime.now(UTC)
            events.insert(len(events) - 1, LogDamaged(at=last, **{str(fault): number for fault, number in self.faults.items()}))
        return events
