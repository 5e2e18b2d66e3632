"""results.json and submission.json: what a run came to, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field, RootModel

from nlevolve.puzzle.grids import Grid
from nlevolve.records import LookRow, Loss, Operator, ProgramsRow, Record, Role, Stopped


class CallCounts(Record):
    """Logical calls by where their reply came from."""

    provider: int
    cache: int
    failed: int


class Tokens(Record):
    """Tokens of all its replies: `prompt` includes `prompt_cached`, `completion` includes `reasoning`."""

    prompt: int
    prompt_cached: int
    completion: int
    reasoning: int


class AccountRow(Record):
    """What some calls took. A reply from the cache adds to `calls.cache` and to nothing else."""

    calls: CallCounts
    tokens: Tokens
    cost_usd: float
    """Rounded to a millionth of a dollar; the sum over calls whose cost is known."""
    cost_unknown_calls: int
    """Calls, and tries of them, whose cost is not known, so that `cost_usd` is too low by theirs."""
    cost_unknown_usd: float = 0.0
    """So much more may have been billed, at most: what was reserved for tries whose replies were lost or are not back yet, and
    what estimated tokens may be short of. Calls of unknown price are not in it."""
    estimated_calls: int = 0
    """Replies of which some tokens, and what these cost, are an estimate from the texts: their provider did not say."""
    reply_seconds: float
    """Sum over replies of the seconds each took, without waiting for a slot."""


class RepliesRow(Record):
    """Replies by what became of them, each distinct request once: `read` to `untold` add up to all of them."""

    read: int = 0
    """Read at once."""
    repaired: int = 0
    """Asked for as a repair of one that could not be read, and read."""
    cut: int = 0
    """Cut at its length."""
    looping: int = 0
    """Cut because it said the same again and again."""
    unreadable: int = 0
    """Whole, and not to be read."""
    refused: int = 0
    """The model declined, or a content filter held it back."""
    untold: int = 0
    """Of a log before version 0.2, which does not say."""
    wrong_size: int = 0
    """Grids that were read, on training pairs, and have not the size of the right one."""
    notes: int = 0
    """Grids, on training pairs, that came with a note: what the checker could not follow."""
    never: Mapping[str, int] = {}
    """Kind of failure (timeout, rate_limit, too_long, …) -> calls to which no reply came; they are not among the others."""


class RoleRow(AccountRow):
    """What one role took of one model."""

    role: Role
    model: str
    replies: RepliesRow = RepliesRow()
    """What became of its replies."""


class WrittenRow(Record):
    """Descriptions that were written with nothing but the task before them, or with examples besides."""

    births: int = 0
    """Those that gave a description."""
    fit: int = 0
    """Of these, those that fit every training pair."""
    solved: int = 0
    """Tasks that are solved by one of them."""
    gain: float | None = None
    """Mean over them of how much nearer than a copy of the input they came, 0..1, as the bandit counts it; null where there are
    none."""


class ExamplesRow(Record):
    """Written births that were shown examples from a library, beside those of the same run that were not."""

    shown: WrittenRow = WrittenRow()
    plain: WrittenRow = WrittenRow()


class TotalsRow(AccountRow):
    """The run as a whole. Denominators are the tasks selected, failed and unanswered ones included."""

    tasks: int
    """How many were selected."""
    test_inputs: int
    """How many test inputs these have."""
    solved: int | None
    """Tasks with all test inputs right. This and the next five: null where any task's solution is not known."""
    test_inputs_solved: int | None
    test_inputs_covered: int | None
    """Test inputs whose solution was among all grids that candidates gave, whether or not it was chosen."""
    score_tasks: float | None
    """Share of tasks with all test inputs right, 0..1."""
    score_inputs: float | None
    """Mean over tasks of the share of test inputs that are right, 0..1: as the ARC Prize counts."""
    score_covered: float | None
    """Share of tasks with all test inputs covered, 0..1."""
    attempted: int | None = None
    """Tasks that were reached and not lost to a failure; those cut short count where a description of theirs was checked."""
    score_tasks_attempted: float | None = None
    """`score_tasks` over these alone, and `score_inputs`; null where there are none, or a solution is not known."""
    score_inputs_attempted: float | None = None
    public_tasks: int = 0
    """How many are from a published data set: their solutions may have been learnt."""
    candidates: int
    """Descriptions that were checked."""
    programs: ProgramsRow = ProgramsRow()
    """Of all tasks."""
    examples: ExamplesRow | None = None
    """null where no birth was shown any (`--library`)."""
    looks: Mapping[str, LookRow] = {}
    """Those of all tasks."""
    replies: RepliesRow = RepliesRow()
    """What became of the replies."""
    losses: tuple[Loss, ...] = ()
    """Those of all tasks."""
    bought_before: AccountRow
    """What the replies that came from the cache took when other runs bought them, each once. Not in this run's account."""
    seconds: float
    """Running time, without the pauses between a run and its resumptions."""


