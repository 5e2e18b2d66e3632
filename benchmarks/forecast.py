"""What `--dry-run` says beside what the run then takes: calls, tokens and dollars, the embedded models behind HTTP.

    python -m benchmarks.forecast [--tasks arc1:evaluation~12] [--presets thrifty,quick,…]

Every preset with a sample bank of its own, so that nothing is there already. Writes docs/BENCHMARKS.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nlevolve
from benchmarks.figures import section
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.config import configure
from nlevolve.llm.preflight import check_models
from nlevolve.offline.server import serving
from nlevolve.run.forecast import Forecast, Outlook, forecast

PRESETS = "thrifty,quick,broad,deep,berman-v2"
MODELS = {"generator": "openai/offline/generator", "checker": "openai/offline/checker"}
PRICES = {"price_in": 1.0, "price_out": 4.0}
WITHIN = 2.0
"""The factor that is promised."""


@dataclass(frozen=True)
class Compared:
    """One preset: what was said, and what was taken."""

    preset: str
    said: Outlook
    took: Forecast

    def ratio(self, figure: Callable[[Forecast], float]) -> float:
        return figure(self.said.likely) / figure(self.took)

    @property
    def row(self) -> str:
        cells = (
            f"{figure(self.took):{form}} | {self._said(figure, form)} | {self.ratio(figure):.2f}" for figure, form in FIGURES
        )
        return f"| `{self.preset}` | {' | '.join(cells)} |"

    def _said(self, figure: Callable[[Forecast], float], form: str) -> str:
        return " – ".join(f"{figure(one):{form}}" for one in (self.said.low, self.said.likely, self.said.high))


FIGURES: tuple[tuple[Callable[[Forecast], float], str], ...] = (
    (lambda one: one.calls, ",.0f"),
    (lambda one: one.tokens, ",.0f"),
    (lambda one: one.usd or 0.0, ".2f"),
)


async def compared(preset: str, tasks: str) -> Compared:
    """Forecast a preset, then run it."""
    async with serving() as url:
        settings = {f"{role}.{name}": value for role in MODELS for name, value in {"base_url": url, **PRICES}.items()}
        config = configure(preset, models=MODELS, changes=settings)
        cards = check_models(config.roles.values(), keyed=False)
        (said,) = forecast([config], nlevolve.tasks(tasks), Prompts(bundled()), cards)
        with tempfile.TemporaryDirectory() as folder:
            places: dict[str, Any] = {"runs_dir": folder, "cache_dir": Path(folder) / "bank", "report": False}
            result = await nlevolve.asolve(tasks, preset=preset, settings=settings, **MODELS, **places)
    totals = result.totals
    took = Forecast(totals["calls"]["provider"], totals["cost_usd"], totals["tokens"]["prompt"], totals["tokens"]["completion"])
    return Compared(preset, said.total, took)


def lines(rows: list[Compared]) -> Iterator[str]:
    yield "| preset | calls | said: low – likely – high | likely ÷ taken | tokens | said | ÷ | USD | said | ÷ |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    yield from (one.row for one in rows)
    ratios = [one.ratio(figure) for one in rows for figure, _ in FIGURES]
    kept = all(1 / WITHIN <= ratio <= WITHIN for ratio in ratios)
    yield ""
    yield (
        f"Likely is {min(ratios):.2f} to {max(ratios):.2f} times what was taken: {'' if kept else 'not '}all within a factor of "
        f"{WITHIN:g}. At ${PRICES['price_in']:g} and ${PRICES['price_out']:g} per million tokens; what is taken for granted of a "
        "search stands in `run/luck.py`, and was set with twelve other tasks in sight (`arc1:training~12`)."
    )


def main() -> None:
    """Print each preset as it ends, and write the table down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="arc1:evaluation~12")
    parser.add_argument("--presets", default=PRESETS)
    chosen = parser.parse_args()
    os.environ.setdefault("OPENAI_API_KEY", "none")
    rows = []
    for preset in chosen.presets.split(","):
        rows.append(asyncio.run(compared(preset, chosen.tasks)))
        print(rows[-1].row, flush=True)
    section(
        Path("docs/BENCHMARKS.md"),
        f"Forecast: what --dry-run says, and what the run takes ({chosen.tasks})",
        f"python -m benchmarks.forecast --tasks {chosen.tasks} --presets {chosen.presets}",
        list(lines(rows)),
    )


if __name__ == "__main__":
    main()
