"""A provider that allows so many requests a minute and does not say so: how near the run comes to it, and what is refused.

    python -m benchmarks.rates [--limit 120] [--minutes 5] [--window sliding|fixed]

Real time, real HTTP; writes docs/BENCHMARKS.md. tests/llm/test_limits.py does the same with a clock that jumps, for more
kinds of provider.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.calls import CARD, MODEL, request
from benchmarks.figures import section
from nlevolve.llm.request import NoReply
from nlevolve.llm.stack import open_stack
from nlevolve.records import Event, LimitChanged
from tests.llm.test_limits import fixed, sliding
from tests.server import Asked, Provider, Said

WINDOWS = {"sliding": sliding, "fixed": fixed}


async def keep_asking(url: str, minutes: float, in_flight: int) -> None:
    """Ask for so long, so many at once."""
    ends = time.monotonic() + 60 * minutes
    numbers = iter(range(10**9))
    with tempfile.TemporaryDirectory() as folder:
        async with open_stack(emit=_say, cards={MODEL: CARD}, cache_dir=Path(folder), concurrency=in_flight) as stack:

            async def worker() -> None:
                while time.monotonic() < ends:
                    try:
                        await stack(request(next(numbers), url))
                    except NoReply as error:
                        print(error)

            await asyncio.wait([asyncio.create_task(worker()) for _ in range(in_flight)], timeout=60 * minutes)


def _say(event: Event) -> None:
    if isinstance(event, LimitChanged):
        print(f"{event.at:%H:%M:%S}  {event.in_flight} in flight: {event.why}", flush=True)


def main() -> None:
    """Print what was let through and refused, minute by minute."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--window", choices=WINDOWS, default="sliding")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--says-when", action="store_true", help="the server sends Retry-After")
    chosen = parser.parse_args()
    os.environ["OPENAI_API_KEY"] = "none"
    refuses, began = WINDOWS[chosen.window](chosen.limit, 60.0), time.monotonic()
    passed: Counter[int] = Counter()
    refused: Counter[int] = Counter()

    def script(asked: Asked) -> Said:
        now = time.monotonic() - began
        wait = refuses(now)
        (passed if wait is None else refused)[int(now // 60)] += 1
        if wait is None:
            return Said("ok", delay=0.2)
        return Said("too many requests", status=429, headers={"retry-after": f"{wait:.0f}"} if chosen.says_when else {})

    with Provider(script) as server:
        asyncio.run(keep_asking(server.url, chosen.minutes, chosen.in_flight))
    minutes = range(int(chosen.minutes))
    total, turned_away = (sum(count[m] for m in minutes[1:]) for count in (passed, refused))
    verdict = (
        f"After the first minute: {total / len(minutes[1:]):.0f} a minute of {chosen.limit}, "
        f"{turned_away / (total + turned_away):.1%} refused."
    )
    rows = [f"| {m + 1} | {passed[m]} | {refused[m]} |" for m in minutes]
    print(*rows, verdict, sep="\n")
    command = f"python -m benchmarks.rates --limit {chosen.limit} --minutes {chosen.minutes:g} --window {chosen.window}"
    section(
        Path("docs/BENCHMARKS.md"),
        f"Calls: a provider that allows {chosen.limit} a minute and does not say so ({chosen.window} window)",
        command + (" --says-when" if chosen.says_when else ""),
        ["| minute | let through | refused |", "|---|---|---|", *rows, "", verdict],
    )


if __name__ == "__main__":
    main()
