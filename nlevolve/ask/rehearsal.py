"""Every prompt rendered once, as it is really built, for a small made-up task: an edited prompt fails here, not in a run."""

from __future__ import annotations

from functools import partial

from nlevolve.ask.beside import Seen, beside
from nlevolve.ask.checker import following
from nlevolve.ask.coder import coding, mending
from nlevolve.ask.generator import describing
from nlevolve.ask.judge import Shown, judging
from nlevolve.ask.look import PLAIN, Look
from nlevolve.ask.programmer import Programmed, programming
from nlevolve.ask.prompts import PlaceError, Prompts
from nlevolve.ask.reviewer import reviewing
from nlevolve.ask.solver import solving
from nlevolve.errors import UsageError
from nlevolve.llm.manner import MANNERS, Manner
from nlevolve.llm.request import Message
from nlevolve.llm.settings import CoderSettings
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Birth, Description, Followed, Garbled, Operator

TASK = Task(
    id="rehearsal",
    pairs=(
        Pair(((1, 2, 0), (0, 3, 4)), ((0, 2, 1), (4, 3, 0))),
        Pair(((5, 0), (6, 7)), ((0, 5), (7, 6))),
        Pair(((8, 8, 9),), ((9, 8, 8),)),
    ),
    tests=(((2, 4), (6, 0)),),
)
"""Every row is mirrored from left to right."""

PARENTS = (
    (
        Description(bullets=("Swap the first and the last cell of the first row.", "The output is as large as the input.")),
        (
            Followed(pair=0, grid=((0, 2, 1), (0, 3, 4)), accuracy=4 / 6),
            Followed(pair=1, grid=((0, 5), (6, 7)), accuracy=0.5),
            Followed(pair=2, grid=((9, 8, 8),), accuracy=1.0),
        ),
    ),
    (
        Description(bullets=("Turn the grid by a quarter to the left.",)),
        (
            Followed(pair=0, grid=((0, 4), (2, 3), (1, 0)), accuracy=0.0),
            Followed(pair=1, grid=((0, 7), (5, 6)), accuracy=0.25),
            Garbled(pair=2, why="it holds no grid"),
        ),
    ),
)
CANDIDATES = Shown(
    grids=(((2, 4), (0, 6)), ((4, 2), (0, 6))),
    votes=(1.0, 2.0),
    behind=((1, PARENTS[0][0], 3), (0, PARENTS[1][0], 1)),
)
FITTING = tuple(
    (Description(bullets=bullets), tuple(Followed(pair=i, grid=pair.output, accuracy=1.0) for i, pair in enumerate(TASK.pairs)))
    for bullets in (
        ("Mirror the grid from left to right.", "The output is as large as the input."),
        ("Write each row backwards, up to four cells of it.",),
    )
)
EXAMPLES = (
    Description(bullets=("Black is the background.", "Draw a red line from each blue cell down to the bottom edge.")),
    Description(bullets=("Crop the grid to the largest object.",)),
)
DOUBT = "a row of the test input may be longer than four cells"
PROBLEM = "row 2 has 2 cells, row 1 has 3"
CODER = CoderSettings(model="offline/coder")
PROGRAM = "def transform(grid):\n    return [row[::-1] for row in grid[:1]] + grid[1:]\n"
CRASH = "IndexError: list index out of range"


def rendered(prompts: Prompts, manner: Manner = "bare", look: Look = PLAIN) -> dict[str, tuple[Message, ...]]:
    """Template -> the messages that it makes of the task above, asking in this manner, seen so. Raises PlaceError."""

    def born(index: int, operator: Operator, *parents: int) -> Birth:
        seen = {"grids": look.grids, "facts": look.facts, "eye": look.eye}
        return Birth(index=index, operator=operator, parents=parents, model="").model_copy(update=seen)

    describe = partial(describing, prompts, TASK, manner=manner, numbered=look.numbered)
    births = born(0, "write"), born(1, "revise", 0), born(2, "recombine", 0, 1)
    asked: dict[str, tuple[Message, ...]] = {
        birth.operator: describe(birth, PARENTS[: len(birth.parents)], 24_000) for birth in births
    }
    for birth in (born(3, "generalise", 0), born(4, "alternative", 0, 1)):
        asked[birth.operator] = describe(birth, FITTING[: len(birth.parents)], 0, doubt=DOUBT)
    asked["restart"] = describe(born(5, "restart", 0, 1), PARENTS, 0)
    asked["write_with_examples"] = describe(born(6, "write"), (), 0, examples=EXAMPLES)
    asked["apply"] = following(prompts, TASK.without(0), TASK.pairs[0].input, PARENTS[0][0], manner, look=look)
    asked["guide"] = following(prompts, TASK, TASK.tests[0], PARENTS[0][0], manner, guide=True, look=look)
    asked["alone"] = following(prompts, None, TASK.pairs[0].input, PARENTS[0][0], manner, look=look)
    asked["solve"] = solving(prompts, TASK.pairs, TASK.tests[0], manner, look)
    asked["review"] = reviewing(prompts, TASK, PARENTS[0][0], manner, look=look)
    asked["judge"] = judging(prompts, TASK, 0, CANDIDATES, manner, look=look)
    asked["repair"] = prompts.render("repair", problem=PROBLEM)
    seen = Seen({n + 1: pair for n, pair in enumerate(TASK.pairs) if n != 1}, TASK.tests)
    asked["facts"] = beside(prompts, Look(facts=True), seen, ())
    asked["picture"] = beside(prompts, Look(eye="all"), seen, ())
    asked["code"] = coding(prompts, CODER, TASK, PARENTS[0][0])
    asked["code_repair"] = mending(prompts, 1, CRASH)
    for birth in births:
        parents = [Programmed(told, attempts, PROGRAM) for told, attempts in PARENTS[: len(birth.parents)]]
        asked[f"{birth.operator}_code"] = programming(prompts, TASK, birth, parents, 24_000, numbered=look.numbered)
    return asked


def rehearse(prompts: Prompts) -> None:
    """Raises UsageError for a prompt with a place that nothing fills, without one that it needs, or without a message."""
    try:
        asked = {name: messages for manner in MANNERS for name, messages in rendered(prompts, manner).items()}
    except PlaceError as error:
        raise UsageError(f"{error}, in {prompts.folder}: compare it with the one that ships with nlevolve") from None
    for name, messages in asked.items():
        if not any(message.role == "user" for message in messages):
            raise UsageError(f"prompt {name} in {prompts.folder} holds no message: one begins with a line '=== user'")
