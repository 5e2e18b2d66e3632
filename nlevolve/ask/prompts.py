"""prompts/*.md -> messages. Strict places: a missing or a surplus field raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal

import jinja2

from nlevolve.ask.editions import FORMER
from nlevolve.ask.templates import Templates, missing, read
from nlevolve.errors import UsageError
from nlevolve.llm.manner import MANNERS, Manner
from nlevolve.llm.request import Message
from nlevolve.puzzle.notations import NOTATIONS, Grids

Kind = Literal["bullets", "grid", "solution", "review", "judge"]
TEMPLATES: dict[str, Kind | None] = {
    "write": "bullets",
    "revise": "bullets",
    "recombine": "bullets",
    "generalise": "bullets",
    "alternative": "bullets",
    "restart": "bullets",
    "write_with_examples": "bullets",
    "apply": "grid",
    "guide": "grid",
    "alone": "grid",
    "solve": "solution",
    "review": "review",
    "judge": "judge",
    "repair": None,
    "code": None,
    "code_repair": None,
    "write_code": None,
    "revise_code": None,
    "recombine_code": None,
    "facts": None,
    "picture": None,
}
"""Template -> what its reply is to hold; a repair asks for what was asked for before, a program comes in one form alone, and
facts and pictures are a part of other prompts."""
KINDS: tuple[Kind, ...] = ("bullets", "grid", "solution", "review", "judge")
LATER = frozenset(
    {
        *("alone.md", "solve.md", "_form_solution.md"),
        *("generalise.md", "alternative.md", "restart.md"),
        *("review.md", "judge.md", "_form_review.md", "_form_judge.md", "_pairs.md"),
        *("code.md", "code_repair.md"),
        "write_with_examples.md",
        *("_grids.md", "_cells.md", "_lines.md", "facts.md", "picture.md"),
        *("write_code.md", "revise_code.md", "recombine_code.md", "_programmer.md", "_parent_code.md"),
    }
)
"""Files that came after version 0.1: a folder of somebody's own that lacks one gets ours."""
FORM = "form"
"""The place that says in which manner a reply is asked for. A template may do without it: then the words come last."""
GRIDS = "grids"
"""The place that says how grids are written. A template may do without it, too."""
_LATER_PLACES = frozenset({FORM, GRIDS})
LONGEST = 20_000_000
"""Characters of a prompt: more than any model reads."""
_HEAD = re.compile(r"^=== (system|user)(, stable)?[ \t]*\n", re.MULTILINE)


class PlaceError(ValueError):
    """A template's places and the fields it was given differ."""


