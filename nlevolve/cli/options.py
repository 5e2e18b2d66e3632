"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RunsDir = Annotated[Path, typer.Option("--runs-dir", help="Where runs are kept.", metavar="DIR")]
CacheDir = Annotated[Path, typer.Option("--cache-dir", help="The sample bank: every paid reply.", metavar="DIR")]
Selectors = Annotated[
    list[str],
    typer.Argument(help="arc1:ID, arc2:evaluation[:10], arc1:training~20, a task file, a folder, @LIST", show_default=False),
]
Run = Annotated[str, typer.Argument(help="A run's name under --runs-dir, or the path of its folder.", show_default=False)]
Generator = Annotated[
    str | None, typer.Option(help="Writes descriptions: any litellm model string, or a mix A,B,C. [default: offline/generator]")
]
Checker = Annotated[str | None, typer.Option(help="Follows descriptions on the training inputs. [default: offline/checker]")]
Reviser = Annotated[str | None, typer.Option(help="Revises descriptions. [default: the generator]")]
Recombiner = Annotated[str | None, typer.Option(help="Recombines descriptions. [default: the generator]")]
Answerer = Annotated[str | None, typer.Option(help="Follows the best on the test inputs. [default: the checker]")]
Preset = Annotated[str | None, typer.Option(help="A schedule by name, or a TOML file. [default: thrifty]", metavar="NAME|FILE")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="One setting; repeatable: generator.temperature=1.0", metavar="KEY=VALUE")
]
PromptsDir = Annotated[Path | None, typer.Option("--prompts", help="A folder of your own prompts.", metavar="DIR")]
Seed = Annotated[int | None, typer.Option(help="Of every random choice. [default: 0]")]
Budget = Annotated[float | None, typer.Option(help="USD for the run.", metavar="USD")]
TaskBudget = Annotated[float | None, typer.Option(help="USD for each task.", metavar="USD")]
MaxCalls = Annotated[int | None, typer.Option(help="Calls that reach a provider, at most.", metavar="N")]
Concurrency = Annotated[int | None, typer.Option(help="Calls in flight. [default: 64]", metavar="N")]
TasksAtOnce = Annotated[int | None, typer.Option(help="Tasks under way. [default: 8]", metavar="N")]
AllowUnknownPrices = Annotated[
    bool, typer.Option("--allow-unknown-prices", help="Call models whose price is not known, in spite of --budget.")
]
Live = Annotated[bool | None, typer.Option("--live/--no-live", help="The dashboard. [default: when stdout is a terminal]")]
Json = Annotated[bool, typer.Option("--json", help="One summary object on stdout at the end, and nothing else.")]
Palette = Annotated[str, typer.Option(help="Colours of cells: arc or colour-blind.", metavar="NAME")]
