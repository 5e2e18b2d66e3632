"""Measured figures as sections of a document, each with its command, date and machine."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def machine() -> str:
    """What the figures were measured on, in a few words."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def section(document: Path, title: str, command: str, lines: Sequence[str]) -> None:
    """Write the section `## title` of a document, or replace it; other sections stay as they are."""
    text = document.read_text(encoding="utf-8") if document.exists() else "# Benchmarks\n"
    stamp = f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {machine()}."
    body = "\n".join([f"## {title}", "", stamp, "", *lines]).rstrip() + "\n"
    found = re.search(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    before, after = (text[: found.start()], text[found.end() :]) if found else (text.rstrip() + "\n\n", "")
    text = before + body + "\n" + after
    document.parent.mkdir(exist_ok=True)
    document.write_text(text.rstrip() + "\n", encoding="utf-8")
