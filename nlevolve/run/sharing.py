"""What a run shares with others, or has of its own: looked at, and said yes to, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nlevolve.ask.prompts import Prompts
from nlevolve.config import RunConfig
from nlevolve.hub.address import checked, status, token
from nlevolve.hub.joined import OUTBOX, Joined
from nlevolve.llm.bank import Notice
from nlevolve.llm.bank_check import check_bank
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.means import Means, Own
from nlevolve.llm.purse import check_budget_file
from nlevolve.options import Limits
from nlevolve.records import CallSent, Event, RunStarted
from nlevolve.run.trust import Chosen, Named, budget_file, hub, named, require_confirmed


def means_of(limits: Limits) -> Means:
    """Ledger, bank and places in flight: the run's own, or its hub's. Raises UsageError."""
    return Own() if limits.hub is None else Joined(checked(limits.hub), token())


def departed(known: Sequence[Event]) -> frozenset[str]:
    """Digests of the requests that left in the latest session of a log."""
    began = max((place for place, event in enumerate(known) if isinstance(event, RunStarted)), default=0)
    return frozenset(event.request for event in known[began:] if isinstance(event, CallSent))


def check_hub(limits: Limits, chosen: Chosen, notice: Notice) -> bool:
    """Look whether the hub takes us; whether it has a budget. One that is away is waited for, as a server is.

    Raises HubFailed, and Unconfirmed.
    """
    if limits.hub is None:
        return False
    url = checked(limits.hub)
    # it is not even looked at before somebody said yes: it gets the token
    require_confirmed(hub(limits, chosen), chosen)
    told = status(url, token())
    if told is None:
        notice(f"nothing answers at {url}, where the hub should be: it is waited for")
    return told is not None and (told.get("caps") or {}).get("usd") is not None


def check_place(limits: Limits, cache_dir: Path, replay: bool, notice: Notice) -> None:
    """The sample bank, or where a hub has it, the folder of replies on their way there. Raises UsageError."""
    if limits.hub is None:
        check_bank(cache_dir, replay=replay, notice=notice)
    elif not replay:
        check_bank(cache_dir / OUTBOX, replay=False, notice=notice)


def confirmed(
    config: RunConfig, cards: Mapping[str, ModelCard], prompts: Prompts, limits: Limits, chosen: Chosen, *, sends: bool
) -> tuple[Named, ...]:
    """What is to be told of a run that sends anything. Raises Unconfirmed."""
    items = (*named(config.every.values(), cards, prompts, chosen), *budget_file(limits, chosen)) if sends else ()
    require_confirmed(items, chosen)
    if limits.budget_file is not None:  # to look at it leaves a lock beside it: not before somebody said yes
        check_budget_file(limits.budget_file, limits.budget, limits.max_tokens_total)
    return (*items, *hub(limits, chosen))
