"""What a received run, preset, sweep or `.env` names (addresses, headers, prices, prompts), and whether this user said yes to it.

Whatever a command names itself, and what the environment sets, is chosen. What only a file names is confirmed once, by name, and
kept outside of every run's folder: a list of what this user has chosen on this machine, as ssh keeps the hosts that it knows.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nlevolve.ask.prompts import Prompts, bundled, bundled_digests, known_then
from nlevolve.config import digest
from nlevolve.errors import UsageError
from nlevolve.files import state_folder
from nlevolve.llm.catalogue import EMBEDDED, ModelCard, price_of
from nlevolve.llm.endpoints import ON_THIS_MACHINE, endpoint_of, is_of_env_file
from nlevolve.llm.env_file import holds_key
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.thinking import family
from nlevolve.llm.wire import NATIVE
from nlevolve.options import Choice, Limits, Models

FILE = "trusted.jsonl"
_PLACE = re.compile(r"://|arn:|\.\.|@(?!(cf|hf)/|[\w-]+$)|[^\w.:/+@ -]", re.ASCII)
"""What a model's name holds that is more than a name: an address, or an ARN (account, region), of which litellm makes one."""


@dataclass(frozen=True)
class Named:
    """One thing that could be a stranger's."""

    what: str
    """In words, by which it is known again: printable ASCII, so that nothing looks like what it is not."""
    chosen: bool
    """Whether the command names it, or the environment."""
    where: str = ""
    """More for people: a folder may move."""

    def __str__(self) -> str:
        return f"{self.what}{self.where}"


@dataclass(frozen=True)
class Chosen:
    """What a command names itself."""

    texts: frozenset[str] = frozenset()
    """Every model, address, header and other setting, and the names of the settings."""
    prompts: bool = False
    trust: bool = False
    """Whether it says yes to all the rest."""


NOTHING = Chosen()


class Unconfirmed(UsageError):
    """A file names what was never chosen here. Nothing was sent."""

    def __init__(self, items: Iterable[Named]) -> None:
        self.items = tuple(items)
        super().__init__(
            f"nobody has chosen this here: {'; '.join(map(str, self.items))}. A received run, preset, sweep or .env names it: "
            "look at it, then say yes with --trust (from Python: trust=True)"
        )


def chosen_by(options: Choice) -> Chosen:
    """What these options name. Of a preset they name the file and nothing that is in it."""
    models = [getattr(options, role) or "" for role in Models.model_fields]
    named = {
        *_texts(options.settings),
        str(getattr(options, "budget_file", None)),
        str(getattr(options, "hub", None)),
        *(name.strip() for model in models for name in model.split(",")),
    }
    return Chosen(frozenset(named), bool(getattr(options, "prompts", None)), options.trust)


def named(roles: Iterable[RoleSettings], cards: Mapping[str, ModelCard], prompts: Prompts, chosen: Chosen) -> tuple[Named, ...]:
    """Everything that could be a stranger's in what a run is about to use. Nothing of a run with the providers' own addresses
    and our prompts."""
    found: dict[str, Named] = {}
    for settings in (one for role in roles for one in role.each):
        card = cards.get(settings.model)
        if card is not None and card.provider != EMBEDDED:
            told = (_addresses, _headers, _fields, _prices)
            for item in (item for tell in told for item in tell(settings, card, chosen)):
                found.setdefault(item.what, item)
    return (*found.values(), *_prompts(prompts, chosen))


def budget_file(limits: Limits, chosen: Chosen) -> tuple[Named, ...]:
    """The file of a budget that runs share, which is written wherever it is said to be."""
    file = getattr(limits, "budget_file", None)
    return () if file is None else (Named(f"the budget file {_plain(str(file))}", str(file) in chosen.texts),)


def hub(limits: Limits, chosen: Chosen) -> tuple[Named, ...]:
    """The hub, which gets the token, the prompts' digests and the replies."""
    return () if limits.hub is None else (Named(f"the hub at {_plain(limits.hub)}", limits.hub in chosen.texts),)


def require_confirmed(items: Iterable[Named], chosen: Chosen) -> None:
    """Raises Unconfirmed where one was neither chosen by the command nor before; keeps all of them where none is."""
    items = tuple(items)
    if not items:
        return
    known = _known()
    asking = [item for item in items if not (item.chosen or chosen.trust or item.what in known)]
    if asking:
        raise Unconfirmed(asking)
    confirm(items)


