"""The documents name what is there: every room is on the map, every module, file and page that they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "nlevolve"
MAP = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
HISTORY = ("LOG.md", "CHANGELOG.md")
"""They tell of days when files had other names."""
PAGES = [p for p in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if p.name not in HISTORY]


def on_the_map() -> set[Path]:
    """The folders and modules that the map names: what stands further in is inside what stands above it."""
    named: set[Path] = set()
    inside: list[tuple[int, Path]] = [(-1, ROOT)]
    for line in MAP.splitlines():
        depth = len(line) - len(line.lstrip())
        inside = [(at, folder) for at, folder in inside if at < depth] or inside[:1]
        if folder := re.match(r"\s*(\w+)/(\s|$)", line):
            inside.append((depth, inside[-1][1] / folder[1]))
            named.add(inside[-1][1])
        named |= {inside[-1][1] / module for module in re.findall(r"\b\w+\.py\b", line)}
    return named


def test_every_room_is_on_the_map() -> None:
    rooms = {file.parent for file in PACKAGE.rglob("*.py")} - {PACKAGE}
    alone = {file for file in PACKAGE.glob("*.py") if not file.name.startswith("__")}
    assert {str(one.relative_to(ROOT)) for one in (rooms | alone) - on_the_map()} == set()


def test_what_is_on_the_map_exists() -> None:
    assert {str(one.relative_to(ROOT)) for one in on_the_map() if not one.exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_modules_that_exist(page: Path) -> None:
    """In backticks with their folder, from the repository's root or the package's."""
    named = re.findall(r"`((?:\w+/)+\w+\.py)`", outside_code(page))
    assert [name for name in named if not (ROOT / name).exists() and not (PACKAGE / name).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "LOG.md"], ids=lambda page: page.name)
def test_a_page_links_to_what_is_there(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\((?!https?://)([^)\s]+)\)", outside_code(page)):
        file, _, part = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (part and part not in headings(target)):
            broken.append(link)
    assert broken == []


def outside_code(page: Path) -> str:
    return re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def headings(page: Path) -> set[str]:
    """Of a page, as links name them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in found}
