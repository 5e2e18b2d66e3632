"""The command line: parse, wire, run. Commands live in modules by theme and import what they need when they are called."""

from __future__ import annotations

import importlib
import sys
from typing import Annotated

import typer

from nlevolve.errors import UsageError, refuse_windows
from nlevolve.version import __version__

app = typer.Typer(
    name="nlevolve",
    help="Solve ARC-AGI puzzles by evolving plain-English descriptions of the rule.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"nlevolve {__version__}")
        raise typer.Exit


MODULES = ("solve", "watch", "show", "sweep", "report", "export", "tasks", "models", "serve", "shelf", "presets", "doctor")
"""Each registers its commands on `app` when it is imported, in the order of --help."""


@app.callback()
def _whole(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Solve ARC-AGI puzzles by evolving plain-English descriptions of the rule."""


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
