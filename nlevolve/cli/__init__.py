"""The command line: parse, wire, run. Commands live in modules by theme and import what they need when they are called."""

from __future__ import annotations

import importlib
import sys

import typer

from nlevolve.errors import UsageError, refuse_windows

app = typer.Typer(
    name="nlevolve",
    help="Solve ARC-AGI puzzles by evolving plain-English descriptions of the rule.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

MODULES = ("solve", "watch", "show", "sweep", "report", "export", "tasks", "models", "serve")
"""Each registers its commands on `app` when it is imported, in the order of --help."""


def main() -> None:
    """Entry point. Usage errors are one line on stderr and exit code 2."""
    try:
        refuse_windows()
        for module in MODULES:
            importlib.import_module(f"nlevolve.cli.{module}")
        code = app(standalone_mode=False)
    except (UsageError, typer.TyperException) as error:
        message = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        print(f"nlevolve: {' '.join(message.split())}", file=sys.stderr)
        raise SystemExit(2) from None
    except (KeyboardInterrupt, typer.Abort):
        raise SystemExit(130) from None
    raise SystemExit(code if isinstance(code, int) else 0)
