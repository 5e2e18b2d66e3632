"""The grammar: frozen dataclasses that are said by a template and read by any of several.

A class of phrases is registered with its templates:

    @says("recolour {objects} {colour}", also=["make {objects} {colour}"])
    @dataclass(frozen=True)
    class Recolour(Operation):
        objects: Objects
        colour: Colour

`{name}` is a field; its annotation says which phrases may stand there: a class of phrases, `int` (or `Annotated[int,
Range(a, b)]`), a `Words` enumeration, or `tuple[X, ...]` for a list with "and". `[…]` may be left out and `(a|b)` is a
choice, in `also` alone. A template may leave fields out, which then have their defaults, or pin them:
`pin("flip the grid upside down", axis=Axis.ROWS)`. `say` takes the first template whose pins and defaults fit.

Reading is a memoised descent over at most a few dozen tokens with a cap on its steps: any text is read in milliseconds.
A template may begin with a slot of its own category ("{step} until nothing changes"), two deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from functools import cached_property, lru_cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from nlevolve.offline.words import counted, is_number, opened, tokens

MOST_STEPS = 40_000
"""Template matches tried for one sentence before it counts as not understood."""
MOST_TOKENS = 100


class Phrase:
    """Base of everything that can be said; its direct subclasses are the categories (Operation, Objects, Colour, …)."""


class Words(Enum):
    """A choice among words: each value is the tuple of phrases for it, the one that is said first."""

    # members are compared by identity; hashing them by name in Python is slow where phrases are keys
    __hash__ = object.__hash__


@dataclass(frozen=True)
class Range:
    """Bounds of a number, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Pinned:
    """A template that fixes some fields."""

    text: str
    fixed: tuple[tuple[str, object], ...]


def pin(text: str, **fixed: object) -> Pinned:
    """A template for the values whose fields are as `fixed`."""
    return Pinned(text, tuple(fixed.items()))


@dataclass(frozen=True)
class Slot:
    name: str


@dataclass(frozen=True)
class Production:
    """One way to say values of `kind`: literal tokens and slots, in order."""

    kind: type[Phrase]
    template: str
    parts: tuple[str | Slot, ...]
    fixed: tuple[tuple[str, object], ...]

    @cached_property
    def literals(self) -> frozenset[str]:
        return frozenset(part for part in self.parts if isinstance(part, str))


P = TypeVar("P", bound=Phrase)
_read_by: dict[type, list[Production]] = {}
_said_by: dict[type, list[Production]] = {}
_kinds: dict[tuple[type, str], Any] = {}


def says(*templates: str | Pinned, also: str | Sequence[str | Pinned] = ()) -> Callable[[type[P]], type[P]]:
    """Register the templates of a class: those it is said by, and others it is also read by. Each line is a template."""
    read_too = [also] if isinstance(also, str) else also

    def register(kind: type[P]) -> type[P]:
        _said_by[kind] = [p for template in templates for p in productions_of(kind, template)]
        ways = [p for template in (*templates, *read_too) for p in productions_of(kind, template)]
        for category in kind.__mro__:
            if issubclass(category, Phrase):
                _read_by.setdefault(category, []).extend(ways)
        return kind

    return register


def registered(category: type[P]) -> list[type[P]]:
    """The classes of a category that have templates, module by module, whichever was imported first; none of other packages."""
    ours = (kind for kind in _said_by if issubclass(kind, category) and kind.__module__.startswith(f"{__package__}."))
    return sorted(ours, key=lambda kind: kind.__module__)


def said_by(kind: type[Phrase]) -> list[Production]:
    """What a class is said by, in order of preference."""
    return _said_by[kind]


def read_by(kind: type[Phrase]) -> list[Production]:
    """What a class is read by, choices written out."""
    return [production for production in _read_by[kind] if production.kind is kind]


def kind_of(kind: type[Phrase], name: str) -> Any:
    """What may stand in a field: its annotation, resolved."""
    key = (kind, name)
    if key not in _kinds:
        _kinds[key] = get_type_hints(kind, include_extras=True)[name]
    return _kinds[key]


