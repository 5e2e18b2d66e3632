"""nlevolve inside somebody else's program: what belongs to the whole process stays as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stories.worlds import task_file

HOST = """
import asyncio, gc, json, os, sys, threading, time, warnings
import nlevolve
from tests.server import Provider
from tests.server.embedded import embedded

task, models = sys.argv[1:]

def surroundings():
    return {
        "environment": dict(os.environ),
        "warnings": [str(one) for one in list(warnings.filters)],
        "collector": [gc.get_freeze_count(), gc.isenabled(), *gc.get_threshold()],
    }

def run(name, changes=None):
    '''Which of the surroundings changed while it ran, and which were changed afterwards.'''
    before, over, during = surroundings(), threading.Event(), set()
    def sample():
        while not over.is_set():
            now = surroundings()
            during.update(part for part in ("warnings", "collector") if now[part] != before[part])
            variables = dict(before["environment"].items() ^ now["environment"].items())
            during.update(f"environment {name}" for name in variables)
            time.sleep(0.0005)
    sampler = threading.Thread(target=sample)
    sampler.start()
    result = nlevolve.solve([task], run=name, cache_dir=name, report=False, preset="quick", settings=changes or {}, **chosen)
    over.set()
    sampler.join()
    after = surroundings()
    return {"exit": result.exit_code, "calls": result.totals["calls"]["provider"], "during": sorted(during),
            "after": [part for part in before if before[part] != after[part]]}

with Provider(embedded) as server:
    chosen = {} if models == "embedded" else {"generator": "openai/offline/generator", "checker": "hosted_vllm/offline/checker"}
    changes = {f"{role}.base_url": server.url for role in ("generator", "checker")} if chosen else {}
    print(json.dumps([run("first", changes), run("second", changes)]))
"""


@pytest.fixture(scope="module", params=["embedded", "over HTTP"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], str]:
    """The first run of a program, in which litellm is imported, and a second one; what the program wrote on stderr."""
    folder = tmp_path_factory.mktemp("host")
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("LITELLM", "TIKTOKEN"))}
    shown = subprocess.run(
        [sys.executable, "-c", HOST, str(task_file(folder)), str(request.param)],
        cwd=folder,
        env={**keep, "PYTHONPATH": str(Path(__file__).parents[2]), "OPENAI_API_KEY": "none", "LITELLM_LOG": "WARNING"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(shown.stdout.splitlines()[-1]), shown.stderr


def test_it_leaves_a_process_as_it_found_it(runs: tuple[list[dict[str, Any]], str]) -> None:
    for run in runs[0]:
        assert run["exit"] == 0
        assert run["calls"] > 0
        assert run["after"] == []


def test_while_it_runs_nothing_that_belongs_to_the_process_is_changed(runs: tuple[list[dict[str, Any]], str]) -> None:
    first, second = runs[0]
    assert second["during"] == []
    # while litellm is imported it needs to be told, by variables, to fetch nothing; it sets one and some filters itself
    told = {name.removeprefix("environment ") for name in first["during"] if name.startswith("environment ")}
    assert told <= {
        "LITELLM_LOCAL_MODEL_COST_MAP",
        "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS",
        "LITELLM_MODE",
        "LITELLM_LOG",
        "TIKTOKEN_CACHE_DIR",
    }
    assert {name for name in first["during"] if not name.startswith("environment ")} <= {"warnings"}


def test_litellm_says_nothing_there(runs: tuple[list[dict[str, Any]], str]) -> None:
    assert not [word for word in ("LiteLLM", "pydantic", "Provider List") if word in runs[1]]