def confirm(items: Iterable[Named]) -> bool:
    """Keep that this user has chosen these; whether they could be kept."""
    known = _known()
    lines = [
        json.dumps({"v": 1, "at": f"{datetime.now(UTC):%FT%TZ}", "what": item.what}) for item in items if item.what not in known
    ]
    if not lines:
        return True
    try:
        state_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        number = os.open(state_folder() / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(number, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
    except (OSError, RuntimeError):  # it cannot be written, or nobody knows where home is
        return False
    return True


def prompts_of(config: Mapping[str, Any]) -> Path:
    """The folder of a recorded run's prompts: ours where they are ours, wherever the run was made."""
    recorded = config.get("prompts") or {}
    ours = recorded == known_then(bundled_digests(), recorded)
    return bundled() if ours else Path(str(config["prompts_dir"]))


def _addresses(settings: RoleSettings, card: ModelCard, chosen: Chosen) -> Iterator[Named]:
    if _PLACE.search(settings.model):
        yield Named(f"the model {_plain(settings.model)}", settings.model in chosen.texts)
    if settings.base_url is not None:
        yield Named(f"{card.provider} at {_plain(settings.base_url)}", settings.base_url in chosen.texts)
    elif url := endpoint_of(card.provider):
        yield Named(f"{card.provider} at {_plain(url)}", not is_of_env_file(card.provider) or not _keys_from_elsewhere(card))
    elif card.provider in ON_THIS_MACHINE:
        yield Named(f"{card.provider} on this machine", settings.model in chosen.texts)


def _keys_from_elsewhere(card: ModelCard) -> bool:
    """Whether a key would go there that is not from the file that names the address: what an `.env` brings it may send."""
    names = {*card.keys, f"{card.provider.upper()}_API_KEY", "OPENAI_API_KEY"}
    return any(os.environ.get(name) and not holds_key(name) for name in names)


def _headers(settings: RoleSettings, card: ModelCard, chosen: Chosen) -> Iterator[Named]:
    to = settings.base_url or endpoint_of(card.provider) or card.provider
    for header, value in settings.extra_headers.items():
        what = f"the variable {value[4:]} as the header {header}" if value.startswith("env:") else f"the header {header}"
        yield Named(_plain(f"{what}, to {to}"), value in chosen.texts)


def _fields(settings: RoleSettings, card: ModelCard, chosen: Chosen) -> Iterator[Named]:
    """Fields of extra_body where they stand among litellm's own options, some of which say where a request goes."""
    if card.provider in NATIVE or family(card) == "ollama":
        for name in settings.extra_body:
            yield Named(_plain(f"the field {name} of extra_body, for {card.provider}"), name in chosen.texts)


def _prices(settings: RoleSettings, card: ModelCard, chosen: Chosen) -> Iterator[Named]:
    """A price in the place of a known one, or of one that a provider surely has: a budget would be kept by it."""
    billed = card.price is not None or (settings.base_url is None and endpoint_of(card.provider) is None)
    if settings.price_in is not None and billed and card.price != price_of(settings, card):
        what = f"a price of ${settings.price_in:g} and ${settings.price_out or 0:g} per million tokens, for {settings.model}"
        yield Named(_plain(what), "price_in" in chosen.texts)


def _prompts(prompts: Prompts, chosen: Chosen) -> Iterator[Named]:
    if prompts.digests != known_then(bundled_digests(), prompts.digests):
        yield Named(f"the prompts {digest(prompts.digests)[:16]}", chosen.prompts, f" in {_plain(str(prompts.folder))}")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a tree of settings, and each part of a name."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from str(name).split(".")
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _plain(text: str) -> str:
    """On one line, in ASCII: a letter of another alphabet or a colour of the terminal must not pass for something else."""
    return text.encode("unicode_escape").decode("ascii")[:300]


def _known() -> set[str]:
    known: set[str] = set()
    with contextlib.suppress(OSError, RuntimeError):  # there is none, or nobody knows where home is
        for line in (state_folder() / FILE).read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError, KeyError):
                known.add(str(json.loads(line)["what"]))
    return known
