"""What mutmut found: how many small wrong changes each module's tests notice, and those that they do not.

    make mutants [MODULES="evolve run/search"]

Reads what `mutmut run` left in mutants/ and prints a table for docs/MUTANTS.md, then each survivor as the line that was
changed. Ends with 1 where more than a tenth survived. A mutant that no test reaches, or that broke the test run itself in a
way nobody can read, counts as a survivor: nobody has shown that it would be noticed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("mutants")
MOST = 0.10
"""Share of the mutants that may survive."""
KILLED = (1, 3, 24, -24, 36, 152, 255)
"""mutmut's codes: a test failed, or the run went on for so long that it was stopped."""


@dataclass(frozen=True)
class Module:
    """One module's mutants."""

    name: str
    made: int
    survivors: tuple[str, ...]

    @property
    def killed(self) -> int:
        return self.made - len(self.survivors)

    def __str__(self) -> str:
        return f"| `{self.name}` | {self.made} | {self.killed} | {len(self.survivors)} |"


def found(folder: Path = FOLDER) -> Iterator[Module]:
    """The modules whose mutants were tried, by name."""
    for path in sorted(folder.rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        tried = {name: code for name, code in codes.items() if code is not None}
        if tried:
            name = path.relative_to(folder).as_posix().removesuffix(".meta")
            yield Module(name, len(tried), tuple(mutant for mutant, code in tried.items() if code not in KILLED))


def changed(mutant: str) -> str:
    """The lines that a mutant takes away and puts in their place."""
    told = subprocess.run([sys.executable, "-m", "mutmut", "show", mutant], capture_output=True, text=True, check=False).stdout
    lines = [line for line in told.splitlines() if line[:1] in ("-", "+") and line[:3] not in ("---", "+++")]
    return "\n".join(lines)


def main() -> int:
    modules = list(found())
    survivors = [mutant for module in modules for mutant in module.survivors]
    made = sum(module.made for module in modules)
    print("| module | made | killed | survived |", "|---|---|---|---|", *modules, sep="\n")
    print(f"| all | {made} | {made - len(survivors)} | {len(survivors)} |")
    for mutant in survivors:
        print(f"\n{mutant}\n{changed(mutant)}")
    return int(len(survivors) > MOST * made)


if __name__ == "__main__":
    sys.exit(main())
