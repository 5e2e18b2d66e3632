"""A folder of templates that may be a stranger's: places, loops over them, conditions and inclusions, in jinja2's sandbox.

A template is a program. Ours need next to nothing of what jinja2 can do, so nothing else is taken: each file is read once,
through no link, and its syntax tree is judged before jinja2 makes code of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import jinja2
import jinja2.meta
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from nlevolve import files
from nlevolve.errors import UsageError

LISTS = ("pairs", "tests", "bullets", "parents", "results", "tried", "candidates", "descriptions", "facts", "examples")
"""Places that a loop may go over: of text, a loop in a loop would take for ever."""
DEEPEST_LOOP = 2
MOST_INCLUDED = 50
"""Files that one template may include, each as often as it is included: ten of ten of ten would fill the memory."""
MOST_FILES = 500
"""Files of a folder: each is read, and has its digest in config.json."""
LARGEST = 1_000_000
"""Bytes of a file."""
_TAKEN = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const),
    *(nodes.If, nodes.For, nodes.Include, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.List),
)
_WHAT_IS = "a prompt holds places, loops over them, conditions and inclusions, and nothing else"


def read(folder: Path, *, ours: bool, spare: tuple[tuple[str, bytes], ...] = ()) -> Templates:
    """The folder's templates as they are now; `ours`: it came with this program, so links are what the installer made of it.

    `spare`: (file, content) to include where the folder has no such file. Raises UsageError for what cannot be read, naming it.
    """
    return _read_before(folder, tuple(_read_all(folder, ours).items()), spare)


class Templates:
    """The `*.md` files of a folder: each is judged and made ready once, when it is first asked for."""

    def __init__(self, folder: Path, content: Mapping[str, bytes], spare: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.folder = folder
        self._content = content
        self._spare = spare
        self._trees: dict[str, nodes.Template] = {}
        self._ready: dict[str, jinja2.Template] = {}
        self._places: dict[str, frozenset[str]] = {}
        self._jinja = ImmutableSandboxedEnvironment(
            loader=jinja2.FunctionLoader(self._source),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        self._jinja.globals.clear()

    def __contains__(self, file: str) -> bool:
        return file in self._content

    @cached_property
    def digests(self) -> dict[str, str]:
        """File -> SHA-256 of its text, for config.json."""
        return {file: hashlib.sha256(content).hexdigest() for file, content in self._content.items()}

    def text(self, file: str) -> str:
        """Raises UsageError when it is missing or no text."""
        content = self._content.get(file, self._spare.get(file))
        if content is None:
            raise missing(file, self.folder)
        try:
            return content.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            raise UsageError(f"prompt file {file} in {self.folder} is not text in UTF-8") from None

    def some(self, files: Collection[str]) -> tuple[tuple[str, bytes], ...]:
        """(file, content) of those that are there."""
        return tuple((file, content) for file, content in self._content.items() if file in files)

    def template(self, file: str) -> jinja2.Template:
        """Judged, with all that it includes, and made ready. Raises UsageError."""
        if file not in self._ready:
            for included, _ in enumerate(self._judged(file, loops=0, within=())):
                if included > MOST_INCLUDED:
                    raise UsageError(f"prompt file {file} in {self.folder} includes more than {MOST_INCLUDED} files")
            self._ready[file] = self._jinja.get_template(file)
        return self._ready[file]

    def places(self, file: str) -> frozenset[str]:
        """Fields that the template and those it includes ask for, less the loop variables of the includer."""
        if file not in self._places:
            self._places[file] = self._asked_for(file)
        return self._places[file]

    def _asked_for(self, file: str) -> frozenset[str]:
        tree = self._parsed(file)
        places = set(jinja2.meta.find_undeclared_variables(tree))
        bound = {t.name for loop in tree.find_all(nodes.For) for t in loop.find_all(nodes.Name) if t.ctx == "store"}
        for included in jinja2.meta.find_referenced_templates(tree):
            if included:
                places |= self.places(included) - bound
        return frozenset(places)

    def _source(self, file: str) -> str | None:
        return self.text(file) if file in self._content or file in self._spare else None

    def _parsed(self, file: str) -> nodes.Template:
        if file not in self._trees:
            self._trees[file] = self._tree(file)
        return self._trees[file]

    def _tree(self, file: str) -> nodes.Template:
        try:
            return self._jinja.parse(self.text(file), filename=file)
        except jinja2.TemplateSyntaxError as error:
            raise UsageError(f"prompt file {file}, line {error.lineno}: {error.message}") from None
        except RecursionError:
            raise UsageError(f"prompt file {file} in {self.folder} is nested too deeply") from None

    def _judged(self, file: str, loops: int, within: tuple[str, ...]) -> Iterator[str]:
        """Go through a file and what it includes, giving each one's name. Raises UsageError for the first thing not taken."""
        if file in within:
            raise UsageError(f"prompt file {file} in {self.folder} includes itself")
        yield file
        for node, deep in _walked(self._parsed(file), loops):
            if problem := _problem(node, deep):
                raise UsageError(f"prompt file {file}, line {node.lineno}: {problem}; {_WHAT_IS}")
            if isinstance(node, nodes.Include):
                yield from self._judged(_included(node), deep, (*within, file))


