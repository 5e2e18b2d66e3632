"""pip install, with a word of what is going on: a fresh machine fetches for a minute or more, and silence looks like a fault.

python .ci/set_up.py ARGUMENTS OF pip install
"""

from __future__ import annotations

import re
import subprocess
import sys
import time

# compiled when it is first imported, if it ever is: half of the time went into that
PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off", "--no-compile"]
TOLD = re.compile(r"(?P<what>Collecting|Downloading|Building wheel for|Installing collected packages)[ :]*(?P<which>[\w.-]+)?")
EVERY = 5.0
"""Seconds between two lines where nobody looks at a terminal."""


def main() -> int:
    began, said, tail = time.monotonic(), 0.0, []
    on_terminal = sys.stderr.isatty()
    pip = subprocess.Popen([*PIP, *sys.argv[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert pip.stdout
    for line in pip.stdout:
        tail = [*tail[-20:], line]
        match = TOLD.match(line.strip())
        if match is None:
            continue
        last = match["what"].startswith("Installing")
        text = f"unpacking {line.count(',') + 1} packages" if last else f"{match['what'].lower()} {match['which'] or ''}"
        passed = time.monotonic() - began
        if on_terminal:
            print(f"\r  {passed:3.0f} s  {text:<60.60}", end="", file=sys.stderr, flush=True)
        elif last or passed - said >= EVERY:
            said = passed
            print(f"  {passed:3.0f} s  {text}", file=sys.stderr, flush=True)
    code = pip.wait()
    if code:
        print(*tail, sep="", file=sys.stderr)
    else:
        print(f"{chr(13) if on_terminal else ''}  {time.monotonic() - began:3.0f} s  done{'':<56}".rstrip(), file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
