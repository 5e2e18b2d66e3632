"""The lowest versions that pyproject.toml allows of what nlevolve needs itself, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

for wanted in tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]:
    name, lowest = re.match(r"([\w.-]+)(?:\[.*\])?>=([\w.]+)", wanted).groups()
    print(f"{name}=={lowest}")
