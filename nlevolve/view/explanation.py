"""One sentence that says why a run came to little, where what became of its replies tells it."""

from __future__ import annotations

from nlevolve.records import Role
from nlevolve.view.history import History
from nlevolve.view.readings import Readings
from nlevolve.view.text import clean, percent

TELLING = 0.25
"""Share of a role's replies from which on it explains a result."""
MOSTLY = 0.5
"""The same of what may also be the description's fault: wrong sizes and notes."""
FEWEST = 4
"""Replies. Of fewer nothing can be said."""
LONGEST = 80
SETTINGS_OF = {"recombiner": "generator", "reviser": "generator", "answerer": "checker"}
"""Whose settings a role has unless it has its own."""


def explanation(history: History) -> str | None:
    """What the most replies were lost to, and what to do about it; None where most were read and say nothing."""
    found = [one for (role, model), readings in history.readings.by_role.items() for one in _faults(role, model, readings)]
    return max(found)[1] if found else None


def _faults(role: Role, model: str, its: Readings) -> list[tuple[float, str]]:
    """(share, sentence) of each fault that this role's replies show."""
    if its.replies < FEWEST:
        return []
    followed = its.outcomes["read"] + its.outcomes["repaired"] + its.outcomes["untold"]
    told = [
        (TELLING, its.share(its.outcomes["cut"]), _cut(role, its)),
        (TELLING, its.share(its.outcomes["looping"]), _looping(role, its)),
        (TELLING, its.share(its.outcomes["refused"]), f"{_of(role)} were declined or held back by a content filter"),
        (TELLING, its.share(its.outcomes["unreadable"]), f"{_of(role)} could not be read{_mostly(its)}"),
        (MOSTLY, its.wrong_size / followed if followed else 0.0, f"{_of(role)} are grids of the wrong size"),
        (MOSTLY, its.notes / followed if followed else 0.0, _notes(role, model, its)),
    ]
    return [(share, f"{percent(min(1.0, share), 0)} of {sentence}") for least, share, sentence in told if share >= least]


def _of(role: Role) -> str:
    return f"the {role}'s replies"


def _cut(role: Role, its: Readings) -> str:
    lengths = its.lengths.most_common(1)
    at = f" at {lengths[0][0]:,} tokens" if lengths and lengths[0][0] else ""
    return f"{_of(role)} were cut{at}: set {SETTINGS_OF.get(role, role)}.max_tokens"


def _looping(role: Role, its: Readings) -> str:
    return (
        f"{_of(role)} only repeated themselves: give it another temperature ({SETTINGS_OF.get(role, role)}.temperature) or model"
    )


def _mostly(its: Readings) -> str:
    reasons = its.reasons.most_common(1)
    return f", mostly because {clean(reasons[0][0])[:LONGEST]}" if reasons else ""


def _notes(role: Role, model: str, its: Readings) -> str:
    said = its.said.most_common(1)
    such = f", such as: {clean(said[0][0])[:LONGEST]}" if said else ""
    name = " (it reads only the English that offline/generator writes)" if model.startswith("offline/") else ""
    return f"{_of(role)} say what it could not follow{name}{such}"
