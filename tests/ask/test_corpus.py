"""Replies as real models give them, and as somebody might make them up to be slow."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable

import pytest

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.rehearsal import rendered
from nlevolve.ask.replies import Unreadable, read_bullets, read_grid
from nlevolve.puzzle.grids import render
from tests.ask.adversaries import FAMILIES
from tests.ask.corpus_files import FOLDER, Kept, replies

ALL = replies()
PROMPTS = {name: messages[0].text for name, messages in rendered(Prompts(bundled())).items()}


def reading(reply: Kept) -> str:
    """What is made of a reply, in the corpus' own form."""
    try:
        if reply.kind == "grid":
            return render(read_grid(reply.text, prompt=PROMPTS["apply"]).grid)
        return "\n".join(read_bullets(reply.text, prompt=PROMPTS["write"]).bullets)
    except Unreadable as problem:
        return f"unreadable: {problem}"


@pytest.mark.parametrize("reply", ALL, ids=lambda reply: reply.name)
def test_no_reply_is_misread(reply: Kept) -> None:
    told = reading(reply)
    if reply.expected.startswith("unreadable"):
        assert told.startswith("unreadable: ")
        assert reply.expected.removeprefix("unreadable").removeprefix(":").strip() in told
    else:
        assert told == reply.expected


def test_the_corpus_is_whole() -> None:
    """A slip in the form of a file would drop replies without a word."""
    assert len(ALL) == sum(file.read_text(encoding="utf-8").count("\n@@ ") for file in FOLDER.glob("*.txt"))
    assert len({reply.name for reply in ALL}) == len(ALL) > 260
    assert all(reply.expected for reply in ALL)


SECONDS = 0.5
"""CPU seconds that any text up to a megabyte may take on a machine that takes PACE for `calibration`."""
PACE = 0.1
SIZES = (15_900, 99_900, 1_000_000)
"""Just below the bounds of what is repaired and of what is searched, and the longest text."""


def calibration() -> float:
    """CPU seconds of some work of this kind; measured: 0.06 to 0.09 where the slowest family takes 0.3."""
    began = time.process_time()
    rows = [json.loads(json.dumps([[i % 10, "x"] for i in range(1000)])) for _ in range(60)]
    assert sum(len(str(row).split()) for row in rows) > 0
    return time.process_time() - began


@pytest.mark.parametrize("family", FAMILIES)
def test_a_megabyte_of_anything_is_read_or_refused_in_good_time(family: str) -> None:
    texts = [FAMILIES[family](size) for size in SIZES]
    assert all(len(text) <= 1_000_100 for text in texts)
    gc.freeze()  # what other tests left in this process is not looked through again and again
    try:
        for text in texts:
            for read in (read_grid, read_bullets):
                # others are at work on the machine
                assert any(in_time(taken(read, text)) for _ in range(3)), f"{len(text)} characters"
    finally:
        gc.unfreeze()


def in_time(seconds: float) -> bool:
    return seconds < SECONDS or seconds < SECONDS * calibration() / PACE


def taken(read: Callable[[str], object], text: str) -> float:
    """CPU seconds."""
    told = ""
    began = time.process_time()
    try:
        read(text)
    except Unreadable as problem:
        told = str(problem)
    seconds = time.process_time() - began
    assert len(told) < 300
    return seconds
