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
        from nlevolve.view.door import say

        say(f"nlevolve {__version__}")
        raise typer.Exit


MODULES = (
    "solve",
    "watch",
    "show",
    "sweep",
    "control",
    "report",
    "compare",
    "exam",
    "audit",
    "merge",
    "export",
    "tasks",
    "models",
    "serve",
    "hub",
    "shelf",
    "presets",
    "library",
    "steering",
    "doctor",
)
"""Each registers its commands on `app` when it is imported, in the order of --help."""


@app.callback()
def _whole(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Solve ARC-AGI puzzles by evolving plain-English descriptions of the rule."""


USAGE, INTERRUPTED = 2, 130


def main() -> None:
    """Entry point. Whatever goes wrong is one line on stderr; usage errors have exit code 2."""
    from nlevolve.view.door import forgiving

    forgiving()
    try:
        code = _called()
    except (KeyboardInterrupt, typer.Abort):
        code = _failed(INTERRUPTED, "interrupted")
    except (UsageError, typer.TyperException) as error:
        code = _failed(USAGE, _misused(error) if isinstance(error, typer.TyperException) else str(error))
    except Exception as error:
        from nlevolve.cli.accidents import explained

        code = _failed(*explained(error))
    raise SystemExit(code)


def _called() -> int:
    refuse_windows()
    if not all(map(str.isascii, sys.argv)):
        from nlevolve.cli.accidents import check_arguments

        check_arguments()
    for module in MODULES:
        importlib.import_module(f"nlevolve.cli.{module}")
    from nlevolve.cli.tree import commands, taken_last

    tree = commands(app)
    code = tree(standalone_mode=False)
    # behind the rest: what is wrong is said in one line alone
    for told in taken_last(tree, sys.argv[1:]):
        _said(told)
    return code if isinstance(code, int) else 0


def _misused(error: typer.TyperException) -> str:
    """What was typed that there is not."""
    if getattr(error, "option_name", "") == "--cluster":
        return "No such option: --cluster. Only solve, resume and sweep take a cluster"
    return error.format_message()


def _failed(code: int, text: str) -> int:
    _said(text)
    return code


def _said(text: str) -> None:
    from nlevolve.cli.accidents import line
    from nlevolve.view.door import complain

    complain(line(text))