@lru_cache(maxsize=4)
def _read_before(folder: Path, content: tuple[tuple[str, bytes], ...], spare: tuple[tuple[str, bytes], ...]) -> Templates:
    """A folder that is as it was is not made ready again: that takes longer than all else that a small run does itself."""
    return Templates(folder, dict(content), dict(spare))


def missing(file: str, folder: Path) -> UsageError:
    """What to say of a file that is not there."""
    return UsageError(f"prompt file {file} is missing in {folder}; copy the one that ships with nlevolve")


def _read_all(folder: Path, ours: bool) -> dict[str, bytes]:
    found = sorted(islice(folder.rglob("*.md"), MOST_FILES + 1))
    if len(found) > MOST_FILES:
        raise UsageError(f"{folder} has more than {MOST_FILES} prompt files: it is no folder of prompts")
    return {file.relative_to(folder).as_posix(): _read(file, ours) for file in found}


def _read(file: Path, ours: bool) -> bytes:
    try:
        content = file.read_bytes() if ours else files.read(file)
    except OSError as error:
        raise UsageError(f"prompt file {file} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise UsageError(f"prompt file {file} has more than {LARGEST:,} bytes: it is no prompt")
    return content


def _walked(node: nodes.Node, loops: int) -> Iterator[tuple[nodes.Node, int]]:
    """Every node below this one, with how many loops it is in."""
    for child in node.iter_child_nodes():
        inside = loops + isinstance(child, nodes.For)
        yield child, inside
        yield from _walked(child, inside)


def _problem(node: nodes.Node, loops: int) -> str | None:
    """Why this node is not taken; None where it is."""
    if not isinstance(node, _TAKEN):
        return f"it has what jinja2 calls {type(node).__name__}"
    if isinstance(node, nodes.Include) and not _included(node):
        return "it includes what is no file's name"
    if isinstance(node, nodes.Name | nodes.Getattr) and _last(node).startswith("_"):
        return f"{_last(node)} is no place"
    if isinstance(node, nodes.Getitem) and not _plain_index(node):
        return "what stands in brackets is a number"
    if isinstance(node, nodes.For):
        return _problem_of_loop(node, loops)
    return None


def _problem_of_loop(loop: nodes.For, loops: int) -> str | None:
    if loops > DEEPEST_LOOP:
        return f"it has more than {DEEPEST_LOOP} loops in each other"
    if not isinstance(loop.iter, nodes.Name | nodes.Getattr) or _last(loop.iter) not in LISTS:
        return f"a loop goes over one of {', '.join(LISTS)}"
    if loop.recursive or loop.test is not None:
        return "a loop is 'for NAME in PLACE'"
    return None


def _last(place: nodes.Name | nodes.Getattr) -> str:
    return str(place.name if isinstance(place, nodes.Name) else place.attr)


def _plain_index(node: nodes.Getitem) -> bool:
    return isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int)


def _included(node: nodes.Include) -> str:
    """The name of the file; empty where it is no plain name."""
    named = node.template
    return str(named.value) if isinstance(named, nodes.Const) and isinstance(named.value, str) else ""
