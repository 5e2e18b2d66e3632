"""offline/ is a tenant of the package: it could move out tomorrow."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

AT_WORK = """
import sys
from nlevolve.offline import provider, server
from nlevolve.offline.answer import Job, answer

pairs = "# Training pairs\\n## Pair 1\\nInput (1x2):\\n1 2\\nOutput (1x2):\\n2 1\\n"
asked = pairs + "# Description\\n- Rotate the grid by half a turn.\\n# Input grid\\n3 4\\n"
server.application()
print(*(answer(Job(model, prompt, 0, 'json')).replace(" ", "") for model in provider.MODELS for prompt in (pairs, asked)))
print(*sorted(name for name in sys.modules if name.partition(".")[0] in ("nlevolve", "litellm", "pydantic")))
"""

DOORSTEP = {"nlevolve", "nlevolve.version"}
"""What importing anything of the package loads: its name, and its version."""


def test_at_work_it_loads_nothing_of_the_house() -> None:
    told = subprocess.run([sys.executable, "-c", AT_WORK], capture_output=True, text=True, check=True, cwd=ROOT)
    replies, loaded = (set(line.split()) for line in told.stdout.splitlines())
    assert {reply[:8] for reply in replies} == {'{"bullet', '{"grid":'}, "they were not at work"
    assert {"nlevolve.offline.provider", "nlevolve.offline.families.turning"} <= loaded
    assert {name for name in loaded if not name.startswith("nlevolve.offline")} == DOORSTEP


def test_its_contract_names_every_other_room() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (contract,) = [one for one in contracts if one.get("source_modules") == ["nlevolve.offline"]]
    rooms = {path.stem for path in (ROOT / "nlevolve").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert set(contract["forbidden_modules"]) == {f"nlevolve.{room}" for room in rooms - {"offline", "__init__", "__main__"}}
