"""A provider that allows so many requests a minute and does not say so: how near the run comes to it, and what is refused.

    python -m benchmarks.rates [--limit 120] [--minutes 5] [--window sliding|fixed]
    python -m benchmarks.rates --kinds

Real time, real HTTP; writes docs/BENCHMARKS.md. With --kinds, providers of many kinds with a clock that jumps: half a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.calls import CARD, MODEL, request
from benchmarks.figures import section
from nlevolve.llm.request import NoReply
from nlevolve.llm.stack import OpenStack
from nlevolve.records import Event, LimitChanged
from tests.llm.kinds import Busy, Limit, Met, Refuses, at_random, both, bucket, changing, fixed, sliding, slow, steady
from tests.server import Asked, Provider, Said

WINDOWS = {"sliding": sliding, "fixed": fixed}
SEEDS = range(4)


def unhindered(share: float, slots: int, seconds: float) -> float:
    """Calls a minute that pass where a share of all is refused at once (after 0.02 s) and nothing else hinders."""
    return (1 - share) * slots * 60 / (seconds * (1 - share) + 0.02)


def by_chance(share: float, slots: int, seconds: float) -> tuple[Callable[[int], Busy], float]:
    def busy(seed: int) -> Busy:
        return Busy(at_random(share, seed), seconds=steady(seconds), slots=slots, workers=3 * slots, seed=seed)

    return busy, unhindered(share, slots, seconds)


def limited(refuses: Callable[[int], Refuses], a_minute: float, **options: Any) -> tuple[Callable[[int], Busy], float]:
    return lambda seed: Busy(refuses(seed), seed=seed, **{"seconds": steady(0.2), **options}), a_minute


KINDS = {
    "120 a minute, sliding": limited(lambda _: sliding(120, 60), 120),
    "120 a minute, fixed": limited(lambda _: fixed(120, 60), 120),
    "the same, says Retry-After": limited(lambda _: fixed(120, 60), 120, says_when=True),
    "20 in ten seconds, sliding": limited(lambda _: sliding(20, 10), 120),
    "20 a minute, sliding": limited(lambda _: sliding(20, 60), 20),
    "bucket of 10, 120 a minute": limited(lambda _: bucket(120, 10), 120),
    "bucket of 120, 120 a minute": limited(lambda _: bucket(120, 120), 120),
    "bucket of 20, 1000 a minute": limited(lambda _: bucket(1000, 20), 1000, seconds=steady(1.0)),
    "300 a minute, sliding, slow replies": limited(lambda _: sliding(300, 60), 300, seconds=slow(5.0)),
    "bucket of 5, 300 a minute, slow replies": limited(lambda _: bucket(300, 5), 300, seconds=slow(5.0)),
    "8 at once, replies after 2 s": limited(lambda _: at_random(0.0), 8 * 60 / 2.0, at_once=8, seconds=steady(2.0)),
    "30 at once, replies after 1 s": limited(lambda _: at_random(0.0), 30 * 60 / 1.0, at_once=30, seconds=steady(1.0)),
    "8 at once, slow replies": limited(lambda _: at_random(0.0), 8 * 60 / 5.0, at_once=8, seconds=slow(5.0)),
    "10% by chance and 8 at once": limited(lambda seed: at_random(0.1, seed), 8 * 60 / 2.0, at_once=8, seconds=steady(2.0)),
    **{f"{share:.0%} by chance, 64 at once": by_chance(share, 64, 3.0) for share in (0.01, 0.05, 0.1, 0.25, 0.4)},
    **{f"{share:.0%} by chance, 8 at once": by_chance(share, 8, 2.0) for share in (0.05, 0.25, 0.4)},
    "10% by chance and 120 a minute, sliding": limited(lambda seed: both(at_random(0.1, seed), sliding(120, 60)), 120),
    "10% by chance and bucket of 10, 120": limited(lambda seed: both(at_random(0.1, seed), bucket(120, 10)), 120),
    "25% by chance and bucket of 10, 600": limited(
        lambda seed: both(at_random(0.25, seed), bucket(600, 10)), 600, seconds=steady(0.5)
    ),
}
CHANGING: dict[str, Callable[[Limit], Refuses]] = {
    "sliding": lambda limit: sliding(limit, 60),
    "fixed": lambda limit: fixed(limit, 60),
    "bucket of 10": lambda limit: bucket(limit, 10),
}


def kinds() -> list[str]:
    """A table of what busy runs get from providers of many kinds, and one of limits that change."""
    rows = ["| provider | let through, of what it could | at worst | refused |", "|---|---|---|---|"]
    for name, (busy, ideal) in KINDS.items():
        met = [busy(seed).run().met() for seed in SEEDS]
        shares = [one.a_minute / ideal for one in met]
        rows.append(f"| {name} | {mean(shares):.0%} | {min(shares):.0%} | {mean(one.refused for one in met):.1%} |")
    rows += ["", "| limit | first minute after | second | third |", "|---|---|---|---|"]
    for before, after in ((120, 240), (240, 120)):
        for name, kind in CHANGING.items():
            cells = " | ".join(after_a_change(kind, before, after))
            rows.append(f"| {name}, {before} a minute, then {after} | {cells} |")
    return rows


def after_a_change(kind: Callable[[Limit], Refuses], before: int, after: int) -> list[str]:
    """What is let through a minute and refused, for each of three minutes after a change at several moments."""
    met: list[list[Met]] = []
    for seed in SEEDS:
        at = 170.0 + 15 * seed
        busy = Busy(kind(changing(before, after, at)), minutes=7, seconds=steady(0.2), seed=seed).run()
        met.append([busy.met(at + 60 * minute, at + 60 * (minute + 1)) for minute in range(3)])
    return [
        f"{mean(one.a_minute for one in minute):.0f}, {mean(one.refused for one in minute):.1%} refused"
        for minute in zip(*met, strict=True)
    ]


async def keep_asking(url: str, minutes: float, in_flight: int) -> None:
    """Ask for so long, so many at once."""
    ends = time.monotonic() + 60 * minutes
    numbers = iter(range(10**9))
    with tempfile.TemporaryDirectory() as folder:
        async with OpenStack(emit=_say, cards={MODEL: CARD}, cache_dir=Path(folder), concurrency=in_flight) as stack:

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
    parser.add_argument("--kinds", action="store_true", help="providers of many kinds, with a clock that jumps")
    chosen = parser.parse_args()
    if chosen.kinds:
        rows = kinds()
        print(*rows, sep="\n")
        note = (
            f"Six minutes each, the first left out; {len(SEEDS)} runs each. A clock that jumps: no figure depends on the machine."
        )
        title = "Calls: how fast providers of many kinds are asked"
        section(Path("docs/BENCHMARKS.md"), title, "python -m benchmarks.rates --kinds", [*rows, "", note])
        return
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
