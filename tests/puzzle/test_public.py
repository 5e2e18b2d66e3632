"""Which tasks are public: those of the published data sets, by whatever way they came."""

from __future__ import annotations

import json
from pathlib import Path

from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.public import public

ID = "007bbfb7"


def test_what_is_selected_from_a_data_set_is_public() -> None:
    assert public(load(["arc1:training[:2]", "arc2:evaluation[:1]"]).found) == {ID, "00d62c1b", "0934a4d8"}


def test_a_copy_in_a_file_is_public_and_fresh_pairs_under_its_id_are_not(tmp_path: Path) -> None:
    task = load([f"arc1:{ID}"]).tasks[0]
    train = [{"input": pair.input, "output": pair.output} for pair in task.pairs]
    test = [{"input": grid} for grid in task.tests]
    copied, fresh, own = (tmp_path / f"{name}.json" for name in (ID, "00d62c1b", "mine"))
    for file in (copied, fresh, own):
        file.write_text(json.dumps({"train": train, "test": test}))
    assert public(load([str(copied), str(fresh), str(own)]).found) == {ID}
