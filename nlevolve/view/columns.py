"""The columns of a run's frames: what each holds, in which unit, of which pandas type."""

from __future__ import annotations

from collections.abc import Mapping

Columns = Mapping[str, tuple[str, str]]
"""Column -> its type and what it holds."""

TEXT, WHOLE, NUMBER, TRUTH, TIME, ANY = "string", "Int64", "Float64", "boolean", "datetime64[us, UTC]", "object"

TASKS: Columns = {
    "run": (TEXT, "name of the run"),
    "task": (TEXT, "id of the task"),
    "public": (TRUTH, "whether it is from a published data set"),
    "pairs": (WHOLE, "training pairs"),
    "tests": (WHOLE, "test inputs"),
    "copy_accuracy": (NUMBER, "mean cell accuracy of giving each training input back, 0..1"),
    "solved": (TRUTH, "whether all test inputs are right within two answers; missing where the solution is not known"),
    "inputs_solved": (WHOLE, "test inputs that are right"),
    "exact": (WHOLE, "training pairs that its best description is right on"),
    "cells": (NUMBER, "mean cell accuracy of its best description on the training pairs, 0..1"),
    "best": (WHOLE, "birth of its best description; missing where there is none"),
    "births": (WHOLE, "births that the schedule plans at most"),
    "candidates": (WHOLE, "descriptions that were checked"),
    "failed": (WHOLE, "births that gave none"),
    "stopped": (TEXT, "why the search ended: perfect, exhausted, budget, failed, interrupted"),
    "unfinished": (TRUTH, "whether its answers are from a search that had not come to its own end"),
    "error": (TEXT, "why it failed, in one line; missing where it did not"),
    "calls": (WHOLE, "replies of providers"),
    "cached": (WHOLE, "replies from the sample bank"),
    "tokens_prompt": (WHOLE, "tokens of the prompts of these calls"),
    "tokens_completion": (WHOLE, "tokens of their replies, reasoning included"),
    "cost_usd": (NUMBER, "dollars, of calls whose cost is known"),
    "seconds": (NUMBER, "from taking the task up to its answers"),
}
CANDIDATES: Columns = {
    "run": (TEXT, "name of the run"),
    "task": (TEXT, "id of the task"),
    "birth": (WHOLE, "index of the birth, from 0"),
    "operator": (TEXT, "write, revise, recombine, …"),
    "parents": (ANY, "births that its model was shown, best first: a list"),
    "model": (TEXT, "who wrote it"),
    "view": (TEXT, "the way of looking that its prompt suggested"),
    "grids": (TEXT, "how the grids were written for its model: digits, names, …"),
    "facts": (TRUTH, "whether its model was told what a program sees in the grids"),
    "images": (TEXT, "which grids its model saw as pictures: none, inputs or all"),
    "examples": (WHOLE, "rules of other tasks that its model was shown"),
    "unseen": (TRUTH, "whether pictures or facts were left out that it was to be shown; `images` and `facts` say what was shown"),
    "phase": (WHOLE, "phase of the schedule, from 0"),
    "blind": (WHOLE, "training pair hidden from its model, from 0; missing for none"),
    "description": (TEXT, "its bullets, a line each"),
    "words": (WHOLE, "words of the description"),
    "exact": (WHOLE, "training pairs that it is right on"),
    "pairs": (WHOLE, "training pairs"),
    "cells": (NUMBER, "mean cell accuracy over the pairs, 0..1"),
    "judged": (TRUTH, "whether every pair has an answer"),
    "perfect": (TRUTH, "whether it is right on every pair"),
    "duplicate_of": (WHOLE, "earlier birth that said the same; missing for none"),
    "program": (TEXT, "what a coder made of it in Python; missing where there is none"),
    "verdict": (TEXT, "a reviewer's: accept, doubt or stuck; missing where there is none"),
    "cost_usd": (NUMBER, "dollars that the description cost when it was bought; missing where the price is not known"),
}
ATTEMPTS: Columns = {
    "run": (TEXT, "name of the run"),
    "task": (TEXT, "id of the task"),
    "birth": (WHOLE, "whose description was followed; missing for a direct guess"),
    "on": (TEXT, "training or test"),
    "pair": (WHOLE, "training pair or test input, from 0"),
    "sample": (WHOLE, "which sample of the same question, from 0"),
    "view": (TEXT, "symmetry and relabelling under which it was followed; empty for none"),
    "by": (TEXT, "checker or coder: who read the words"),
    "kind": (TEXT, "followed, garbled, unreached, refused or skipped"),
    "accuracy": (NUMBER, "share of equal cells, 0..1; missing where there is no grid, or the solution is not known"),
    "exact": (TRUTH, "whether all are equal; missing where that is not known"),
    "grid": (ANY, "rows of cells: lists; None where there is no grid"),
    "said": (TEXT, "the reader's note, or why there is no grid"),
}
CALLS: Columns = {
    "run": (TEXT, "name of the run"),
    "at": (TIME, "when it was over, UTC"),
    "task": (TEXT, "id of the task"),
    "role": (TEXT, "generator, reviser, recombiner, checker, answerer, reviewer, judge or coder"),
    "purpose": (TEXT, "write, revise, …, check, follow, solve, review, judge or code"),
    "model": (TEXT, "litellm model string"),
    "birth": (WHOLE, "the birth it belongs to; missing for none"),
    "target": (WHOLE, "training pair (check) or test input (follow), from 0"),
    "repair": (TRUTH, "whether it asks for a reply that can be read"),
    "source": (
        TEXT,
        "provider, cache or failed: without a reply, also what nobody waited for any more (`finish` abandoned)"
        " or we held back (interrupted, budget). Of failed ones results.json counts those that were sent, with `tries` above 0",
    ),
    "finish": (TEXT, "stop, length, refused, filtered, empty, or the kind of failure"),
    "tokens_prompt": (WHOLE, "tokens of the prompt as billed; 0 from the cache"),
    "tokens_cached": (WHOLE, "how many of them the provider had in its own cache"),
    "tokens_completion": (WHOLE, "tokens of the reply, reasoning included; 0 from the cache"),
    "tokens_reasoning": (WHOLE, "how many of them are reasoning"),
    "cost_usd": (NUMBER, "dollars; missing where the price is not known; 0 from the cache"),
    "bought_usd": (NUMBER, "dollars that a reply from the cache cost once; missing for others"),
    "seconds": (NUMBER, "from sending to the reply, without waiting for a place; 0 from the cache"),
    "tries": (WHOLE, "how often it was sent"),
    "error": (TEXT, "why it failed, in one line; empty where it did not"),
    "request": (TEXT, "digest of the request: its key in the sample bank"),
}
