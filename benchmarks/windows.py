"""How large a window a data set needs: tokens of each prompt, at the median, the 90th and 99th percentile, and at most.

    python -m benchmarks.windows [SELECTOR…]

Counted with the tokenizer cl100k_base, which comes with litellm; tokenizers differ by a few percent, since nearly all of a prompt
is digits and spaces, each a token of its own. Parents have six bullets and are wrong on every pair, so that a revision and a
recombination are as long as `policy.parent_tokens` of the default preset allows. Prompts ask for text, the longest form. What a
model thinks and replies needs room beside them: see docs/MODELS.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from nlevolve.ask.checker import following
from nlevolve.ask.generator import describing
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.config import configure
from nlevolve.llm.request import Message
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Birth, Description, Followed
from nlevolve.run.forecast import BULLETS

SETS = ("arc1:training", "arc1:evaluation", "arc2:training", "arc2:evaluation")
SHARES = (50, 90, 99, 100)
"""Percentiles."""
PARENT = Description(bullets=BULLETS)


def asked(task: Task, prompts: Prompts) -> Iterator[tuple[str, Sequence[Message]]]:
    """Template -> messages: of the births, and of the follow on the first test input, whose examples are all pairs."""
    policy = configure().policy
    wrong: tuple[Attempt, ...] = tuple(Followed(pair=i, grid=pair.input, accuracy=0.5) for i, pair in enumerate(task.pairs))
    most = policy.recombine_parents
    for operator, count in (("write", 0), ("revise", 1), ("recombine", most)):
        birth = Birth.model_validate({"index": 9, "operator": operator, "model": "", "parents": range(count)})
        yield operator, describing(prompts, task, birth, [(PARENT, wrong)] * count, policy.parent_tokens, "text")
    yield "apply", following(prompts, task, task.tests[0], PARENT, "text")


def tokenizer() -> Any:
    """cl100k_base from litellm's own files: no network."""
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"))
    import tiktoken

    return tiktoken.get_encoding("cl100k_base")


def main() -> None:
    """Print the table, in Markdown."""
    prompts, encoding = Prompts(bundled()), tokenizer()
    print(f"| tasks | prompt | {' | '.join(f'{share}%' for share in SHARES[:-1])} | longest |")
    print(f"|---|---|{'--:|' * len(SHARES)}")
    for selector in sys.argv[1:] or SETS:
        found: dict[str, list[int]] = {}
        for task in load([selector]).tasks:
            for name, messages in asked(task, prompts):
                found.setdefault(name, []).append(sum(len(encoding.encode(message.text)) for message in messages))
        for name, sizes in found.items():
            print(f"| {selector} | {name} | {' | '.join(f'{n:,.0f}' for n in np.percentile(sizes, SHARES))} |", flush=True)


if __name__ == "__main__":
    main()
