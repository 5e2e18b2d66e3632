"""The best description of each task in Python, as a file with the description as its docstring. Nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from nlevolve.view.run_folder import RunFolder
from nlevolve.view.text import clean


def programs(run: RunFolder) -> Iterator[tuple[str, str]]:
    """(file name, text), one a task whose best description a coder has said in Python."""
    for task in run.tasks:
        best = run.history.task(task.id).best
        if best is not None and best.program:
            fit = best.fitness
            told = [f"{task.id}: right on {fit.exact} of {fit.pairs} training pairs as it was read.", ""]
            told += [f"- {clean(bullet)}" for bullet in best.description.bullets]
            docstring = _within("\n".join(told))
            yield f"{quote(task.id, safe='')}.py", f'"""{docstring}\n"""\n\n{best.program}'


def _within(docstring: str) -> str:
    """Such that nothing in it ends it, or is an escape."""
    return docstring.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