# --- saying


def say(value: object) -> str:
    """The value in words, without capital and full stop. Raises ValueError for a value no template can express."""
    if isinstance(value, Phrase):
        return filled(said_with(value), vars(value))
    if isinstance(value, Words):
        return str(value.value[0])
    if isinstance(value, tuple):
        parts = [say(part) for part in value]
        return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    if isinstance(value, int):
        return counted(value)
    raise ValueError(f"no words for {value!r}")


def said_with(value: Phrase) -> Production:
    """The template that says a value: the first that expresses it. Raises ValueError when none does."""
    for production in _said_by.get(type(value), []):
        if _expresses(production, value):
            return production
    raise ValueError(f"no template says {value!r}")


def filled(production: Production, values: Mapping[str, object]) -> str:
    """The template with its slots said; of one there are no several."""
    told = re.sub(r"\{(\w+)\}", lambda slot: say(values[slot[1]]), production.template)
    return _ONE.sub(_single, told)


_ONE = re.compile(
    r"(?P<size>\b\w+ by )?(?P<one>\bone (?:coloured )?)(?P<several>cells|rows and columns|holes|colours|objects|neighbours)\b"
)


def _single(found: re.Match[str]) -> str:
    """Of one there are no several, but in a size: three by one cells."""
    size, several = found["size"] or "", found["several"]
    sized = is_number(size.removesuffix(" by "))
    return size + found["one"] + (several if sized else re.sub(r"s\b", "", several))


def _expresses(production: Production, value: Phrase) -> bool:
    shown = {part.name for part in production.parts if isinstance(part, Slot)}
    fixed = dict(production.fixed)
    for field in fields(value):  # type: ignore[arg-type]
        has = getattr(value, field.name)
        if field.name in fixed:
            if fixed[field.name] != has:
                return False
        elif field.name not in shown and (field.default is MISSING or field.default != has):
            return False
    return True


# --- templates


def productions_of(kind: type[P], template: str | Pinned) -> list[Production]:
    text, fixed = (template.text, template.fixed) if isinstance(template, Pinned) else (template, ())
    lines = [line for line in text.splitlines() if line.strip()]
    return [Production(kind, plain, _parts(plain), fixed) for line in lines for plain in expand(line)]


def expand(text: str) -> list[str]:
    """All texts of a template with [optional] and (a|b) parts; groups may be nested."""
    found = re.search(r"\[([^][()]*)\]|\(([^][()]*)\)", text)
    if found is None:
        return [" ".join(text.split())]
    choices = ["", *found[1].split("|")] if found[1] is not None else found[2].split("|")
    return [out for choice in choices for out in expand(text[: found.start()] + choice + text[found.end() :])]


def _parts(text: str) -> tuple[str | Slot, ...]:
    parts: list[str | Slot] = []
    for number, piece in enumerate(re.split(r"\{(\w+)\}", text)):
        if number % 2:
            parts.append(Slot(piece))
        else:
            parts.extend(tokens(piece))
    return tuple(parts)


# --- reading


@dataclass(frozen=True)
class Found:
    """A phrase that ends before token `end`; `weight` counts its literal words: the more, the surer."""

    value: Any
    end: int
    weight: int


class OutOfSteps(Exception):
    """The sentence is too tangled to be read."""


