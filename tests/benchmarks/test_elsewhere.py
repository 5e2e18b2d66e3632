"""What the embedded models are worth on other people's files: read in each form, and judged by pairs that were not shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.elsewhere import judge, read
from nlevolve.errors import UsageError

TURNED = [({"input": [[a, b], [c, 0]], "output": [[c, a], [0, b]]}) for a, b, c in ((1, 2, 3), (4, 5, 6), (7, 8, 9), (2, 1, 4))]
"""A quarter turn clockwise."""
MISLEADING = [*TURNED[:3], {"input": [[1, 2], [3, 0]], "output": [[1, 2], [3, 0]]}]


def _written(path: Path, content: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_folder_may_hold_arc_s_form_lists_of_pairs_and_re_arc_s_form_at_once(tmp_path: Path) -> None:
    _written(tmp_path / "data" / "one.json", {"train": TURNED[:2], "test": TURNED[2:]})
    _written(tmp_path / "data" / "list.json", TURNED)
    _written(tmp_path / "data" / "re_arc.json", {"known": TURNED, "67a3c6ac": TURNED})
    found = {task.id: (len(task.train), len(task.fresh)) for task in read(tmp_path / "data")}
    # of an ARC task its own three training pairs are learned from, and what stands in the file is fresh
    assert found == {"one": (2, 2), "list": (3, 1), "known": (3, 1), "67a3c6ac": (3, 4)}


def test_lines_of_pairs_are_read_and_a_broken_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "fresh.jsonl"
    file.write_text(json.dumps({"task": "mine", "pairs": TURNED}) + "\n", encoding="utf-8")
    assert [task.id for task in read(file)] == ["mine"]
    file.write_text('{"task": "mine"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="line 1"):
        read(file)


@pytest.mark.parametrize("raw", [{"a": TURNED[:3]}, {"a": [{"input": [[11]]}]}, {"a": [1, 2, 3, 4]}])
def test_pairs_that_are_none_or_too_few_are_refused_by_name(tmp_path: Path, raw: Any) -> None:
    with pytest.raises(UsageError, match="task a"):
        read(_written(tmp_path / "x.json", raw))


def test_a_description_holds_only_if_it_is_right_on_every_fresh_pair(tmp_path: Path) -> None:
    task, misled = read(_written(tmp_path / "x.json", {"a": TURNED, "b": MISLEADING}))
    verdict = judge(task)
    assert (verdict.solved, verdict.fits, verdict.holds) == (True, True, True)
    wrong = judge(misled)
    assert (wrong.solved, wrong.fits, wrong.held, wrong.holds) == (False, True, 0, False)
