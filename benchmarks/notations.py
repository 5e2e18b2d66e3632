"""What each way of writing grids takes: tokens of a prompt that asks for a description, and of a cell.

    python -m benchmarks.notations [SELECTOR…]

Counted with the tokenizers that come without a network: cl100k_base, of litellm's own files (a digit and a space are a token
each with it). Other models' tokenizers differ; what the order is they mostly share.
"""

from __future__ import annotations

import sys
from statistics import median

from benchmarks.windows import SETS, tokenizer
from nlevolve.ask.generator import describing
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.grids import shape
from nlevolve.puzzle.notations import NOTATIONS, Grids, write
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Birth


def main() -> None:
    """Print the table, in Markdown."""
    prompts, encoding = Prompts(bundled()), tokenizer()

    def tokens(text: str) -> int:
        return len(encoding.encode(text))

    def prompt(task: Task, grids: Grids) -> int:
        birth = Birth(index=0, operator="write", model="", grids=grids)
        return sum(tokens(message.text) for message in describing(prompts, task, birth, (), 0))

    print("| tasks | grids | tokens a cell | a prompt, median | longest | beside digits |")
    print("|---|---|--:|--:|--:|--:|")
    for selector in sys.argv[1:] or SETS:
        tasks = load([selector]).tasks
        grids = [grid for task in tasks for pair in task.pairs for grid in (pair.input, pair.output)]
        cells = sum(rows * columns for rows, columns in map(shape, grids))
        usual = sum(prompt(task, "digits") for task in tasks)
        for notation in NOTATIONS:
            prompts_of = [prompt(task, notation) for task in tasks]
            each = sum(tokens(write(grid, notation)) for grid in grids) / cells
            found = f"{each:.2f} | {median(prompts_of):,.0f} | {max(prompts_of):,} | {sum(prompts_of) / usual:.2f}"
            print(f"| {selector} | {notation} | {found} |", flush=True)


if __name__ == "__main__":
    main()
