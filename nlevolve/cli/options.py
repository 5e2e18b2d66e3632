"""Flags and arguments: those of a run are made from the fields of `nlevolve.options`, others that commands share stand here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Any, get_args, get_origin

import typer
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from nlevolve.cli import completing
from nlevolve.options import Places, Told, shown


def by_default(what: str) -> str:
    """What help says of an option that is not given. Typer reads help as rich's markup, in which a bare bracket is a style."""
    return rf"\[default: {what}]"


RunsDir = Annotated[Path, typer.Option("--runs-dir", help="Where runs are kept.", metavar="DIR")]
CacheDir = Annotated[Path, typer.Option("--cache-dir", help="The sample bank: every paid reply.", metavar="DIR")]
RUNS, CACHE = (Path(Places.model_fields[name].default) for name in ("runs_dir", "cache_dir"))
Selectors = Annotated[
    list[str],
    typer.Argument(help="arc1:ID, arc2:evaluation[:10], arc1:training~20, a task file, a folder, @LIST", show_default=False),
]
MaybeSelectors = Annotated[
    list[str] | None,
    typer.Argument(
        help="arc1:ID, arc2:evaluation[:10], arc1:training~20, a task file, a folder, @LIST; with --from those of that run",
        metavar="SELECTORS",
        show_default=False,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Repeat this run, with what else is named here changed; with --replay and no change it is told again to the figure.",
        metavar="RUN",
        show_default=False,
        autocompletion=completing.runs,
    ),
]
Run = Annotated[
    str,
    typer.Argument(
        help="A run's name under --runs-dir, or the path of its folder.", show_default=False, autocompletion=completing.runs
    ),
]


def whole(text: str) -> int:
    """Raises BadParameter, in words for people."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"give a whole number, got {text[:40]!r}") from None


def number(text: str) -> float:
    """Raises BadParameter, in words for people. What is infinite or none is refused by whoever takes it."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"give a number, got {text[:40]!r}") from None


READERS: Mapping[Any, Callable[[str], Any]] = {int: whole, float: number}
Seed = Annotated[int | None, typer.Option(help="Of every random choice. " + by_default("0"), parser=whole, metavar="N")]
Live = Annotated[bool | None, typer.Option("--live/--no-live", help="The dashboard. " + by_default("when stdout is a terminal"))]
Json = Annotated[bool, typer.Option("--json", help="One summary object on stdout at the end, and nothing else.")]
WhenDone = Annotated[
    str | None,
    typer.Option(
        "--when-done",
        help="A command for your shell at the end of the run; NLEVOLVE_RUN, NLEVOLVE_FOLDER and NLEVOLVE_EXIT_CODE tell of it.",
        metavar="CMD",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say how many calls, tokens and dollars; send nothing.")]
Palette = Annotated[
    str | None,
    typer.Option(
        help="Colours: arc or colour-blind. " + by_default("NLEVOLVE_PALETTE, else arc"), metavar="NAME", show_default=False
    ),
]


def elsewhere(runs_dir: Path) -> list[str]:
    """What to type for runs that are kept elsewhere."""
    return [] if runs_dir == RUNS else ["--runs-dir", str(runs_dir)]


Charts = Annotated[
    Path | None,
    typer.Option(
        help="Write each chart as SVG, and its numbers as CSV, into this folder, too.", metavar="DIR", show_default=False
    ),
]

Given = dict[str, Any]
"""The options named on the command line, by their fields' names; those that were not named are not in it."""


def takes(
    group: type[Told],
    *,
    only: Collection[str] = (),
    many: Collection[str] = (),
    helps: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of a group, in the place of its parameter `given`, which gets those that were named.

    `only`: some of them, all where none is said.
    `many` may be named several times; `helps` and `defaults` say what an option means, or falls back on, in this command.
    """

    fields = {name: field for name, field in group.model_fields.items() if name in only or not only}

    def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command, eval_str=True).parameters.values()
        options = [
            _parameter(group, name, field, name in many, (helps or {}).get(name), (defaults or {}).get(name))
            for name, field in fields.items()
        ]

        def called(**arguments: Any) -> Any:
            named = {name: arguments.pop(name) for name in fields}
            switches = {name for name, field in fields.items() if field.default is False}
            given = {name: value for name, value in named.items() if value not in (None, []) and (value or name not in switches)}
            return command(given=given, **arguments)

        # each is passed by its name, so that one without a default may stand behind one with
        named_alone = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
        parameters = [one for each in named_alone for one in (options if each.name == "given" else [each])]
        called.__name__, called.__doc__ = command.__name__, command.__doc__
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        called.__annotations__ = {one.name: one.annotation for one in parameters}
        return called

    return with_options


def _parameter(
    group: type[Told], name: str, field: FieldInfo, many: bool, says: str | None, default: str | None
) -> inspect.Parameter:
    """One field as typer wants it: the value None, False or nothing means that it was not named."""
    look, flag, kind = shown(field.metadata), group.flag(name), _kind(field)
    switch = kind is bool and field.default is False
    if kind is bool and not switch:
        flag = f"{flag}/--no-{flag.removeprefix('--')}"
    default = default or look.default or ("" if field.default in (None, False, {}, ()) else str(field.default))
    words = [says or field.description, "Repeatable." if many else "", default and by_default(default)]
    option = typer.Option(
        flag,
        help=" ".join(filter(None, words)),
        metavar=look.metavar,
        show_default=False,
        parser=READERS.get(kind),
        autocompletion=completing.OFFERED.get(name),
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if switch else None,
        annotation=Annotated[bool if switch else (GenericAlias(list, kind) if many else kind) | None, option],
    )


def _kind(field: FieldInfo) -> Any:
    """As what typer reads a field; a table or several values as a list of texts."""
    if get_origin(field.annotation) in (Mapping, tuple):
        return list[str]
    if any(isinstance(one, BeforeValidator) for one in field.metadata):
        return str  # it is read by the field itself
    kinds = [kind for kind in (get_args(field.annotation) or [field.annotation]) if kind is not type(None)]
    return Path if Path in kinds else kinds[0]
