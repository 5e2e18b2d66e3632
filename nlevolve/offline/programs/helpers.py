"""The helpers by name, as text, and which of them some lines need."""

from __future__ import annotations

import ast
import inspect
from functools import lru_cache
from types import ModuleType

from nlevolve.offline.nouns.colours import NAMES
from nlevolve.offline.programs import on_grids, on_moves, on_objects, on_panels, on_pictures


@lru_cache(maxsize=1)
def helpers() -> dict[str, str]:
    """Name -> the lines that define it, what needs nothing first."""
    found = {name.upper(): f"{name.upper()} = {number}" for number, name in enumerate(NAMES)}
    for module in (on_grids, on_objects, on_panels, on_moves, on_pictures):
        found |= _defined(module)
    return found


def _defined(module: ModuleType) -> dict[str, str]:
    source = inspect.getsource(module)
    found = {}
    for node in ast.parse(source).body:
        name = node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node).split(" = ")[0]
        if isinstance(node, ast.FunctionDef | ast.Assign) and name.isidentifier():
            found[name] = ast.get_source_segment(source, node) or ""
    return found


def needed(text: str) -> list[str]:
    """The definitions that the text needs, and those that these need, in the order of `helpers`."""
    known, needs, left = helpers(), set[str](), [text]
    while left:
        words = {node.id for node in ast.walk(ast.parse(left.pop())) if isinstance(node, ast.Name)} & known.keys()
        left += [known[word] for word in words - needs]
        needs |= words
    return [known[name] for name in known if name in needs]
