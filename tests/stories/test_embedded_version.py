"""Replies of other embedded models are never mixed into a run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve.ask.prompts import bundled
from nlevolve.errors import UsageError
from nlevolve.llm import embedded, request
from nlevolve.llm.request import LLM, Request
from nlevolve.options import Limits
from nlevolve.puzzle.datasets import load
from nlevolve.run.session import Session, reopen
from tests.stories.worlds import config, groping, prepare, scripted, task_file

REAL = {
    f"{role}__{name}": value
    for role in ("generator", "checker")
    for name, value in (("model", "openai/large"), ("base_url", "http://127.0.0.1:9/v1"))
}


def begun(folder: Path, llm: LLM | None = None, **changes: Any) -> tuple[Session, dict[str, Any]]:
    """A run that has only begun, and its config.json."""
    session = prepare(folder, task_file(folder), llm or scripted(groping), settings=config(**changes))
    session.lock.close()
    return session, json.loads((session.folder / "config.json").read_text())


def again(session: Session) -> Session:
    tasks = load([str(session.folder.parents[1] / "mirror.json")])
    cache = session.cache_dir
    return reopen(session.folder, tasks, session.config, Limits(), prompts=bundled(), cache_dir=cache, live=session.live)


def test_a_run_names_the_embedded_models_it_asks_and_only_those(tmp_path: Path) -> None:
    assert begun(tmp_path)[1]["versions"]["embedded"] == embedded.version()


def test_a_run_of_real_models_names_no_embedded_ones_and_does_not_mind_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, recorded = begun(tmp_path, **REAL)
    assert "embedded" not in recorded["versions"]
    monkeypatch.setattr(embedded, "version", lambda: "0123456789ab")
    again(session)


def test_a_run_goes_on_with_the_embedded_models_it_began_with_and_is_refused_with_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = begun(tmp_path)
    again(session)
    monkeypatch.setattr(embedded, "version", lambda: "0123456789ab")
    with pytest.raises(UsageError, match=r"versions\.embedded: \w{12} -> 0123456789ab") as refused:
        again(session)
    assert "\n" not in str(refused.value)


def test_a_run_from_before_they_had_a_version_goes_on_and_asks_them_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def heard(call: Request) -> str:
        asked.append(call.key)
        return groping(call)

    session, recorded = begun(tmp_path, llm=scripted(heard))
    del recorded["versions"]["embedded"]
    (session.folder / "config.json").write_text(json.dumps(recorded))
    with monkeypatch.context() as patch:
        patch.setattr(request, "embedded_version", lambda *models: None)
        asyncio.run(again(session).run([]))
    before = list(asked)
    (session.folder / "events.jsonl").unlink()
    asyncio.run(again(session).run([]))
    assert before
    assert len(asked) == 2 * len(before), "replies of other models were served"
