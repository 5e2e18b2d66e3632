"""What is exported to learn from as a folder that Hugging Face's `datasets` reads: parquet files, and the head of its card."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from nlevolve.view.export.card import Part
from nlevolve.view.export.parquet import arrow, parquet

WHAT = "--format hf"


def tables(parts: Sequence[Part]) -> dict[str, bytes]:
    """File name -> its content, of each part a file a split that has lines. Raises UsageError without pyarrow."""
    schemas = _schemas()
    lines = {
        f"{part.name}-{split}.parquet": (part.name, part.split(split)) for part in parts for split in ("train", "validation")
    }
    return {file: parquet(told, schemas[name]) for file, (name, told) in lines.items() if told}


def _schemas() -> dict[str, Any]:
    pa = arrow(WHAT)
    text, small = pa.string(), pa.int16()
    messages = pa.list_(pa.struct([("role", text), ("content", text)]))
    grid = pa.list_(pa.list_(pa.int8()))
    pairs = pa.list_(pa.struct([("input", grid), ("output", grid)]))
    view = [("mirrored", pa.bool_()), ("turns", small), ("colours", pa.list_(small)), ("order", pa.list_(small))]
    worth = [(name, small) for name in ("chosen_exact", "rejected_exact", "pairs")]
    texts = {"sft": ("role", "task", "model", "turned"), "dpo": ("task", "chosen_model", "rejected_model")}
    said = [(name, messages) for name in ("prompt", "chosen", "rejected")]
    return {
        "sft": pa.schema([("messages", messages), *((name, text) for name in texts["sft"])]),
        "dpo": pa.schema([*said, *((name, text) for name in texts["dpo"]), *worth]),
        "ttt": pa.schema(
            [
                *(("messages", messages), ("task", text), ("held_out", small), ("augmentation", pa.struct(view))),
                *(("train", pairs), ("test", pairs)),
            ]
        ),
    }


def yaml(run: str, files: Iterable[str]) -> str:
    """The head of the card: which files are which split of which configuration; the first one is the default."""
    splits: dict[str, list[str]] = {}
    for file in files:
        name, _, split = file.removesuffix(".parquet").partition("-")
        splits.setdefault(name, []).extend([f"  - split: {split}", f"    path: data/{file}"])
    configs = [
        line
        for place, (name, rows) in enumerate(splits.items())
        for line in (f"- config_name: {name}", *(["  default: true"] * (place == 0)), "  data_files:", *rows)
    ]
    told = ["license: other", f"pretty_name: {json.dumps(f'nlevolve run {run}')}", "task_categories:", "- text-generation"]
    told += ["language:", "- en", "tags:", "- arc-agi", "- nlevolve"]
    return "\n".join(["---", *told, *(["configs:", *configs] if configs else []), "---", "", ""])
