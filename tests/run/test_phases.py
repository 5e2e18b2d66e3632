"""A model for each phase: whoever may write is known beforehand, asked in its phase alone, and found out by an audit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlevolve.api import solve
from nlevolve.config import configure
from nlevolve.errors import UsageError
from nlevolve.records import BirthPlanned, CallFinished
from nlevolve.run.store import read_config, read_events
from tests.audited import differences

ODD = [{"input": [[a, b]], "output": [[b, c]]} for a, b, c in ((1, 2, 7), (5, 6, 0), (3, 4, 9), (8, 1, 4))]
PHASES = [
    {"births": 1, "generator": "offline/generator-weak"},
    {"births": 1, "barrier": True},
]


def test_a_phase_may_have_its_own_model_effort_and_temperature_for_all_who_write() -> None:
    phases = [{"births": 1, "generator": "strong", "reasoning_effort": "high"}, {"births": 2, "temperature": 0.5}, {"births": 1}]
    settings = {"policy.phases": phases, "generator.price_in": 1.0, "generator.price_out": 2.0, "checker.temperature": 0.0}
    config = configure("quick", models={"generator": "cheap", "checker": "reads"}, changes=settings)
    called = [config.called("reviser", place) for place in range(3)]
    assert [(one.model, one.reasoning_effort, one.temperature) for one in called] == [
        ("strong", "high", None),
        ("cheap", None, 0.5),
        ("cheap", None, None),
    ]
    # what is set for the role as its price is the price of its own model
    assert [one.price_in for one in called] == [None, 1.0, 1.0]
    assert config.called("checker", 0) == config.checker
    assert set(config.every) == {*config.roles, "generator of phase 1", "generator of phase 2"}
    assert config.models["phase 1"] == "strong"
    assert "phase 2" not in config.models
    assert configure("quick").every == configure("quick").roles


@pytest.mark.parametrize("named", ["a,,b", ",", ""])
def test_a_phase_without_a_models_name_is_one_line(named: str) -> None:
    with pytest.raises(UsageError, match=r"policy.phases: generator of phase 1 names a model, .* left out, it is the role's own"):
        configure("quick", changes={"policy.phases": [{"births": 1, "generator": named}]})


@pytest.mark.forged
def test_each_phase_asks_its_own_and_an_audit_sees_where_one_did_not(tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text(json.dumps({"train": ODD[:3], "test": ODD[3:]}))
    result = solve([str(file)], settings={"policy.phases": PHASES}, run="r", report=False)
    folder = result.folder
    events = read_events(folder)
    planned = {e.birth.index: e.birth for e in events if isinstance(e, BirthPlanned)}
    assert [planned[k].model for k in range(2)] == ["offline/generator-weak", "offline/generator"]
    asked = {(e.birth, e.model) for e in events if isinstance(e, CallFinished) and e.role in ("generator", "reviser")}
    assert asked == {(k, birth.model) for k, birth in planned.items()}
    assert json.loads((folder / "results.json").read_text())["models"]["phase 1"] == "offline/generator-weak"
    assert differences(folder) == []
    config = read_config(folder)
    config["settings"]["policy"]["phases"][0]["generator"] = "offline/generator-strong"
    (folder / "config.json").write_text(json.dumps(config))
    found = differences(folder)
    assert any("birth 0 is of offline/generator-weak, the generator is offline/generator-strong" in line for line in found)
    assert any("asks offline/generator-weak, the generator is offline/generator-strong" in line for line in found)
