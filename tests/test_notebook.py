"""The notebooks of examples/: their outputs are there, and their cells run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import nlevolve
from nlevolve.puzzle.drawing import svg

FILE = Path(__file__).parent.parent / "examples" / "notebook.ipynb"
FRAMES = FILE.with_name("frames.ipynb")


def cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def outputs(notebook: dict[str, Any]) -> str:
    """What its cells gave, without ids and times."""
    return "".join(json.dumps(cell["outputs"]) for cell in cells(notebook))


def test_the_example_notebook_is_kept_with_what_its_cells_gave() -> None:
    notebook = json.loads(FILE.read_text())
    told = outputs(notebook)
    assert all(cell["outputs"] for cell in cells(notebook))
    assert "notebook: 3 of 4 tasks solved" in told
    assert "4 of 4 tasks done" in told
    assert '"error"' not in told


@pytest.mark.parametrize("file", [FILE, FRAMES])
def test_an_example_is_small_and_says_nothing_of_the_machine_it_ran_on(file: Path) -> None:
    assert not re.search(r"/(home|work|root|tmp)/", file.read_text())
    assert file.stat().st_size < 200_000


def test_its_cells_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for cell in cells(json.loads(FILE.read_text())):
        exec("".join(cell["source"]), names)
    assert names["result"].totals["solved"] == 3
    assert names["kinds"]["call_finished"] > 0
    assert (tmp_path / "runs/notebook/report.html").is_file()


def test_the_example_of_frames_is_kept_with_its_pictures_and_its_cells_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = json.loads(FRAMES.read_text())
    told = outputs(notebook)
    assert told.count("image/png") == 2
    assert "<svg" in told
    assert '"error"' not in told
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for cell in cells(notebook):
        exec("".join(cell["source"]), names)
    assert names["run"].tasks.solved.sum() == 3
    assert set(names["tokens"].index) >= {"generator", "checker", "answerer"}
    assert [line.get_label() for line in names["plt"].figure(1).axes[0].lines] == sorted(names["run"].tasks.task)
    names["plt"].close("all")


def test_jupyter_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel (pip install nbclient ipykernel)")
    pytest.importorskip("ipykernel", reason="needs nbclient and ipykernel (pip install nbclient ipykernel)")
    import nbformat

    monkeypatch.setenv("PYTHONPATH", str(FILE.parent.parent))
    notebook = nbformat.read(FILE, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert "notebook: 3 of 4 tasks solved" in outputs(notebook)
    assert "4 of 4 tasks done" in outputs(notebook)


def test_tasks_and_grids_draw_themselves() -> None:
    (task,) = nlevolve.tasks("arc1:67a3c6ac")
    drawn = task._repr_html_()
    assert drawn.count("<svg") == 2 * len(task.pairs) + len(task.tests)
    grid = task.pairs[0].output
    crossed = "l.4 .4"
    assert crossed not in nlevolve.Drawing(grid)._repr_html_()
    wrong = [[9 - cell for cell in grid[0]], *grid[1:]]
    shown = nlevolve.Drawing(wrong, truth=grid, caption="<b>")._repr_html_()
    assert shown.count(crossed) == 2 * len(grid[0]), "each once in black and once in white"
    assert "&lt;b&gt;" in shown
    assert crossed not in nlevolve.Drawing([[1]], truth=grid)._repr_html_(), "of another size there is nothing to cross out"


def test_a_drawing_has_every_cell_in_its_colour() -> None:
    assert "<path fill='#000' d='M0 0h2v1h-2zM1 1h1v1h-1z'/><path fill='#870c25' d='M0 1h1v1h-1z'/>" in svg([[0, 0], [9, 0]])