class TrainRow(Record):
    """How the best description did on the training pairs."""

    exact: int
    """Pairs it gets exactly right."""
    pairs: int
    cell_accuracy: float
    """Mean over the pairs of the share of equal cells, 0..1."""
    copy_accuracy: float
    """The same of a rule that copies the input: what there is to beat."""


class BestRow(Record):
    """Where the best description came from."""

    birth: int
    operator: Operator
    model: str


class OpinionsRow(Record):
    """What reviewers said of descriptions that fit every pair, and where a judge was asked. All 0 where nobody was."""

    accept: int = 0
    """Distinct descriptions, by the verdict."""
    doubt: int = 0
    stuck: int = 0
    unreviewed: int = 0
    """Reviews that did not come, or that nobody could read: their votes count in full."""
    judged: int = 0
    """Test inputs for which a judge picked."""
    unjudged: int = 0
    """Those for which it was asked and never understood: votes decided."""


class TaskRow(AccountRow):
    """One task. `solved` and the three `inputs_…` are null where its solution is not known."""

    solved: bool | None
    """Whether all test inputs are right within two answers."""
    inputs_solved: tuple[bool, ...] | None
    """One a test input, in order; so are the next two."""
    inputs_covered: tuple[bool, ...] | None
    """Whether the solution was among all grids that candidates gave."""
    inputs_cell_accuracy: tuple[float, ...] | None
    """Share of equal cells of the better answer, 0..1."""
    inputs_by_guess: tuple[bool, ...] | None = None
    """Whether the right answer is one that direct guesses alone gave (`answers.direct`), and no description."""
    train: TrainRow
    description: tuple[str, ...] | None
    """The bullets of the best description; null where no birth gave one."""
    best: BestRow | None
    program: str | None = None
    """The best description in Python, as a coder said it; null where there is no program."""
    candidates: int
    """Descriptions that were checked."""
    programs: ProgramsRow = ProgramsRow()
    """What programs did in the checker's place."""
    looks: Mapping[str, LookRow] = {}
    """How the task was shown to whoever wrote (`digits`, `names facts`, `digits pictures:all`) -> what came of it."""
    opinions: OpinionsRow = OpinionsRow()
    replies: RepliesRow = RepliesRow()
    """What became of the replies."""
    losses: tuple[Loss, ...] = ()
    """Births and answers that brought nothing because no reply came, one row a kind of failure, the commonest first."""
    bought_before: AccountRow
    """As in the totals."""
    seconds: float
    """From taking the task up to its answers; 0 while it is unanswered."""
    stopped: Stopped
    """Why the search ended; `interrupted` while it has not."""
    unfinished: bool = False
    """Whether its answers, if it has any, are from a search that had not come to its own end: the best that was known when a cap
    was reached or the run was interrupted. A resumed run may find others."""
    agreed: tuple[int, ...] = ()
    """Births of the rules that fit and agree on all test inputs, where the search waited for that (`policy.stop_when`)."""
    error: str | None
    """One line for people, where something failed."""
    public: bool = False
    """Whether it is from a published data set."""


class DamageRow(Record):
    """Lines of the log that cannot be read."""

    lines: int
    why: str
    """How many of which kind, for people."""


class ResultsFile(Record):
    """Scores of both kinds, what was spent, and each task's description. Replaced as tasks end, never half written."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_: Literal[1] = Field(alias="schema")
    """Version of this format."""
    run: str
    finished: bool
    """Whether the run came to its end; false while it goes on, and after a kill."""
    models: dict[str, str]
    """Role -> litellm model string."""
    totals: TotalsRow
    by_role: tuple[RoleRow, ...]
    """One row for each role and model that was called."""
    damage: DamageRow | None = None
    """Where the log has lines that cannot be read: then every count and cost here is a lower bound."""
    explanation: str | None = None
    """One sentence, where what became of the replies explains why tasks are not solved."""
    tasks: dict[str, TaskRow]
    """Task id -> its row, every selected task, in the order selected."""


class Attempts(Record):
    """Two answers for one test input. Where there is only one it stands twice; where there is none, a 2 by 2 grid of 0."""

    attempt_1: Grid
    attempt_2: Grid


class SubmissionFile(RootModel[dict[str, tuple[Attempts, ...]]]):
    """Task id -> one entry for each test input, every selected task: Kaggle's format. Replaced as tasks end."""
