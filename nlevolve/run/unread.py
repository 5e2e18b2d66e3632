"""Tasks that end without an answer though no call failed: which replies nobody could read, in the words of a run's last event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from nlevolve.ask.ping import way_out
from nlevolve.records import CallFinished, Event, ReplyUnread, Role, TaskAnswered
from nlevolve.run.losses import added, sentence

NAMED = 3
"""Tasks that are named."""
LONGEST = 120
"""Characters of what was wrong with a reply."""


@dataclass(slots=True)
class _Came:
    """What came for a task."""

    replies: dict[str, CallFinished] = field(default_factory=dict)
    """Digest of a request -> its reply. Equal requests have one."""
    unread: dict[str, ReplyUnread] = field(default_factory=dict)


class Unread:
    """Folded from a run's events, each seen once. Of a task that is answered nothing is kept."""

    def __init__(self, events: Iterable[Event] = (), *, programs: bool = False) -> None:
        """`programs`: who writes descriptions writes their programs, too."""
        self._programs = programs
        self._of: defaultdict[str, _Came] = defaultdict(_Came)
        for event in events:
            self.see(event)

    def see(self, event: Event) -> None:
        """Take in what came, and what could not be read of it."""
        if isinstance(event, CallFinished) and event.source != "failed":
            self._of[event.task].replies[event.request] = event
        elif isinstance(event, ReplyUnread):
            self._of[event.task].unread[event.request] = event
        elif isinstance(event, TaskAnswered) and not lacking(event):
            self._of.pop(event.task, None)

    def told(self, answered: Mapping[str, TaskAnswered]) -> str:
        """Which tasks have no answer, why, and what to do; empty where all are answered."""
        those = {task: event for task, event in answered.items() if lacking(event)}
        if not those:
            return ""
        names = ", ".join([*those][:NAMED]) + (f" and {len(those) - NAMED} more" if len(those) > NAMED else "")
        tasks = f"{len(answered)} task{'' if len(answered) == 1 else 's'}"
        return f"{len(those)} of {tasks} {'has' if len(those) == 1 else 'have'} no answer ({names}): {self._why(those)}"

    def _why(self, answered: Mapping[str, TaskAnswered]) -> str:
        unread = [one for task in answered for one in self._of[task].unread.values()]
        if unread:
            role, model = Counter((one.role, one.model) for one in unread).most_common(1)[0][0]
            replies = [one for task in answered for one in self._of[task].replies.values()]
            return _of(
                role,
                model,
                [one for one in unread if (one.role, one.model) == (role, model)],
                {one.request: one for one in replies if (one.role, one.model) == (role, model)},
                self._programs,
            )
        lost = added(loss for event in answered.values() for loss in event.losses)
        return sentence(lost) if lost else "nothing that was tried gives a grid"


def lacking(event: TaskAnswered) -> bool:
    """Whether a test input has no answer."""
    return any(answer.attempt_1 is None for answer in event.answers)


def _of(role: Role, model: str, unread: Collection[ReplyUnread], replies: Mapping[str, CallFinished], programs: bool) -> str:
    """What was wrong with a model's replies: how many, what mostly, one of them, and what to do."""
    came = [replies[one.request] for one in unread if one.request in replies]
    cut, looped = (2 * sum(those) > len(unread) for those in ([c.finish == "length" for c in came], [c.looping for c in came]))
    mostly = Counter(one.why for one in unread).most_common(1)[0][0]
    said = next(one.said for one in unread if one.why == mostly)
    such = f', such as "{said}"' if said else ""
    of = f"{len(unread):,} of {len(replies):,} replies of the {role} {model}"
    way = way_out(role, cut=cut, looped=looped, programs=programs)
    return f"{of} could not be read{such} ({mostly[:LONGEST]}): {way}"
