"""The pinned packages against published advisories (pip-audit): when the pins change, and once a day.

Where nobody can be asked (no network, an index without advisories) that is said, and nothing fails for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

PINS, ASKED = Path("constraints.txt"), Path("build/.audited")
DAY, LONGEST = 86_400, 60
"""Seconds."""
LET_THROUGH = {
    "CVE-2025-69872": "diskcache unpickles what it reads; llm/disk.py keeps plain text in it, and refuses any other row",
}


def main() -> int:
    if ASKED.exists() and ASKED.stat().st_mtime > max(PINS.stat().st_mtime, time.time() - DAY):
        return 0
    flags = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=5", "--format=json"]
    ignored = [f"--ignore-vuln={name}" for name in LET_THROUGH]
    command = [sys.executable, "-m", "pip_audit", f"--requirement={PINS}", *flags, *ignored]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
        packages = json.loads(told.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        return _not_audited(type(error).__name__)
    found = [
        f"{one['name']} {one['version']}: {bad['id']}, mended in {', '.join(bad['fix_versions']) or 'no version'}"
        for one in packages
        for bad in one.get("vulns", ())
    ]
    if found:
        print("\n".join(["published advisories on what constraints.txt pins:", *found]), file=sys.stderr)
        return 1
    ASKED.parent.mkdir(exist_ok=True)
    ASKED.touch()
    unknown = sum("skip_reason" in one for one in packages)
    return _not_audited(f"{unknown} of {len(packages)} packages are unknown there") if unknown else 0


def _not_audited(why: str) -> int:
    print(f"pip-audit could ask nobody about the pinned packages ({why}): they were not audited", file=sys.stderr)
    return 0


sys.exit(main())
