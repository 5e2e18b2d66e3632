"""Every prompt rendered once, as it is really built, for a small made-up task: an edited prompt fails here, not in a run."""

from __future__ import annotations

from nlevolve.ask.checker import following
from nlevolve.ask.coder import coding, mending
from nlevolve.ask.generator import describing
from nlevolve.ask.judge import Shown, judging
from nlevolve.ask.prompts import PlaceError, Prompts
from nlevolve.ask.reviewer import reviewing
from nlevolve.ask.solver import solving
from nlevolve.errors import UsageError
from nlevolve.llm.manner import MANNERS, Manner
from nlevolve.llm.request import Message
from nlevolve.llm.settings import CoderSettings
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Birth, Description, Followed, Garbled

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
CRASH = "IndexError: list index out of range"


def rendered(prompts: Prompts, manner: Manner = "bare") -> dict[str, tuple[Message, ...]]:
    """Template -> the messages that it makes of the task above, asking in this manner. Raises PlaceError."""
    births = {
        "write": Birth(index=0, operator="write", model=""),
        "revise": Birth(index=1, operator="revise", parents=(0,), model=""),
        "recombine": Birth(index=2, operator="recombine", parents=(0, 1), model=""),
    }
    asked = {
        name: describing(prompts, TASK, birth, PARENTS[: len(birth.parents)], 24_000, manner) for name, birth in births.items()
    }
    later = {
        "generalise": Birth(index=3, operator="generalise", parents=(0,), model=""),
        "alternative": Birth(index=4, operator="alternative", parents=(0, 1), model=""),
    }
    for name, birth in later.items():
        asked[name] = describing(prompts, TASK, birth, FITTING[: len(birth.parents)], 0, manner, doubt=DOUBT)
    asked["restart"] = describing(prompts, TASK, Birth(index=5, operator="restart", parents=(0, 1), model=""), PARENTS, 0, manner)
    shown = Birth(index=6, operator="write", model="")
    asked["write_with_examples"] = describing(prompts, TASK, shown, (), 0, manner, examples=EXAMPLES)
    asked["apply"] = following(prompts, TASK.without(0), TASK.pairs[0].input, PARENTS[0][0], manner)
    asked["guide"] = following(prompts, TASK, TASK.tests[0], PARENTS[0][0], manner, guide=True)
    asked["alone"] = following(prompts, None, TASK.pairs[0].input, PARENTS[0][0], manner)
    asked["solve"] = solving(prompts, TASK.pairs, TASK.tests[0], manner)
    asked["review"] = reviewing(prompts, TASK, PARENTS[0][0], manner)
    asked["judge"] = judging(prompts, TASK, 0, CANDIDATES, manner)
    asked["repair"] = prompts.render("repair", problem=PROBLEM)
    asked["code"] = coding(prompts, CODER, TASK, PARENTS[0][0])
    asked["code_repair"] = mending(prompts, 1, CRASH)
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
