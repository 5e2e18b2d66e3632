"""The ledger over all workers: reservations under leases, each fact in the book before anybody is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nlevolve.hub.book import Account, Book, Fact, Held, lost_of
from nlevolve.hub.words import Claim, Reserve, Settle
from nlevolve.llm.bank import Sample
from nlevolve.llm.ledger import Caps, Hold, Ledger, Need, Spent
from nlevolve.llm.request import Reply


class Till:
    """What may be spent yet, over all accounts of a book. `write` takes each fact to the journal."""

    def __init__(
        self,
        caps: Caps,
        book: Book,
        write: Callable[[Fact], None],
        get: Callable[[str], Sample | None],
        earlier: Spent | None = None,
    ) -> None:
        """`get`: what the bank has for a key. `earlier`: what counts against the caps and is in no account of the book."""
        spent = earlier or Spent()
        self.book = book
        self._write = write
        self._get = get
        accounts = book.accounts.values()
        before = Spent(
            usd=spent.usd + sum(one.usd for one in accounts),
            unknown_usd=spent.unknown_usd + sum(one.unknown_usd for one in accounts),
            calls=spent.calls + sum(one.calls for one in accounts),
            tokens=spent.tokens + sum(one.tokens for one in accounts),
        )
        self.ledger = Ledger(caps, before)
        self.ledger.whose = "hub"
        self._holds: dict[tuple[str, int], Hold] = {}
        for name, account in book.accounts.items():
            for n, held in account.held.items():
                self._holds[name, n] = held.hold()
                self.ledger.take(task_of(name, held.task), self._holds[name, n])

    def session(self, name: str, run: str, part: str, title: str, session: str) -> Account:
        """The account, from now on of this session."""
        self._fact("session", name, run, part, title, session)
        return self.book.accounts[name]

    async def reserve(self, name: str, word: Reserve) -> dict[str, float | int]:
        """Commit what the word asks for; again, where it was said before. Waits as Ledger.reserve does. Raises OverBudget."""
        if (name, word.n) not in self._holds:
            session = self.book.accounts[name].session
            need = Need(
                word.prompt_usd,
                word.token_usd,
                word.prompt,
                word.tokens,
                word.least,
                priced=word.priced,
                likely=word.likely,
                last=word.last,
            )
            task = task_of(name, word.task)
            hold = await self.ledger.reserve(task, need)
            if self.book.accounts[name].session != session:  # its worker was replaced while it waited
                self.ledger.settle(task, hold)
                return {}
            self._holds[name, word.n] = hold
            told = {"prompt": hold.prompt, "priced": hold.priced, "last": hold.last}
            self._fact("held", name, word.n, {"task": word.task, "key": word.key, "usd": hold.usd, "tokens": hold.tokens, **told})
        hold = self._holds[name, word.n]
        return {"usd": hold.usd, "tokens": hold.tokens}

    def settle(self, name: str, word: Settle) -> None:
        """What became of a reservation. Said twice, it counts once; said after the lease ended, it corrects what was counted."""
        account = self.book.accounts[name]
        if (name, word.hold) in self._holds:
            paid = (int(word.sent), word.cost_usd, word.unknown_usd, word.took + word.unknown_tokens)
            self._settled(name, word.hold, account.held[word.hold], *paid)
        elif word.key in account.lost:
            self.found(name, word.key, int(word.sent), word.cost_usd, word.unknown_usd, word.took + word.unknown_tokens)

    def give_back(self, name: str, n: int) -> None:
        """What was reserved is not used."""
        if (name, n) in self._holds:
            self._settled(name, n, self.book.accounts[name].held[n], 0, 0.0, 0.0, 0)

    def retire(self, name: str, departed: frozenset[str] | None) -> None:
        """The worker is gone. What it bought is in the bank, and settled by that; what its log says never left comes back; of the
        rest nobody knows, and it counts as billed until somebody does.

        `departed`: digests of what the log of its session says has left; None where nobody has read it."""
        account = self.book.accounts[name]
        for n, held in list(account.held.items()):
            sample = self._get(held.key) if held.key else None
            if sample is not None and sample.run == account.run:
                self._settled(name, n, held, 1, *_paid(sample.reply))
            elif departed is not None and held.key not in departed:
                self._settled(name, n, held, 0, 0.0, 0.0, 0)
            else:
                self._lose(name, n, held, doubtful=departed is None)
        for key in [key for key in account.doubtful if departed is not None and key not in departed]:
            self.found(name, key, 0, 0.0, 0.0, 0)

    def bought(self, key: str, sample: Sample) -> None:
        """A reply of an earlier session, or of another run, is banked: where its call was counted as lost, what it took is known
        now."""
        for name, account in self.book.accounts.items():
            if key in account.lost and sample.run == account.run:
                self.found(name, key, 1, *_paid(sample.reply))
                return

    def found(self, name: str, key: str, calls: int, usd: float, unknown_usd: float, tokens: int) -> None:
        """The last that was counted as lost took so much."""
        lost = self.book.accounts[name].lost[key][-1]
        task = task_of(name, lost.task)
        self._fact("regained", name, key)
        self.ledger.regain(lost)
        hold = Hold(0.0, 0)
        self.ledger.take(task, hold)
        self._close(task, hold, calls, usd, unknown_usd, tokens)
        self._fact("paid", name, calls, usd, unknown_usd, tokens)

    def claimed(self, name: str, word: Claim) -> None:
        self._fact("claimed", name, word.key)

    def released(self, name: str, key: str) -> None:
        self._fact("released", name, key)

    def claims(self) -> Iterator[tuple[str, str]]:
        """(account, key) of everything that is being bought."""
        return ((name, key) for name, account in self.book.accounts.items() for key in account.claims)

    def _settled(self, name: str, n: int, held: Held, calls: int, usd: float, unknown_usd: float, tokens: int) -> None:
        self._close(task_of(name, held.task), self._holds.pop((name, n)), calls, usd, unknown_usd, tokens)
        self._fact("settled", name, n, calls, usd, unknown_usd, tokens)

    def _lose(self, name: str, n: int, held: Held, *, doubtful: bool) -> None:
        lost = lost_of(held)
        self._close(task_of(name, held.task), self._holds.pop((name, n)), lost.calls, 0.0, lost.usd, lost.tokens)
        self._fact("lost", name, n, doubtful)

    def _close(self, task: str, hold: Hold, calls: int, usd: float, unknown_usd: float, tokens: int) -> None:
        hold.sent, hold.cost_usd, hold.unknown_usd, hold.took = bool(calls), usd, unknown_usd, tokens
        self.ledger.settle(task, hold)

    def _fact(self, *fact: object) -> None:
        self.book.see(fact)
        self._write(fact)


def task_of(name: str, task: str) -> str:
    """A task of one account, for the ledger over all of them."""
    return f"{name}/{task}"


def _paid(reply: Reply) -> tuple[float, float, int]:
    """Dollars, those that nobody is sure of, and tokens."""
    took = reply.usage.prompt + reply.usage.completion + reply.unknown_tokens
    return reply.cost_usd or 0.0, reply.unknown_usd, took