class Reader:
    """Reads one sentence; remembers what was found from each token on."""

    def __init__(self, words: tuple[str, ...], most_steps: int = MOST_STEPS) -> None:
        self.words = words
        self.present = frozenset(words)
        self.most_steps = most_steps
        self.usable: dict[type, list[Production]] = {}
        self.memo: dict[tuple[Any, int], list[Found]] = {}
        self.open: dict[tuple[Any, int], bool] = {}
        """Searches that are not finished, and whether they were asked for from within."""
        self.steps = 0

    def at(self, kind: Any, start: int) -> list[Found]:
        key = (kind, start)
        if key in self.open:
            self.open[key] = True
        elif key not in self.memo:
            known = set(self.memo)
            self.memo[key] = []
            self.open[key] = False
            found = _best(self._find(kind, start))
            for _ in range(2 if self.open[key] else 0):
                # a template began with its own category: look again, with what is known by now
                self.memo = {k: v for k, v in self.memo.items() if k in known or k[1] > start} | {key: found}
                found = _best(self._find(kind, start))
            del self.open[key]
            self.memo[key] = found
        return self.memo[key]

    def _find(self, kind: Any, start: int) -> Iterator[Found]:
        if get_origin(kind) is Annotated:
            base, bounds = get_args(kind)[:2]
            yield from (f for f in self.at(base, start) if bounds.low <= f.value <= bounds.high)
        elif kind is int:
            if start < len(self.words) and self.words[start].isdecimal() and len(self.words[start]) <= 3:
                yield Found(int(self.words[start]), start + 1, 1)
        elif get_origin(kind) is tuple:
            yield from self._list(get_args(kind)[0], start, ())
        elif issubclass(kind, Words):
            for choice in kind:
                for found in self.phrases(choice):
                    if self.words[start : start + len(found)] == found:
                        yield Found(choice, start + len(found), len(found))
        else:
            if kind not in self.usable:
                self.usable[kind] = [p for p in self.productions(kind) if p.literals <= self.present]
            for production in self.usable[kind]:
                yield from self._match(production, 0, start, {}, 0)

    def productions(self, kind: type) -> Sequence[Production]:
        """What a category is read by."""
        return _read_by.get(kind, ())

    def phrases(self, choice: Words) -> Sequence[tuple[str, ...]]:
        """What a word is read by."""
        return [tokens(phrase) for phrase in choice.value]

    def _list(self, kind: Any, start: int, before: tuple[Any, ...]) -> Iterator[Found]:
        for item in self.at(kind, start):
            values = (*before, item.value)
            yield Found(values, item.end, item.weight)
            if len(values) < 10:
                nexts = [item.end + 1] if self.words[item.end : item.end + 1] == ("and",) else [item.end]
                for at in nexts:
                    yield from (Found(f.value, f.end, f.weight + item.weight) for f in self._list(kind, at, values))

    def _match(self, production: Production, part: int, at: int, got: dict[str, Any], weight: int) -> Iterator[Found]:
        self.steps += 1
        if self.steps > self.most_steps:
            raise OutOfSteps
        parts = production.parts
        while part < len(parts):
            piece = parts[part]
            if isinstance(piece, Slot):
                for found in self.at(kind_of(production.kind, piece.name), at):
                    if piece.name not in got or got[piece.name] == found.value:
                        bound = {**got, piece.name: found.value}
                        yield from self._match(production, part + 1, found.end, bound, weight + found.weight)
                return
            if at >= len(self.words) or self.words[at] != piece:
                return
            part, at, weight = part + 1, at + 1, weight + 1
        value = _build(production, got)
        if value is not None:
            yield Found(value, at, weight)


def _best(found: Iterator[Found]) -> list[Found]:
    """One for each value and end, the surest first; a handful is enough for any sentence."""
    best: dict[tuple[Any, int], Found] = {}
    for one in found:
        key = (one.value, one.end)
        if key not in best or best[key].weight < one.weight:
            best[key] = one
    return sorted(best.values(), key=lambda f: -f.weight)[:24]


def _build(production: Production, got: dict[str, Any]) -> Phrase | None:
    try:
        return production.kind(**{**dict(production.fixed), **got})
    except ValueError:
        # a class refuses values that make no sense in its __post_init__
        return None


@lru_cache(maxsize=8192)
def read(category: type[P], text: str) -> P | None:
    """The phrase of a category that the whole text says; None when it is not understood."""
    words = opened(tokens(text))
    if not words or len(words) > MOST_TOKENS:
        return None
    reader = Reader(words)
    try:
        whole = [found for found in reader.at(category, 0) if found.end == len(words)]
    except OutOfSteps:
        return None
    return max(whole, key=lambda f: f.weight).value if whole else None