class Prompts:
    """A folder of templates. Raises UsageError when one is missing or is no template."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in TEMPLATES:
            # before the folder is read: one of something else may be large
            if f"{name}.md" not in LATER and not (folder / f"{name}.md").exists():
                raise missing(f"{name}.md", folder)
        own = folder.resolve() == bundled().resolve()
        self._files = self._ours if own else read(folder, ours=False, spare=self._ours.some(LATER))
        self._templates = {name: self._load(f"{name}.md") for name in TEMPLATES}
        self._words: dict[tuple[Kind, Manner, Grids], str] = {}
        for kind, manner in product(KINDS, MANNERS):
            self.words(kind, manner)
        self._written = {grids: self._said("_grids.md", "bare", grids) for grids in NOTATIONS}
        views = [file for file in self._files.digests if Path(file).parent == Path("views")]
        self._views = {Path(file).stem: self._files.text(file).strip() for file in views}

    def render(self, name: str, manner: Manner = "bare", grids: Grids = "digits", **places: Any) -> tuple[Message, ...]:
        """The template's messages, with the words for this form of its reply, and for this notation of grids.

        Raises PlaceError when a place is left empty or a field has no place.
        """
        messages = self._rendered(name, {FORM: manner, GRIDS: grids}, places)
        kind, own = TEMPLATES[name], self._templates[name][1]
        if kind is None:
            return messages
        lacking = [self._written[grids]] if grids != "digits" and GRIDS not in own else []
        if FORM not in own and (manner != "bare" or lacking):
            lacking.append(self.words(kind, manner, grids))
        return (*messages, *(Message(role="user", text=text) for text in lacking))

    def _rendered(self, name: str, how: Mapping[str, str], places: dict[str, Any]) -> tuple[Message, ...]:
        template, wanted = self._templates[name]
        if wanted - _LATER_PLACES != places.keys():
            unknown, unused = sorted(wanted - _LATER_PLACES - places.keys()), sorted(places.keys() - wanted)
            told = [f"nothing fills {', '.join(unknown)}"] if unknown else []
            told += [f"it has no place for {', '.join(unused)}"] if unused else []
            raise PlaceError(f"prompt {name}: {'; '.join(told)}")
        try:
            text = _bounded(template.generate(**how, **places))
        # a template is a program: whatever it trips over while it runs is a fault of the template
        except Exception as error:
            raise PlaceError(f"prompt {name}: {' '.join(str(error).split())}") from None
        return _messages(text)

    def words(self, kind: Kind, manner: Manner, grids: Grids = "digits") -> str:
        """What is said about the form of such a reply."""
        asked = kind, manner, grids
        if asked not in self._words:
            self._words[asked] = self._worded(kind, manner, grids)
        return self._words[asked]

    def view(self, name: str) -> str:
        """The text of a way of looking."""
        return self._views[name]

    @property
    def views(self) -> list[str]:
        return sorted(self._views)

    @property
    def digests(self) -> dict[str, str]:
        """File -> SHA-256 of its text, for config.json."""
        return dict(self._files.digests)

    def _worded(self, kind: Kind, manner: Manner, grids: Grids) -> str:
        """A copy of the prompts from before there were forms has no file for them: then ours is used."""
        return self._said(f"_form_{kind}.md", manner, grids)

    def _said(self, file: str, manner: Manner, grids: Grids) -> str:
        try:
            return _tidy(self._source(file).template(file).render(**{FORM: manner, GRIDS: grids}))
        except UsageError:
            raise
        except Exception as error:  # as in rendering a template
            raise UsageError(f"prompt file {file}: {' '.join(str(error).split())}") from None

    def _load(self, file: str) -> tuple[jinja2.Template, frozenset[str]]:
        source = self._source(file) if file in LATER else self._files
        try:
            return source.template(file), source.places(file)
        except RecursionError:
            raise UsageError(f"prompt file {file} in {self.folder} is nested too deeply") from None

    def _source(self, file: str) -> Templates:
        return self._files if file in self._files else self._ours

    @cached_property
    def _ours(self) -> Templates:
        return read(bundled(), ours=True)


def bundled() -> Path:
    """The folder of the prompts that ship with nlevolve: in the wheel, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    return package / "prompts" if (package / "prompts").is_dir() else package.parent / "prompts"


def bundled_digests() -> dict[str, str]:
    """Those of the prompts that ship with nlevolve; without making templates of them."""
    return read(bundled(), ours=True).digests


def known_then(digests: Mapping[str, str], recorded: Mapping[str, str]) -> dict[str, str]:
    """The digests as they would be by the time of the record: less those of files that came later, since what did not exist
    then is as it was, and of our own files the former text where that says the same."""
    known = {file: digest for file, digest in digests.items() if file in recorded or file not in LATER}
    same = {file for file, text in FORMER.items() if recorded.get(file) == text and file in known}
    if not same:
        return known
    now = bundled_digests()
    return known | {file: FORMER[file] for file in same if known[file] == now[file]}


def _bounded(parts: Iterable[str]) -> str:
    """All of them, as they are made: two loops over the pairs of a large task would fill the memory."""
    taken: list[str] = []
    length = 0
    for part in parts:
        taken.append(part)
        length += len(part)
        if length > LONGEST:
            raise ValueError(f"with this task it comes to more than {LONGEST:,} characters")
    return "".join(taken)


def _messages(text: str) -> tuple[Message, ...]:
    parts = _HEAD.split(text)
    found = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return tuple(
        Message(role="system" if role == "system" else "user", text=_tidy(body), stable=bool(stable) or role == "system")
        for role, stable, body in found
    )


def _tidy(body: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", body).strip()
