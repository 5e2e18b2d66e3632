"""nlevolve presets and nlevolve prompts: what ships with the program, to look at and to copy from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from nlevolve.cli import app
from nlevolve.cli.completing import shipped
from nlevolve.errors import UsageError
from nlevolve.view.door import say

presets = typer.Typer(help="Schedules that ship with nlevolve: list, show and copy them.", invoke_without_command=True)
prompts = typer.Typer(help="What the models read: copy it, to edit it.", no_args_is_help=True)
app.add_typer(presets, name="presets")
app.add_typer(prompts, name="prompts")

Name = Annotated[str, typer.Argument(help="A preset's name.", show_default=False, autocompletion=shipped)]


@presets.callback()
def listed(context: typer.Context) -> None:
    """Schedules that ship with nlevolve: list, show and copy them."""
    if context.invoked_subcommand is None:
        import tomllib

        from nlevolve.config import PRESETS
        from nlevolve.config import presets as names

        wide = max(map(len, names()))
        for name in names():
            say(f"{name:<{wide}}  {tomllib.loads((PRESETS / f'{name}.toml').read_text()).get('about', '')}")


@presets.command()
def show(name: Name) -> None:
    """Print a preset's file."""
    say(_file(name).read_text(encoding="utf-8").rstrip("\n"))


@presets.command()
def copy(
    name: Name,
    file: Annotated[
        Path | None, typer.Argument(help=r"Where to. \[default: NAME.toml in this folder]", metavar="FILE", show_default=False)
    ] = None,
) -> None:
    """Copy a preset's file here, to edit it: --preset FILE.toml takes it."""
    source = _file(name)
    target = file or Path(source.name)
    _refuse_existing(target)
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None
    say(target)


@prompts.command("copy")
def copy_prompts(folder: Annotated[Path, typer.Argument(help="A new folder.", metavar="DIR", show_default=False)]) -> None:
    """Copy the prompts into a folder of your own, to edit them: --prompts DIR takes it."""
    from nlevolve.ask.prompts import bundled

    _refuse_existing(folder)
    try:
        shutil.copytree(bundled(), folder)
    except (OSError, shutil.Error) as error:
        raise UsageError(f"cannot write {folder}: {getattr(error, 'strerror', None) or error}") from None
    say(folder)


def _file(name: str) -> Path:
    from nlevolve.config import PRESETS
    from nlevolve.config import presets as names
    from nlevolve.options import nearest

    if name not in names():
        raise UsageError(f"unknown preset {name!r}{nearest(name, names()) or '; known: ' + ', '.join(names())}")
    return PRESETS / f"{name}.toml"


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already: name another place")
